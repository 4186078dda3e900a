"""Ask the engine from outside: real processes, hostile queries, short limits."""

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from server.engine import faults, interface
from server.engine.interface import (
    CSV,
    JSON,
    TSV,
    XML,
    BoundText,
    Engine,
    Limits,
    Question,
)
from server.engine.opening import ENGINES
from tests.conftest import PROJECT
from tests.support.waiting import wait_until
from transform.errors import UnreadableRelease

BASE = "http://localhost:8000/"
ROWS = 1000
TURTLE = "text/turtle"
ROOT = PROJECT


_USUAL = Limits(waiting_seconds=60)


def open_engine(release: Path, base_uri: str, limits: Limits = _USUAL) -> Engine:
    """Open the engine that the folder of the releases is named after."""
    return ENGINES[release.parents[2].name](release, base_uri, limits)


@pytest.fixture(scope="module", params=ENGINES)
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three graphs of a thousand statements each, and one with texts that are hard to write.

    Every test that takes it is run in memory and on disk.
    """
    path = (
        tmp_path_factory.mktemp("releases")
        / str(request.param)
        / "release"
        / "dumps"
        / "portraits.nq"
    )
    path.parent.mkdir(parents=True)
    lines = [
        f'<{BASE}id/{row}> <{BASE}def#p{part}> "Évaluation {row}"@fr <{BASE}graph/{part}> .\n'
        for row in range(ROWS)
        for part in range(3)
    ]
    hard = ('"a\\rb"', '"a\\tb\\n"', '"<script>&amp;]]>"', '"=1+1,\\"x\\""')
    lines += [f"<{BASE}id/texte> <{BASE}def#t> {text} <{BASE}graph/textes> .\n" for text in hard]
    lines.append(f'<{BASE}id/controle> <{BASE}def#c> "a\\u0001b" <{BASE}graph/controle> .\n')
    path.write_text("".join(lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def engine(release: Path) -> Iterator[Engine]:
    """One engine for the tests that leave it as it was."""
    limits = Limits(seconds=60, memory_mb=512, result_mb=20, processes=4, waiting_seconds=60)
    with open_engine(release, BASE, limits) as opened:
        yield opened


@pytest.fixture(scope="module")
def brief(release: Path) -> Iterator[Engine]:
    """An engine with short limits, for queries that neither crash nor end by themselves."""
    limits = Limits(seconds=0.8, memory_mb=512, processes=4, waiting_seconds=20)
    with open_engine(release, BASE, limits) as opened:
        yield opened


def question(
    text: str, *, solutions: str | None = JSON, graph: str | None = TURTLE, **rest: object
) -> Question:
    return Question(text, BASE, solutions, graph, **rest)  # type: ignore[arg-type]


def read(engine: Engine, query: Question | str) -> bytes:
    with engine.ask(question(query) if isinstance(query, str) else query) as answer:
        body = b"".join(answer.body)
        assert len(body) == answer.length
        return body


def rows(engine: Engine, query: Question | str) -> list[dict[str, str]]:
    bindings = json.loads(read(engine, query))["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in bindings]


def children_of(process: int) -> list[int]:
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            children.append(int(stat.parent.name))
    return children


def runs(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def family_of(process: int) -> list[int]:
    below = children_of(process)
    return below + [deeper for child in below for deeper in family_of(child)]


def cpu_seconds(processes: Iterable[int]) -> float:
    total = 0.0
    for process in processes:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def insist(engine: Engine, text: str) -> list[dict[str, str]]:
    """Ask as a client should: again, where the engine was busy or the machine slow."""
    for _ in range(50):
        with contextlib.suppress(faults.EngineBusy, faults.QueryTooSlow):
            return rows(engine, text)
    raise AssertionError("fifty times busy")


# Forms and formats


@pytest.mark.parametrize("media_type", [JSON, XML, CSV, TSV])
def test_select_in_each_format(engine: Engine, media_type: str) -> None:
    select = question(f"SELECT ?o {{ <{BASE}id/5> <{BASE}def#p0> ?o }}", solutions=media_type)
    with engine.ask(select) as answer:
        assert (answer.form, answer.media_type) == ("solutions", media_type)
        body = b"".join(answer.body)
    if media_type == CSV:
        assert list(csv.reader(io.StringIO(body.decode()))) == [["o"], ["Évaluation 5"]]
    else:
        results = ox.parse_query_results(body, ox.QueryResultsFormat.from_media_type(media_type))
        assert isinstance(results, ox.QuerySolutions)
        assert [row["o"] for row in results] == [ox.Literal("Évaluation 5", language="fr")]


@pytest.mark.parametrize("media_type", [JSON, XML])
@pytest.mark.parametrize(("text", "truth"), [("ASK {}", True), ("ASK { FILTER(false) }", False)])
def test_ask(engine: Engine, media_type: str, text: str, truth: bool) -> None:
    with engine.ask(question(text, solutions=media_type)) as answer:
        assert (answer.form, answer.media_type) == ("boolean", media_type)
        result = ox.parse_query_results(
            b"".join(answer.body), ox.QueryResultsFormat.from_media_type(media_type)
        )
    assert bool(result) is truth


@pytest.mark.parametrize("media_type", [CSV, TSV])
def test_ask_in_plain_formats(engine: Engine, media_type: str) -> None:
    assert read(engine, question("ASK {}", solutions=media_type)) == b"true"


@pytest.mark.parametrize(
    "media_type",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/n-quads",
        "application/trig",
    ],
)
@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { <{0}id/5> ?p ?o }", "DESCRIBE <{0}id/5>"])
def test_graph_in_each_format(engine: Engine, media_type: str, text: str) -> None:
    describe = question(text.replace("{0}", BASE), graph=media_type)
    with engine.ask(describe) as answer:
        assert (answer.form, answer.media_type) == ("graph", media_type)
        body = b"".join(answer.body)
    parsed = ox.parse(body, ox.RdfFormat.from_media_type(media_type))
    assert {(q.predicate.value, q.object) for q in parsed} == {
        (f"{BASE}def#p{part}", ox.Literal("Évaluation 5", language="fr")) for part in range(3)
    }


def test_graph_in_json_ld(engine: Engine) -> None:
    describe = question(f"DESCRIBE <{BASE}id/5>", graph="application/ld+json")
    for _ in range(2):  # the second time in the same sealed process
        assert b"\xc3\x89valuation 5" in read(engine, describe)


@pytest.mark.parametrize(
    ("text", "form"),
    [("SELECT * {}", "solutions"), ("ASK {}", "boolean"), ("DESCRIBE <a:a>", "graph")],
)
def test_form_without_acceptable_type(engine: Engine, text: str, form: str) -> None:
    with pytest.raises(faults.FormNotAcceptable) as refused:
        engine.ask(question(text, solutions=None, graph=None))
    assert refused.value.form == form


def test_xml_keeps_what_it_can_hold(engine: Engine) -> None:
    text = f"SELECT ?o {{ <{BASE}id/texte> ?p ?o }}"
    tree = ElementTree.fromstring(read(engine, question(text, solutions=XML)))
    literals = {
        literal.text for literal in tree.iter("{http://www.w3.org/2005/sparql-results#}literal")
    }
    assert literals == {"a\rb", "a\tb\n", "<script>&amp;]]>", '=1+1,"x"'}
    assert literals == {row["o"] for row in rows(engine, text)}


@pytest.mark.parametrize("character", ["\\u0001", "\\u001F", "\\uFFFE", "\\uFFFF"])
def test_xml_refuses_what_it_cannot_hold(engine: Engine, character: str) -> None:
    text = f'SELECT ("a{character}b" AS ?x) {{}}'
    with pytest.raises(faults.Unwritable, match="cannot carry") as refused:
        engine.ask(question(text, solutions=XML))
    assert refused.value.media_type == XML
    assert rows(engine, text)


def test_rdf_xml_refuses_what_it_cannot_hold(engine: Engine) -> None:
    with pytest.raises(faults.Unwritable, match=r"U\+0001"):
        engine.ask(question(f"DESCRIBE <{BASE}id/controle>", graph="application/rdf+xml"))


# Dataset, bindings and base


@pytest.mark.parametrize(
    ("text", "default", "named", "count"),
    [
        ("{ ?s ?p ?o }", (), (), 3 * ROWS + 5),
        ("FROM <graph/0> { ?s ?p ?o }", (), (), ROWS),
        ("FROM <graph/0> { GRAPH ?g { ?s ?p ?o } }", (), (), 0),
        ("FROM NAMED <graph/0> { ?s ?p ?o }", (), (), 0),
        ("from NAMED <graph/0> { GRAPH ?g { ?s ?p ?o } }", (), (), ROWS),
        ("FROM <graph/0> { ?s ?p ?o }", ("graph/1", "graph/2"), (), 2 * ROWS),
        ("{ GRAPH ?g { ?s ?p ?o } }", ("graph/1",), (), 0),
        ("{ GRAPH ?g { ?s ?p ?o } }", (), ("graph/1",), ROWS),
        ("{ ?s ?p ?o }", (), ("graph/1",), 0),
        ("{ ?s ?p ?o } # FROM <graph/0>", (), (), 3 * ROWS + 5),
        ('{ ?from ?p ?o FILTER(?o != "FROM") }', (), (), 3 * ROWS + 5),
        ("{ ?s ?p ?o }", ("graph/none",), (), 0),
    ],
)
def test_dataset(
    engine: Engine, text: str, default: tuple[str, ...], named: tuple[str, ...], count: int
) -> None:
    counting = question(
        f"SELECT (COUNT(*) AS ?n) {text}",
        default_graphs=tuple(BASE + name for name in default),
        named_graphs=tuple(BASE + name for name in named),
    )
    assert rows(engine, counting) == [{"n": str(count)}]


def test_bindings_are_values_not_text(engine: Engine) -> None:
    text = "SELECT ?s ?p ?o { ?s ?p ?o }"
    literal = BoundText("Évaluation 7", "fr")
    solutions = rows(engine, question(text, bindings={"s": f"{BASE}id/7", "o": literal}))
    assert {row["p"] for row in solutions} == {f"{BASE}def#p{part}" for part in range(3)}
    assert rows(engine, question(text, bindings={"o": BoundText('" } #')})) == []


@pytest.mark.parametrize(
    "invalid",
    [
        question("ASK {}", default_graphs=("not an IRI",)),
        question("ASK {}", named_graphs=("graph/1",)),
        question("SELECT ?s { ?s ?p ?o }", bindings={"s": "> } #"}),
        question("SELECT ?s { ?s ?p ?o }", bindings={"s s": BASE}),
        question("SELECT ?s { ?s ?p ?o }", bindings={"p": BASE}),
        question("SELECT ?s { ?s ?p ?o }", bindings={"s": BoundText("x", "not a tag")}),
    ],
)
def test_values_that_cannot_be(engine: Engine, invalid: Question) -> None:
    with pytest.raises(faults.MalformedQuery) as refused:
        engine.ask(invalid)
    assert refused.value.line is None


# Texts that are refused


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("SELECT * WHERE {\n ?s ?p }", 2),
        ("", 1),
        ("PREFIX a: <http://a/>", 1),
        ("# rien\n", 2),
        ("SELECT ?s {\n?s ?p ?o\nFILTER(?o = ) }", 3),
        ("SELECT * { ?s foo:bar ?o }", 1),
        ("ASK {} ASK {}", 1),
        ("INSERT DATA {", 1),
        ("Où sont les organismes?", 1),
        ("ASK { \\u007D \\u0000", 1),
    ],
)
def test_malformed(engine: Engine, text: str, line: int) -> None:
    with pytest.raises(faults.MalformedQuery) as refused:
        engine.ask(question(text))
    assert refused.value.line == line
    assert refused.value.column is not None
    assert f"line {line}, column {refused.value.column}" in str(refused.value.detail)
    assert "[" not in str(refused.value.detail).replace('"["', "")


def test_malformed_says_the_reason(engine: Engine) -> None:
    with pytest.raises(faults.MalformedQuery, match="the prefix of"):
        engine.ask(question("SELECT * { ?s foo:bar ?o }"))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (<http://a/f>(1) AS ?x) {}",
        "ASK { FILTER(<http://a/f>()) }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(<http://a/f>(?o)) }",
        "SELECT * { ?s ?p ?o FILTER EXISTS { ?x ?y ?z BIND(<http://a/f>(1) AS ?v) } }",
        "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING(<http://a/f>(COUNT(*)))",
        "SELECT * { ?s ?p ?o } ORDER BY <http://a/f>(?o)",
    ],
)
def test_a_function_that_is_unknown_is_named(engine: Engine, text: str) -> None:
    with pytest.raises(faults.UnknownFunction, match="no function <http://a/f>") as refused:
        read(engine, text)
    column = text.index("<http://a/f>") + 1
    assert (refused.value.line, refused.value.column) == (1, column)
    assert f"Line 1, column {column}: there is no" in str(refused.value.detail)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('PREFIX a: <http://a/>\nSELECT ("a:f-1" AS ?x) (a:f\\-1(1) AS ?y) {}', (2, 25)),
        ("PREFIX f: <http://a/f>\nASK { FILTER(f:()) }", (2, 14)),
        ("BASE <http://a/> ASK { FILTER(<f>(1)) }", (None, None)),
    ],
)
def test_where_an_unknown_function_is_called(
    engine: Engine, text: str, place: tuple[int | None, int | None]
) -> None:
    with pytest.raises(faults.UnknownFunction, match="here is no function <http://a/f") as refused:
        read(engine, text)
    assert (refused.value.line, refused.value.column) == place


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("SELECT (TRUE AS ?x) (FaLsE AS ?y) {}", ["true", "false"]),
        (
            'SELECT ("TRUE" AS ?x) (?TRUE AS ?y) { # TRUE\n VALUES ?TRUE { True } }',
            ["TRUE", "true"],
        ),
        ("SELECT ?x { VALUES ?x { TR\\u0055E } }", ["true"]),
    ],
)
def test_truth_values_may_stand_in_capitals(engine: Engine, text: str, values: list[str]) -> None:
    (row,) = rows(engine, text)
    assert list(row.values()) == values


def test_capitals_hide_no_service(engine: Engine) -> None:
    with pytest.raises(faults.ServiceRefused):
        engine.ask(question("SELECT * { ?s ?p TRUE SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"))


def test_half_a_surrogate_pair(engine: Engine) -> None:
    with pytest.raises(faults.MalformedQuery):
        engine.ask(question('SELECT ("\ud800" AS ?x) {}'))


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:b> 1 }",
        "PREFIX a: <http://a/>\nDELETE WHERE { a:a ?p ?o }",
        "delete { ?s ?p ?o } insert { ?s ?p 1 } where { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP SILENT DEFAULT",
        "CREATE GRAPH <a:a>",
        "COPY <a:a> TO <a:b>",
        "LOAD <file:///etc/passwd>",
        "LOAD SILENT <http://127.0.0.1:9/>",
        "LOAD <https://127.0.0.1:9/>",
        "BASE <https://127.0.0.1:9/> LOAD <a>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <HTTPS://127.0.0.1:9/> { ?s ?p ?o } }",
        "INSERT DATA {} ; CLEAR ALL",
        "# commentaire\nI\\u004ESERT DATA {}",
    ],
)
def test_update_refused(engine: Engine, text: str) -> None:
    with pytest.raises(faults.UpdateRefused):
        engine.ask(question(text))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A loopback port that nobody may connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


SERVICES = [
    "SELECT * { SERVICE <{url}> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <{url}> { ?s ?p ?o } }",
    "SELECT * { service<{url}>{ ?s ?p ?o } }",
    "SELECT * { SeRvIcE # commentaire >\n <{url}> { ?s ?p ?o } }",
    "SELECT * { SERVICE#\nSILENT#\n<{url}>#\n{} }",
    "SELECT * { \\u0053ERVICE SILENT <{url}> { ?s ?p ?o } }",
    "SELECT * { S\\U00000045RVICE <{url}> { ?s ?p ?o } }",
    "SELECT * { BIND(<{url}> AS ?e) SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { VALUES ?e { <{url}> } SERVICE SILENT ?e { ?s ?p ?o } }",
    "SELECT * { { SELECT * { SERVICE SILENT <{url}> { ?s ?p ?o } } } }",
    "PREFIX service: <{url}> SELECT * { SERVICE service: { ?s ?p ?o } }",
    "PREFIX : <{url}> SELECT * { SERVICE: { ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICESILENT<{url}>{} }",
    "SELECT * { ?a ?b ?c FILTER(?a<?b)SERVICE#>\n<{url}>{} }",
    "SELECT * { OPTIONAL { SERVICE <{url}> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <{url}> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE SILENT <{url}> { ?s ?p ?o } }",
    "ASK { SERVICE <{url}> {} }",
    "SELECT * { ?service ?p ?o SERVICE <{url}> {} FILTER(?service = 'service') }",
    "DESCRIBE ?s { SERVICE <{url}> { ?s ?p ?o } }",
    "BASE <{url}> SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
    "PREFIX p: <{url}> SELECT * { SERVICE p:sparql { ?s ?p ?o } }",
    "SELECT * { SERVICE <{url}spar\\u0071l> { ?s ?p ?o } }",
    "SELECT * { SERVICE <{url}> { ?s ?p ?o } SERVICE ?s { ?s ?p ?o } }",
    "SELECT * { SERVICE <https://127.0.0.1:9/> { ?s ?p ?o } }",
    "ASK { SERVICE SILENT <https://127.0.0.1:9/> {} }",
    "BASE <https://127.0.0.1:9/> SELECT * { SERVICE <a> {} }",
    # The keyword right behind what holds the word as well.
    "SELECT * { # SERVICE\n SERVICE <{url}> {} }",
    "SELECT * { ?s ?p 'SERVICE' SERVICE <{url}> {} }",
    "SELECT * { ?s ?p <a:SERVICE>SERVICE <{url}> {} }",
    "PREFIX a: <a:> SELECT * { ?s ?p a:SERVICE SERVICE <{url}> {} }",
    "SELECT * { ?s ?p ?SERVICE SERVICE <{url}> {} }",
]


@pytest.mark.parametrize("text", SERVICES)
def test_service_refused(engine: Engine, listener: socket.socket, text: str) -> None:
    host, port = listener.getsockname()
    with pytest.raises(faults.ServiceRefused):
        engine.ask(question(text.replace("{url}", f"http://{host}:{port}/")))
    with pytest.raises(BlockingIOError):
        listener.accept()


NO_SERVICES = {
    "comment": "SELECT * { # SERVICE <http://a/> {}\n ?s ?p ?o } LIMIT 1",
    "comment at the end": "SELECT * { ?s ?p ?o } LIMIT 1 # SERVICE <http://a/> {}",
    "string": "SELECT ?service { ?service ?p 'SERVICE <http://a/> {}' }",
    "string of many lines": 'SELECT * { ?s ?p """\nSERVICE <http://a/> {} " """ }',
    "escaped string": "SELECT ('S\\u0045RVICE' AS ?x) {}",
    "language tag": "SELECT * { ?s ?p 'x'@service }",
    "IRI": "SELECT * { ?s <http://a/service#SERVICE> ?o }",
    "prefix": "PREFIX service: <http://service/> SELECT * { ?s service:p ?o }",
    "prefixed name": "PREFIX a: <http://a/> SELECT * { GRAPH a:SERVICE { ?s a:service.x ?o } }",
    "blank node": "SELECT * { ?s ?p _:service }",
    "variable": "SELECT * { ?SERVICE $service ?Service }",
    "variable beside one like it": "SELECT (1 AS ?service) (2 AS ?servicq) {}",
    "variables in other cases": "SELECT (1 AS ?service) (2 AS ?SERVICE) (3 AS ?serVice) {}",
    "foreign letter": "SELECT (1 AS ?service) (2 AS ?\u017fervice) {}",
    "misspelt variables": "SELECT (1 AS ?service) (2 AS ?serviqqq) (3 AS ?serviqqx) {}",
}


