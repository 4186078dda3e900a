"""Content negotiation in one table: path, Accept and the format of the reply (RFC 9110, 12.5.1)."""

import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

HTML, TTL, LD = "text/html", "text/turtle", "application/ld+json"
NT, RDF = "application/n-triples", "application/rdf+xml"
NQ, TRIG = "application/n-quads", "application/trig"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
PDF, ANY = "application/pdf", "*/*"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
JENA = f"{TTL},{NT};q=0.9,{LD};q=0.8,{RDF};q=0.7,*/*;q=0.3"
JENA_RESULTS = f"{JSON}, {XML};q=0.9, {TSV};q=0.7, {CSV};q=0.5, application/json;q=0.2"
RDFLIB = "application/sparql-results+xml,application/xml;q=0.8,*/*;q=0.1"

ROWS = {
    "select": "sparql?" + urlencode({"query": "SELECT * { ?s a ?o } LIMIT 2"}),
    "ask": "sparql?" + urlencode({"query": "ASK {}"}),
}
CONSTRUCTED = {
    "construct": "sparql?" + urlencode({"query": "CONSTRUCT WHERE { ?s a ?o }"}),
    "describe": "sparql?" + urlencode({"query": "DESCRIBE <id/portrait/2025>"}),
}
STORED = {"store": "rdf-graph-store?default", "named": "rdf-graph-store?graph={base}graph/2024"}
PAGES = {
    "document": "doc/portrait/2025",
    "catalogue": "catalogue",
    "vocabulary": "def",
    "graph": "graph/2025",
    "description": "sparql",
}
PATHS = ROWS | CONSTRUCTED | STORED | PAGES

# For each kind of path: Accept (None: absent; a tuple: several lines) and what comes (None: 406).
FOR_ROWS = [
    (None, JSON), ("", JSON), (ANY, JSON), ("*", JSON), (" , ;, ", JSON),
    (JSON, JSON), ("application/json", JSON), (XML, XML), ("application/xml", XML),
    ("text/xml", XML), (CSV, CSV), (TSV, TSV), ("text/*", CSV), ("application/*", JSON),
    (f"{JSON};charset=utf-8", JSON), (f"{JSON}; charset=UTF-8", JSON),
    (f'{CSV};charset="utf-8"', CSV),
    (f"{CSV};charset=iso-8859-1", CSV), (f"{CSV};header=present", CSV), (XML.upper(), XML),
    (f"{XML}, {JSON}", JSON), (f"{XML}, {JSON};q=0.9", XML), (f"{CSV};q=0.2, {TSV};q=0.3", TSV),
    (f"{JSON};q=0, {ANY}", XML), (f"{JSON};q=0, {XML};q=0, {ANY};q=0.1", CSV),
    ("text/*;q=0.4, application/*;q=0.3", CSV), (f"text/*, {CSV};q=0.1", TSV),
    (f"{CSV};q=0.001", CSV), (f"{CSV};q=1.000", CSV), (f"{CSV};q=2, {TSV}", TSV),
    (f"{CSV};q=x, {TSV}", TSV), (f"{CSV};q, {TSV}", TSV), (f"text csv, {TSV}", TSV), ("/", JSON),
    (f"{TSV};;q=0.1;, {CSV};;", CSV), ("\t text/csv\t;\tq=0.3", CSV),
    ((CSV,), CSV), ((f"{CSV};q=0.1", TSV), TSV), ((PDF, "", XML), XML), ((f"{ANY};q=0", CSV), CSV),
    (JENA_RESULTS, JSON), (RDFLIB, XML), (f"{TTL}, {CSV};q=0.1", CSV),
    (f"{PDF}, {ANY};q=0.1", JSON),
    (BROWSER, HTML), (JAVA, HTML), (HTML, HTML), (f"{HTML};q=0.5, {CSV}", CSV),
    ("application/xhtml+xml", HTML),
    (PDF, None), (TTL, None), ("text/plain", None), (f"{ANY};q=0", None), (f"{JSON};q=0", None),
    (f"{ANY};q=0, {PDF}", None), ("x" * 5000, None), ("fr", None),
]  # fmt: skip
FOR_GRAPHS = [
    (None, TTL), ("", TTL), (ANY, TTL), ("*", TTL), (TTL, TTL), (NT, NT), (LD, LD), (RDF, RDF),
    ("application/json", LD), ("application/xml", RDF), ("text/xml", RDF),
    ("application/x-turtle", TTL), ("text/n3", TTL), ("text/*", TTL),
    (f"{TTL};charset=utf-8", TTL), (f"{TTL};charset=iso-8859-1", TTL), (f"{TTL};version=1.2", TTL),
    (f'{LD};profile="http://www.w3.org/ns/json-ld#compacted"', LD),
    (f'{LD};profile="a, b;q=0"', LD),
    (f"{NT}, {TTL}", TTL), (f"{NT}, {TTL};q=0.9", NT), (f"{TTL};q=0.2, {RDF};q=0.3", RDF),
    (f"{TTL};q=0, {LD};q=0.2, {NT};q=0.1", LD), (f"text/*;q=0, {NT}", NT), (JENA, TTL),
    (f"{TTL};charset=utf-8;q=0.1, {TTL}, {NT};q=0.5", NT), (f"{TTL};q=nan, {NT}", NT),
    ((f"{HTML};q=0.1", TTL), TTL), ((f"{TTL};q=0.3", f"{RDF};q=0.4"), RDF),
    (f"{PDF}, {NT};q=0.1", NT), (f"{CSV}, {NT};q=0.1", NT),
    (PDF, None), (CSV, None), ("text/plain", None), (f"{TTL};q=0", None), (f"{ANY};q=0", None),
]  # fmt: skip
WITH_QUADS = [(NQ, NQ), (TRIG, TRIG), (f"{NQ};q=0.9, {TRIG}", TRIG), ("application/*", LD)]
WITHOUT_QUADS = [(NQ, None), (TRIG, None)]
WITH_PAGE = [(HTML, HTML), (BROWSER, HTML), (JAVA, HTML), (f"{TTL};q=0.5, {HTML}", HTML),
             (f"{HTML};q=0.5, {TTL}", TTL), (f"{HTML};q=0, {ANY}", TTL)]  # fmt: skip
