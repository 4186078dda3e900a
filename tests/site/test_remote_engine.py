"""A site whose engine is a remote store answers as the one in memory does, row by row.

What a store answers otherwise stands in `deviations/STORE.json` with its answer: a row that
differs and is not listed fails, as does one that is listed and passes. After a change that is
meant, `WRITE_DEVIATIONS=1` writes the files anew, for a person to read.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.engine.opening import opener_of
from server.engine.vetting import vet_of
from server.questions.question import read_questions
from server.release.choice import ReleaseChooser
from server.settings import Settings
from tests.conftest import Run
from tests.site.conftest import BASE, Boot
from tests.site.test_paths import WALK
from tests.site.test_protocol import BAD, DATASETS, FORMS
from tests.support.remote_store import RemoteStore
from tests.support.same_answers import Deviations, Row, Said, differ, list_wrong, read, write
from tests.support.stored_release import store_release
from tests.support.waiting import wait_until
from transform.rdf.namespaces import RDF_TYPE

HERE = Path(__file__).parent
_OF_SITE = ("sparql", "sparql/limites")
STORES = {"oxigraph": "oxigraph_server", "virtuoso": "virtuoso"}  # their fixtures
NT, RESULTS, HTML = "application/n-triples", "application/sparql-results+json", "text/html"
G = f"{BASE}graph/"
TYPED = f"GRAPH ?g {{ ?s ?p ?o }} BIND(IF(?p = <{RDF_TYPE}>, ?o, ?none) AS ?c)"
XSD = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
# Queries of which a store could make something else.
QUERIES = {
    "GRAPH with a variable": "SELECT ?g ?s { GRAPH ?g { ?s a <def#Portrait> } }",
    "the graph's name as a resource": "SELECT * { GRAPH ?g { ?s a <def#Portrait> ; ?p ?g } }",
    "the graph's name outside": "SELECT ?g ?n { GRAPH ?g { ?s a <def#Portrait> }"
    " OPTIONAL { ?g <http://www.w3.org/2000/01/rdf-schema#label> ?n } }",
    "GRAPH with a name": "SELECT (COUNT(*) AS ?n) { GRAPH <graph/2025> { ?s ?p ?o } }",
    "GRAPH with the name in the store": "SELECT (COUNT(*) AS ?n)"
    " { GRAPH <releases/0123456789abcdef/graph/2025> { ?s ?p ?o } }",
    "GRAPH with a foreign name": "SELECT ?s { GRAPH <http://nowhere.example/> { ?s ?p ?o } }",
    "GRAPH without a pattern": "SELECT ?g { GRAPH ?g { } }",
    "GRAPH without a pattern, by name": "SELECT ?s { ?s a <def#Portrait> GRAPH <graph/2025> { } }",
    "GRAPH that is not there": "SELECT ?s { ?s a <def#Portrait> GRAPH <graph/1999> { } }",
    "two GRAPHs with one variable": "SELECT DISTINCT ?g"
    " { GRAPH ?g { ?s a <def#Portrait> } GRAPH ?g { ?t a <def#Inscription> } }",
    "SELECT * within SELECT *": "SELECT * { { SELECT * { GRAPH ?g { ?s a <def#Portrait> } } } }",
    "a filter on a graph": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } FILTER(?g = <graph/2025>) }",
    "the text of a graph's name": "SELECT DISTINCT (STR(?g) AS ?x) { GRAPH ?g { ?s a ?o } }",
    "the number of graphs": "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "GRAPH in EXISTS": "SELECT ?s { ?s a <def#Portrait> FILTER EXISTS { GRAPH ?g { ?s ?p ?o } } }",
    "GRAPH in MINUS": "SELECT ?s { ?s a <def#Portrait> MINUS { GRAPH <graph/2025> { ?s a ?t } } }",
    "GRAPH and what is computed": f"SELECT (COUNT(DISTINCT ?c) AS ?n) {{ {TYPED} }}",
    "GRAPH and what is computed, by graph": "SELECT ?g (COUNT(DISTINCT ?c) AS ?n)"
    f" {{ {TYPED} FILTER(?g != <graph/2024>) }} GROUP BY ?g",
    "GRAPH and texts that are computed": "SELECT DISTINCT ?g ?x"
    " { GRAPH ?g { ?s ?p ?o } BIND(IF(?p = <def#annee>, STR(?o), 'none') AS ?x) } ORDER BY ?g ?x",
    "the number of things in graphs": "SELECT (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "GRAPH, OPTIONAL and what is computed": "SELECT (COUNT(DISTINCT ?c) AS ?n)"
    " { GRAPH ?g { ?s a ?t } OPTIONAL { ?s <def#annee> ?y } BIND(COALESCE(?y, ?s) AS ?c) }",
    "GRAPH, MINUS and what is computed": "SELECT (COUNT(DISTINCT ?c) AS ?n)"
    " { GRAPH ?g { ?s a ?t } MINUS { ?s a <def#Portrait> } BIND(IF(ISIRI(?t), ?s, ?none) AS ?c) }",
    "GRAPH in a SELECT within, computed with": "SELECT ?x (COUNT(DISTINCT ?s) AS ?n)"
    " { { SELECT DISTINCT ?s ?g { GRAPH ?g { ?s a ?t } } }"
    " BIND(STRAFTER(STR(?g), '/graph/') AS ?x) } GROUP BY ?x ORDER BY DESC(?n) LIMIT 1",
    "two graphs of one thing": "SELECT (COUNT(DISTINCT ?c) AS ?n)"
    " { GRAPH ?g { ?s a ?t } GRAPH ?h { ?s ?p ?o } BIND(IF(?g = ?h, ?s, ?o) AS ?c) }",
    "VALUES with two columns, and what is computed": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s ?p ?o"
    f" VALUES (?p ?x) {{ (<{RDF_TYPE}> 1) (<def#annee> 2) }} BIND(IF(?x = 1, ?o, ?none) AS ?c) }}",
    "VALUES behind what is computed": "SELECT ?c (COUNT(*) AS ?n) { ?s a ?t BIND(IF(BOUND(?t), ?t,"
    " ?s) AS ?c) VALUES (?t ?x) { (<def#Portrait> 1) (<def#Inscription> 2) } } GROUP BY ?c",
    "VALUES in EXISTS": "SELECT ?s { ?s a ?t FILTER EXISTS"
    " { ?s <def#annee> ?y VALUES (?t ?x) { (<def#Portrait> 1) } } }",
    "VALUES that joins with UNDEF": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?t"
    " VALUES (?t ?x) { (<def#Portrait> 1) (UNDEF 2) } }",
    "VALUES behind the pattern": "SELECT ?s { ?s a ?t } VALUES ?t { <def#Portrait> }",
    "a path in a graph": "SELECT (COUNT(DISTINCT ?c) AS ?n) { GRAPH ?g { ?s a/<a:none>* ?c } }",
    "all statements": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "statements of other releases": "SELECT ?p ?o { <releases/0123456789abcdef> ?p ?o }",
    "ASK, true": "ASK { ?s a <def#Portrait> }",
    "ASK, false": "ASK { ?s a <def#Nothing> }",
    "DESCRIBE a name": "DESCRIBE <id/portrait/2025>",
    "DESCRIBE a variable": "DESCRIBE ?x { ?x a <def#Portrait> }",
    "DESCRIBE *": "DESCRIBE * { ?x a <def#Portrait> }",
    "DESCRIBE nothing": "DESCRIBE <id/nothing>",
    "CONSTRUCT WHERE": "CONSTRUCT WHERE { ?s a <def#Portrait> ; ?p ?o }",
    "CONSTRUCT with blank nodes": "CONSTRUCT { ?s <a:p> [ <a:q> 1 ] } WHERE { <a:a> ?p ?s }",
    "CONSTRUCT a graph": "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <graph/2025> { ?s ?p ?o } }",
    "CONSTRUCT with what is no triple": "CONSTRUCT { ?o ?p ?s } WHERE { <id/portrait/2025> ?p ?o"
    " BIND(<a:b> AS ?s) }",
    "VALUES": 'SELECT * { VALUES (?x ?y) { (1 "a"@fr) (<a:b> UNDEF) ("é\\u00e8\\n" 1.5) } }',
    "a text with everything": 'SELECT ("a\\t\\"\\\\\\u0022 \\U0001F600 } #x" AS ?x) { } # {',
    "numbers": "SELECT (1 + 2 AS ?a) (1.5 * 2 AS ?b) (7 / 2 AS ?c) (1e3 AS ?d) { }",
    "divisions": "SELECT (COUNT(*) / 2 AS ?a) (SUM(?n) / COUNT(*) / 4 AS ?b) (7.5 / 2 AS ?c)"
    " (3 * 5 / 2 AS ?d) { VALUES ?n { 3 8 } }",
    "a division in a filter": "SELECT ?n { VALUES ?n { 3 8 } FILTER(?n / 2 = 1.5) }",
    "truth values": "SELECT (true AS ?a) (1 = 2 AS ?b) { }",
    "a date": XSD + 'SELECT ("2025-01-01"^^xsd:date AS ?a) (YEAR("2025-01-01T00:00:00Z"'
    "^^xsd:dateTime) AS ?b) { }",
    "casts": XSD + 'SELECT (xsd:integer("3") AS ?a) (xsd:decimal("3.50") AS ?b) { }',
    "functions of texts": 'SELECT (STRLEN("é") AS ?a) (UCASE("été") AS ?b) (SUBSTR("abc", 2) AS ?c)'
    ' (REPLACE("abc", "b", "z") AS ?d) (CONCAT("a", "b") AS ?e) (STRAFTER("abc", "b") AS ?f) { }',
    "functions of terms": 'SELECT (LANG("a"@fr) AS ?a) (DATATYPE(1) AS ?b) (ISIRI(<a:a>) AS ?c)'
    ' (STRLANG("a", "fr") AS ?d) (IF(1 = 1, "a", "b") AS ?e) (COALESCE(?z, 2) AS ?f) { }',
    "IRI with a relative name": 'SELECT (IRI("x") AS ?x) { }',
    "hashes": 'SELECT (MD5("a") AS ?a) (SHA1("a") AS ?b) (SHA256("a") AS ?c) { }',
    "an average": "SELECT (AVG(?n) AS ?a) (SUM(?n) AS ?b) (MAX(?n) AS ?c) { VALUES ?n { 1 2 4 } }",
    "texts that are joined": 'SELECT (GROUP_CONCAT(?x; SEPARATOR=", ") AS ?y)'
    ' { VALUES ?x { "a" "a" } }',
    "groups": "SELECT ?t (COUNT(*) AS ?n) { ?s a ?t } GROUP BY ?t HAVING(COUNT(*) > 1) ORDER BY ?t",
    "a path": "SELECT ?s"
    " { ?s a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* <def#Portrait> }",
    "a path of length zero": "SELECT ?s { ?s <a:none>* <id/portrait/2025> }",
    "all but one property": f"SELECT (COUNT(*) AS ?n) {{ ?s !(a|<{BASE}def#annee>) ?o }}",
    "an inverse path": "SELECT ?o { ?o ^<http://purl.org/dc/terms/isPartOf> <id/portrait/2024> }",
    "a property that searches elsewhere": "SELECT ?s { ?s <bif:contains> 'portrait' }",
    "OPTIONAL and NOT EXISTS": "SELECT ?s ?v { ?s a <def#Portrait> OPTIONAL { ?s <def#none> ?v }"
    " FILTER NOT EXISTS { ?s <def#none> ?w } }",
    "UNION": "SELECT ?x { { BIND(1 AS ?x) } UNION { BIND(2 AS ?x) } }",
    "a SELECT within": "SELECT ?s ?n { ?s a <def#Portrait>"
    " { SELECT ?s (COUNT(?i) AS ?n) { ?i <http://purl.org/dc/terms/isPartOf> ?s } GROUP BY ?s } }",
    "ORDER BY, LIMIT, OFFSET": "SELECT ?s { ?s a <def#Inscription> } ORDER BY ?s LIMIT 2 OFFSET 3",
    "prefixes and a base": "BASE <http://nowhere.example/> PREFIX : <#> PREFIX p: <"
    f"{BASE}def#> SELECT ?s {{ ?s a p:Portrait FILTER(?s != :x && <y> != ?s) }}",
    "words for one store": 'define get:soft "soft" SELECT * { ?s ?p ?o }',
    "a function of one store": 'SELECT (bif:sprintf("%s", 1) AS ?x) { }',
    "one with a prefix": 'PREFIX bif: <bif:> SELECT (bif:sprintf("%s", 1) AS ?x) { }',
    "one by its IRI": "SELECT (<sql:user_name()>() AS ?x) { }",
    "one of Java": "SELECT (<java:java.lang.System.exit>(1) AS ?x) { }",
    "SERVICE": "SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SERVICE behind an escape": "SELECT *"
    ' { BIND("\\u0022 SERVICE <http://127.0.0.1:9/> {}" AS ?x) }',
    "an update": "PREFIX a: <a:> DELETE WHERE { ?s ?p ?o }",
    "an update behind a query": "ASK { } ; CLEAR ALL",
    "no query": "SELECT ?x",
}
PAGES = [
    "initiatives", "organismes", "portefeuilles", "categories", "statuts", "recherche?q=portrait",
    "changements/2024-2025", "sparql/termes.json", "reconciliation",
]  # fmt: skip


class Sites(NamedTuple):
    """A site whose engine is in memory, and one whose engine is a store."""

    memory: str
    remote: str
    store: RemoteStore


@pytest.fixture(scope="module", params=STORES)
def name(request: pytest.FixtureRequest) -> str:
    """The name of a store."""
    return str(request.param)


@pytest.fixture(scope="module")
def store(name: str, request: pytest.FixtureRequest) -> RemoteStore:
    """A running store."""
    store: RemoteStore = request.getfixturevalue(STORES[name])
    return store


@pytest.fixture(scope="module")
def sites(store: RemoteStore, folder: Path, site: str, boot: Boot) -> Iterator[Sites]:
    """Both sites over the same release."""
    store_release(store, (folder / "current").resolve())
    with boot(folder, engine=store.query) as remote:
        yield Sites(site, remote, store)


def list_rows() -> Iterator[Row]:
    """Yield the rows: the tables of the protocol and of paths, and those of this file."""
    for query_name, query in QUERIES.items():
        both = {"Accept": f"{RESULTS}, {NT}"}
        yield Row(f"query: {query_name}", f"sparql?{urlencode({'query': query})}", headers=both)
    for case in DATASETS:
        parameters = urlencode([("query", case[2]), *case[3]])
        yield Row(f"protocol: {case[0]}", f"sparql?{parameters}")
    for form, (query, kinds) in FORMS.items():
        for kind in sorted(kinds):
            path = f"sparql?{urlencode({'query': query})}"
            yield Row(f"protocol: {form}, {kind}", path, headers={"Accept": kind})
    for bad in BAD:
        method = bad.method or ("GET" if bad.body is None else "POST")
        sent = {"Content-Type": bad.type} if bad.type else {}
        yield Row(f"refused: {bad.name}", f"sparql{bad.search}", method, bad.body, sent)
    for path, accept_kind, *_ in WALK:
        # Not counts, limits and checks, which are of each site; nor answers on a page beside them.
        tells_limits = path.startswith(("metrics", "conformite")) or path in _OF_SITE
        if not tells_limits and not (path.startswith("sparql") and accept_kind == HTML):
            headers = {"Accept": accept_kind} if accept_kind else {}
            yield Row(f"path: {path or '/'}, {accept_kind}", path, headers=headers)
    for graph in (f"graph={quote(f'{G}2025')}", "default", f"graph={quote(f'{G}1999')}"):
        yield Row(f"graph store: {graph}", f"rdf-graph-store?{graph}", headers={"Accept": NT})
    for page in PAGES:
        yield Row(f"page: {page}", page, headers={"Accept": HTML})
    asked = urlencode({"queries": json.dumps({"q0": {"query": "Exemple"}})}).encode()
    form_type = {"Content-Type": "application/x-www-form-urlencoded"}
    yield Row("reconciliation: a name", "reconciliation", "POST", asked, form_type)


def test_a_store_answers_as_the_engine_in_memory(sites: Sites, name: str, fetch: Any) -> None:
    check(compare(sites.memory, sites.remote, fetch), name)


def test_the_engine_on_disk_answers_as_that_in_memory(
    site: str, folder: Path, boot: Boot, fetch: Any
) -> None:
    with boot(folder, 1, engine="disk") as on_disk:
        assert compare(site, on_disk, fetch) == {}


def compare(memory: str, other: str, fetch: Any) -> Deviations:
    """Return what another site answers otherwise than the one in memory, by the name of a row."""

    def ask(address: str, row: Row) -> Said:
        reply = fetch(address + row.path, row.method, row.body, dict(row.headers))
        return read(reply.status, reply.kind, reply.body, address)

    found: Deviations = {}
    for row in list_rows():
        assert row.name not in found
        if deviation := differ(ask(memory, row), ask(other, row)):
            found[row.name] = deviation
    return found


def test_saved_questions_and_things_are_answered_alike(
    store: RemoteStore, name: str, example: Path
) -> None:
    store_release(store, (example / "current").resolve())
    with ExitStack() as apps:
        clients = []
        for engine in ("memory", store.query):
            chooser = ReleaseChooser(example, vet=vet_of(engine))
            app = create_app(example, Settings(), opener_of(engine), chooser)
            apps.callback(app.extensions["current_release"].close)
            clients.append(app.test_client())
        found: Deviations = {}
        for row in list_things(clients[0]):
            expected, given = (ask_in_process(client, row) for client in clients)
            if deviation := differ(expected, given):
                found[row.name] = deviation
    check(found, f"{name}-things")


def test_the_doctor_and_the_site_itself_find_nothing_wrong_over_a_store(
    store: RemoteStore, example: Path, boot: Boot, portrait_ia: Run, fetch: Any
) -> None:
    """Not the query without end: a store may go on with it long after the test.

    What comes of it is told by `tests/server/conformance/test_checks.py`.
    """
    store_release(store, (example / "current").resolve())
    left_out = ("files", "query-seconds")
    with boot(example, 1, engine=store.query, query_seconds="60") as site:
        skip = [word for name in left_out for word in ("--skip", name)]
        done = portrait_ia("doctor", site, *skip, "--seconds", "90", "--format", "json")
        results = json.loads(done.stdout)["results"]
        wrong = [each for each in results if each["outcome"] != "passed"]
        assert {each["check"] for each in wrong} == set(left_out), wrong
        assert done.returncode == 0, done.stderr
        page = f"{site}conformite.nt"
        wait_until(lambda: "no-store" not in fetch(page).headers["Cache-Control"])
        outcomes = re.findall(r"earl#outcome> <.*#(\w+)>", fetch(page).text)
        assert set(outcomes) == {"passed", "untested"}
        assert outcomes.count("passed") > outcomes.count("untested")
        assert fetch(f"{site}readyz").status == 200


def list_things(client: FlaskClient) -> Iterator[Row]:
    """Yield each saved question, pages and documents of one thing of each kind, a page too far."""
    for name, question in read_questions().items():
        values = {each.name: each.example for each in question.parameters if each.required}
        path = f"requetes/{name}?{urlencode(values)}"
        yield Row(f"question: {name}", path, headers={"Accept": f"{RESULTS}, {NT}"})
    seen: set[str] = set()
    query = "SELECT ?t (MIN(?s) AS ?x) { ?s a ?t FILTER(CONTAINS(STR(?s), '/id/')) } GROUP BY ?t"
    answer = client.get(f"/sparql?{urlencode({'query': query})}", headers={"Accept": RESULTS})
    for solution in json.loads(answer.data)["results"]["bindings"]:
        path = solution["x"]["value"].partition("/id/")[2]
        if path not in seen:
            seen.add(path)
            for accept in (HTML, NT):
                yield Row(f"thing: {path}, {accept}", f"doc/{path}", headers={"Accept": accept})
    beyond = "doc/portrait/2025?page=5000"
    yield Row(f"path: {beyond}", beyond, headers={"Accept": HTML})


def ask_in_process(client: FlaskClient, row: Row) -> Said:
    reply = client.get(f"/{row.path}", headers=dict(row.headers))
    return read(reply.status_code, reply.mimetype or "", reply.data, "http://localhost/")


def check(found: Deviations, name: str) -> None:
    """Compare what was found with the file of that name."""
    file = HERE / "deviations" / f"{name}.json"
    if "WRITE_DEVIATIONS" in os.environ:
        write(found, file)
    wrong = list_wrong(found, file)
    assert not wrong, "\n".join(wrong)


def test_oxigraph_deviates_in_nothing() -> None:
    for name in ("oxigraph", "oxigraph-things"):
        assert json.loads((HERE / "deviations" / f"{name}.json").read_text()) == {}
