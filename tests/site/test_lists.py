"""The list of initiatives: facets count what SPARQL counts, and hostile parameters harm none."""

import csv
import html
import io
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

import pyoxigraph as ox
import pytest

from server.engine.faults import QueryTooSlow
from server.lists import database
from server.lists.query import ListQuery
from server.lists.sparql import write_select
from server.lists.things import BODIES
from server.lists.words import parse_search, write_match
from server.lists.years import tell_years
from tests.conftest import Run

BASE = "http://localhost:8000/"
PREFIXES = f"PREFIX pia: <{BASE}def#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"


def ask(address: str, fetch: Any, query: str) -> list[dict[str, str]]:
    reply = fetch(f"{address}sparql?query={quote(query)}&format=json")
    assert reply.status == 200, reply.text
    bindings = json.loads(reply.body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in bindings]


def open_list(address: str, fetch: Any, path: str = "initiatives", **parameters: str) -> str:
    parameters = {"lang": "en", **parameters}
    reply = fetch(f"{address}{path}?{urlencode(parameters)}", headers={"Accept": "text/html"})
    assert reply.status == 200, reply.text
    text: str = reply.text
    return text


def total(page: str) -> int:
    match = re.search(r'role="status"><strong>([\d,]+)</strong>', page)
    assert match
    return int(match[1].replace(",", ""))


def initiatives_of(turtle: bytes) -> set[str]:
    """Return the URIs of the initiatives that a graph describes."""
    kind = ox.NamedNode(f"{BASE}def#Initiative")
    quads = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    return {quad.subject.value for quad in quads if quad.object == kind}


def facets(page: str) -> dict[str, int]:
    """Return the number beside each value of each facet, by its parameters."""
    listed = re.findall(
        r'<li><a rel="nofollow" href="([^"]+)"[^>]*><span.*?<span class="number">([\d,]+)</span>',
        page,
    )
    return {href.replace("&amp;", "&"): int(number.replace(",", "")) for href, number in listed}


@pytest.mark.parametrize("year", [None, 2024, 2025])
def test_every_facet_counts_what_sparql_counts(examples: str, fetch: Any, year: int | None) -> None:
    """Count by each list in SPARQL, an initiative by its last entry or by that of the year."""
    page = open_list(examples, fetch, **({"annee": str(year)} if year else {}))
    counted = facets(page)
    entry = f"?e pia:annee {year}" if year else "?i pia:derniereInscription ?e"
    paths = {
        "organisme": "pia:organisme",
        "categorie": "pia:categorie",
        "statut": "pia:statut",
        "portefeuille": "pia:portefeuille/skos:broader?",
        "genre": "pia:organisme/<http://www.w3.org/ns/org#classification>",
    }
    for name, path in paths.items():
        rows = ask(
            examples,
            fetch,
            f"{PREFIXES} SELECT ?v (COUNT(DISTINCT ?i) AS ?n)"
            f" {{ {entry} . ?e pia:inscriptionDe ?i ; {path} ?v }} GROUP BY ?v",
        )
        expected = {row["v"].rpartition("/")[2]: int(row["n"]) for row in rows}
        on_page = {
            values[name][0]: number
            for href, number in counted.items()
            if name in (values := parse_qs(urlsplit(href).query))
        }
        assert on_page == expected, name
    assert total(page) == (168 if year == 2024 else 258 if year == 2025 else 350)


IN_PRODUCTION = {"portefeuille": "sante-et-services-sociaux", "statut": "solution-en-production"}