@pytest.mark.parametrize("place", NO_SERVICES)
def test_the_word_service_is_no_service(engine: Engine, place: str) -> None:
    assert read(engine, NO_SERVICES[place])


def test_the_word_from_is_no_from(engine: Engine) -> None:
    named = rows(engine, "SELECT (COUNT(*) AS ?from) (2 AS ?froq) { ?s ?p ?o }")
    assert named[0]["from"] == rows(engine, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"]


def test_load_and_service_in_update_connect_nowhere(
    engine: Engine, listener: socket.socket
) -> None:
    host, port = listener.getsockname()
    url = f"<http://{host}:{port}/>"
    for text in (
        f"LOAD SILENT {url}",
        f"LOAD {url} INTO GRAPH <a:a>",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT {url} {{ ?s ?p ?o }} }}",
    ):
        with pytest.raises(faults.UpdateRefused):
            engine.ask(question(text))
    assert rows(engine, f"SELECT * FROM {url} {{ ?s ?p ?o }}") == []
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_escaped_keywords_are_read(engine: Engine) -> None:
    assert rows(engine, "S\\u0045LECT (1 AS ?x) \\u007B }") == [{"x": "1"}]


# Bombs

N = 20_000
NESTING = {
    "parentheses": f"SELECT * {{ FILTER({'(' * N}1{')' * N}) }}",
    "groups": f"SELECT * {{ {'{' * N}{'}' * N} }}",
    "unions": f"SELECT * {{ {{}}{'UNION{}' * N} }}",
    "negations": f"SELECT * {{ FILTER({'!' * N}true) }}",
    "path steps": f"SELECT * {{ ?s {'/'.join(['<a:p>'] * N)} ?o }}",
    "path alternatives": f"SELECT * {{ ?s {'|'.join(['<a:p>'] * N)} ?o }}",
    "blank nodes": f"SELECT * {{ {'[ <a:p> ' * N}[]{']' * N} }}",
    "collections": f"SELECT * {{ ?s ?p {'(' * N}1{')' * N} }}",
    "exists": f"SELECT * {{ {'FILTER EXISTS {' * N}{'}' * N} }}",
    "sub-selects": f"SELECT * {{ {'{SELECT * {' * N}{'}}' * N} }}",
    "or": f"SELECT * {{ FILTER({'||'.join(['?x'] * N)}) }}",
    "sums": f"SELECT ({'+'.join(['1'] * N)} AS ?x) {{}}",
    "functions": f"SELECT ({'STR(' * N}1{')' * N} AS ?x) {{}}",
    "optionals": f"SELECT * {{ {'OPTIONAL {' * N}{'}' * N} }}",
    "patterns": f"SELECT * {{ {'?a ?b ?c .' * N} }}",
    "triple terms": f"SELECT * {{ ?s ?p {'<<( <a:a> <a:a> ' * N}1{')>>' * N} }}",
    "update": f"INSERT {{}} WHERE {{ {'{' * N}{'}' * N} }}",
    "service": f"SELECT * {{ SERVICE <a:a> {{ {'{' * N}{'}' * N} }} }}",
}


