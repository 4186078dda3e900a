"""The governance framework states what its documents do to each other, and no more."""

import re
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pytest

import ontology
from tests.conftest import PROJECT
from tests.support.docs_queries import answers, load_release, read_page

BASE = "https://données.exemple/ia/"
FACTS = PROJECT.parent / "shared" / "facts" / "cadre.md"
DCTERMS = "http://purl.org/dc/terms/"
ELI = "http://data.europa.eu/eli/ontology#"
FOAF = "http://xmlns.com/foaf/0.1/"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
CADRE = f"{BASE}id/cadre/"
PIA = f"{BASE}def#"
SITE = "http://localhost:8000/"
PREFIXES = {"eli": ELI, "dcterms": DCTERMS}

EFFECTS = {
    ("arrete-2025-02", "amends", "arrete-2024-02"),
    ("arrete-2025-02", "repeals", "enonce-2024"),
    ("enonce-2025", "replaces", "enonce-2024"),
    ("ia-ri-2025-003-op", "repeals", "ia-ri-2025-001-op"),
}
DATES = {
    ("strategie-2021-2026", "issued", "2021-06-30"),
    ("arrete-2024-01", "date_document", "2024-02-28"),
    ("arrete-2024-02", "date_document", "2024-06-27"),
    ("arrete-2024-02", "date_publication", "2024-08-07"),
    ("arrete-2025-02", "date_document", "2025-12-03"),
    ("arrete-2025-02", "date_publication", "2025-12-17"),
    ("ia-ri-2025-001-op", "date_no_longer_in_force", "2025-12-05"),
    ("ia-ri-2025-003-op", "date_document", "2025-12-05"),
    ("ia-ri-2025-003-op", "first_date_entry_in_force", "2025-12-05"),
    ("ia-ri-2025-003-op", "date_applicability", "2026-06-05"),
    ("ia-ri-2025-003-op-article-23", "date_applicability", "2026-06-05"),
    # The schedules stand in the Gazette with their orders.
    ("enonce-2024", "date_publication", "2024-08-07"),
    ("enonce-2025", "date_publication", "2025-12-17"),
}
BOUNDS = {
    ("lggri", "debutAuPlusTot", "2011-01-01"),
    ("lggri", "debutAuPlusTard", "2024-02-28"),
    ("enonce-2024", "finAuPlusTot", "2025-12-03"),
    ("enonce-2024", "finAuPlusTard", "2025-12-17"),
    ("ia-ri-2025-001-op", "debutAuPlusTot", "2025-03-01"),
    ("ia-ri-2025-001-op", "debutAuPlusTard", "2025-03-31"),
    ("assistants-virtuels-2025", "debutAuPlusTot", "2025-03-01"),
    ("assistants-virtuels-2025", "debutAuPlusTard", "2025-03-31"),
    ("assistants-virtuels-2025", "finAuPlusTot", "2025-12-05"),
    ("assistants-virtuels-2025", "finAuPlusTard", "2025-12-19"),
}
# What the press release of 19 December 2025 itself counts as the tools of governance.
TOOLS = {
    *("arrete-2024-01", "cadre-ethique-ia", "enonce-2025", "guide-bonnes-pratiques-2024"),
    *("ia-ri-2025-003-op", "strategie-2021-2026"),
}
REWORDED = {
    *("securite", "efficience-efficacite-et-pertinence", "transparence", "explicabilite"),
    "responsabilite",
}


class Statement(NamedTuple):
    """A statement whose subject is named and whose object is named or a text."""

    subject: str
    predicate: str
    object: ox.NamedNode | ox.Literal


def triples() -> list[Statement]:
    return [
        Statement(quad.subject.value, quad.predicate.value, quad.object)
        for quad in ox.parse(ontology.read("cadre"), ox.RdfFormat.TURTLE, base_iri=BASE)
        if isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode | ox.Literal)
    ]


def short(iri: str) -> str:
    return re.split("[/#]", iri)[-1]


def objects(predicate: str) -> dict[str, list[str]]:
    by_subject: dict[str, list[str]] = {}
    for statement in triples():
        if statement.predicate == predicate and statement.subject.startswith(CADRE):
            by_subject.setdefault(short(statement.subject), []).append(statement.object.value)
    return by_subject


def texts() -> set[str]:
    return {name for name, types in objects(RDF_TYPE).items() if PIA + "TexteDuCadre" in types}


def test_every_document_is_a_legal_resource_or_a_document() -> None:
    types = objects(RDF_TYPE)
    law = {name for name, classes in types.items() if ELI + "LegalResource" in classes}
    paper = {name for name, classes in types.items() if FOAF + "Document" in classes}

    assert len(types) == 20
    assert law | paper == set(types)
    assert law & paper == set()
    parts = {
        short(t.object.value)
        for t in triples()
        if (short(t.subject), short(t.predicate)) == ("cadre", "hasPart")
    }
    assert parts == texts()
    # Two sections of the directive of December 2025 are parts of it, no texts of their own.
    assert {name for name in types if "-article-" in name} == set(types) - texts()


def test_every_document_has_a_title_and_two_labels() -> None:
    titles, labels = objects(DCTERMS + "title"), objects(RDFS + "label")
    assert titles.keys() == texts()
    assert labels.keys() == objects(RDF_TYPE).keys()
    for name, (title,) in titles.items():
        assert len(labels[name]) == 2
        assert title in labels[name]


def test_only_the_annex_is_replaced_not_the_order() -> None:
    effects = {
        (short(t.subject), short(t.predicate), short(t.object.value))
        for t in triples()
        if short(t.predicate) in ("amends", "repeals", "replaces")
    }
    assert effects == EFFECTS
    assert ELI + "LegalResourceSubdivision" in objects(RDF_TYPE)["enonce-2024"]


