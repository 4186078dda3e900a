"""Result formats beyond the usual: datasets for constructed graphs, CSV for Excel."""

import csv
import io
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

CONSTRUCT = "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }"
CELLS = """SELECT ?a ?b { VALUES (?a ?b) {
  ("été; \\"oui\\"" "un\\r\\ndeux") ("=HYPERLINK(1)" 12) (<http://a/b;c> UNDEF) } }"""


@pytest.mark.parametrize(
    ("name", "kind", "syntax"),
    [
        ("nq", "application/n-quads", ox.RdfFormat.N_QUADS),
        ("trig", "application/trig", ox.RdfFormat.TRIG),
        ("application/n-quads", "application/n-quads", ox.RdfFormat.N_QUADS),
    ],
)
def test_constructed_graph_as_a_dataset(
    site: str, fetch: Any, name: str, kind: str, syntax: ox.RdfFormat
) -> None:
    turtle = fetch(f"{site}sparql?{urlencode({'query': CONSTRUCT, 'format': 'ttl'})}")
    reply = fetch(f"{site}sparql?{urlencode({'query': CONSTRUCT, 'format': name})}")
    assert (reply.status, reply.kind) == (200, kind)
    wanted = {quad.triple for quad in ox.parse(turtle.body, format=ox.RdfFormat.TURTLE)}
    assert {quad.triple for quad in ox.parse(reply.body, format=syntax)} == wanted


def test_excel_opens_it_with_accents_and_columns(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql?{urlencode({'query': CELLS, 'format': 'excel'})}")
    assert (reply.status, reply.kind) == (200, "text/csv")
    assert reply.body.startswith(b"\xef\xbb\xbfa;b\r\n")
    assert reply.headers["Content-Length"] == str(len(reply.body))
    assert reply.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(reply.body.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1:] == [
        ['été; "oui"', "un\r\ndeux"],
        ["=HYPERLINK(1)", "12"],
        ["http://a/b;c", ""],
    ]


def test_excel_is_never_negotiated(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql?{urlencode({'query': CELLS})}", Accept="text/csv")
    assert reply.body.startswith(b"a,b\r\n")


def test_excel_is_for_rows_only(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql?{urlencode({'query': CONSTRUCT, 'format': 'excel'})}")
    assert reply.status == 406