def test_a_list_says_of_which_years_it_is_and_leads_to_the_newest(
    examples: str, fetch: Any
) -> None:
    pattern = """?e pia:portefeuille/skos:broader? <id/portefeuille/sante-et-services-sociaux> ;
        pia:statut <id/statut/solution-en-production> ; pia:inscriptionDe ?i"""

    def count(of: str) -> int:
        query = f"BASE <{BASE}> {PREFIXES} SELECT (COUNT(DISTINCT ?i) AS ?n) {{ {pattern} . {of} }}"
        return int(ask(examples, fetch, query)[0]["n"])

    said = 'class="of-years">{}<'
    page = open_list(examples, fetch, **IN_PRODUCTION)
    assert total(page) == count("?i pia:derniereInscription ?e")
    assert said.format("of 2024 or of 2025, as their latest entry says") in page
    (link, number) = re.findall(
        r'class="other-years"><a rel="nofollow" href="([^"]+)">In 2025: ([\d,]+)<', page
    )[0]
    newest = fetch(urljoin(f"{examples}initiatives", html.unescape(link))).text
    assert total(newest) == int(number) == count("?e pia:annee 2025") == 53
    assert said.format("in 2025") in newest
    (back,) = re.findall(r'class="other-years"><a rel="nofollow" href="([^"]+)">All years<', newest)
    assert total(fetch(urljoin(f"{examples}initiatives", html.unescape(back))).text) == total(page)
    assert total(open_list(examples, fetch, annee="2024", **IN_PRODUCTION)) == count(
        "?e pia:annee 2024"
    )
    french = open_list(examples, fetch, lang="fr", **IN_PRODUCTION)
    assert said.format("de 2024 ou de 2025, selon leur dernière inscription") in french
    assert ">En 2025\u00a0: 53<" in french
    # What nothing narrows is there whatever its last entry says; a year's own list has its title.
    assert said.format("of 2024 or of 2025") in open_list(examples, fetch)
    assert said.format("of 2024 or of 2025") in open_list(examples, fetch, "organismes")
    assert said.format("") in open_list(examples, fetch, "portraits/2025")
    # None of those that are absent is in the newest year.
    assert "other-years" not in open_list(examples, fetch, presence="absente")


def test_years_are_told_of_three_portraits_and_not_of_one() -> None:
    told = tell_years(ListQuery(BODIES), (2023, 2024, 2025))
    assert told
    assert (told.text("fr"), told.text("en")) == ("de 2023 à 2025", "from 2023 to 2025")
    assert tell_years(ListQuery(BODIES), (2025,)) is None


@pytest.mark.parametrize("path", ["", "initiatives", "aide"])
def test_ways_lead_to_the_lists_of_the_newest_portrait(
    examples: str, fetch: Any, path: str
) -> None:
    page = fetch(f"{examples}{path}?lang=en", headers={"Accept": "text/html"}).text
    for name, entries in {
        "initiatives": "?e pia:inscriptionDe",
        "organismes": "?e pia:organisme",
    }.items():
        (link, *_) = re.findall(rf'<a href="(\./{name}\?[^"]+)"', page)
        query = (
            f"{PREFIXES} SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {entries} ?x . ?e pia:annee 2025 }}"
        )
        (row,) = ask(examples, fetch, query)
        assert total(fetch(urljoin(examples, html.unescape(link))).text) == int(row["n"])


def test_parts_stand_behind_their_whole(examples: str, fetch: Any) -> None:
    page = open_list(examples, fetch, annee="2025")
    keys = re.findall(
        r'<a rel="nofollow" href="[^"]*portefeuille=([\w-]+)[^"]*"( class="part")?', page
    )
    rows = ask(
        examples,
        fetch,
        f"{PREFIXES} SELECT ?p ?w {{ ?p skos:broader ?w . ?p a pia:Portefeuille }}",
    )
    wholes = {row["p"].rpartition("/")[2]: row["w"].rpartition("/")[2] for row in rows}
    order = [key for key, _ in keys]
    assert [key for key, part in keys if part] == [key for key in order if key in wholes]
    for part in (key for key in order if key in wholes):
        between = order[order.index(wholes[part]) + 1 : order.index(part)]
        assert all(wholes.get(other) == wholes[part] for other in between)


# The number of things of each list in each year, and of the values of its facets.
COUNTED = {
    "organismes": {
        "annee": "?e pia:organisme ?thing ; pia:annee ?v",
        "genre": "?thing <http://www.w3.org/ns/org#classification> ?v . ?e pia:organisme ?thing",
        "portefeuille": "?e pia:organisme ?thing ; pia:portefeuille/skos:broader? ?v",
    },
    "portefeuilles": {"annee": "?e pia:portefeuille/skos:broader? ?thing ; pia:annee ?v"},
    "categories": {"annee": "?e pia:categorie ?thing ; pia:annee ?v"},
    "statuts": {"annee": "?e pia:statut ?thing ; pia:annee ?v"},
}


