"""What leaves for a store: a query of our grammar, with its dataset, and nothing else."""

from collections.abc import Mapping
from typing import Any

import pytest

from server.engine import faults
from server.engine.interface import BoundText, Question
from server.engine.remote.gate import refuse_foreign_calls
from server.engine.remote.graphs import list_graphs
from server.engine.remote.reading import MOST_CHAINED, MOST_NESTED, MOST_TOKENS, read_query
from server.engine.remote.rewriting import Visible, rewrite

BASE = "http://a.example/"
STORED = f"{BASE}releases/0123456789abcdef/graph/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
VISIBLE = Visible(list_graphs(BASE, "0123456789abcdef", ["2024", "2025"]), {"a:p", "a:q", TYPE})
ALL = f"FROM <{STORED}2024>\nFROM <{STORED}2025>\n"
PAIRS = " ".join(f"(<{STORED}{year}> <{BASE}graph/{year}>)" for year in (2024, 2025))


def values(names: str, rows: str, blank: str = "") -> str:
    """Return rows of values as they are written: of several columns in a SELECT of their own."""
    written = f"VALUES ({blank}{names}{blank}) {{ {rows} }}"
    return f"{{ SELECT {names} {{ {written} }} }}" if " " in names else written


BOUND = values("?x", "(<b:b>)")
QUOTED = '("\\"} #"@fr)'


def sent(text: str, bindings: Mapping[str, str | BoundText] | None = None, **dataset: Any) -> str:
    """Return what the store is sent, without the clauses of the whole release."""
    query = read_query(text, BASE)
    refuse_foreign_calls(query, text)
    question = Question(text, BASE, bindings=bindings or {}, **dataset)
    return rewrite(query, question, VISIBLE).text.replace(ALL, "").replace("\n", " ")


def pattern(text: str, **more: Any) -> str:
    """Return what is sent for a pattern, without its FROM NAMED."""
    written = sent(f"SELECT ?s {{ {text} }}", **more)
    return written[written.index("{") + 2 : -2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?s a <x> # } SERVICE <x> {}\n", f"?s a <{BASE}x>"),
        ('?s <a:p> "\\u0022 . \\\\ \'"@fr', '?s <a:p> "\\" . \\\\ \'"@fr'),
        ("?s <a:p> '''a\n\"b''' , \"1\"^^<a:p>", '?s <a:p> "a\\n\\"b" , "1"^^<a:p>'),
        ("?s <a:p>/^<a:q>*|!(a|^<a:p>) ?o", "?s <a:p> / ^ <a:q>* | !( a | ^ <a:p> ) ?o"),
        ("?s <bif:contains> ?o", f"?s <{STORED}> ?o"),
        ("?s ^<bif:contains>|<a:p>/<http://jena.apache.org/text#query> ?o",
         f"?s ^ <{STORED}> | <a:p> / <{STORED}> ?o"),
        ("GRAPH <graph/2025> { ?s <a:p> <graph/2025> }",
         f"GRAPH <{STORED}2025> {{ ?s <a:p> <{BASE}graph/2025> }}"),
        ("GRAPH <b:elsewhere> { ?s a ?o }", f"GRAPH <{STORED}> {{ ?s a ?o }}"),
        (f"GRAPH <{STORED}2025> {{ ?s a ?o }}", f"GRAPH <{STORED}> {{ ?s a ?o }}"),
        ("GRAPH ?g { ?s a ?g } ?own0 a ?g",
         f"{{ GRAPH ?own1 {{ ?s a ?g }} {values('?own1 ?g', PAIRS)} }} ?own0 a ?g"),
        ("?s a ?o FILTER(TRUE && ?o = <graph/2025>)",
         f"?s a ?o FILTER( true && ?o = <{BASE}graph/2025> )"),
        ("BIND(IRI('x') AS ?s)", 'BIND( IRI( "x" ) AS ?s )'),
        ("?s a/<a:p> ?o FILTER(?o / 2 > 1)", "?s a / <a:p> ?o FILTER( ?o * 1.0 / 2 > 1 )"),
        ("?s <a:p>/<a:q>/<a:p> ?o FILTER(3 * 5 / 2 / (?o / 4 * 2 / 3) > 1)",
         "?s <a:p> / <a:q> / <a:p> ?o"
         " FILTER( 3 * 5 * 1.0 / 2 * 1.0 / ( ?o * 1.0 / 4 * 2 * 1.0 / 3 ) > 1 )"),
        ("<< ?s <bif:contains> ?o >> a ?t", f"<< ?s <{STORED}> ?o >> a ?t"),
        ("?s a <<( ?s <bif:contains> ?o )>>", f"?s a <<( ?s <{STORED}> ?o )>>"),
        ("GRAPH ?g { } ?s a ?g",
         f"{{ {values('?g', f'(<{BASE}graph/2024>) (<{BASE}graph/2025>)')} }} ?s a ?g"),
        ("?s ?own0 ?o VALUES (?s ?own0) { (1 UNDEF) } OPTIONAL { VALUES ?o { <graph/2025> } }",
         f"?s ?own0 ?o {values('?s ?own0', '( 1 UNDEF )', ' ')}"
         f" OPTIONAL {{ VALUES ?o {{ <{BASE}graph/2025> }} }}"),
        ("?s a ?o VALUES () { () }", "?s a ?o VALUES () { () }"),
        ("GRAPH <graph/2025> { }", f"GRAPH <{STORED}2025> {{ }}"),
        ("GRAPH <b:elsewhere> { }", f"GRAPH <{STORED}> {{ FILTER(1 = 2) }}"),
    ],
)  # fmt: skip
def test_a_pattern(text: str, expected: str) -> None:
    assert pattern(text) == expected