WITHOUT_PAGE = [(HTML, None), (BROWSER, RDF), (f"{HTML}, {ANY};q=0.1", TTL)]


def as_page(accept: Any, kind: str | None) -> str | None:
    """Return the cases of a path whose default is a page."""
    return HTML if accept in (None, "", ANY, "*", "text/*") else kind


ACCEPTED = [
    *[(name, *case) for name in ROWS for case in FOR_ROWS],
    *[
        (name, *case)
        for name in CONSTRUCTED
        for case in [*FOR_GRAPHS, *WITH_QUADS, *WITH_PAGE[:-1]]
    ],
    *[(name, *case) for name in STORED for case in [*FOR_GRAPHS, *WITH_QUADS, *WITHOUT_PAGE]],
    *[
        (name, accept, as_page(accept, kind))
        for name in PAGES
        for accept, kind in [*FOR_GRAPHS, *WITHOUT_QUADS, *WITH_PAGE]
    ],
]


def ask(site: str, path: str, lines: tuple[str, ...]) -> http.client.HTTPResponse:
    """Send a request with each Accept on a line of its own."""
    with closing(http.client.HTTPConnection(urlsplit(site).netloc, timeout=90)) as connection:
        connection.putrequest("GET", f"/{path}")
        for line in lines:
            connection.putheader("Accept", line)
        connection.endheaders()
        reply = connection.getresponse()
        reply.text = reply.read().decode("utf-8-sig")  # type: ignore[attr-defined]
        return reply


@pytest.mark.parametrize(("name", "accept", "kind"), ACCEPTED)
def test_accept(
    site: str, base_uri: str, name: str, accept: str | tuple[str, ...] | None, kind: str | None
) -> None:
    lines = () if accept is None else (accept,) if isinstance(accept, str) else accept
    reply = ask(site, PATHS[name].replace("{base}", base_uri), lines)
    assert reply.status == (200 if kind else 406)
    if kind:
        assert reply.headers.get_content_type() == kind
        charset = reply.headers.get_content_charset()
        assert charset == ("utf-8" if kind.startswith("text/") or kind == TRIG else None)
    else:
        assert_names_the_offers(reply, name)
    assert "Accept" in reply.headers["Vary"].split(", ")