@pytest.mark.parametrize("path", COUNTED)
def test_every_facet_of_things_counts_what_sparql_counts(
    examples: str, fetch: Any, path: str
) -> None:
    counted = facets(open_list(examples, fetch, path))
    for name, pattern in COUNTED[path].items():
        query = f"{PREFIXES} SELECT ?v (COUNT(DISTINCT ?thing) AS ?n) {{ {pattern} }} GROUP BY ?v"
        expected = {
            row["v"].rpartition("/")[2]: int(row["n"]) for row in ask(examples, fetch, query)
        }
        on_page = {
            values[name][0]: number
            for href, number in counted.items()
            if name in (values := parse_qs(urlsplit(href).query))
        }
        assert on_page == expected, name


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("organismes", "?e pia:organisme ?thing"),
        ("portefeuilles", "?e pia:portefeuille/skos:broader? ?thing"),
        ("categories", "?e pia:categorie ?thing"),
        ("statuts", "?e pia:statut ?thing"),
    ],
)
def test_the_numbers_of_a_row_are_what_sparql_counts(
    examples: str, fetch: Any, path: str, pattern: str
) -> None:
    rows = ask(
        examples,
        fetch,
        f"""{PREFIXES} SELECT ?thing ?year (COUNT(DISTINCT ?i) AS ?n)
            (COUNT(DISTINCT ?o) AS ?bodies) {{ {pattern} . ?e pia:inscriptionDe ?i ;
            pia:annee ?year ; pia:organisme ?o }} GROUP BY ?thing ?year""",
    )
    records = json.loads(fetch(f"{examples}{path}.json").body)
    uri = next(iter(records[0]))
    by_uri = {record[uri]: record for record in records}
    for row in rows:
        record = by_uri[row["thing"]]
        assert record[f"initiatives_{row['year']}"] == int(row["n"]), row
        if path != "organismes":
            assert record[f"organismes_{row['year']}"] == int(row["bodies"]), row
    text = "".join(
        open_list(examples, fetch, path, page=page) for page in "12"[: 1 + len(records) // 51]
    )
    shown = re.findall(r'annee=(\d+)[^>]*><span class="unseen">[^<]*</span>(\d+)', text)
    assert sorted(shown) == sorted((row["year"], row["n"]) for row in rows)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("initiatives", {"statut": "solution-en-production", "annee": "2025"}),
        ("initiatives", {"portefeuille": "education"}),
        ("initiatives", {"presence": "nouvelle", "genre": "cegep"}),
        ("initiatives", {"presence": "absente"}),
        ("initiatives", {"q": "ramq"}),
        ("initiatives", {"q": "priorisation", "presence": "nouvelle"}),
        ("portraits/2024", {}),
        ("portraits/2025", {"genre": "cegep", "tri": "organisme"}),
        ("organismes", {}),
        ("organismes", {"portefeuille": "education", "annee": "2025"}),
        ("organismes", {"presence": "nouvelle", "tri": "nombre"}),
        ("organismes", {"presence": "absente"}),
        ("organismes", {"genre": "cegep", "presence": "poursuivie"}),
        ("organismes", {"q": "RAMQ"}),
        ("portefeuilles", {}),
        ("portefeuilles", {"annee": "2024"}),
        ("categories", {}),
        ("categories", {"q": "image"}),
        ("statuts", {"annee": "2025"}),
    ],
)
def test_a_list_its_sparql_its_csv_and_its_json_hold_the_same(
    examples: str, fetch: Any, path: str, parameters: dict[str, str]
) -> None:
    page = open_list(examples, fetch, path, **parameters)
    number = total(page)
    (behind,) = re.findall(r'href="([^"]*sparql\?[^"]*query=[^"]+)"', page)
    query = parse_qs(urlsplit(behind.replace("&amp;", "&")).query)["query"][0]
    rows = ask(examples, fetch, query)
    thing = "initiative" if path.startswith("portraits") else path.removesuffix("s")
    uris = sorted(row[thing] for row in rows)
    assert len(uris) == len(set(uris)) == number > 0
    search = urlencode(parameters)
    text = fetch(f"{examples}{path}.csv?{search}").text
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    records = json.loads(fetch(f"{examples}{path}.json?{search}").body)
    assert sorted(line[f"{thing}_uri"] for line in lines) == uris
    assert [record[f"{thing}_uri"] for record in records] == [
        line[f"{thing}_uri"] for line in lines
    ]
    excel = fetch(f"{examples}{path}.excel?{search}")
    assert excel.body.startswith(b"\xef\xbb\xbf")
    assert excel.body.count(b"\xef\xbb\xbf") == 1
    turtle = fetch(f"{examples}{path}.ttl?{search}")
    assert turtle.status == 303
    graph = fetch(urljoin(f"{examples}{path}.ttl", turtle.headers["Location"])).text
    assert (
        len(re.findall(rf"pia:{thing.capitalize()}\b|def#{thing.capitalize()}>", graph)) == number
    )