@pytest.mark.parametrize("name", NESTING)
def test_deep_nesting_harms_only_itself(brief: Engine, name: str) -> None:
    with contextlib.suppress(faults.QueryTooDeep, faults.QueryTooLarge, faults.QueryTooSlow):
        brief.ask(question(NESTING[name])).close()
    assert insist(brief, "SELECT (1 AS ?x) {}") == [{"x": "1"}]
    wait_until(lambda: brief.stats().running == 0)


CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
DOUBLING = "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(40))
MEMORY_BOMBS = {
    "sort": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c",
    "distinct": "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "group": "SELECT (GROUP_CONCAT(?c) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "doubling": f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('aaaaaaaa' AS ?x0) {DOUBLING} }}",
}


@pytest.fixture
def strict(release: Path) -> Iterator[Engine]:
    """An engine for bombs: memory ends them, however slow the machine is."""
    limits = Limits(
        seconds=300, memory_mb=200, result_mb=5, processes=2, idle=2, waiting_seconds=60
    )
    with open_engine(release, BASE, limits) as opened:
        yield opened


def resident_mb(processes: list[int]) -> float:
    pages = 0
    for process in processes:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            pages += int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.parametrize("name", MEMORY_BOMBS)
def test_memory_bomb(strict: Engine, name: str) -> None:
    read(strict, "ASK {}")
    before = resident_mb(family_of(os.getpid()))
    with pytest.raises(faults.QueryTooLarge, match="200 MB"):
        strict.ask(question(MEMORY_BOMBS[name]))
    wait_until(lambda: resident_mb(family_of(os.getpid())) < before + 100)
    read(strict, "ASK {}")