def test_a_relative_iri_that_is_made_has_the_base_of_the_query() -> None:
    text = "BASE <b:c> SELECT (IRI(?x) AS ?y) { ?x a <#d> }"
    assert sent(text) == "BASE <b:c> SELECT ( IRI( ?x ) AS ?y ) { ?x a <b:c#d> }"


@pytest.mark.parametrize(
    ("clauses", "dataset", "expected"),
    [
        ("FROM <graph/2025>", {}, f"FROM <{STORED}2025>"),
        ("FROM <b:b> FROM <graph/2024>", {}, f"FROM <{STORED}> FROM <{STORED}2024>"),
        ("FROM NAMED <graph/2025>", {}, f"FROM <{STORED}>"),
        ("FROM <graph/2025>", {"default_graphs": (f"{BASE}graph/2024",)}, f"FROM <{STORED}2024>"),
        ("", {"named_graphs": (f"{BASE}graph/2024",)}, f"FROM <{STORED}>"),
    ],
)
def test_a_dataset(clauses: str, dataset: dict[str, Any], expected: str) -> None:
    assert sent(f"ASK {clauses} {{ ?s a ?o }}", **dataset) == f"ASK {expected} {{ ?s a ?o }}"


def test_a_graph_outside_of_the_dataset_is_empty() -> None:
    named = f"FROM NAMED <{STORED}2025> FROM NAMED <{STORED}>"
    asked = sent("ASK FROM NAMED <graph/2025> { GRAPH <graph/2024> { ?s a ?o } }")
    assert asked == f"ASK FROM <{STORED}> {named} {{ GRAPH <{STORED}> {{ ?s a ?o }} }}"
    asked = sent("ASK FROM <graph/2025> { GRAPH ?g { ?s a ?o } }")
    assert values("?own0 ?g", f"(<{STORED}> <{STORED}>)") in asked


@pytest.mark.parametrize(
    ("text", "bound", "expected"),
    [
        ("SELECT ?x ?y { ?x <a:p> ?y }", {"x": "b:b"},
         f"SELECT ?x ?y {{ <b:b> <a:p> ?y {BOUND} }}"),
        ("SELECT ?x { ?s <a:p> ?x FILTER(?x != ?y || BOUND(?x)) }", {"x": BoundText('"} #', "fr")},
         'SELECT ?x { ?s <a:p> "\\"} #"@fr FILTER( "\\"} #"@fr != ?y || true )'
         f" {values('?x', QUOTED)} }}"),
        ("SELECT ?x { ?x ?x ?s }", {"x": BoundText("1")},
         f"""SELECT ?x {{ ?x ?x ?s {values("?x", '("1")')} }}"""),
        ("SELECT ?p { ?s ?p ?o }", {"p": "bif:contains"},
         f"SELECT ?p {{ ?s <{STORED}> ?o {values('?p', '(<bif:contains>)')} }}"),
        ("SELECT ?x { { SELECT ?s { ?s a ?x } } { SELECT ?x { ?s a ?x } } }", {"x": "b:b"},
         "SELECT ?x { { SELECT ?s { ?s a ?x } }"
         f" {{ SELECT ?x {{ ?s a <b:b> {BOUND} }} }} {BOUND} }}"),
        ("SELECT ?x { SELECT ?x { ?s a ?x } }", {"x": "b:b"},
         f"SELECT ?x {{ {{ SELECT ?x {{ ?s a <b:b> {BOUND} }} }}{BOUND} }}"),
    ],
)  # fmt: skip
def test_bound_variables(text: str, bound: dict[str, str | BoundText], expected: str) -> None:
    assert sent(text, bound) == expected


