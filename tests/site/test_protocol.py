"""The SPARQL 1.1 Protocol, section 2.1, case by case, and what is refused.

The cases carry the names of the W3C's protocol tests and the clause that asks for them; where the
suite has none, the name says what it is about. An update is refused whatever it looks like.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <def#Inscription> }"
NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s a <def#Inscription> } }"
BOTH = "SELECT (COUNT(*) AS ?n) { { ?s a <def#Inscription> } UNION { GRAPH ?g { ?s a ?t } } }"
G = "https://exemple.gouv.qc.example/ia/graph/"
Pairs = list[tuple[str, str]]


def number(reply: Any) -> int:
    assert reply.status == 200, reply.text
    return int(json.loads(reply.body)["results"]["bindings"][0]["n"]["value"])


def default(*years: int) -> Pairs:
    return [("default-graph-uri", f"{G}{year}") for year in years]


def named(*years: int) -> Pairs:
    return [("named-graph-uri", f"{G}{year}") for year in years]


FROM = f"SELECT (COUNT(*) AS ?n) FROM <{G}2025> {{ ?s a <def#Inscription> }}"
FROM_NAMED = NAMED.replace(" {", f" FROM NAMED <{G}2025> {{", 1)
# Name, clause, query, dataset of the request, entries that are counted.
DATASETS: list[tuple[str, str, str, Pairs, int]] = [
    ("query_no_dataset", "2.1.4", COUNT, [], 63),
    ("query_dataset_default_graph", "2.1.4", COUNT, default(2024), 1),
    ("query_dataset_default_graphs", "2.1.4", COUNT, default(2024, 2025), 63),
    ("query_dataset_named_graphs", "2.1.4", NAMED, named(2024), 1),
    ("query_dataset_several_named_graphs", "2.1.4", NAMED, named(2024, 2025), 63),
    ("query_dataset_full", "2.1.4", COUNT, default(2024) + named(2025), 1),
    ("query_dataset_full_named", "2.1.4", NAMED, default(2024) + named(2025), 62),
    ("only_named_graphs_leave_no_default_graph", "2.1.4", COUNT, named(2024), 0),
    ("only_default_graphs_leave_no_named_graph", "2.1.4", NAMED, default(2024), 0),
    ("the_same_graph_twice_is_one", "2.1.4", COUNT, default(2024, 2024), 1),
    ("from_in_the_query", "SPARQL 1.1 Query, 13.2", FROM, [], 62),
    ("from_named_in_the_query", "SPARQL 1.1 Query, 13.2", FROM_NAMED, [], 62),
    ("query_multiple_dataset", "2.1.4: the protocol's beats FROM", FROM, default(2024), 1),
    ("named_beats_from_named", "2.1.4", FROM_NAMED, named(2024), 1),
    ("a_default_graph_beats_from_named_too", "2.1.4", FROM_NAMED, default(2024), 0),
    ("a_graph_that_is_not_held_is_empty", "2.1.4", COUNT, default(1999), 0),
    ("beside_one_that_is_held", "2.1.4", COUNT, default(1999, 2024), 1),
    ("a_graph_elsewhere_is_not_fetched", "2.1.4", COUNT,
     [("default-graph-uri", "http://127.0.0.1:9/x")], 0),
    ("empty_parameters_name_no_graph", "as forms of Virtuoso send them", COUNT,
     [("default-graph-uri", ""), ("named-graph-uri", "")], 63),
    ("empty_parameters_leave_from_to_the_query", "2.1.4", FROM, [("default-graph-uri", "")], 62),
    ("an_empty_parameter_beside_a_graph", "2.1.4", COUNT,
     [("default-graph-uri", ""), *default(2024), ("named-graph-uri", "")], 1),
    ("from_elsewhere_is_not_fetched", "SPARQL 1.1 Query, 13.2",
     "SELECT (COUNT(*) AS ?n) FROM <http://127.0.0.1:9/x> { ?s ?p ?o }", [], 0),
]  # fmt: skip
WAYS = ["query_get", "query_post_form", "query_post_direct"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("query", "dataset", "counted"),
    [pytest.param(*case[2:], id=case[0]) for case in DATASETS],
)
def test_dataset(site: str, fetch: Any, way: str, query: str, dataset: Pairs, counted: int) -> None:
    assert number(send(site, fetch, way, query, dataset)) == counted


def send(site: str, fetch: Any, way: str, query: str, more: Pairs, **headers: str) -> Any:
    """Ask a query in one of the three ways of 2.1.1, 2.1.2 and 2.1.3."""
    if way == "query_get":
        return fetch(f"{site}sparql?{urlencode([('query', query), *more])}", headers=headers)
    if way == "query_post_form":
        form = urlencode([*more, ("query", query)])
        return fetch(f"{site}sparql", "POST", form, {"Content-Type": FORM, **headers})
    address = f"{site}sparql?{urlencode(more)}"
    return fetch(address, "POST", query.encode(), {"Content-Type": QUERY, **headers})


FORMS = {
    "query_content_type_select": (
        "SELECT * { ?s a ?o }",
        {"application/sparql-results+json", "application/sparql-results+xml", "text/csv",
         "text/tab-separated-values"},
    ),
    "query_content_type_ask": (
        "ASK { ?s a ?o }",
        {"application/sparql-results+json", "application/sparql-results+xml", "text/csv",
         "text/tab-separated-values"},
    ),
    "query_content_type_construct": (
        "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }",
        {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json",
         "application/n-quads", "application/trig"},
    ),
    "query_content_type_describe": (
        "DESCRIBE <id/portrait/2025>",
        {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json",
         "application/n-quads", "application/trig"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("version", ["", 'VERSION "1.2" '])
@pytest.mark.parametrize("name", FORMS)
def test_content_type(site: str, fetch: Any, way: str, version: str, name: str) -> None:
    """2.1.5 and 2.1.6: the type is one of those that were accepted."""
    query, kinds = FORMS[name]
    for kind in kinds:
        reply = send(site, fetch, way, version + query, [], Accept=kind)
        assert (reply.status, reply.kind) == (200, kind)
        assert reply.body
    assert send(site, fetch, way, query, [], Accept="image/png").status == 406


class Bad(NamedTuple):
    """A request that the protocol refuses."""

    name: str
    status: int
    kind: str
    word: str  # of the detail
    search: str = ""
    body: bytes | None = None
    type: str = ""
    method: str = ""


def form(name: str, status: int, kind: str, word: str, body: bytes) -> Bad:
    return Bad(name, status, kind, word, "", body, FORM)


def direct(
    name: str, status: int, kind: str, word: str, body: bytes, kind_of_body: str = QUERY
) -> Bad:
    return Bad(name, status, kind, word, "", body, kind_of_body)


def get(name: str, status: int, kind: str, word: str, search: str) -> Bad:
    return Bad(name, status, kind, word, search)


ONE = "one query"
INSERT = "INSERT DATA { <a:a> <a:b> <a:c> }"
SERVICE = "ASK{SERVICE<http://127.0.0.1:9/>{}}"
# 2.1.6: 400 for what is no query; the rest is HTTP's own (405, 413, 415) or ours (403).
BAD = [
    Bad("bad_query_method", 405, "method-not-allowed", "", "?query=ASK%7B%7D", b"", "", "PUT"),
    get("bad_multiple_queries", 400, "doubled-query", ONE, "?query=ASK%7B%7D&query=ASK%7B%7D"),
    form("two_queries_in_a_form", 400, "doubled-query", ONE, b"query=ASK{}&query=ASK{}"),
    Bad("a_query_in_address_and_body", 400, "doubled-query", ONE, "?query=ASK%7B%7D", b"ASK{}",
        QUERY),
    Bad("a_query_in_address_and_form", 400, "doubled-query", ONE, "?query=ASK%7B%7D",
        b"query=ASK{}", FORM),
    get("query_beside_update", 400, "doubled-query", "update", "?query=ASK%7B%7D&update=x"),
    form("query_beside_update_in_a_form", 400, "doubled-query", "update", b"query=ASK{}&update=x"),
    Bad("query_beside_update_in_the_address", 400, "doubled-query", "update", "?update=x",
        b"ASK{}", QUERY),
    form("no_query_in_a_form", 400, "missing-query", "query", b""),
    form("another_parameter_in_a_form", 400, "missing-query", "query", b"a=b"),
    direct("bad_query_wrong_media_type", 415, "wrong-body-type", QUERY, b"ASK{}", "text/plain"),
    direct("json_body", 415, "wrong-body-type", QUERY, b'{"query":"ASK{}"}', "application/json"),
    direct("multipart_body", 415, "wrong-body-type", FORM, b"--x--",
           "multipart/form-data; boundary=x"),
    direct("a_type_that_is_none", 415, "wrong-body-type", "UTF-8", b"ASK{}", "rubbish"),
    direct("bad_query_missing_form_type", 415, "wrong-body-type", FORM, b"query=ASK%7B%7D", ""),
    direct("bad_query_missing_direct_type", 415, "wrong-body-type", QUERY, b"ASK{}", ""),
    direct("bad_query_non_utf8", 400, "unreadable-request", "0xff", "ASK{}".encode("utf-16")),
    direct("query_said_to_be_utf16", 415, "wrong-body-type", "UTF-8", "ASK{}".encode("utf-16"),
           f"{QUERY}; charset=UTF-16"),
    form("form_said_to_be_latin1", 415, "wrong-body-type", "UTF-8", b"query=ASK{}")._replace(
        type=f"{FORM}; charset=iso-8859-1"),
    get("address_not_utf8", 400, "unreadable-request", "0xff", "?query=ASK%7B%7D%FF"),
    get("address_with_half_a_character", 400, "unreadable-request", "0xc3", "?query=%C3"),
    get("address_with_a_surrogate", 400, "unreadable-request", "0xed", "?query=%ED%A0%80"),
    form("form_not_utf8", 400, "unreadable-request", "0xff", b"query=ASK{}%FF"),
    get("broken_escape", 400, "unreadable-request", "'%ZZ'", "?query=%ZZ"),
    get("escape_that_is_cut_off", 400, "unreadable-request", "'%2'", "?query=%2"),
    get("broken_escape_in_a_name", 400, "unreadable-request", "'%G1'", "?%G1=1&query=ASK%7B%7D"),
    form("broken_escape_in_a_form", 400, "unreadable-request", "form", b"query=%ZZ"),
    get("bad_query_syntax", 400, "malformed-query", "line 1", "?query=ASK%20%7B"),
    get("unknown_function", 422, "unknown-function", "<a:f>", "?query=ASK{FILTER(<a:f>(1))}"),
    get("unsupported_query", 422, "unsupported-query", "write COUNT(*) in place of ?n",
        "?query=SELECT(COUNT(*)AS?n)(?n/2AS?half){}"),
    get("query_without_an_object", 400, "malformed-query", "line 1, column 13: expected an object",
        "?query=ASK%20%7B%20?s%20?p%20%7D"),
    get("undeclared_prefix", 400, "malformed-query", "PREFIX skos: <http://www.w3.org/2004/02/skos",
        "?query=ASK%20%7B%20?s%20skos:notation%20?o%20%7D"),
    get("half_a_query", 400, "malformed-query", "line 1", "?query=SELECT"),
    get("empty_query", 400, "malformed-query", "SELECT or", "?query="),
    get("query_without_a_value", 400, "malformed-query", "SELECT or", "?query"),
    direct("empty_body", 400, "malformed-query", "SELECT or", b""),
    get("two_byte_order_marks", 400, "malformed-query", "line 1",
        "?query=%EF%BB%BF%EF%BB%BFASK%7B%7D"),
    get("default_graph_no_iri", 400, "unreadable-request", "relatif",
        "?query=ASK%7B%7D&default-graph-uri=relatif"),
    get("default_graph_with_a_blank", 400, "unreadable-request", "absolute",
        "?query=ASK%7B%7D&default-graph-uri=http://a/%20b"),
    get("one_default_graph_of_two_no_iri", 400, "unreadable-request", "relatif",
        "?query=ASK%7B%7D&default-graph-uri=a:b&default-graph-uri=relatif"),
    get("named_graph_no_iri", 400, "unreadable-request", "absolute",
        "?query=ASK%7B%7D&named-graph-uri=a:%3C"),
    get("iri_that_only_looks_like_one", 400, "malformed-query", "absolute",
        "?query=ASK%7B%7D&default-graph-uri=http://%5B"),
    get("service", 403, "service-refused", "SERVICE", f"?query={quote(SERVICE)}"),
    get("bad_update_get", 403, "update-refused", "update", "?update=x"),
    get("empty_update", 403, "update-refused", "update", "?update="),
    get("update_as_a_query", 403, "update-refused", "update", "?query=" + quote(INSERT)),
    direct("update_as_a_query_in_a_body", 403, "update-refused", "update", INSERT.encode()),
    form("update_post_form", 403, "update-refused", "update", b"update=CLEAR+ALL"),
    direct("update_post_direct", 403, "update-refused", "update", b"CLEAR ALL", UPDATE),
    form("bad_multiple_updates", 403, "update-refused", "update", b"update=x&update=y"),
    form("update_dataset_full", 403, "update-refused", "update",
         b"update=x&using-graph-uri=a:a&using-named-graph-uri=a:b"),
    direct("bad_update_wrong_media_type", 415, "wrong-body-type", QUERY, b"CLEAR ALL",
           "text/plain"),
    direct("bad_update_missing_form_type", 415, "wrong-body-type", QUERY, b"update=CLEAR+ALL", ""),
    direct("bad_update_non_utf8", 403, "update-refused", "update", "CLEAR ALL".encode("utf-16"),
           UPDATE),
    direct("query_too_long", 413, "query-too-long", "1,048,576", b"ASK{}" + b" " * 1024 * 1024),
    form("query_too_long_in_a_form", 413, "query-too-long", "bytes",
         b"query=ASK{}" + b"+" * 1024 * 1024),
    form("form_too_long", 413, "query-too-long", "bytes", b"query=ASK{}" + b"+" * 4 * 1024 * 1024),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_refused(site: str, fetch: Any, bad: Bad) -> None:
    headers = {"Content-Type": bad.type} if bad.type else {}
    method = bad.method or ("GET" if bad.body is None else "POST")
    reply = fetch(f"{site}sparql{bad.search}", method, bad.body, headers)
    assert (reply.status, reply.kind) == (bad.status, "application/problem+json"), reply.text
    problem = json.loads(reply.body)
    assert (problem["status"], problem["kind"]) == (bad.status, bad.kind)
    assert bad.word in problem["detail"]
    assert reply.headers["Cache-Control"] == "no-store"
    assert (reply.headers["Allow"] is None) is (bad.status != 405)


@pytest.mark.parametrize("charset", ["UTF-8", "utf8", '"utf-8"'])
@pytest.mark.parametrize(("kind", "body"), [(QUERY, COUNT), (FORM, urlencode({"query": COUNT}))])
def test_charset_of_a_body(site: str, fetch: Any, charset: str, kind: str, body: str) -> None:
    reply = fetch(f"{site}sparql", "POST", body, Content_Type=f"{kind.upper()}; charset={charset}")
    assert number(reply) == 63


@pytest.mark.parametrize("way", WAYS)
def test_a_byte_order_mark_is_no_part_of_a_query(site: str, fetch: Any, way: str) -> None:
    assert number(send(site, fetch, way, "\ufeff" + COUNT, [])) == 63


def test_a_parameter_that_is_unknown_is_passed_over(site: str, fetch: Any) -> None:
    assert number(fetch(f"{site}sparql?x=1&{urlencode({'query': COUNT})}&x=2&&=")) == 63


def test_post_query_in_chunks(site: str, fetch: Any) -> None:
    parts: Iterator[bytes] = iter([COUNT[:9].encode(), COUNT[9:].encode()])
    reply = fetch(f"{site}sparql", "POST", parts, Content_Type=QUERY, Transfer_Encoding="chunked")
    assert number(reply) == 63


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
    assert (problem["line"], problem["column"]) == (2, 15)


def test_accents_survive(site: str, fetch: Any) -> None:
    query = 'SELECT ("Cégep du Vieux\u202fMontréal 😀" AS ?x) {}'
    for reply in (
        fetch(f"{site}sparql?{urlencode({'query': query})}"),
        fetch(f"{site}sparql", "POST", urlencode({"query": query}), Content_Type=FORM),
        fetch(f"{site}sparql", "POST", query.encode(), Content_Type=QUERY),
    ):
        value = json.loads(reply.body)["results"]["bindings"][0]["x"]["value"]
        assert value == "Cégep du Vieux\u202fMontréal 😀"
