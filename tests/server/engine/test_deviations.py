"""Where the engine differs from SPARQL 1.1, as the tables of docs/endpoint.md and .fr.md state."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from server.engine.faults import EngineFault
from server.engine.interface import JSON, Engine, Limits, Question
from server.engine.opening import open_engine
from tests.conftest import PROJECT

BASE = "http://localhost:8000/"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPES = f"PREFIX xsd: <{XSD}> "
DATA = """\
<{0}a> <{0}p> <{0}b> <{0}g1> .
<{0}a> <{0}q> "1" <{0}g1> .
<{0}b> <{0}p> <{0}c> <{0}g2> .
"""
PAGES = {
    "docs/endpoint.md": "Where the engine differs from SPARQL 1.1",
    "docs/endpoint.fr.md": "Où le moteur s'écarte de SPARQL 1.1",
}

# The rows of a result, sorted; or the kind of a refusal.
Outcome = list[tuple[str | None, ...]] | str


class Deviation(NamedTuple):
    """A construct as the tables name it, and queries with what they must and do answer."""

    construct: str
    query: str
    right: Outcome
    here: Outcome
    instead: str = ""
    instead_answers: Outcome | None = None  # None: what is right


def one(value: str | None) -> Outcome:
    return [(value,)]


def compute(construct: str, right: str | None, here: str | None, instead: str = "") -> Deviation:
    """Return the deviation of an expression that is computed once."""
    queries = [f"{TYPES}SELECT ({text} AS ?x) {{}}" for text in (construct, instead)]
    return Deviation(construct, queries[0], one(right), one(here), queries[1] if instead else "")


def in_graph(
    pattern: str, columns: str, right: Outcome, here: Outcome, instead: str, answers: Outcome
) -> Deviation:
    """Return the deviation of a pattern within `GRAPH ?g`; `instead` is a whole pattern."""
    construct = f"GRAPH ?g {{ {pattern} }}"
    queries = [f"SELECT {columns} {{ {text} }}" for text in (construct, instead)]
    return Deviation(construct, queries[0], right, here, queries[1], answers)


A, B, G1, G2, NOWHERE = (BASE + name for name in ("a", "b", "g1", "g2", "nowhere"))
BOTH: Outcome = [(G1, A), (G2, B)]

REPLACING = [
    compute(
        'REPLACE("voiture", "(.*)t(.*)", "$1c$2")',
        "voicure",
        "ure",
        'REPLACE("voiture", "(.*)t(.*)", "${1}c$2")',
    ),
    compute('REPLACE("abc", "(b)", "$12")', "ab2c", "ac", 'REPLACE("abc", "(b)", "${1}2")'),
    compute(
        'REPLACE("25 cents", "cents", "\\\\$")',
        "25 $",
        "25 \\$",
        'REPLACE("25 cents", "cents", "$$")',
    ),
    compute('REPLACE("abc", "x*", "-")', None, "-a-b-c-"),
]
MATCHING = [
    compute(
        'REGEX("titi", "^(ti)\\\\1$")',
        "true",
        None,
        'SUBSTR("titi", 1, 2) = SUBSTR("titi", 3)',
    ),
    compute('REGEX("o", "^[a-z-[aeiou]]$")', "false", "true", 'REGEX("o", "^[a-z--[aeiou]]$")'),
    compute(
        'REGEX("été", "^\\\\i\\\\c*$")',
        "true",
        None,
        'REGEX("été", "^[\\\\p{L}_:][\\\\p{L}\\\\p{M}\\\\p{N}._:·-]*$")',
    ),
    compute('REGEX("a", "\\\\p{IsBasicLatin}")', "true", None, 'REGEX("a", "[\\\\x00-\\\\x7F]")'),
    compute('REGEX("€", "\\\\w")', "true", "false", 'REGEX("€", "[^\\\\p{P}\\\\p{Z}\\\\p{C}]")'),
    compute('REGEX("&", "[a&&b]")', "true", "false", 'REGEX("&", "[ab&]")'),
    compute('REGEX("a b", "a\\\\b")', None, "true"),
]
VALUES = [
    compute("true > false", "true", None, "xsd:integer(true) > xsd:integer(false)"),
    compute(
        'xsd:integer(" 1 ")', "1", None, 'xsd:integer(REPLACE(" 1 ", "[ \\\\t\\\\r\\\\n]", ""))'
    ),
    compute(
        '"2025-01-01T00:00:00"^^xsd:dateTime <= "2025-01-01T00:00:00Z"^^xsd:dateTime',
        "true",
        None,
        '"2025-01-01T00:00:00Z"^^xsd:dateTime <= "2025-01-01T00:00:00Z"^^xsd:dateTime',
    ),
    compute("xsd:string(1e7)", "1.0E7", "10000000"),
    compute('STR("001"^^xsd:integer)', "001", "1"),
    compute('STR("2025-01-01+00:00"^^xsd:date)', "2025-01-01+00:00", "2025-01-01Z"),
    compute('DATATYPE("1"^^xsd:nonNegativeInteger)', f"{XSD}nonNegativeInteger", f"{XSD}integer"),
    Deviation(
        'BNODE("x")',
        'SELECT (COUNT(DISTINCT ?z) AS ?n) { VALUES ?i { 1 2 3 } BIND(BNODE("x") AS ?z) }',
        one("3"),
        one("1"),
        "SELECT (COUNT(DISTINCT ?z) AS ?n)"
        ' { VALUES ?i { 1 2 3 } BIND(BNODE(CONCAT("x", STR(?i))) AS ?z) }',
    ),
]
AGGREGATES = [
    Deviation(
        "GROUP_CONCAT(?text)",
        'SELECT (LANG(GROUP_CONCAT(?text)) AS ?x) { VALUES ?text { "a"@fr "b"@fr } }',
        one(""),
        one("fr"),
        'SELECT (LANG(GROUP_CONCAT(STR(?text))) AS ?x) { VALUES ?text { "a"@fr "b"@fr } }',
    ),
    Deviation(
        "(COUNT(?v) AS ?c) (?c + 1 AS ?d)",
        "SELECT (COUNT(?v) AS ?c) (?c + 1 AS ?d) { VALUES ?v { 1 2 } }",
        [("2", "3")],
        "unsupported-query",
        "SELECT (COUNT(?v) AS ?c) (COUNT(?v) + 1 AS ?d) { VALUES ?v { 1 2 } }",
    ),
]
PATTERNS = [
    Deviation(
        "<nowhere> <p>* ?o",
        "SELECT ?o { <nowhere> <p>* ?o }",
        one(NOWHERE),
        [],
        "SELECT ?o { { <nowhere> <p>+ ?o } UNION { BIND(<nowhere> AS ?o) } }",
    ),
    in_graph(
        "VALUES ?s { 1 }",
        "?g ?s",
        [(G1, "1"), (G2, "1")],
        [(None, "1")],
        "GRAPH ?g { } VALUES ?s { 1 }",
        [(G1, "1"), (G2, "1")],
    ),
    in_graph(
        "VALUES ?g { <nowhere> }",
        "?g",
        [],
        one(NOWHERE),
        "VALUES ?g { <nowhere> } GRAPH ?g { }",
        [],
    ),
    in_graph(
        "?s <p> ?o FILTER(?g = <g1>)",
        "?g ?s",
        [],
        [(G1, A)],
        "GRAPH ?g { ?s <p> ?o } FILTER(?g = <g1>)",
        [(G1, A)],
    ),
    in_graph(
        "?s <p> ?o OPTIONAL { ?s <q> ?g }",
        "?g ?s",
        [(G2, B)],
        BOTH,
        "GRAPH ?g { ?s <p> ?o OPTIONAL { ?s <q> ?h } }",
        BOTH,
    ),
    in_graph("?s <p> ?o MINUS { ?x <p> ?y }", "?g ?s", BOTH, [], "GRAPH ?g { ?s <p> ?o }", BOTH),
    in_graph(
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "?g ?n",
        [(G1, "2"), (G2, "1")],
        [(None, "3")],
        "{ SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g }",
        [(G1, "2"), (G2, "1")],
    ),
    Deviation(
        "FILTER(?x<?a&&?b>?y)",
        "SELECT ?x { VALUES (?x ?a ?b ?y) { (1 2 4 3) } FILTER(?x<?a&&?b>?y) }",
        "malformed-query",
        one("1"),
        "SELECT ?x { VALUES (?x ?a ?b ?y) { (1 2 4 3) } FILTER(?x < ?a && ?b > ?y) }",
        one("1"),
    ),
]
DEVIATIONS = [*REPLACING, *MATCHING, *VALUES, *AGGREGATES, *PATTERNS]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    release = tmp_path_factory.mktemp("release") / "portraits.nq"
    release.write_text(DATA.format(BASE), "utf-8")
    with open_engine(release, BASE, Limits(seconds=60, waiting_seconds=60)) as opened:
        yield opened


def answer(engine: Engine, query: str) -> Outcome:
    try:
        with engine.ask(Question(query, BASE, JSON)) as result:
            content = json.loads(b"".join(result.body))
    except EngineFault as fault:
        return fault.kind
    names, rows = content["head"]["vars"], content["results"]["bindings"]
    values = [tuple(row[name]["value"] if name in row else None for name in names) for row in rows]
    return sorted(values, key=str)


@pytest.mark.parametrize("case", DEVIATIONS, ids=lambda case: case.construct)
def test_the_engine_answers_as_the_table_says(engine: Engine, case: Deviation) -> None:
    outcome = answer(engine, case.query)
    assert outcome != case.right, (
        f"{case.construct} is answered as SPARQL 1.1 says now: take the row out of the table in"
        f" {' and '.join(PAGES)}, and its case out of this file"
    )
    assert outcome == case.here, (
        f"{case.construct} is answered otherwise than the table in {' and '.join(PAGES)} says,"
        " and not as SPARQL 1.1 does: correct the row and its case"
    )
    if case.instead:
        expected = case.right if case.instead_answers is None else case.instead_answers
        assert answer(engine, case.instead) == expected, case.instead


@pytest.mark.parametrize(("page", "heading"), PAGES.items())
def test_each_row_of_the_table_has_its_test(page: str, heading: str) -> None:
    section = (PROJECT / page).read_text("utf-8").partition(f"\n## {heading}\n")[2]
    lines = section.partition("\n## ")[0].splitlines()
    table = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")][2:]
    assert [cells[0].strip("`") for cells in table] == [case.construct for case in DEVIATIONS]
    for cells, case in zip(table, DEVIATIONS, strict=True):
        for fragment in re.findall("`([^`]+)`", cells[-1]) if case.instead else []:
            assert fragment in case.instead, fragment


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING(?n > 1)", []),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING(COUNT(*) > 1)", one("2")),
        ("SELECT (GROUP_CONCAT(?o) AS ?x) { ?s <p> ?o }", one(None)),
        ("SELECT (GROUP_CONCAT(STR(?o)) AS ?x) { <a> <p> ?o }", one(B)),
        ("SELECT (\\u0053TR(1) AS ?x) {}", one("1")),
        ("SELECT (SUM(COUNT(?o)) AS ?x) { ?s ?p ?o }", one(None)),
        ("SELECT ?o { <<( <a> <p> <b> )>> <q> ?o }", []),
    ],
)
def test_what_the_page_says_behind_the_table(engine: Engine, query: str, outcome: Outcome) -> None:
    assert answer(engine, query) == outcome