def test_a_bound_graph_has_its_name_in_the_store() -> None:
    asked = sent("SELECT ?g ?s { GRAPH ?g { ?s a ?g } }", {"g": f"{BASE}graph/2025"})
    assert f"{{ GRAPH <{STORED}2025> {{ ?s a <{BASE}graph/2025> }}" in asked


def test_the_columns_of_a_star_are_those_of_the_query() -> None:
    asked = sent(
        "SELECT * { GRAPH ?g { ?s <a:p> ?o } MINUS { ?z a ?o } { SELECT ?b { ?b a ?c } } }"
    )
    assert asked.startswith("SELECT ?b ?g ?o ?s FROM")


def test_what_columns_are_ordered_by_is_computed_around_them() -> None:
    text = "SELECT ?s (COUNT(*) AS ?n) { ?s a ?o } GROUP BY ?s ORDER BY LCASE(STR(?s)) ?n LIMIT 2"
    grouped = "SELECT ?s ( COUNT( * ) AS ?n ) { ?s a ?o } GROUP BY ?s"
    ordered = "ORDER BY LCASE( STR( ?s ) ) ?n LIMIT 2"
    assert sent(text) == f"SELECT ?s ?n {{ {{ {grouped} }} }} {ordered}"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('define get:soft "soft" SELECT * { ?s ?p ?o }', faults.MalformedQuery),
        ("SELECT (bif:now() AS ?x) { }", faults.MalformedQuery),
        ("PREFIX bif: <bif:> SELECT (bif:now() AS ?x) { }", faults.UnknownFunction),
        ("SELECT * { ?s a ?o FILTER(<java:A.b>(?o)) }", faults.UnknownFunction),
        ("SELECT ?s { ?s a ?o } GROUP BY ?s HAVING <sql:f>(?s)", faults.UnknownFunction),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", faults.ServiceRefused),
        ("SELECT * { { FILTER NOT EXISTS { SERVICE SILENT ?x { } } } }", faults.ServiceRefused),
        ("SELECT * { \\u0053ERVICE <b:b> { } }", faults.ServiceRefused),
        ("PREFIX a: <a:> INSERT DATA { a:a a:b a:c }", faults.UpdateRefused),
        ("DROP ALL", faults.UpdateRefused),
        ("ASK { } ; DROP ALL", faults.MalformedQuery),
        ("SELECT * { <http://a/\\u003E> a ?o }", faults.MalformedQuery),
        ('SELECT ("\\uD800" AS ?x) { }', faults.MalformedQuery),
        ("ASK { FILTER" + "(" * (MOST_NESTED + 1) + "1" + ")" * (MOST_NESTED + 1) + " }",
         faults.QueryTooDeep),
        ("ASK { FILTER(" + "!" * 60 + "true) }", faults.QueryTooDeep),
        ("ASK { { }" + " UNION { }" * (MOST_CHAINED + 1) + " }", faults.QueryTooDeep),
        ("ASK { FILTER(1 IN (1" + ", 1" * MOST_TOKENS + ")) }", faults.QueryTooDeep),
        ("CONSTRUCT { 1 <a:p> ?o } WHERE { ?s a ?o }", faults.MalformedQuery),
    ],
)  # fmt: skip
def test_what_does_not_leave(text: str, fault: type[faults.EngineFault]) -> None:
    with pytest.raises(fault):
        sent(text)


def test_many_values_may_leave() -> None:
    many = " ".join(f"<b:{number}>" for number in range(MOST_TOKENS))
    assert sent(f"SELECT ?x {{ VALUES ?x {{ {many} }} }}").count("<b:") == MOST_TOKENS