def assert_names_the_offers(reply: http.client.HTTPResponse, name: str) -> None:
    offered = {CSV, JSON} if name in ROWS else {TTL, RDF}
    text = reply.text  # type: ignore[attr-defined]
    if reply.headers.get_content_type() == "application/problem+json":
        assert offered <= set(json.loads(text)["offered"])
    else:
        assert all(kind in text for kind in offered)


# The names of ?format= and of suffixes; they beat Accept, and one that is unknown is 406.
ROW_NAMES = {"json": JSON, "srj": JSON, "xml": XML, "srx": XML, "csv": CSV, "tsv": TSV,
             "excel": CSV, "html": HTML, "CSV": CSV, JSON: JSON, XML: XML, CSV: CSV, TSV: TSV,
             "application/json": JSON, "application/xml": XML, "text/xml": XML, "text/*": CSV,
             "application/xhtml+xml": HTML, f"{CSV};charset=utf-8": CSV, XML.upper(): XML,
             f"{CSV};q=0": None, f"{PDF},{TSV}": TSV,
             "pdf": None, "ttl": None, "a/b": None, "%00": None}  # fmt: skip
GRAPH_NAMES = {"ttl": TTL, "turtle": TTL, "n3": TTL, "jsonld": LD, "json-ld": LD, "json": LD,
               "nt": NT, "ntriples": NT, "rdf": RDF, "rdfxml": RDF, "xml": RDF, "TTL": TTL,
               TTL: TTL, LD: LD, NT: NT, RDF: RDF, "application/json": LD, "application/xml": RDF,
               "text/xml": RDF, "application/x-turtle": TTL, "text/n3": TTL, "pdf": None,
               "csv": None, "excel": None}  # fmt: skip
QUAD_NAMES = {"nq": NQ, "nquads": NQ, "trig": TRIG, NQ: NQ, TRIG: TRIG}
SUFFIXES = {"ttl": TTL, "jsonld": LD, "nt": NT, "rdf": RDF, "html": HTML}
NAMED = [
    *[(PATHS[path], name, kind) for path in ROWS for name, kind in ROW_NAMES.items()],
    *[
        (PATHS[path], name, kind)
        for path in CONSTRUCTED | STORED
        for name, kind in (GRAPH_NAMES | QUAD_NAMES).items()
    ],
    *[
        (PATHS[path], name, kind)
        for path in PAGES
        for name, kind in (GRAPH_NAMES | dict.fromkeys(QUAD_NAMES) | {"html": HTML}).items()
    ],
]


@pytest.mark.parametrize("accept", [None, PDF])
@pytest.mark.parametrize(("path", "name", "kind"), NAMED)
def test_a_name_beats_accept(
    site: str, base_uri: str, path: str, name: str, kind: str | None, accept: str | None
) -> None:
    path = path.replace("{base}", base_uri)
    escaped = name.replace("+", "%2B")
    address = f"{path}{'&' if '?' in path else '?'}format={escaped}"
    reply = ask(site, address, (accept,) if accept else ())
    assert reply.status == (200 if kind else 406)
    if kind:
        assert reply.headers.get_content_type() == kind


@pytest.mark.parametrize(("path", "kind"), [("ask", XML), ("construct", RDF), ("catalogue", RDF)])
def test_a_plus_in_a_name_need_not_be_escaped(site: str, path: str, kind: str) -> None:
    address = f"{PATHS[path]}{'&' if '?' in PATHS[path] else '?'}format={kind}"
    assert "+" in address
    reply = ask(site, address, (TTL,))
    assert (reply.status, reply.headers.get_content_type()) == (200, kind)


def test_an_empty_name_is_none(site: str) -> None:
    reply = ask(site, f"{PATHS['ask']}&format=", (XML,))
    assert (reply.status, reply.headers.get_content_type()) == (200, XML)


@pytest.mark.parametrize("path", ["doc/portrait/2025", "def", "catalogue", "graph/2025"])
@pytest.mark.parametrize(("suffix", "kind"), SUFFIXES.items())
@pytest.mark.parametrize("accept", [None, PDF, HTML])
def test_a_suffix_beats_accept(
    site: str, path: str, suffix: str, kind: str, accept: str | None
) -> None:
    reply = ask(site, f"{path}.{suffix}?format=pdf", (accept,) if accept else ())
    assert (reply.status, reply.headers.get_content_type()) == (200, kind)
