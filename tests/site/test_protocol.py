"""The SPARQL 1.1 Protocol, section 2.1, and what is refused."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <def#Inscription> }"


def number(reply: Any) -> int:
    assert reply.status == 200, reply.text
    return int(json.loads(reply.body)["results"]["bindings"][0]["n"]["value"])


def test_get(site: str, fetch: Any) -> None:
    assert number(fetch(f"{site}sparql?{urlencode({'query': COUNT})}")) == 63


def test_post_form(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql", "POST", urlencode({"query": COUNT}), Content_Type=FORM)
    assert number(reply) == 63


def test_post_query(site: str, fetch: Any) -> None:
    assert number(fetch(f"{site}sparql", "POST", COUNT, Content_Type=QUERY)) == 63


def test_post_query_with_charset(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql", "POST", COUNT, Content_Type=f"{QUERY}; charset=UTF-8")
    assert number(reply) == 63


def test_post_query_in_chunks(site: str, fetch: Any) -> None:
    parts: Iterator[bytes] = iter([COUNT[:9].encode(), COUNT[9:].encode()])
    reply = fetch(f"{site}sparql", "POST", parts, Content_Type=QUERY, Transfer_Encoding="chunked")
    assert number(reply) == 63


@pytest.mark.parametrize(("graph", "lines"), [("graph/2024", 1), ("graph/2025", 62)])
def test_default_graph_uri(site: str, fetch: Any, base_uri: str, graph: str, lines: int) -> None:
    asked = urlencode({"query": COUNT, "default-graph-uri": base_uri + graph})
    assert number(fetch(f"{site}sparql?{asked}")) == lines
    assert number(fetch(f"{site}sparql", "POST", asked, Content_Type=FORM)) == lines
    where = urlencode({"default-graph-uri": base_uri + graph})
    assert number(fetch(f"{site}sparql?{where}", "POST", COUNT, Content_Type=QUERY)) == lines


def test_several_default_graphs(site: str, fetch: Any, base_uri: str) -> None:
    graphs = [("default-graph-uri", f"{base_uri}graph/{year}") for year in (2024, 2025)]
    assert number(fetch(f"{site}sparql?{urlencode([('query', COUNT), *graphs])}")) == 63


def test_the_dataset_of_the_protocol_beats_from(site: str, fetch: Any, base_uri: str) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{base_uri}graph/2025> {{ ?s a <def#Inscription> }}"
    assert number(fetch(f"{site}sparql?{urlencode({'query': query})}")) == 62
    asked = {"query": query, "default-graph-uri": f"{base_uri}graph/2024"}
    assert number(fetch(f"{site}sparql?{urlencode(asked)}")) == 1


def test_named_graph_uri(site: str, fetch: Any, base_uri: str) -> None:
    query = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s a <def#Inscription> } }"
    asked = {"query": query, "named-graph-uri": f"{base_uri}graph/2024"}
    assert number(fetch(f"{site}sparql?{urlencode(asked)}")) == 1


UPDATE = "INSERT DATA { <a:a> <a:b> <a:c> }"
REFUSED = [
    ("GET", "?query=%ZZ", None, "", 400, "unreadable-request", "'%ZZ'"),
    ("GET", "?query=ASK%7B%7D%FF", None, "", 400, "unreadable-request", "0xff"),
    ("GET", "?query=ASK%7B%7D&query=ASK%7B%7D", None, "", 400, "doubled-query", "one query"),
    ("GET", "?query=ASK%7B%7D&update=x", None, "", 400, "doubled-query", "update"),
    ("GET", "?query=", None, "", 400, "malformed-query", "line 1"),
    ("GET", "?query=SELECT", None, "", 400, "malformed-query", "line 1"),
    ("GET", "?update=x", None, "", 403, "update-refused", "update"),
    (
        "GET",
        "?query=ASK%7B%7D&default-graph-uri=relatif",
        None,
        "",
        400,
        "unreadable-request",
        "relatif",
    ),
    ("GET", "?query=ASK%7B%7D&default-graph-uri=", None, "", 400, "unreadable-request", "absolute"),
    (
        "GET",
        "?query=ASK%7B%7D&named-graph-uri=a:%3C",
        None,
        "",
        400,
        "unreadable-request",
        "absolute",
    ),
    ("GET", "?query=" + quote(UPDATE), None, "", 403, "update-refused", "update"),
    ("POST", "", b"", FORM, 400, "missing-query", "query"),
    ("POST", "", b"a=b", FORM, 400, "missing-query", "query"),
    ("POST", "", b"query=%ZZ", FORM, 400, "unreadable-request", "form"),
    ("POST", "", b"query=ASK{}&query=ASK{}", FORM, 400, "doubled-query", "one query"),
    ("POST", "?query=ASK%7B%7D", b"ASK{}", QUERY, 400, "doubled-query", "one query"),
    ("POST", "", b"\xff", QUERY, 400, "unreadable-request", "0xff"),
    ("POST", "", b"update=x", FORM, 403, "update-refused", "update"),
    ("POST", "", b"x", "application/sparql-update", 403, "update-refused", "update"),
    ("POST", "", UPDATE.encode(), QUERY, 403, "update-refused", "update"),
    ("POST", "", b"ASK{}", "text/plain", 415, "wrong-body-type", QUERY),
    ("POST", "", b"ASK{}", f"{QUERY}; charset=utf-16", 415, "wrong-body-type", "UTF-8"),
    ("POST", "", b"--x--", "multipart/form-data; boundary=x", 415, "wrong-body-type", FORM),
    ("POST", "", b"ASK{}" + b" " * 1024 * 1024, QUERY, 413, "query-too-long", "1,048,576"),
    ("POST", "", b"query=ASK{}" + b"+" * 1024 * 1024, FORM, 413, "query-too-long", "bytes"),
    ("POST", "", b"query=ASK{}" + b"+" * 4 * 1024 * 1024, FORM, 413, "query-too-long", "bytes"),
    (
        "GET",
        "?query=ASK%7BSERVICE%3Chttp://exemple.invalid/%3E%7B%7D%7D",
        None,
        "",
        403,
        "service-refused",
        "SERVICE",
    ),
]


@pytest.mark.parametrize(("method", "search", "body", "kind", "status", "name", "word"), REFUSED)
def test_refused(
    site: str,
    fetch: Any,
    method: str,
    search: str,
    body: bytes | None,
    kind: str,
    status: int,
    name: str,
    word: str,
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    reply = fetch(f"{site}sparql{search}", method, body, headers)
    assert (reply.status, reply.kind) == (status, "application/problem+json"), reply.text
    problem = json.loads(reply.body)
    assert (problem["status"], problem["kind"]) == (status, name)
    assert word in problem["detail"]
    assert reply.headers["Cache-Control"] == "no-store"


def test_no_body_type_is_415(site: str, fetch: Any) -> None:
    assert fetch(f"{site}sparql", "POST", b"ASK{}").status == 415


def test_a_coded_body_is_415(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql", "POST", b"x", Content_Type=QUERY, Content_Encoding="gzip")
    assert reply.status == 415


def test_a_long_body_in_chunks_is_refused_not_cut(site: str, fetch: Any) -> None:
    parts = iter([b"ASK{}", b" " * 600_000, b" " * 600_000, b"nonsense"])
    reply = fetch(f"{site}sparql", "POST", parts, Content_Type=QUERY, Transfer_Encoding="chunked")
    assert reply.status == 413


def test_a_malformed_query_says_where(site: str, fetch: Any) -> None:
    query = "SELECT *\nWHERE { ?s ?p }"
    problem = json.loads(fetch(f"{site}sparql?{urlencode({'query': query})}").body)
    assert (problem["line"], problem["column"]) == (2, 16)  # just behind the fault


def test_accents_survive(site: str, fetch: Any) -> None:
    query = 'SELECT ("Cégep du Vieux\u202fMontréal 😀" AS ?x) {}'
    for reply in (
        fetch(f"{site}sparql?{urlencode({'query': query})}"),
        fetch(f"{site}sparql", "POST", urlencode({"query": query}), Content_Type=FORM),
        fetch(f"{site}sparql", "POST", query.encode(), Content_Type=QUERY),
    ):
        value = json.loads(reply.body)["results"]["bindings"][0]["x"]["value"]
        assert value == "Cégep du Vieux\u202fMontréal 😀"


def test_service_description(site: str, fetch: Any, base_uri: str) -> None:
    reply = fetch(f"{site}sparql", Accept="application/n-triples")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    quads = list(ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES))
    told = {(q.predicate.value, getattr(q.object, "value", "")) for q in quads}
    assert (f"{sd}endpoint", f"{base_uri}sparql") in told
    assert (f"{sd}feature", f"{sd}UnionDefaultGraph") in told
    assert (f"{sd}name", f"{base_uri}graph/2025") in told
    void = "http://rdfs.org/ns/void#"
    assert (f"{void}class", f"{base_uri}def#Inscription") in told
    assert (f"{void}property", f"{base_uri}def#statut") in told
    limits = {text for predicate, text in told if predicate.endswith("/description")}
    assert any("10 s" in text and "1024" in text for text in limits), limits
    assert sum(predicate == f"{sd}resultFormat" for predicate, _ in told) == 10
    assert not any(isinstance(q.subject, ox.BlankNode) for q in quads)