def test_a_date_is_there_only_where_its_day_is_known() -> None:
    dates = {
        (short(t.subject), short(t.predicate), t.object.value)
        for t in triples()
        if isinstance(t.object, ox.Literal)
        and t.object.datatype.value == XSD + "date"
        and not t.predicate.startswith(PIA)
    }
    assert dates == DATES


def test_a_day_that_is_not_known_has_bounds() -> None:
    bounds = {
        (short(t.subject), short(t.predicate), t.object.value)
        for t in triples()
        if isinstance(t.object, ox.Literal)
        and t.object.datatype.value == XSD + "date"
        and t.predicate.startswith(PIA)
    }
    assert bounds == BOUNDS


@pytest.mark.parametrize("trap", ["implements", "in_force", "published_in", "title", "passed_by"])
def test_eli_properties_that_would_say_something_false_are_not_used(trap: str) -> None:
    assert objects(ELI + trap) == {}


def test_every_text_that_was_read_names_its_issuer_and_its_kind() -> None:
    cited = {name for name, (value,) in objects(PIA + "seulementCite").items() if value == "true"}
    for prop in ("emetteur", "natureDuTexte"):
        assert texts() - objects(PIA + prop).keys() == {"cadre-ethique-ia"} <= cited


def test_ten_principles_become_twelve() -> None:
    principles: dict[str, dict[int, str]] = {"2024": {}, "2025": {}}
    matches: dict[str, dict[str, str]] = {"exactMatch": {}, "closeMatch": {}}
    for t in triples():
        if "/id/principe-" in t.subject:
            year = t.subject.split("/id/principe-")[1][:4]
            if short(t.predicate) == "notation":
                principles[year][int(t.object.value)] = short(t.subject)
            elif short(t.predicate) in matches:
                matches[short(t.predicate)][short(t.subject)] = short(t.object.value)
    before, after = principles["2024"], principles["2025"]

    assert [sorted(before), sorted(after)] == [[*range(1, 11)], [*range(1, 13)]]
    assert after == before | {11: "autonomie-et-supervision-humaine", 12: "souverainete-numerique"}
    assert matches["closeMatch"] == {name: name for name in REWORDED}
    assert matches["exactMatch"] == {n: n for n in before.values() if n not in REWORDED}


def test_the_press_release_counts_six_tools() -> None:
    release = "communique-2025-12-19"
    tools = objects(PIA + "compteParmiLesOutils")
    assert {name: {short(iri) for iri in iris} for name, iris in tools.items()} == {release: TOOLS}
    assert objects(DCTERMS + "issued")[release] == ["2025-12-19T09:00:00-05:00"]
    assert objects(FOAF + "page") == {
        release: ["http://www.newswire.ca/fr/releases/archive/December2025/19/c7462.html"]
    }


def test_the_check_digit_of_every_isbn_is_right() -> None:
    numbers = [value for values in objects("https://schema.org/isbn").values() for value in values]
    assert len(numbers) == 5
    for number in numbers:
        digits = [int(digit) for digit in number.replace("-", "")]
        assert len(digits) == 13
        assert sum(d * (1, 3)[n % 2] for n, d in enumerate(digits)) % 10 == 0, number


def test_links_lead_to_things_that_are_described() -> None:
    statements = triples()
    linked = {
        t.object.value
        for t in statements
        if isinstance(t.object, ox.NamedNode) and t.object.value.startswith(f"{BASE}id/")
    }
    registry = ox.parse(ontology.read("organismes"), ox.RdfFormat.TURTLE, base_iri=BASE)
    known = {t.subject for t in statements} | {str(quad.subject)[1:-1] for quad in registry}
    assert linked - known == set()


def test_documents_and_relations_are_those_of_the_facts() -> None:
    if not FACTS.exists():
        pytest.skip("the tables of facts are not part of the package; they stand beside it or not")
    text = FACTS.read_text(encoding="utf-8")
    documents = set(re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE))
    line = r"^([a-z][a-z0-9-]+)\s+(eli|dcterms):(\w+)\s+([a-z][a-z0-9-]+)"
    relations = {
        (one, PREFIXES[prefix] + prop, two)
        for one, prefix, prop, two in re.findall(line, text, re.MULTILINE)
        if one in documents
    }
    statements = {(short(t.subject), t.predicate, short(t.object.value)) for t in triples()}

    assert documents | {"communique-2025-12-19"} == texts()
    assert len(relations) == 10
    assert relations <= statements


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    return load_release(example / "current")


@pytest.mark.parametrize("page", ["cadre.md", "cadre.en.md"])
def test_queries_of_the_docs_answer_what_stands_below_them(store: ox.Store, page: str) -> None:
    queries = read_page(page)
    assert len(queries) == 4
    for query, _, columns, rows in queries:
        assert answers(store, query, columns) == rows


def test_the_suspension_is_in_force_in_april_2025_and_not_in_january_2026(store: ox.Store) -> None:
    query = read_page("cadre.md")[0].query
    january = answers(store, query.replace("2025-04-01", "2026-01-15"), ["texte"])
    assert january == [
        ["id/cadre/arrete-2024-01"],
        ["id/cadre/lggri"],
        ["id/cadre/arrete-2024-02"],
        ["id/cadre/ia-ri-2025-003-op"],
        ["id/cadre/arrete-2025-02"],
        ["id/cadre/enonce-2025"],
    ]
    march = answers(store, query.replace("2025-04-01", "2025-03-15"), ["texte"])
    assert ["id/suspension/assistants-virtuels-2025"] not in march