def test_endless_query_is_ended_and_leaves_no_core_busy(release: Path) -> None:
    others = set(family_of(os.getpid()))
    with open_engine(release, BASE, Limits(seconds=0.5, processes=2)) as engine:
        with pytest.raises(faults.QueryTooSlow) as slow:
            engine.ask(endless())
        assert slow.value.seconds == 0.5

        def rests() -> bool:
            ours = set(family_of(os.getpid())) - others
            used = cpu_seconds(ours)
            time.sleep(0.5)
            return cpu_seconds(ours) - used < 0.1

        wait_until(rests)


def test_answer_too_large(strict: Engine) -> None:
    with pytest.raises(faults.ResultTooLarge) as large:
        strict.ask(question("SELECT * { ?a ?b ?c . ?d ?e ?f }"))
    assert large.value.megabytes == 5
    read(strict, "ASK {}")


def test_answer_beyond_memory_is_whole(engine: Engine) -> None:
    text = "SELECT ?a ?f { ?a ?b ?c . ?d ?e ?f } LIMIT 100000"
    body = read(engine, question(text, solutions=CSV))
    assert len(body) > 2**20
    assert body.count(b"\r\n") == 100_001


def test_room_of_answers_that_nobody_reads(release: Path) -> None:
    limits = Limits(seconds=60, result_mb=2, total_result_mb=3, waiting_seconds=60)
    with open_engine(release, BASE, limits) as engine:
        large = question("SELECT ?a ?f { ?a ?b ?c . ?d ?e ?f } LIMIT 45000", solutions=CSV)
        held = engine.ask(large)
        assert held.length > 1.5 * 2**20
        with pytest.raises(faults.EngineBusy):
            engine.ask(large)
        held.close()
        engine.ask(large).close()


