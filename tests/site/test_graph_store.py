"""The SPARQL 1.1 Graph Store HTTP Protocol, read-only."""

import json
import socket
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
    expected = {q.triple for q in whole.quads_for_pattern(None, None, None, ox.NamedNode(iri))}
    reply = fetch(f"{site}rdf-graph-store?graph={quote(iri)}", Accept="application/n-triples")
    assert triples(reply, ox.RdfFormat.N_TRIPLES) == expected
    direct = fetch(f"{site}graph/2024", Accept="application/n-triples")
    assert triples(direct, ox.RdfFormat.N_TRIPLES) == expected


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
        ("?graph=relatif", 400, "absolute IRI"),
        ("?graph=", 400, "absolute IRI"),
        ("?graph=http://a/%20b", 400, "absolute IRI"),
        ("?graph=%ZZ", 400, "'%ZZ'"),
        ("?graph=%FF", 400, "0xff"),
        ("?default&default", 400, "one graph"),
        ("?graph=http://127.0.0.1:9/x", 404, "graph/2024"),
    ],
)
def test_refused(site: str, fetch: Any, search: str, status: int, word: str) -> None:
    reply = fetch(f"{site}rdf-graph-store{search}")
    assert (reply.status, reply.kind) == (status, "application/problem+json")
    assert word in json.loads(reply.body)["detail"]


REMOTE = '{"@context": "http://127.0.0.1:%d/context.jsonld", "@id": "a:a", "a:b": "c"}'


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "path", ["rdf-graph-store?default", "rdf-graph-store?graph={}", "graph/2024"]
)
def test_writes_are_not_allowed_and_read_nothing(
    site: str, fetch: Any, base_uri: str, method: str, path: str
) -> None:
    """Nor is a JSON-LD context loaded, whoever names one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        port = listener.getsockname()[1]
        reply = fetch(
            site + path.replace("{}", f"{base_uri}graph/2024"),
            method,
            (REMOTE % port).encode(),
            Content_Type="application/ld+json",
            Link=f'<http://127.0.0.1:{port}/>; rel="http://www.w3.org/ns/json-ld#context"',
        )
        assert reply.status == 405
        assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    "path", ["sparql?query=CONSTRUCT+WHERE%7B?s+a+?o%7D&", "graph/2025?", "catalogue?"]
)
def test_json_ld_brings_its_context_along(site: str, fetch: Any, path: str) -> None:
    document = json.loads(fetch(f"{site}{path}format=jsonld").body)
    assert isinstance(document["@context"], dict)
    assert "@import" not in document["@context"]


@pytest.mark.parametrize("name", ["2024", "2025", "vocabulaire"])
def test_a_graph_is_one_by_either_name(site: str, fetch: Any, base_uri: str, name: str) -> None:
    query = f"CONSTRUCT {{ ?s ?p ?o }} FROM <{base_uri}graph/{name}> WHERE {{ ?s ?p ?o }}"
    paths = [
        f"sparql?query={quote(query)}",
        f"graph/{name}?",
        f"rdf-graph-store?graph={quote(base_uri)}graph/{name}",
    ]
    replies = [fetch(f"{site}{path}&format=nt") for path in paths]
    assert [reply.status for reply in replies] == [200, 200, 200]
    first, *others = (set(reply.text.splitlines()) for reply in replies)
    assert others == [first, first]


@pytest.mark.parametrize(
    "search", ["", "?graph=a:b", "?graph=relatif", "?default", "?default&graph=a:b"]
)
def test_head_is_get(site: str, fetch: Any, search: str) -> None:
    get, head = (fetch(f"{site}rdf-graph-store{search}", method) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["Content-Length"] == str(len(get.body))
    assert head.headers["ETag"] == get.headers["ETag"]
