"""Documents in every syntax, compared as graphs."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

import ontology
from server.release import resource
from server.web import assets
from tests.site.conftest import BASE
from transform.rdf.namespaces import NAMING

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SYNTAXES = {
    "ttl": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
}
HOSTILE = "doc/initiative/hostile/2025"
CELLS = [
    "<script>alert(1)</script> et </script><!-- <b>gras</b>",
    "- Premier\r\n- Second &amp; « troisième »\r\n\t<img src=x onerror=alert(2)>",
    '=HYPERLINK("http://exemple.invalid";"clic")',
    "droite \u202eehcuag\u202c \u2067שלום\u2069 \u2028fin",
    "'guillemets' \"doubles\" \\ barre ]]> --> {{ 7*7 }}",
    "   ",
]


def triples(body: bytes, suffix: str) -> set[ox.Triple]:
    """Return what a document says; one in JSON-LD is read with the context that it links to."""
    if suffix == "jsonld" and isinstance((document := json.loads(body))["@context"], str):
        body = json.dumps({**document, **ontology.context(f"{BASE}def#")}).encode()
    return {quad.triple for quad in ox.parse(body, format=SYNTAXES[suffix])}


class Page(HTMLParser):
    """The texts, elements and data blocks of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def find(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("path", [HOSTILE, "doc/portrait/2025", "doc/categorie/automatisation"])
def test_all_syntaxes_say_the_same(site: str, fetch: Any, path: str) -> None:
    by_syntax = {
        suffix: triples(fetch(f"{site}{path}.{suffix}").body, suffix) for suffix in SYNTAXES
    }
    assert by_syntax["ttl"] == by_syntax["jsonld"] == by_syntax["nt"] == by_syntax["rdf"]
    assert len(by_syntax["ttl"]) > 10


def test_a_document_says_what_it_is_about(site: str, fetch: Any, base_uri: str) -> None:
    graph = triples(fetch(f"{site}doc/initiative/aaaa.nt").body, "nt")
    doc = ox.NamedNode(f"{base_uri}doc/initiative/aaaa")
    thing = ox.NamedNode(f"{base_uri}id/initiative/aaaa")
    has_version = ox.NamedNode("http://purl.org/dc/terms/hasVersion")
    comment = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")
    entry = ox.NamedNode(f"{base_uri}id/initiative/aaaa/2025")
    assert ox.Triple(doc, ox.NamedNode("http://xmlns.com/foaf/0.1/primaryTopic"), thing) in graph
    assert ox.Triple(thing, has_version, entry) in graph
    assert ox.Triple(entry, ox.NamedNode(f"{base_uri}def#inscriptionDe"), thing) in graph
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    name = ox.Literal("Exemple 1 : Tri des demandes", language="fr")
    assert ox.Triple(entry, label, name) in graph
    notices = {t.object.language for t in graph if t.subject == doc and t.predicate == comment}  # type: ignore[union-attr]
    assert notices == {"fr", "en"}


def test_no_document_holds_a_blank_node(site: str, fetch: Any) -> None:
    for path in (HOSTILE, "doc/portrait/2025", "def", "catalogue", "graph/2025"):
        for triple in triples(fetch(f"{site}{path}.nt").body, "nt"):
            assert not isinstance(triple.subject, ox.BlankNode)
            assert not isinstance(triple.object, ox.BlankNode)


@pytest.mark.parametrize("suffix", SYNTAXES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_hostile_cell_comes_out_as_it_is(site: str, fetch: Any, suffix: str, cell: str) -> None:
    graph = triples(fetch(f"{site}{HOSTILE}.{suffix}").body, suffix)
    assert cell in {t.object.value for t in graph if isinstance(t.object, ox.Literal)}


def test_hostile_cells_are_text_on_the_page(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}{HOSTILE}.html")
    page = Page(reply.text)
    shown = "".join(page.texts)
    for cell in CELLS:
        assert cell in shown
    assert {block["type"] for block in page.find("script")} == {"application/ld+json"}
    assert not page.find("img")
    assert not page.find("b")
    assert not any((a.get("href") or "").startswith("javascript:") for a in page.find("a"))


def test_hostile_cells_survive_in_the_embedded_json_ld(site: str, fetch: Any) -> None:
    text = fetch(f"{site}{HOSTILE}.html").text
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert len(blocks) == 2  # all statements, and the page as schema.org describes it
    for block in blocks:
        assert not re.search(r"[<>&\u2028\u2029]", block)
        json.loads(block)
    graph = triples(blocks[0].encode(), "jsonld")
    values = {t.object.value for t in graph if isinstance(t.object, ox.Literal)}
    assert set(CELLS) <= values


@pytest.mark.parametrize("kind", ["json", "xml", "csv", "tsv"])
def test_hostile_cells_survive_in_results(site: str, fetch: Any, kind: str) -> None:
    query = "SELECT%20%3Fo%20%7B%20%3Cid/initiative/hostile/2025%3E%20%3Fp%20%3Fo%20%7D"
    reply = fetch(f"{site}sparql?query={query}&format={kind}")
    assert reply.status == 200
    if kind == "json":
        rows = json.loads(reply.body)["results"]["bindings"]
        assert set(CELLS) <= {row["o"]["value"] for row in rows}
    assert reply.kind != "text/html"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_of_results_shows_hostile_cells_as_text(site: str, fetch: Any) -> None:
    query = "SELECT%20%3Fo%20%7B%20%3Cid/initiative/hostile/2025%3E%20%3Fp%20%3Fo%20%7D"
    page = Page(fetch(f"{site}sparql?query={query}&format=html").text)
    shown = "".join(page.texts)
    assert all(cell in shown for cell in CELLS)
    assert own_scripts(page)
    assert not page.find("img")


def test_a_query_cannot_leave_its_textarea(site: str, fetch: Any) -> None:
    query = "%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E"
    reply = fetch(f"{site}sparql?query=ASK%7B%7D%23{query}&format=html")
    assert own_scripts(Page(reply.text))


def own_scripts(page: Page) -> bool:
    """Check that the only scripts of a page are those of the editor: a file, and its texts."""
    scripts = [attributes.get("id") or attributes["src"] for attributes in page.find("script")]
    return scripts == [f"./{assets.locate('sparql/page.js')}", "words"]


def test_labels_stand_in_place_of_iris(site: str, fetch: Any) -> None:
    shown = "".join(Page(fetch(f"{site}doc/initiative/aaaa/2024.html").text).texts)
    assert "Cégep du Vieux Montréal" in shown
    assert "organisme tel qu'écrit" in shown
    assert "fait partie de" in shown
    english = "".join(Page(fetch(f"{site}doc/initiative/aaaa/2024.html?lang=en").text).texts)
    assert "body as written" in english
    assert "is part of" in english


def test_literals_carry_their_language(site: str, fetch: Any) -> None:
    page = Page(fetch(f"{site}doc/portrait/2025.html?lang=en").text)
    assert page.find("html") == [{"lang": "en"}]
    assert "fr" in {a.get("lang") for a in page.find("bdi")}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_texts_in_the_language_of_the_page_come_first(site: str, fetch: Any, language: str) -> None:
    page = Page(fetch(f"{site}doc/categorie.html?lang={language}").text)
    names = ("Catégories d'initiatives", "Categories of initiatives")
    shown = [text for text in page.texts if text in names][-2:]  # among all statements
    assert shown == list(names if language == "fr" else names[::-1])


def test_what_points_at_a_portrait_is_counted_and_paged(site: str, fetch: Any) -> None:
    first = fetch(f"{site}doc/portrait/2025.html").text
    second = fetch(f"{site}doc/portrait/2025.html?page=2").text
    assert '<span class="count">62</span>' in first
    assert "Page 1 de 2" in first
    entries = re.compile(r'href="[^"]*(id/initiative/[^"]+/2025)"')
    assert len(entries.findall(first)) == 50
    assert len(entries.findall(second)) == 12
    assert not set(entries.findall(first)) & set(entries.findall(second))


def test_what_is_cut_is_said(monkeypatch: pytest.MonkeyPatch, client: Any, base_uri: str) -> None:
    monkeypatch.setattr(resource, "MOST_POINTING", 10)
    graph = triples(client.get("/doc/portrait/2025.nt").data, "nt")
    part_of = "http://purl.org/dc/terms/isPartOf"
    assert sum(t.predicate.value == part_of for t in graph) == 10
    see_also = [t.object.value for t in graph if t.predicate.value.endswith("seeAlso")]  # type: ignore[union-attr]
    assert len(see_also) == 1
    whole = client.get("/" + see_also[0].removeprefix(base_uri)).data
    quads = ox.parse(whole, format=ox.RdfFormat.TURTLE)
    assert sum(quad.predicate.value == part_of for quad in quads) == 62


def test_the_vocabulary_has_both_languages_and_anchors(site: str, fetch: Any) -> None:
    page = Page(fetch(f"{site}def.html").text)
    anchors = {a["id"] for a in page.find("section") if "id" in a}
    assert {"Inscription", "Initiative", "organisme", "nomTelQuEcrit"} <= anchors
    assert {"fr", "en"} <= {a.get("lang") for a in page.find("bdi")}


def test_the_catalogue_has_names_and_anchors(site: str, fetch: Any) -> None:
    page = Page(fetch(f"{site}catalogue.html").text)
    assert "serie" in {a.get("id") for a in page.find("section")}
    assert "Portrait 2025" in page.texts


def test_the_catalogue_says_that_examples_are_made_up(site: str, fetch: Any) -> None:
    assert "fictives" in fetch(f"{site}catalogue.ttl").text
    assert "made up" in fetch(f"{site}catalogue.html").text


EXAMPLE = "http://localhost:8000/"
PIA = f"{EXAMPLE}def#"
QB = "http://purl.org/linked-data/cube#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def read(address: str, fetch: Any, path: str) -> set[ox.Triple]:
    reply = fetch(f"{address}{path}.nt")
    assert reply.status == 200
    return triples(reply.body, "nt")


@pytest.mark.parametrize(
    ("name", "kind", "fewest"),
    [
        ("agent", "http://www.w3.org/ns/prov#Agent", 1),
        ("changement", "http://www.w3.org/ns/org#ChangeEvent", 7),
        ("comparaison", f"{PIA}Comparaison", 1),
        ("composante", f"{QB}ComponentSpecification", 10),
        ("cube", f"{QB}DataSet", 12),
        ("decision", f"{PIA}DecisionIdentite", 76),
        ("initiative", f"{PIA}Initiative", 300),
        ("organisme", f"{PIA}Organisme", 80),
        ("portrait", f"{PIA}Portrait", 2),
        ("structure", f"{QB}DataStructureDefinition", 12),
    ],
)
def test_a_collection_lists_its_members_with_their_labels(
    examples: str, fetch: Any, name: str, kind: str, fewest: int
) -> None:
    assert fetch(f"{examples}id/{name}").headers["Location"] == f"../doc/{name}"
    says = read(examples, fetch, f"doc/{name}")
    collection = ox.NamedNode(f"{EXAMPLE}id/{name}")
    named = {t.subject for t in says if t.predicate.value in NAMING}
    typed = (t for t in says if t.predicate.value == RDF_TYPE)
    members = {t.subject for t in typed if t.object == ox.NamedNode(kind)}
    assert len(members) >= fewest
    assert named >= {collection} | (members if name != "decision" else set())
    page = fetch(f"{examples}doc/{name}.html?lang=fr").text
    shown = re.findall(r'<ul class="subjects">(.*?)</ul>', page, re.DOTALL)
    assert sum(part.count("<li>") for part in shown) == min(len(members), 50)
    count = re.search(r'<span class="count">([^<]+)</span>', page)
    assert count
    assert re.sub(r"\D", "", count[1]) == str(len(members))


def test_what_stands_above_a_thing_answers(examples: str, fetch: Any, example: Path) -> None:
    dump = (example / "current" / "dumps" / "portraits.nq").read_text(encoding="utf-8")
    folders = sorted(set(re.findall(rf"<{EXAMPLE}id/([^/>]+)/", dump)))
    assert len(folders) > 20
    lost = [name for name in folders if fetch(f"{examples}doc/{name}.nt").status != 200]
    assert lost == []


def test_the_document_of_an_initiative_holds_its_entries(examples: str, fetch: Any) -> None:
    several = (
        t.subject
        for t in read(examples, fetch, "graph/rapprochements")
        if t.predicate.value.endswith("/hasVersion") and str(t.object).endswith("/2024>")
    )
    path = next(several).value.removeprefix(f"{EXAMPLE}id/")  # type: ignore[union-attr]
    says = read(examples, fetch, f"doc/{path}")
    versions = {t.object for t in says if t.predicate.value.endswith("/hasVersion")}
    assert versions
    for entry in versions:
        about = {t for t in says if t.subject == entry}
        year = str(entry)[-5:-1]
        assert about == {t for t in read(examples, fetch, f"graph/{year}") if t.subject == entry}
        for name in ("organisme", "portefeuille", "categorie", "statut"):
            (value,) = (t.object for t in about if t.predicate.value == f"{PIA}{name}")
            assert any(t.subject == value and t.predicate.value in NAMING for t in says)


@pytest.mark.parametrize(
    "name", ["2024", "2025", "cadre", "catalogue", "organismes", "rapprochements", "vocabulaire"]
)
def test_a_graph_is_described(examples: str, fetch: Any, name: str) -> None:
    iri = ox.NamedNode(f"{EXAMPLE}graph/{name}")
    about = {t for t in read(examples, fetch, f"graph/{name}") if t.subject == iri}
    labels = {
        t.object.language: t.object.value
        for t in about
        if t.predicate.value == LABEL and isinstance(t.object, ox.Literal)
    }
    assert labels.keys() == {"fr", "en"}
    assert len([t for t in about if t.predicate.value.endswith("/description")]) == 2
    assert labels["fr"] in fetch(f"{examples}graph/{name}.html").text