def test_slow_reader_holds_no_process(release: Path) -> None:
    with open_engine(release, BASE, Limits(seconds=30, processes=1, waiting_seconds=60)) as engine:
        large = question("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 50000")
        with engine.ask(large) as answer:
            parts = answer.body
            next(parts)
            read(engine, "ASK {}")  # the one process is free, while the answer is being read
            assert 1 + sum(1 for _ in parts) > 10


def test_client_that_left_frees_its_process(release: Path) -> None:
    limits = Limits(seconds=600, processes=1, waiting_seconds=60)
    with open_engine(release, BASE, limits) as engine:
        gone = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(engine.ask, endless(), gone.is_set)
            wait_until(lambda: engine.stats().running == 1)
            gone.set()
            read(engine, "ASK {}")
            assert isinstance(answer.exception(), faults.Abandoned)


# Many at once


def endless() -> Question:
    return question(f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}")


def test_queue_is_bounded(release: Path) -> None:
    limits = Limits(seconds=600, processes=1, waiting=1, waiting_seconds=2, long=1)
    with (
        open_engine(release, BASE, limits) as engine,
        ThreadPoolExecutor(3) as pool,
        contextlib.ExitStack() as end,
    ):
        over = threading.Event()
        end.callback(over.set)
        first = pool.submit(engine.ask, endless(), over.is_set)
        wait_until(lambda: engine.stats().running == 1)
        for _ in range(9):  # this thread may get no core for as long as the second one waits
            second = pool.submit(engine.ask, question("ASK {}"))
            wait_until(lambda: engine.stats().waiting == 1, every=0.01)
            with pytest.raises(faults.EngineBusy) as busy:
                engine.ask(question("ASK {}"))
            assert isinstance(second.exception(), faults.EngineBusy)
            if "wait already" in str(busy.value.detail):
                break
        assert "wait already" in str(busy.value.detail)
        assert busy.value.retry_after >= 1
        over.set()
        assert isinstance(first.exception(), faults.Abandoned)
        read(engine, "ASK {}")


