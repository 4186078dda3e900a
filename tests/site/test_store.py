"""The SPARQL 1.1 Graph Store HTTP Protocol, reading only."""

import json
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest


def triples(reply: Any, syntax: ox.RdfFormat) -> set[ox.Triple]:
    assert reply.status == 200, reply.text
    return {quad.triple for quad in ox.parse(reply.body, format=syntax)}


@pytest.fixture
def whole(folder: Any) -> ox.Store:
    store = ox.Store()
    path = folder / "current" / "dumps" / "portraits.nq"
    store.load(path=path, format=ox.RdfFormat.N_QUADS)
    return store


def test_graph_by_name(site: str, fetch: Any, base_uri: str, whole: ox.Store) -> None:
    iri = f"{base_uri}graph/2024"
    wanted = {q.triple for q in whole.quads_for_pattern(None, None, None, ox.NamedNode(iri))}
    reply = fetch(f"{site}rdf-graph-store?graph={quote(iri)}", Accept="application/n-triples")
    assert triples(reply, ox.RdfFormat.N_TRIPLES) == wanted
    direct = fetch(f"{site}graph/2024", Accept="application/n-triples")
    assert triples(direct, ox.RdfFormat.N_TRIPLES) == wanted


def test_default_graph_is_the_union(site: str, fetch: Any, whole: ox.Store) -> None:
    reply = fetch(f"{site}rdf-graph-store?default", Accept="text/turtle")
    assert triples(reply, ox.RdfFormat.TURTLE) == {quad.triple for quad in whole}


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "text/turtle"),
        ("text/html", None),
        ("application/ld+json", "application/ld+json"),
        ("application/n-quads", "application/n-quads"),
        ("application/trig;q=0.5", "application/trig"),
    ],
)
def test_negotiates(site: str, fetch: Any, accept: str, kind: str | None) -> None:
    reply = fetch(f"{site}rdf-graph-store?default", Accept=accept)
    assert (reply.status, reply.kind) == ((200, kind) if kind else (406, "text/html"))


@pytest.mark.parametrize(
    ("search", "status", "word"),
    [
        ("", 400, "?default"),
        ("?default&graph=a:b", 400, "one graph"),
        ("?graph=a:b&graph=a:c", 400, "one graph"),
        ("?graph=http://exemple.invalid/", 404, "graph/2024"),
        ("?graph=relatif", 404, "graph/2024"),
    ],
)
def test_refused(site: str, fetch: Any, search: str, status: int, word: str) -> None:
    reply = fetch(f"{site}rdf-graph-store{search}")
    assert (reply.status, reply.kind) == (status, "application/problem+json")
    assert word in json.loads(reply.body)["detail"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_writes_are_not_allowed(site: str, fetch: Any, method: str) -> None:
    reply = fetch(f"{site}rdf-graph-store?default", method, b"<a:a> <a:b> <a:c> .")
    assert reply.status == 405
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_head_has_no_body(site: str, fetch: Any) -> None:
    get, head = (fetch(f"{site}rdf-graph-store?default", method) for method in ("GET", "HEAD"))
    assert head.body == b""
    assert head.headers["Content-Length"] == str(len(get.body))
    assert head.headers["ETag"] == get.headers["ETag"]