def test_the_number_beside_a_value_is_what_it_leaves(examples: str, fetch: Any) -> None:
    here = {"portefeuille": "education", "annee": "2025"}
    counted = facets(open_list(examples, fetch, **here))
    added = {
        (name, value): number
        for href, number in counted.items()
        for name, values in parse_qs(urlsplit(href).query).items()
        for value in values
        if name != "lang" and here.get(name) != value
    }
    assert {"annee", "portefeuille", "statut"} <= {name for name, _ in added}
    for name, value in sorted(added)[::5]:
        # A second value of one facet would join the first: alone, it leaves its own number.
        page = open_list(examples, fetch, **{**here, name: value})
        assert total(page) == added[name, value], (name, value)


def test_pages_hold_each_initiative_once(examples: str, fetch: Any) -> None:
    seen: list[str] = []
    for number in range(1, 8):
        page = open_list(examples, fetch, page=str(number))
        seen += re.findall(r'<h2><a href="\./id/initiative/([a-z2-7]+)', page)
    assert len(seen) == len(set(seen)) == 350
    assert fetch(f"{examples}initiatives?page=8").status == 404


def test_states_are_addresses_that_engines_do_not_index(examples: str, fetch: Any) -> None:
    whole = fetch(f"{examples}initiatives", headers={"Accept": "text/html"})
    assert "X-Robots-Tag" not in whole.headers
    second = open_list(examples, fetch, page="2", lang="")
    assert '<link rel="canonical" href="http://localhost:8000/initiatives?page=2">' in second
    chosen = fetch(f"{examples}initiatives?annee=2025", headers={"Accept": "text/html"})
    assert chosen.headers["X-Robots-Tag"] == "noindex"
    assert '<link rel="canonical" href="http://localhost:8000/initiatives">' in chosen.text
    assert re.search(r'class="chips".*?2025.*?×', chosen.text, re.DOTALL)
    assert (
        re.findall(
            r'<a(?! rel="[^"]*nofollow")[^>]*href="[^"]*initiatives\?annee[^"]*&', chosen.text
        )
        == []
    )


def test_a_misspelt_word_is_answered_by_the_nearest(examples: str, fetch: Any) -> None:
    page = open_list(examples, fetch, q="priorisatoin")
    assert total(page) == 0
    match = re.search(r'Did you mean: <a href="([^"]+)"', page)
    assert match
    nearest = page[page.index('id="nearest"') :].partition("</section>")[0]
    assert len(re.findall('href="./id/initiative/', nearest)) == 8
    assert parse_qs(urlsplit(match[1].replace("&amp;", "&")).query)["q"] == ["priorisation"]