def test_short_queries_pass_by_long_ones(release: Path) -> None:
    limits = Limits(seconds=600, processes=8, long=2, patience=0.2, waiting_seconds=60)
    with (
        open_engine(release, BASE, limits) as engine,
        ThreadPoolExecutor(24) as pool,
        contextlib.ExitStack() as end,
    ):
        over = threading.Event()
        end.callback(over.set)
        bombs = [pool.submit(engine.ask, endless(), over.is_set) for _ in range(24)]
        for _ in range(10):
            read(engine, "ASK {}")  # behind long ones it would wait for ten minutes
            time.sleep(0.05)
        assert len([bomb for bomb in bombs if not bomb.done()]) >= limits.long
        over.set()
        outcomes = {type(bomb.exception()) for bomb in bombs}
        assert outcomes == {faults.EngineBusy, faults.Abandoned}


def test_memory_of_all_together_is_bounded(release: Path) -> None:
    limits = Limits(seconds=300, memory_mb=400, total_memory_mb=500, processes=4)
    with open_engine(release, BASE, limits) as engine, ThreadPoolExecutor(4) as pool:
        read(engine, "ASK {}")
        before = most = resident_mb(family_of(os.getpid()))
        bombs = [pool.submit(engine.ask, question(MEMORY_BOMBS["sort"])) for _ in range(4)]
        while not all(bomb.done() for bomb in bombs):
            most = max(most, resident_mb(family_of(os.getpid())))
            time.sleep(0.05)
        assert {type(bomb.exception()) for bomb in bombs} <= {
            faults.EngineBusy,
            faults.QueryTooLarge,
        }
        # 1600 MB if each took its own; what grows between two looks of a busy machine is spared.
        assert most - before < 500 + 500


