"""The page that shows an answer: resources by their labels, and a note on what it leaves out."""

import csv
import io
import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest

from tests.site.conftest import BASE, RDF_TYPE

PAIRS = "SELECT ?a ?b {{ ?a ?p ?x . ?b ?q ?y }} LIMIT {}"


def show(client: Any, query: str, **parameters: str) -> str:
    reply = client.get("/sparql", query_string={"query": query, "format": "html", **parameters})
    assert reply.status_code == 200, reply.text
    return str(reply.text)


def cells(page: str) -> list[str]:
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells]


def test_things_are_named_in_the_language_of_the_reader(client: Any) -> None:
    query = (
        f"SELECT * {{ VALUES ?x {{ <{BASE}id/portrait/2025> <{RDF_TYPE}> <{BASE}def#Portrait> }} }}"
    )
    french, english = show(client, query), show(client, query, lang="en")
    assert cells(french) == ["Portrait 2025", "genre", "Registre annuel"]
    assert cells(english)[:2] == ["Portrait 2025, in English", "kind"]
    assert f'href="./id/portrait/2025" title="{BASE}id/portrait/2025"' in french
    assert 'data-iri="&lt;id/portrait/2025&gt;"' in french
    assert 'data-iri="rdf:type"' in french
    assert 'data-iri="pia:Portrait"' in french


def test_what_has_no_name_is_shown_as_it_is(client: Any) -> None:
    values = f"<{BASE}id/rien> <urn:x:y> <http://exemple.invalid/a> 'a'@en 'b'@fr 2.5 "
    values += "'2024'^^<http://www.w3.org/2001/XMLSchema#gYear> UNDEF"
    page = show(client, f"SELECT * {{ VALUES ?x {{ {values} }} }}")
    assert cells(page) == [
        *("id/rien", "urn:x:y", "http://exemple.invalid/a", "a en", "b", "2.5"),
        *("2024 xsd:gYear", "—"),
    ]
    assert 'class="external" rel="external noreferrer"' in page
    assert '<a href="urn' not in page
    assert page.count('<td class="number">') == 1


def test_triple_terms_are_written_as_in_a_query(client: Any) -> None:
    query = f"SELECT ?x {{ BIND(<<( <{BASE}def#a> <urn:p> 'é'@fr )>> AS ?x) }}"
    assert cells(show(client, query)) == ['<<( pia:a <urn:p> "é"@fr )>>']


def test_a_value_is_never_markup(client: Any) -> None:
    query = "SELECT ?x { VALUES ?x { '<img src=x onerror=alert(1)>' <http://a/%22onload=%22> } }"
    page = show(client, query)
    assert "<img" not in page
    assert 'onload="' not in page
    assert "</script><b>" not in show(client, "SELECT ('</script><b>' AS ?x) {}")


@pytest.mark.parametrize("number", [500, 501])
def test_rows_beyond_a_page_are_counted(client: Any, number: int) -> None:
    page = show(client, PAIRS.format(number))
    assert page.count("<tr>") == 500 + 1
    assert f"Nombre de lignes\u00a0: {number}" in page
    assert ("premières lignes sont montrées" in page) == (number > 500)


def test_a_long_answer_shows_its_beginning_and_gives_the_rest(client: Any) -> None:
    page = show(client, PAIRS.format(20_000))
    assert page.count("<tr>") == 500 + 1
    assert "Plus de 500 lignes" in page
    size = re.search(r"la réponse pèse ([\d,]+)\u00a0Mo", page)
    assert size is not None
    (link,) = re.findall(r'href="(\./sparql\?[^"]*format=csv)"', page)
    whole = client.get(urljoin("/sparql", unescape(link)))
    assert len(list(csv.reader(io.StringIO(whole.text)))) == 20_001


def test_the_first_rows_of_a_long_answer_are_those_of_the_answer(client: Any) -> None:
    query = (
        "SELECT ?n ('é🎈\\\\\"]}' AS ?t) { ?a ?b ?c . ?d ?e ?f . "
        "BIND(STRLEN(CONCAT(STR(?a), STR(?d))) AS ?n) } LIMIT 20000"
    )
    page = show(client, query)
    rows = client.get("/sparql", query_string={"query": query, "format": "json"}).json
    shown = cells(page)
    for row, (number, text) in zip(
        rows["results"]["bindings"], zip(shown[::2], shown[1::2], strict=True), strict=False
    ):
        assert (row["n"]["value"], row["t"]["value"]) == (number, text)
    assert len(shown) == 1000


def test_rows_of_very_long_cells_end_where_the_page_was_cut(client: Any) -> None:
    long = "CONCAT(?t, ?t, ?t, ?t, ?t, ?t, ?t, ?t, ?t, ?t)"
    query = (
        f"SELECT ?z {{ BIND('é123456789' AS ?a0) BIND({long.replace('?t', '?a0')} AS ?a1) "
        f"BIND({long.replace('?t', '?a1')} AS ?a2) BIND({long.replace('?t', '?a2')} AS ?a3) "
        f"BIND({long.replace('?t', '?a3')} AS ?z) ?s ?p ?o }} LIMIT 30"
    )
    page = show(client, query)
    assert 5 <= page.count("<tr>") - 1 < 15
    assert "Plus de" in page


def test_a_long_graph_is_cut_between_lines(client: Any) -> None:
    page = show(client, "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
    if "Le début du graphe" in page:
        shown = re.findall(r"<code>(.*?)</code></pre>", page, re.DOTALL)[0]
        assert len(shown.encode()) < 250_000
    short = show(client, "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 5")
    assert "Le début du graphe" not in short


def test_no_row_is_said_in_words(client: Any) -> None:
    page = show(client, "SELECT * { ?s <urn:rien> ?o }")
    assert "rien ne lui correspond" in page
    assert "<table" not in page
