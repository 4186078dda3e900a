"""Pages of things: their numbers, what they mark, where they lead, and what no cell can do."""

import csv
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urldefrag, urljoin

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.settings import Settings
from server.things import feed
from tests.conftest import Run
from tests.site.test_registers import DUTCH, QUEBEC, Rows, build

BASE = "http://localhost:8000/"
PREFIXES = f"""PREFIX pia: <{BASE}def#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX org: <http://www.w3.org/ns/org#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "rect"}
MOST_BYTES = 100_000
CELLS = "La cellule d'où vient chaque valeur"


class Node(NamedTuple):
    """An element: its tag, attributes, and what stands in it."""

    tag: str
    attributes: dict[str, str | None]
    children: list["Node | str"]

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag: str, class_: str = "") -> list["Node"]:
        return [n for n in self.walk() if n.tag == tag and (not class_ or class_ in n.classes)]

    @property
    def classes(self) -> list[str]:
        return (self.attributes.get("class") or "").split()

    def text(self, *without: str) -> str:
        parts = (
            child if isinstance(child, str) else child.text(*without)
            for child in self.children
            if isinstance(child, str) or child.tag not in without
        )
        return "".join(parts)


class Tree(HTMLParser):
    """A page as a tree; what is not closed, or closed twice, fails."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Node("", {}, [])
        self._open = [self.root]
        self.feed(text)
        assert self._open == [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs), [])
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Node(tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


class Site(NamedTuple):
    """A site in this process, asked for pages and by SPARQL."""

    client: FlaskClient
    folder: Path

    def page(self, path: str, **query: str) -> Node:
        reply = self.client.get(f"/doc/{path}", query_string=query, headers={"Accept": "text/html"})
        assert reply.status_code == 200, (path, reply.text)
        assert len(reply.data) < MOST_BYTES, path
        return Tree(reply.text).root

    def ask(self, query: str) -> list[dict[str, str]]:
        reply = self.client.get(
            "/sparql",
            query_string={"query": PREFIXES + query},
            headers={"Accept": "application/json"},
        )
        assert reply.status_code == 200, reply.text
        rows = json.loads(reply.data)["results"]["bindings"]
        return [{name: cell["value"] for name, cell in row.items()} for row in rows]

    def count(self, pattern: str, what: str = "?e") -> int:
        (row,) = self.ask(f"SELECT (COUNT(DISTINCT {what}) AS ?n) {{ {pattern} }}")
        return int(row["n"])

    def paths(self, pattern: str, limit: int = 100) -> list[str]:
        rows = self.ask(f"SELECT DISTINCT ?x {{ {pattern} }} ORDER BY ?x LIMIT {limit}")
        return [row["x"].removeprefix(f"{BASE}id/") for row in rows]


def open_site(folder: Path) -> Iterator[Site]:
    app = create_app(folder, Settings())
    yield Site(app.test_client(), folder)
    app.extensions["current_release"].close()


def plain(text: str) -> str:
    """Return a text of a page with the blanks that French sets written as plain ones."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module")
def site(example: Path) -> Iterator[Site]:
    """A site over the example portraits."""
    yield from open_site(example)


def number(node: Node) -> int:
    return int(re.sub(r"\D", "", node.text()))


def figures(page: Node) -> list[int]:
    return [number(dd) for dd in page.all("dd", "value")]


def rows_of(table: Node) -> dict[str, list[int]]:
    """Return the numbers of a table by the name of each row."""
    return {
        row.all("th")[0].text(): [
            number(cell) for td in row.all("td") for cell in td.walk() if "number" in cell.classes
        ]
        for body in (*table.all("tbody"), *table.all("tfoot"))
        for row in body.all("tr")
    }


def below(by: str, iri: str) -> str:
    """Write the pattern of the entries of a value of a list, or of a part of it."""
    if by == "genre":
        return f"?e pia:organisme ?o . ?o org:classification/skos:broader* <{iri}>"
    return f"?e pia:{by}/skos:broader* <{iri}>"


IN = "?e dcterms:isPartOf <id/portrait/{}>"


def largest_bodies(site: Site, number: int) -> list[str]:
    rows = site.ask(f"""SELECT ?o {{ ?e pia:organisme ?o }}
        GROUP BY ?o ORDER BY DESC(COUNT(?e)) ?o LIMIT {number}""")
    return [row["o"] for row in rows]


def status_names(site: Site) -> dict[str, str]:
    """Return what each status is called in French, by its IRI."""
    rows = site.ask('SELECT ?s ?l { ?s a pia:Statut ; skos:prefLabel ?l FILTER(LANG(?l) = "fr") }')
    return {row["s"]: row["l"] for row in rows}


def listed_at(site: Site, link: Node, page: str) -> int:
    """Return how many things the list holds that a link of a page leads to."""
    address = urljoin(f"/doc/{page}", link.attributes["href"] or "")
    reply = site.client.get(address, headers={"Accept": "text/html"})
    assert reply.status_code == 200, address
    (total,) = Tree(reply.text).root.all("p", "total")
    return number(total.all("strong")[0])


SPLIT = "portefeuille/sante-et-services-sociaux"


@pytest.mark.parametrize(
    "path",
    [SPLIT, f"{SPLIT}-reseau", "categorie/automatisation", "genre/etablissement-de-sante", ""],
)
def test_every_number_by_year_and_status_leads_to_the_list_of_as_many(
    site: Site, path: str
) -> None:
    path = path or largest_bodies(site, 1)[0].removeprefix(f"{BASE}id/")
    links = [a for table in site.page(path).all("table", "bars") for a in table.all("a", "number")]
    assert len(links) >= 3
    for link in links:
        assert listed_at(site, link, path) == number(link), link


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_value_says_what_changed_since_the_portrait_before(site: Site, language: str) -> None:
    text = {"fr": "Ce qui a changé de 2024 à 2025", "en": "What changed from 2024 to 2025"}
    page = site.page(SPLIT, lang=language)
    assert text[language] in [h2.text() for h2 in page.all("h2")]
    own = f"?i dcterms:hasVersion ?e . {below('portefeuille', f'{BASE}id/{SPLIT}')}"
    new = site.count(f"{own} . {IN.format(2025)} . ?i pia:premiereAnnee 2025")
    gone = site.count(f"{own} . {IN.format(2024)} . ?i pia:derniereAnnee 2024")
    links = {a.attributes["href"] or "": a for a in page.all("a")}
    for presence, expected in (("nouvelle", new), ("absente", gone)):
        (link,) = [a for href, a in links.items() if f"presence={presence}" in href]
        assert link.text().split()[0] == str(expected) != "0"
        assert listed_at(site, link, SPLIT) == expected
    # Both numbers of the comparison lead to the entries that it counts.
    counted = [a for href, a in links.items() if f"changements/2024-2025/{SPLIT}/" in href]
    by_year = [site.count(f"{own} . {IN.format(year)}") for year in (2024, 2025)]
    assert [number(a) for a in counted] == by_year


def test_a_label_that_was_split_counts_nothing_before_it_was_there(site: Site) -> None:
    page = site.page(f"{SPLIT}-reseau")
    before = page.all("table", "bars")[0].all("tbody")[0].all("tr")[0]
    assert [td.text() for td in before.all("td")][1:2] == ["—"]
    assert "— compté dans Santé et Services sociaux (ensemble)" in before.text()
    assert listed_at(site, before.all("a")[1], SPLIT) == number(before.all("a")[1])
    assert {tr.all("td")[0].text() for tr in page.all("table", "bars")[1].all("tr")[1:]} == {"—"}
    assert "absentes en 2025" not in page.text()
    # This one had its own label in 2025, and no entry: that is a true zero.
    page = site.page("portefeuille/enseignement-superieur-hors-reseau")
    first, second = page.all("table", "bars")[0].all("tbody")[0].all("tr")
    assert [first.all("td")[0].text()[0], second.all("td")[0].text()] == ["—", "0"]


def test_slips_are_spellings_and_no_names(site: Site) -> None:
    page = site.page("organisme/hema-quebec")
    assert site.count("<id/organisme/hema-quebec> skos:hiddenLabel ?l", "?l") > 0
    assert "Aussi\u00a0:" not in page.text("script", "details")
    assert "Héma-Québec " in [bdi.text() for bdi in page.all("bdi", "literal")]
    page = site.page("organisme/regie-de-l-assurance-maladie-du-quebec")
    assert "Aussi\u00a0: RAMQ" in page.all("main")[0].text("details")


def test_numbers_of_bodies_are_those_of_sparql(site: Site) -> None:
    for iri in largest_bodies(site, 3):
        page, own = site.page(iri.removeprefix(f"{BASE}id/")), f"?e pia:organisme <{iri}>"
        total = site.count(f"{own} ; pia:inscriptionDe ?i", "?i")
        by_year = [site.count(f"{own} . {IN.format(year)}") for year in (2024, 2025)]
        assert figures(page) == [by_year[1], total]
        (table,) = page.all("table", "bars")
        expected = {
            name: [site.count(f"{own} ; pia:statut <{s}> . {IN.format(y)}") for y in (2024, 2025)]
            for s, name in status_names(site).items()
        }
        expected = {name: counts for name, counts in expected.items() if any(counts)}
        assert rows_of(table) == {**expected, "Ensemble": by_year}
        (timeline,) = page.all("table", "timeline")
        assert len(timeline.all("tbody")[0].all("tr")) == min(total, 50)


@pytest.mark.parametrize("kind", ["categorie", "statut", "portefeuille", "genre"])
def test_numbers_of_values_are_those_of_sparql(site: Site, kind: str) -> None:
    scheme = f"?x skos:inScheme <id/{kind}>"
    # Some with parts: what a part holds, the whole holds too.
    whole = site.paths(f"{scheme} . ?part skos:broader ?x", 2)
    for path in dict.fromkeys((*whole, *site.paths(scheme, 3))):
        page, own = site.page(path), below(kind, f"{BASE}id/{path}")
        counts = {
            str(year): [
                site.count(f"{own} . {IN.format(year)}"),
                site.count(f"{own} . {IN.format(year)} ; pia:organisme ?b", "?b"),
            ]
            for year in (2024, 2025)
        }
        assert figures(page) == counts["2025"]
        table, *by_status = page.all("table", "bars")
        shown = rows_of(table)
        # What a year does not tell apart from its whole has no number there.
        assert shown == {year: own if shown[year] else [] for year, own in counts.items()}
        apart = [year for year, own in shown.items() if not own]
        if kind == "statut":
            assert not by_status
        else:
            names = status_names(site)
            expected = {
                name: [
                    site.count(f"{own} . ?e pia:statut <{s}> . {IN.format(y)}")
                    for y in (2024, 2025)
                    if str(y) not in apart
                ]
                for s, name in names.items()
            }
            expected = {name: numbers for name, numbers in expected.items() if any(numbers)}
            everything = [counts[y][0] for y in counts if y not in apart]
            assert rows_of(by_status[0]) == {**expected, "Ensemble": everything}
        listed = [li for ul in page.all("ul", "entry-list") for li in ul.all("li")]
        assert len(listed) == min(counts["2025"][0], 20)


def test_numbers_of_a_list_of_values_are_those_of_sparql(site: Site) -> None:
    for kind in ("categorie", "statut", "portefeuille"):
        (table,) = site.page(kind, lang="en").all("table", "bars")
        shown = rows_of(table)
        expected = site.ask(f"""SELECT ?l ?y (COUNT(?e) AS ?n) {{
            ?v skos:inScheme <id/{kind}> ; skos:prefLabel ?l FILTER(LANG(?l) = "en")
            ?e pia:{kind} ?v ; pia:annee ?y }} GROUP BY ?l ?y""")
        assert expected
        for row in expected:
            assert shown[row["l"]][int(row["y"]) - 2024] == int(row["n"])
        assert sum(map(sum, shown.values())) == sum(int(row["n"]) for row in expected)


@pytest.mark.parametrize("year", [2024, 2025])
def test_numbers_of_a_portrait_are_those_of_sparql(site: Site, year: int) -> None:
    page = site.page(f"portrait/{year}")
    entries = site.count(IN.format(year))
    assert figures(page) == [entries, site.count(f"{IN.format(year)} ; pia:organisme ?b", "?b")]
    change = "".join(dd.text() for dd in page.all("dd", "change"))
    assert change == (
        "" if year == 2024 else f"+{entries - site.count(IN.format(2024))} depuis 2024"
    )
    fields = ("categorie", "statut", "portefeuille")
    shown = [rows_of(table) for table in page.all("table", "bars")]
    counts = [n for table in shown for (n,) in table.values()]
    assert sum(counts) == len(fields) * entries
    for field in fields:
        for row in site.ask(f"""SELECT ?l (COUNT(?e) AS ?n) {{
            {IN.format(year)} ; pia:{field} ?v . ?v skos:prefLabel ?l FILTER(LANG(?l) = "fr")
            }} GROUP BY ?l"""):
            assert any(table.get(row["l"]) == [int(row["n"])] for table in shown), row


FIELDS = {
    "Nom": "rdfs:label", "Organisme": "pia:organisme", "Catégorie": "pia:categorie",
    "Statut": "pia:statut", "Portefeuille": "pia:portefeuille", "Bénéfices": "pia:benefices",
}  # fmt: skip


# As the comparison does, at the broadest portfolio: a label that was split is no change.
COMPARED = {**FIELDS, "Portefeuille": "pia:portefeuille/skos:broader*"}


def marked(table: Node) -> set[tuple[str, int]]:
    """Return the field and the number of the column of each cell that says that it changed."""
    return {
        (row.all("th")[0].text(), place)
        for row in table.all("tbody")[0].all("tr")
        for place, td in enumerate(row.all("td"))
        if td.all("span", "changed")
    }


def only(one: str, other: str, property_: str) -> str:
    """Write the pattern of a value that the one has and the other has not, and that is no part."""
    broadest = "FILTER NOT EXISTS { ?v skos:broader ?whole }" if "broader" in property_ else ""
    return f"<{one}> {property_} ?v {broadest} FILTER NOT EXISTS {{ <{other}> {property_} ?v }}"


def test_changed_cells_are_marked_exactly_where_two_entries_differ(site: Site) -> None:
    rows = site.ask("""SELECT ?i ?a ?b { ?i dcterms:hasVersion ?a , ?b .
        ?a pia:annee 2024 . ?b pia:annee 2025 } ORDER BY ?i LIMIT 12""")
    assert len(rows) == 12
    some_changed = some_kept = False
    for row in rows:
        differs = {
            (name, 1)
            for name, property_ in COMPARED.items()
            if site.ask(f"SELECT ?v {{ {only(row['a'], row['b'], property_)} }}")
            or site.ask(f"SELECT ?v {{ {only(row['b'], row['a'], property_)} }}")
        }
        (table,) = site.page(row["i"].removeprefix(f"{BASE}id/")).all("table", "sides")
        assert marked(table) == differs
        some_changed |= bool(differs)
        some_kept |= len(differs) < len(FIELDS)
        # The page of the later entry marks the same, and that of the first one nothing.
        (table,) = site.page(row["b"].removeprefix(f"{BASE}id/")).all("table", "sides")
        assert marked(table) == {(name, 0) for name, _ in differs}
        (table,) = site.page(row["a"].removeprefix(f"{BASE}id/")).all("table", "sides")
        assert marked(table) == set()
    assert some_changed
    assert some_kept


def test_a_label_that_was_split_is_no_change(site: Site) -> None:
    old, new = f"<id/{SPLIT}>", f"<id/{SPLIT}-reseau>"
    (path, *_) = site.paths(
        f"""?x dcterms:hasVersion ?a , ?b . ?a pia:annee 2024 ;
        pia:portefeuille {old} . ?b pia:annee 2025 ; pia:portefeuille {new}""",
        1,
    )
    for language, text in (("fr", "libellé scindé"), ("en", "label split")):
        (table,) = site.page(path, lang=language).all("table", "sides")
        (cell,) = [td for td in table.all("td") if text in td.text()]
        assert not cell.all("span", "changed")
        assert not cell.all("mark")


def test_a_thing_without_a_template_has_days_and_truth_values_in_words(site: Site) -> None:
    facts = site.page("changement/sante-quebec-2024").all("dl", "facts")[0].text()
    assert "1 décembre 2024" in facts
    assert "true" not in site.page("sort/statut-change").all("dl", "facts")[0].text()


def test_entries_of_one_name_are_told_apart_by_their_year(site: Site) -> None:
    (path, *_) = site.paths(
        """?x dcterms:hasVersion ?a , ?b . ?a pia:annee 2024 ; rdfs:label ?l .
        ?b pia:annee 2025 ; rdfs:label ?l""",
        1,
    )
    (statements,) = site.page(path).all("details", "all")
    links = [a for a in statements.all("a") if f"{path}/20" in (a.attributes["href"] or "")]
    assert len(links) >= 4  # as its versions, and as what points at it
    for link in links:
        year = (link.attributes["href"] or "").partition(f"{path}/")[2][:4]
        assert link.text().endswith(f" ({year})")


def test_an_initiative_that_is_gone_shows_its_last_known_state(site: Site) -> None:
    (path,) = site.paths("?x pia:derniereAnnee 2024", 1)
    page = site.page(path)
    (said,) = page.all("div", "callout")
    assert "absente du portrait de 2025" in said.text()
    assert "dernier état connu, celui de 2024" in said.text()
    assert page.all("span", "gone")
    (path,) = site.paths("?x pia:premiereAnnee 2025", 1)
    page = site.page(path)
    assert not page.all("div", "callout")
    assert [badge.text() for badge in page.all("span", "new")] == ["nouvelle en 2025"]


def test_an_initiative_shows_why_its_years_are_one_and_what_it_may_be(site: Site) -> None:
    (decided,) = site.ask(
        "SELECT ?i ?d ?w { ?d pia:etablit ?i ; pia:preuve ?w } ORDER BY ?d LIMIT 1"
    )
    page = site.page(decided["i"].removeprefix(f"{BASE}id/"))
    (card,) = page.all("section", "card")
    assert decided["w"] in plain(card.text())
    assert "Accord exact" in card.text()
    assert re.search(r"\d+ novembre \d{4}", card.text())
    (pair,) = site.ask("""SELECT ?a ?l { ?p pia:membreAnterieur ?a ; pia:membrePosterieur ?b .
        ?b rdfs:label ?l } ORDER BY ?p LIMIT 1""")
    (may_be,) = site.page(pair["a"].removeprefix(f"{BASE}id/")).all("ul", "pairs")
    assert pair["l"] in may_be.text()
    both = site.page((may_be.all("a")[1].attributes["href"] or "").partition("id/")[2])
    assert len(both.all("table", "sides")[0].all("thead")[0].all("th")) == 2


def test_tables_of_another_version_cost_only_what_is_similar(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = site.paths("?x a pia:Initiative", 5)
    assert any("semblables" in site.page(path).text() for path in paths)
    monkeypatch.setattr("server.lists.database.VERSION", -1)
    assert not any("semblables" in site.page(path).text() for path in paths)


def test_a_year_leads_to_the_next_and_a_value_to_its_row(site: Site) -> None:
    (row,) = site.ask("""SELECT ?a ?b { ?i dcterms:hasVersion ?a , ?b .
        ?a pia:annee 2024 . ?b pia:annee 2025 } ORDER BY ?i LIMIT 1""")
    page = site.page(row["b"].removeprefix(f"{BASE}id/"))
    before = [a for a in page.all("a") if a.attributes.get("rel") == "prev"]
    assert [
        unquote(a.attributes["href"] or "").endswith(row["a"].removeprefix(BASE)) for a in before
    ]
    assert [link.attributes["rel"] for link in page.all("link")].count("prev") == 1
    source = page.all("table", "sides")[0].all("tr")[-1].all("a")[0].attributes["href"] or ""
    path, _, fragment = source.partition("#")
    with site.client.get(urljoin("/doc/initiative/x/2025", path)) as reply:
        lines = reply.data.decode().splitlines()
    written = page.all("h1")[0].text()
    assert any(written in line for line in lines)
    assert re.fullmatch(r"row=\d+", fragment)


def test_each_value_leads_to_the_cell_that_it_was_read_from(site: Site) -> None:
    continued = "?x a pia:Initiative ; dcterms:hasVersion ?one, ?other FILTER(?one != ?other)"
    for path in (*site.paths(continued, 4), *site.paths("?x a pia:Inscription", 1)):
        page = site.page(path)
        (table,) = page.all("table", "sides")
        (origins,) = (one for one in page.all("details") if one.text().strip().startswith(CELLS))
        said = {
            row.all("th")[0].text(): [side.text() for side in row.all("td")]
            for row in table.all("tbody")[0].all("tr")
        }
        fields = [node.text() for node in origins.all("dt")]
        assert [*said] == [*fields, "Source"], path
        links, years = origins.all("a"), len(said["Nom"])
        assert len(links) == len(fields) * years
        for place, link in enumerate(links):
            address, _, fragment = (link.attributes["href"] or "").partition("#cell=")
            with site.client.get(urljoin(f"/doc/{path}", address)) as reply:
                lines = reply.data.decode("utf-8-sig").splitlines(keepends=True)
            rows = list(csv.reader(lines, delimiter=";" if ";" in lines[0] else ","))
            row, column = map(int, fragment.split(","))
            name, cell = rows[0][column - 1], rows[row - 1][column - 1]
            assert link.text() == f"ligne {row}, colonne {column} («\u00a0{name}\u00a0»)"
            shown = said[fields[place // years]][place % years].lower()
            words = re.findall(r"\w{4,}", cell.lower())
            assert words
            assert [word for word in words if word not in shown] == [], (path, name)


def test_a_feed_says_what_changed_of_a_body(site: Site) -> None:
    path = "organisme/universite-laval"
    body = f"{BASE}id/{path}"
    page = site.page(path)
    feeds = [
        a
        for a in page.all("link")
        if (a.attributes.get("href") or "").partition("?")[0].endswith(".atom")
    ]
    assert [a.attributes["type"] for a in feeds] == ["application/atom+xml"]
    reply = site.client.get(f"/doc/{path}.atom?lang=en")
    assert reply.mimetype == "application/atom+xml"
    atom = "{http://www.w3.org/2005/Atom}"
    ids = [
        entry.findtext(f"{atom}id") or ""
        for entry in ET.fromstring(reply.data).iter(f"{atom}entry")
    ]
    assert len(ids) == len(set(ids))
    # An entry without a summary has none, rather than an empty one.
    assert all(text.text for text in ET.fromstring(reply.data).iter(f"{atom}summary"))
    own = f"?x dcterms:hasVersion/pia:organisme <{body}>"
    absent = site.paths(f"{own} ; pia:derniereAnnee 2024")
    new = site.paths(f"{own} ; pia:premiereAnnee 2025")
    compared = "rdfs:label pia:organisme pia:statut pia:categorie pia:benefices"
    both = f"{own} ; dcterms:hasVersion ?a , ?b . ?a pia:annee 2024 . ?b pia:annee 2025 ."
    # A label of the same whole is no move.
    changed = site.paths(f"""{both}
        OPTIONAL {{ ?a pia:portefeuille ?pa OPTIONAL {{ ?pa skos:broader ?wa }} }}
        OPTIONAL {{ ?b pia:portefeuille ?pb OPTIONAL {{ ?pb skos:broader ?wb }} }}
        FILTER(COALESCE(?wa, ?pa) != COALESCE(?wb, ?pb)
            || EXISTS {{ VALUES ?p {{ {compared} }} ?b ?p ?v FILTER NOT EXISTS {{ ?a ?p ?v }} }})
        """)
    assert absent
    assert new
    assert changed
    split = f"{both} ?a pia:portefeuille ?whole . ?b pia:portefeuille/skos:broader ?whole"
    assert {*site.paths(split)} - {*changed}
    expected = {f"{BASE}id/{p}#absente-2025" for p in absent}
    assert set(ids) == expected | {f"{BASE}id/{p}/2025" for p in (*new, *changed)}


def test_the_framework_is_a_timeline(site: Site) -> None:
    page = site.page("cadre")
    days = [time.attributes["datetime"] for time in page.all("time")]
    assert days == sorted(days)  # type: ignore[type-var]
    texts = site.count("<id/cadre> dcterms:hasPart ?e")
    assert (
        sum(len(group.all("li")) for name in ("ol", "ul") for group in page.all(name, "milestones"))
        == texts
    )
    order = site.page("cadre/arrete-2025-02")
    assert "17 décembre 2025" in order.text()
    assert "arrete-2024-02" in "".join(a.attributes["href"] or "" for a in order.all("a"))


@pytest.fixture(scope="module")
def one_of_each(site: Site) -> list[str]:
    """A path below id/ for every folder, at every depth."""
    dump = (site.folder / "current/dumps/portraits.nt").read_text(encoding="utf-8")
    paths = sorted(set(re.findall(rf"(?m)^<{BASE}id/([^>]+)> <http://www.w3.org/1999", dump)))
    kinds: dict[tuple[str, int], str] = {}
    for path in paths:
        kinds.setdefault((path.partition("/")[0], path.count("/")), path)
    return list(kinds.values())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_of_each_kind_is_made_for_readers(
    site: Site, one_of_each: list[str], language: str
) -> None:
    assert len(one_of_each) > 40
    for path in one_of_each:
        page = site.page(path, lang=language)
        (html,) = page.all("html")
        assert html.attributes["lang"] == language
        levels = [int(n.tag[1]) for n in page.walk() if re.fullmatch("h[1-6]", n.tag)]
        assert levels.count(1) == 1, path
        assert all(b - a <= 1 for a, b in pairwise(levels)), (path, levels)
        ids = [n.attributes["id"] for n in page.walk() if "id" in n.attributes]
        assert len(ids) == len(set(ids)), path
        (main,) = page.all("main")
        assert BASE not in main.text("details", "code", "pre"), path
        assert len(main.all("details", "all")) == 1
        assert not [n for n in page.walk() if "style" in n.attributes]
        links = {n.attributes["rel"]: n.attributes["href"] for n in page.all("link")}
        assert links["canonical"] == f"{BASE}doc/{path}"
        kinds = [n.attributes.get("type") for n in page.all("link")]
        assert {"text/turtle", "application/ld+json", "application/rdf+xml"} <= set(kinds)
        properties = {
            n.attributes.get("property"): n.attributes["content"]
            for n in page.all("meta")
            if "property" in n.attributes
        }
        assert plain(properties["og:title"] or "") == plain(main.all("h1")[0].text("span").rstrip())
        assert properties["og:description"]
        image = properties["og:image"] or ""
        assert image.startswith(f"{BASE}graphiques/"), path
        picture = site.client.get(image.removeprefix(BASE.rstrip("/")))
        assert (picture.status_code, picture.mimetype) == (200, "image/png")
        blocks = [
            n for n in page.all("script") if n.attributes.get("type") == "application/ld+json"
        ]
        assert len(blocks) == 2
        for script in blocks:
            node = json.loads(script.text())
        (about,) = [n for n in node["@graph"] if n["@type"] == "WebPage"]
        assert about["mainEntity"]["@id"] == f"{BASE}id/{path}"
        assert about["url"] == f"{BASE}doc/{path}"
        trail = [a.text() for nav in page.all("nav", "trail") for a in nav.all("a")]
        assert [item["name"] for item in about["breadcrumb"]["itemListElement"]][:-1] == trail[1:]
        (quotes,) = main.all("details", "quotes")
        assert f"{BASE}id/{path}" in quotes.text()
        shown = [node.text().strip() for node in quotes.all("pre")]
        files = [node.attributes["href"] or "" for node in quotes.all("a")]
        assert len(files) == 2
        for file, text in zip(files, shown[1:], strict=True):
            reply = site.client.get(urljoin(f"/doc/{path}", file))
            assert reply.status_code == 200
            assert reply.text.replace("\r\n", "\n").strip() == text
            assert reply.headers["Content-Disposition"].startswith("attachment; filename=")


def test_every_link_of_a_page_of_each_kind_answers(site: Site, one_of_each: list[str]) -> None:
    seen: dict[str, str] = {}
    for path in one_of_each:
        for node in site.page(path).walk():
            target = node.attributes.get("href") or node.attributes.get("src") or ""
            if (
                target
                and "//" not in target.partition("?")[0]
                and not target.startswith(("data:", "#"))
            ):
                seen.setdefault(urldefrag(urljoin(f"/doc/{path}", target))[0], path)
    broken = []
    for address, path in seen.items():
        # Documents are cheaper to make than pages, and are there for the same things.
        is_thing = address.startswith("/id/")
        reply = site.client.get(
            address.replace("/id/", "/doc/", 1),
            headers={"Accept": "text/turtle" if is_thing else "*/*"},
            follow_redirects=True,
        )
        reply.close()
        if reply.status_code != 200:
            broken.append((address, path, reply.status_code))
    assert not broken
    assert len(seen) > 200


HOSTILE = (
    "<script>alert(1)</script> {{ 7*7 }} {}%\\_ \u202eehcuag\u202c \"'&amp;",
    "</title><b>Dienst</b>",
    "- eerste <i>punt</i>\n- tweede\n\nslot " + "lang " * 400 + "\njavascript:alert(1)",
)
MANY = 300


@pytest.fixture(scope="module")
def hostile(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of a Dutch register without lists, with hostile cells, and a body with very many."""
    columns = {name: DUTCH[name] for name in ("nom", "organisme", "benefices")}
    columns["description"] = "Omschrijving"  # which the first portrait leaves blank
    many = [(f"Hulp {n}", "Grote dienst", "Sneller") for n in range(MANY)]
    rows: Rows = {
        2024: [(*row, "") for row in (HOSTILE, *many)],
        2025: [
            (*HOSTILE[:2], "anders", ""),
            *((*row, "Wat het doet") for row in many[: MANY // 2]),
        ],
    }
    words = {"name": "gemeente", "language": "nl", "title": "Algoritmen van een gemeente"}
    words |= {"description": "Wat de gemeente gebruikt.", "publisher": "Gemeente"}
    folder = tmp_path_factory.mktemp("hostile")
    yield from open_site(build(portrait_ia, folder, columns, rows, **words))


def test_hostile_cells_are_text(hostile: Site) -> None:
    (path,) = hostile.paths('?x a pia:Initiative ; rdfs:label ?l FILTER(CONTAINS(?l, "script"))')
    body = hostile.paths(f"<id/{path}> dcterms:hasVersion/pia:organisme ?x")[0]
    for each in (path, f"{path}/2024", body):
        page = hostile.page(each)
        (main,) = page.all("main")
        assert HOSTILE[0 if each != body else 1] in main.all("h1")[0].text()
        assert not [n for n in main.walk() if n.tag in ("script", "b", "i", "img")]
        assert not [a for a in page.all("a") if "javascript:" in (a.attributes.get("href") or "")]
        assert HOSTILE[0 if each != body else 1] in page.all("title")[0].text()
    table = hostile.page(path).all("table", "sides")[0]
    assert [li.text() for li in table.all("li")] == ["eerste <i>punt</i>", "tweede"]
    assert marked(table) == {("Benefits", 1)}
    bibtex = hostile.page(path).all("pre")[1].text()
    plain = re.sub(r"\\.", "", bibtex)
    assert plain.count("{") == plain.count("}")
    assert "\\{\\}\\%\\textbackslash{}\\_" in bibtex


def test_an_error_can_be_reported(hostile: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = hostile.paths('?x a pia:Initiative ; rdfs:label ?l FILTER(CONTAINS(?l, "script"))')

    def report() -> str:
        (link,) = [
            a for a in hostile.page(path).all("a") if a.text() == "Report an error in this entry"
        ]
        return link.attributes["href"] or ""

    assert report() == "https://publisher.example/"
    manifest = hostile.client.application.extensions["current_release"].current.manifest
    monkeypatch.setitem(manifest, "operator", {**manifest["operator"], "email": "ia@exemple.ca"})
    address, _, fields = report().partition("?")
    assert address == "mailto:ia@exemple.ca"
    read = parse_qs(fields, strict_parsing=True)
    assert read["subject"] == [f"Error in the entry: {HOSTILE[0]}"]
    assert read["body"] == [f"{BASE}id/{path}"]
    nobody = {**manifest["publisher"], "email": None, "homepage": None}
    for role in ("operator", "publisher"):
        monkeypatch.setitem(manifest, role, nobody)
    series = {**manifest["series"], "landing": "https://portal.example/register"}
    monkeypatch.setitem(manifest, "series", series)
    assert report() == "https://portal.example/register"
    monkeypatch.setitem(manifest, "series", {**series, "landing": None})
    assert "names neither an e-mail address nor a site to report it to" in hostile.page(path).text()


def test_a_body_with_very_many_has_a_bounded_page(hostile: Site) -> None:
    (path,) = hostile.paths('?x a pia:Organisme ; rdfs:label "Grote dienst"@nl')
    page = hostile.page(path)
    assert figures(page) == [MANY // 2, MANY]
    assert len(page.all("table", "timeline")[0].all("tbody")[0].all("tr")) == 50
    reply = hostile.client.get(f"/doc/{path}.atom")
    assert len(ET.fromstring(reply.data).findall("{http://www.w3.org/2005/Atom}entry")) == MANY // 2


def test_a_feed_of_which_not_all_was_read_invents_nothing(
    hostile: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = hostile.paths('?x a pia:Organisme ; rdfs:label "Grote dienst"@nl')
    monkeypatch.setattr(feed, "MOST_ROWS", MANY // 2 + 50)  # ends within the portrait of 2024
    reply = hostile.client.get(f"/doc/{path}.atom")
    assert ET.fromstring(reply.data).findall("{http://www.w3.org/2005/Atom}entry") == []


def test_a_portrait_lists_the_fields_of_its_own_year(hostile: Site) -> None:
    field, also = "a description of the system", "It also gives"
    pages = [hostile.page(f"portrait/{year}").all("main")[0].text() for year in (2024, 2025)]
    lacks, says = zip(*((page.partition(also)[0::2]) for page in pages), strict=True)
    assert [field in each for each in lacks] == [True, False]
    assert [field in each for each in says] == [False, True]
    assert all("Validation of the whole release" in page for page in pages)


def test_nothing_is_new_in_a_first_portrait(hostile: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    release = hostile.client.application.extensions["current_release"].current
    first = [portrait for portrait in release.manifest["portraits"] if portrait["year"] == 2024]
    monkeypatch.setitem(release.manifest, "portraits", first)
    monkeypatch.setattr(release, "years", [2024])
    (path,) = hostile.paths(f'?x a pia:Initiative ; rdfs:label "Hulp {MANY - 1}"@nl')
    badges = [node.text() for node in hostile.page(path).walk() if "badge" in node.classes]
    assert badges == ["first entered in 2024"]


def test_a_body_leads_to_the_list_of_all_its_initiatives(hostile: Site) -> None:
    (path,) = hostile.paths('?x a pia:Organisme ; rdfs:label "Grote dienst"@nl')
    (link,) = hostile.page(path).all("a", "button")
    query = parse_qs((link.attributes["href"] or "").partition("?")[2])
    assert query == {"organisme": [path.partition("/")[2]], "annee": ["2024", "2025"]}


def test_what_a_register_lacks_leaves_no_trace(hostile: Site) -> None:
    (initiative,) = hostile.paths('?x a pia:Initiative ; rdfs:label "Hulp 1"@nl')
    (body,) = hostile.paths('?x a pia:Organisme ; rdfs:label "Grote dienst"@nl')
    for path in (initiative, f"{initiative}/2025", body, "portrait/2025"):
        for language in ("en", "fr"):
            (html,) = hostile.page(path, lang=language).all("html")
            shown = html.text("script", "pre", "code", "details")
            assert not QUEBEC.findall(shown), (path, QUEBEC.findall(shown))
            assert not re.findall("(?i)categor|catégor|sector|secteur|statut|status", shown), path