def test_fifty_clients_with_bombs_among_them(release: Path) -> None:
    limits = Limits(seconds=1, memory_mb=200, processes=4, waiting_seconds=60, waiting=100)
    bombs = [NESTING["groups"], MEMORY_BOMBS["sort"], endless().text, "SELECT * {", "CLEAR ALL"]

    def ask(number: int) -> bool:
        if number % 3 == 0:
            with pytest.raises(faults.EngineFault) as fault:
                opened.ask(question(bombs[number // 3 % len(bombs)]))
            return not isinstance(fault.value, faults.EngineDefect | faults.EngineDown)
        solutions = insist(opened, f"SELECT ?o {{ <{BASE}id/{number}> <{BASE}def#p0> ?o }}")
        return solutions == [{"o": f"Évaluation {number}"}]

    with open_engine(release, BASE, limits) as opened, ThreadPoolExecutor(50) as pool:
        assert all(pool.map(ask, range(90)))


def test_no_answer_holds_bytes_of_another(release: Path) -> None:
    """Answers broken off half-way by deadline, size and departure, between ones that are read."""

    def ask(number: int) -> bool:
        if number % 2:
            soon = time.monotonic() + 0.01 * (number % 7)
            try:
                opened.ask(
                    question("SELECT * { ?a ?b ?c . ?d ?e ?f }", solutions=TSV),
                    lambda: time.monotonic() > soon,
                ).close()
            except (faults.ResultTooLarge, faults.Abandoned, faults.EngineBusy):
                return True
            except faults.QueryTooSlow:  # or the machine
                return True
            return False
        solutions = insist(opened, f"SELECT ?o {{ <{BASE}id/{number}> <{BASE}def#p1> ?o }}")
        return solutions == [{"o": f"Évaluation {number}"}]

    limits = Limits(seconds=2, result_mb=3, processes=4, waiting_seconds=60)
    with open_engine(release, BASE, limits) as opened, ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(100)))


# Processes


def test_close_leaves_no_process(release: Path) -> None:
    before = set(family_of(os.getpid()))
    engine = open_engine(release, BASE, Limits(seconds=600))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(engine.ask, endless())
        wait_until(lambda: engine.stats().running == 1)
        assert len(set(family_of(os.getpid())) - before) >= 3
        engine.close()
        assert isinstance(answer.exception(), faults.EngineDown)
    wait_until(lambda: set(family_of(os.getpid())) <= before)
    with pytest.raises(faults.EngineDown, match="closed"):
        engine.ask(question("ASK {}"))
    engine.close()


ASKER = """
import sys, threading
from pathlib import Path
from server.engine.interface import JSON, Limits, Question
from server.engine.opening import ENGINES
release = Path(sys.argv[1])
engine = ENGINES[release.parents[2].name](release, "http://localhost:8000/", Limits(seconds=600))
endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
threading.Thread(target=engine.ask, args=[Question(endless, "a:a", JSON)]).start()
engine.ask(Question("ASK {}", "a:a", JSON))
print("ready", flush=True)
"""


def test_killed_asker_leaves_no_process(release: Path) -> None:
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER, str(release)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with asker:
        assert asker.stdout is not None
        assert asker.stdout.readline() == b"ready\n"
        family = family_of(asker.pid)
        assert len(family) >= 3
        asker.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(map(runs, family)))