@pytest.mark.parametrize(
    ("path", "words", "key"),
    [
        ("portefeuilles", "snate", "portefeuille/sante-et-services-sociaux"),
        ("organismes", "cegeps rosemon", "organisme/cegep-de-rosemont"),
        ("portraits/2025", "priorisatoin", "initiative/"),
    ],
)
def test_a_list_shows_the_nearest_of_its_things_where_words_find_none(
    examples: str, fetch: Any, path: str, words: str, key: str
) -> None:
    page = open_list(examples, fetch, path, q=words)
    assert total(page) == 0
    assert "Did you mean" in page
    nearest = page[page.index('id="nearest"') :].partition("</section>")[0]
    links = re.findall('href="[./]*/id/([^"?]+)', nearest)
    assert any(link.startswith(key) for link in links)
    assert {link.partition("/")[0] for link in links} == {key.partition("/")[0]}


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("REGIE de l’Assurance-Maladie", 1),
        ('"assurance maladie"', 1),
        ("ramq OR priorisation", 7),
        ("priorisation -ramq", 1),
        ("prioris*", 0),
        ("' OR 1=1 --", 0),
        ('nom:"x" NEAR(a b, 3) ^b {x}', 0),
        ("<script>alert(1)</script>", 0),
        ('"', 0),
        ("-", 0),
        ("OR OR", 0),
        ("a" * 10_000, 0),
        ('"a" ' * 2_500, 0),
        ("-a " * 3_000, 0),
        ("\x00\ud83d\ude00é" * 9, 0),
    ],
)
def test_any_text_is_answered_as_text(examples: str, fetch: Any, text: str, least: int) -> None:
    sent = quote(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    reply = fetch(f"{examples}initiatives?q={sent}&lang=en", headers={"Accept": "text/html"})
    assert reply.status == 200
    assert len(reply.body) < 400_000  # every link of the page holds the words
    assert total(reply.text) >= least
    assert "<script>alert" not in reply.text


def test_a_file_is_in_the_language_of_its_address_alone(examples: str, fetch: Any) -> None:
    english = {"Accept-Language": "en", "Accept": "text/html"}
    for path in ("categories.csv", "recherche.json?q=triage"):
        plain = fetch(examples + path)
        assert fetch(examples + path, headers=english).body == plain.body
    tags = [fetch(f"{examples}categories.csv?lang={lang}").headers["ETag"] for lang in ("fr", "en")]
    assert tags[0] != tags[1]
    page = fetch(f"{examples}categories", headers=english).text
    assert 'href="./categories.csv?lang=en"' in page


def test_a_query_too_long_for_an_address_is_posted(examples: str, fetch: Any) -> None:
    page = open_list(examples, fetch, q="santé OR données")
    (text,) = re.findall(r'<input type="hidden" name="query" value="([^"]+)"', page)
    form = urlencode({"query": html.unescape(text), "format": "html"}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = fetch(f"{examples}sparql", method="POST", body=form, headers=kind)
    assert answer.status == 200
    assert "VALUES ?initiative" in answer.text
    assert "initiatives.ttl?" in page
    search = urlencode({"q": "santé OR données"})
    records = json.loads(fetch(f"{examples}initiatives.json?{search}").body)
    turtle = fetch(f"{examples}initiatives.ttl?{search}")
    assert (turtle.status, turtle.kind) == (200, "text/turtle")
    assert initiatives_of(turtle.body) == {record["initiative_uri"] for record in records}
    assert len(records) == total(page)


def test_a_client_may_read_a_file_slower_than_a_query_may_take(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(database, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(database, "STEPS", 1)
    file = example / "current/dumps/portraits.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
        tables = database.Tables(connection, database.QueryWatch(2, None))
        for _ in range(3):
            now[0] += 1
            with pytest.raises(QueryTooSlow) if now[0] > 2 else nullcontext():
                tables.rows("SELECT count(*) FROM inscriptions")
        tables.time_each_query()
        for _ in range(3):
            now[0] += 9
            assert tables.number("SELECT count(*) FROM inscriptions")


def test_names_in_sparql_have_the_tag_of_the_engine() -> None:
    query = write_select(ListQuery(BODIES), BASE, 2025, None, "fr-CA", ["fr-CA"])
    assert 'LANG(?nom) = "fr-ca"' in query


@pytest.mark.parametrize("path", ["organismes", "portefeuilles", "statuts", "initiatives"])
def test_each_thing_of_a_list_has_a_name_in_its_sparql(
    examples: str, fetch: Any, path: str
) -> None:
    """Many bodies have a name in French alone; the others have that of the reader's language."""
    page = open_list(examples, fetch, path, lang="en")
    (behind,) = re.findall(r'href="([^"]*sparql\?[^"]*query=[^"]+)"', page)
    query = parse_qs(urlsplit(behind.replace("&amp;", "&")).query)["query"][0]
    rows = ask(examples, fetch, query)
    assert len(rows) == total(page)
    assert all(row.get("nom") for row in rows)
    if path != "initiatives":
        assert {"Health and Social Services", "Laval University", "Solution in Production"} & {
            row["nom"].removesuffix(" (whole)") for row in rows
        }


NONSENSE = ["page=0", "page=x", "page=-1", "annee=20x", "tri=x", "presence=x", "x=1",
     "statut=../x", "statut=" + "a" * 300, "&".join(f"annee={n}" for n in range(2000, 2041)),
     "own.x=1", "q=a&q=b&page=%00", "annee=1990"]  # fmt: skip


@pytest.mark.parametrize("path", ["initiatives", "organismes", "statuts", "portraits/2025"])
def test_nonsense_in_parameters_is_refused_in_the_language_of_the_page(
    examples: str, fetch: Any, path: str
) -> None:
    for search in NONSENSE:
        address = f"{examples}{path}?{search}"
        reply = fetch(address, headers={"Accept": "application/json"})
        assert reply.status == 400, search
        assert json.loads(reply.body)["detail"]
        page = fetch(f"{address}&lang=fr", headers={"Accept": "text/html"})
        assert page.status == 400, search
        assert "en anglais" not in page.text
        assert (
            f'href="{"../" * path.count("/") or "./"}{path}?lang=fr">Aller à la page qui existe'
            in page.text
        )


def test_lists_that_are_not_there_lead_to_those_that_are(examples: str, fetch: Any) -> None:
    ways = {
        "portraits/1999": "../portraits",
        "organismes?page=9": "./organismes",
        "recherche?q=ramq&page=2": "./recherche",
    }
    for path, way in ways.items():
        reply = fetch(examples + path, headers={"Accept": "text/html"})
        assert reply.status == 404
        assert f'href="{way}">Aller à la page qui existe' in reply.text


UNKNOWN = [
    ("initiatives", "statut=zzz", "solution-en-production"),
    ("initiatives", "annee=1990", "2024 or 2025"),
    ("initiatives", "organisme=hema-quebe", "hema-quebec"),
    ("initiatives", "q=triage&genre=zzz", None),
    ("portraits/2025", "categorie=traitement-d-images", "traitement-d-image"),
    ("organismes", "annee=3000", "2024 or 2025"),
    ("organismes", "portefeuille=nul-ne-le-connait", None),
    ("statuts", "annee=2024&annee=2023", "2024 or 2025"),
]


@pytest.mark.parametrize(("path", "search", "near"), UNKNOWN)
def test_values_that_a_list_does_not_know_are_refused_with_the_nearest_and_a_way_back(
    examples: str, fetch: Any, path: str, search: str, near: str | None
) -> None:
    for form in ("", ".csv", ".json", ".ttl"):
        reply = fetch(f"{examples}{path}{form}?{search}", headers={"Accept": "application/json"})
        assert reply.status == 400
        detail = json.loads(reply.body)["detail"]
        assert "this list does not know this value, or no longer does." in detail
        assert (near or "") in detail
    address = f"{examples}{path}?{search}&lang=en"
    page = fetch(address, headers={"Accept": "text/html"})
    assert page.status == 400
    (way,) = re.findall(r'class="button" href="([^"]+)"', page.text)
    assert total(fetch(urljoin(address, way), headers={"Accept": "text/html"}).text) > 0


def test_known_values_that_find_nothing_together_leave_an_empty_list(
    examples: str, fetch: Any
) -> None:
    page = open_list(examples, fetch, organisme="hema-quebec", genre="cegep")
    assert total(page) == 0
    assert "See the whole list" in page


@pytest.mark.parametrize("form", ["", ".csv", ".ttl"])
def test_a_value_that_was_replaced_leads_to_the_list_of_its_replacement(
    examples: str, fetch: Any, form: str
) -> None:
    address = f"{examples}initiatives{form}?organisme=chum&annee=2025&page=2&lang=en"
    reply = fetch(address, headers={"Accept": "text/html"})
    assert reply.status == 301
    there = parse_qs(urlsplit(urljoin(address, reply.headers["Location"])).query)
    body = "centre-hospitalier-de-l-universite-de-montreal"
    assert there == {"organisme": [body], "annee": ["2025"], "page": ["2"], "lang": ["en"]}
    # With one that nothing replaced, it is no list.
    assert fetch(f"{examples}initiatives?organisme=chum&statut=zzz").status == 400


def test_nothing_of_a_search_is_syntax_of_the_index(example: Path) -> None:
    file = example / "current/dumps/portraits.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as tables:
        for text in ("a b", '"a b" -c', "a OR b -d", "l'hopital*", 'x"y', "NOT AND NEAR(", "é^ü:"):
            search = parse_search(text)
            assert search
            match = write_match(search, ["fr", "en"])
            for written in match:
                tables.execute("SELECT count(*) FROM recherche WHERE recherche MATCH ?", (written,))


# A register with fields of its own, and without categories and portfolios.
OWN_LAYOUT = """
layout = 1
name = "town"
languages = ["en"]
series.title.en = "Algorithms of a town"
series.description.en = "What its offices use."
series.licence = "https://creativecommons.org/licenses/by/4.0/"
publisher.slug = "town"
publisher.name.en = "Town"
fields.nom.columns = ["Name"]
fields.organisme.columns = ["Office"]
fields.statut.columns = ["Phase"]
fields.benefices.columns = ["Purpose"]
fields.categorie.absent = true
fields.portefeuille.absent = true
fields.identifiant.columns = ["Id"]
fields.date_declaration.columns = ["Declared"]
fields.date_declaration.dates = ["D/M/YYYY"]
lists.statut.open = true
own.maker.columns = ["Made by"]
own.maker.range = "list"
own.maker.split = ";"
own.maker.label.en = "made by"
own.personal.columns = ["Personal"]
own.personal.range = "yes-no"
own.personal.label.en = "personal data"
own.supplier.columns = ["Supplier"]
own.supplier.label.en = "supplier"
"""
OWN_ROWS = {
    2024: [
        ("Sorting", "Parks", "Pilot", "Fast", "A1", "3/2/2024", "Town; Firm", "no", ""),
        ("Counting", "Roads", "In use", "Good", "A2", "", "Firm", "yes", "Trees Ltd"),
    ],
    2025: [
        ("Sorting", "Parks", "In use", "Fast", "A1", "3/2/2024", "Firm", "no", "Trees Ltd"),
        ("Planning", "Roads", "Pilot", "New", "A3", "", "Town", "yes", ""),
    ],
}
OWN_HEADER = (
    "Name", "Office", "Phase", "Purpose", "Id", "Declared", "Made by", "Personal", "Supplier"
)  # fmt: skip


@pytest.fixture(scope="module")
def town(
    portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("town")
    (folder / "layout.toml").write_text(OWN_LAYOUT, "utf-8")
    for year, rows in OWN_ROWS.items():
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([OWN_HEADER, *rows])
    files = [f"{year}={folder / f'{year}.csv'}" for year in OWN_ROWS]
    done = portrait_ia(
        "build", *files, "--layout", folder / "layout.toml", "--to", folder / "releases"
    )
    assert done.returncode == 0, done.stderr
    with boot(folder / "releases", workers=1) as address:
        yield address, folder / "releases/current/dumps/portraits.sqlite"


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"own.maker": "town"}, {"Planning"}),
        ({"own.maker": "firm"}, {"Sorting", "Counting"}),
        ({"own.maker": "town", "annee": "2024"}, {"Sorting"}),
        ({"own.personal": "true"}, {"Counting", "Planning"}),
        ({"own.personal": "true", "own.maker": "firm"}, {"Counting"}),
    ],
)
def test_fields_of_the_registers_own_narrow_the_list_as_its_sparql_does(
    town: tuple[str, Path], fetch: Any, parameters: dict[str, str], names: set[str]
) -> None:
    address, _ = town
    page = open_list(address, fetch, **parameters)
    assert total(page) == len(names)
    (behind,) = re.findall(r'href="([^"]*sparql\?[^"]*query=[^"]+)"', page)
    query = parse_qs(urlsplit(behind.replace("&amp;", "&")).query)["query"][0]
    assert {row["nom"] for row in ask(address, fetch, query)} == names
    records = json.loads(fetch(f"{address}initiatives.json?{urlencode(parameters)}").body)
    assert {record["nom"] for record in records} == names
    assert {record["maker"] for record in records} <= {"town", "firm", "firm\ntown"}


def test_facets_of_the_registers_own_count_and_are_called_as_it_calls_them(
    town: tuple[str, Path], fetch: Any
) -> None:
    address, _ = town
    page = open_list(address, fetch)
    counted = {
        (name, value): number
        for href, number in facets(page).items()
        for name, (value,) in parse_qs(urlsplit(href).query).items()
        if name.startswith("own.")
    }
    assert counted == {
        ("own.maker", "firm"): 2,
        ("own.maker", "town"): 1,
        ("own.personal", "true"): 2,
        ("own.personal", "false"): 1,
    }
    assert ">Personal data<" in page
    assert ">Made by<" in page


def test_a_list_of_a_field_that_the_register_lacks_is_not_there(
    town: tuple[str, Path], fetch: Any
) -> None:
    address, _ = town
    for path in ("categories", "portefeuilles"):
        reply = fetch(address + path, headers={"Accept": "text/html"})
        assert reply.status == 404
        assert "no list of it" in reply.text
    columns = fetch(f"{address}initiatives.csv").text.splitlines()[0].split(",")
    assert {"identifiant", "date_declaration", "maker", "personal", "supplier"} <= set(columns)
    assert not {"categorie", "portefeuille", "code", "contact"} & set(columns)
    bodies = fetch(f"{address}organismes.csv").text.splitlines()[0]
    assert "portefeuille" not in bodies
    page = open_list(address, fetch, "organismes")
    assert "ortfolio" not in page
    assert fetch(f"{address}organismes?portefeuille=x").status == 400


def test_tables_hold_the_fields_beside_the_six(town: tuple[str, Path]) -> None:
    with closing(sqlite3.connect(f"file:{town[1]}?mode=ro&immutable=1", uri=True)) as tables:
        assert tables.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = tables.execute(
            "SELECT nom, annee, identifiant, date_declaration, code FROM inscriptions"
        ).fetchall()
        own = tables.execute(
            """SELECT i.nom, v.annee, champ, valeur, langue FROM valeurs_propres v
               JOIN initiatives i USING (initiative)"""
        ).fetchall()
        fields = tables.execute("SELECT champ, nom, etendue FROM champs_propres").fetchall()
    day = "2024-02-03"
    assert set(rows) == {
        ("Sorting", 2024, "A1", day, None),
        ("Sorting", 2025, "A1", day, None),
        ("Counting", 2024, "A2", None, None),
        ("Planning", 2025, "A3", None, None),
    }
    assert {row for row in own if row[2] == "supplier"} == {
        ("Counting", 2024, "supplier", "Trees Ltd", "en"),
        ("Sorting", 2025, "supplier", "Trees Ltd", "en"),
    }
    assert sorted(row[3] for row in own if row[:3] == ("Sorting", 2024, "maker")) == [
        "firm",
        "town",
    ]
    assert sorted(fields) == [
        ("maker", "made by", "list"),
        ("personal", "personal data", "yes-no"),
        ("supplier", "supplier", "text"),
    ]