def fork_servers() -> list[int]:
    return [p for p in children_of(os.getpid()) if children_of(p)]


def kill(process: int) -> None:
    """Kill a process, with which those below it end."""
    family = [process, *family_of(process)]
    os.kill(process, signal.SIGKILL)
    wait_until(lambda: not any(map(runs, family)))


def seals(process: int) -> str:
    return "".join(Path(f"/proc/{process}/{name}").read_text() for name in ("limits", "status"))


def test_killed_fork_server_is_replaced(release: Path) -> None:
    before = set(fork_servers())
    with open_engine(release, BASE) as engine:
        read(engine, "ASK {}")
        (fork_server,) = set(fork_servers()) - before
        kill(fork_server)
        read(engine, "ASK {}")
        assert fork_server not in fork_servers()


def test_killed_idle_process_is_noticed(release: Path) -> None:
    before = set(fork_servers())
    with open_engine(release, BASE) as engine:
        (fork_server,) = set(fork_servers()) - before
        for process in children_of(fork_server):
            kill(process)
        read(engine, "ASK {}")


def test_query_process_is_sealed(release: Path) -> None:
    before = set(fork_servers())
    with open_engine(release, BASE, Limits(memory_mb=100)) as engine:
        read(engine, "ASK {}")
        (fork_server,) = set(fork_servers()) - before
        assert [task.name for task in Path(f"/proc/{fork_server}/task").iterdir()] == [
            str(fork_server)
        ]
        lines = {"Max core file size        0                    0", "NoNewPrivs:\t1"}
        if release.parents[2].name == "disk":  # it opens the files of the store as it goes
            lines.add("Seccomp:\t2")
        else:
            lines.add("Max open files            0                    0")
        processes = children_of(fork_server)  # of which one may have just been forked
        wait_until(lambda: all(line in seals(p) for p in processes for line in lines))


def test_a_release_that_was_taken_away_is_no_defect(release: Path, tmp_path: Path) -> None:
    copy = tmp_path / release.parents[2].name / "copy" / "dumps" / "portraits.nq"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(release.read_bytes())
    before = set(fork_servers())
    with open_engine(copy, BASE) as engine:
        (fork_server,) = set(fork_servers()) - before
        shutil.rmtree(copy.parents[2])
        kill(fork_server)
        for _ in range(3):
            with pytest.raises(faults.EngineDown):
                engine.ask(Question("ASK {}", BASE, JSON))


def test_fork_server_imports_only_what_it_needs(release: Path) -> None:
    before = set(fork_servers())
    with open_engine(release, BASE):
        (fork_server,) = set(fork_servers()) - before
        mapped = Path(f"/proc/{fork_server}/maps").read_text()
    assert "pandas" not in mapped
    assert "numpy" not in mapped


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"<a:a> <a:b> <a:c> <a:d> .\nnot quads\n", "line 2"), (None, "No such")],
)
@pytest.mark.parametrize("kind", ENGINES)
def test_unreadable_release(tmp_path: Path, kind: str, content: bytes | None, message: str) -> None:
    path = tmp_path / kind / "release" / "dumps" / "portraits.nq"
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableRelease, match=message) as refused:
        open_engine(path, BASE)
    assert str(path) in str(refused.value)


def test_interface_names_no_engine() -> None:
    assert interface.__doc__
    assert "oxigraph" not in Path(interface.__file__).read_text()
