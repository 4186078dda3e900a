"""Clients that people use work unchanged."""

import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from xml.dom.minidom import Document

import pandas as pd
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    JSON,
    JSONLD,
    N3,
    POST,
    RDFXML,
    TURTLE,
    XML,
    SPARQLExceptions,
    SPARQLWrapper,
)

from tests.conftest import PROJECT
from tests.support import npm

COUNT = """PREFIX pia: <https://exemple.gouv.qc.example/ia/def#>
SELECT (COUNT(?i) AS ?n) WHERE { ?i a pia:Inscription }"""
ASK = "ASK { ?i a <https://exemple.gouv.qc.example/ia/def#Inscription> }"
SEVEN = "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 7"
BROKEN = "SELECT * WHERE { ?s ?p"
# The newest that runs on Node.js 20.
COMUNICA = "@comunica/query-sparql@4.5.0"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper(site: str, method: str) -> None:
    client = SPARQLWrapper(f"{site}sparql")
    client.setMethod(method)
    client.setQuery(COUNT)
    client.setReturnFormat(JSON)
    answer = client.query().convert()
    assert isinstance(answer, dict)
    assert answer["results"]["bindings"][0]["n"]["value"] == "63"
    client.setReturnFormat(CSV)
    assert client.query().convert() == b"n\r\n63\r\n"


@pytest.mark.parametrize("form", [JSON, XML])
def test_sparqlwrapper_truth(site: str, form: str) -> None:
    client = SPARQLWrapper(f"{site}sparql")
    client.setQuery(ASK)
    client.setReturnFormat(form)
    answer = client.query().convert()
    if isinstance(answer, dict):
        assert answer["boolean"] is True
    else:
        assert isinstance(answer, Document)
        assert "<boolean>true</boolean>" in answer.toxml()


# SPARQLWrapper makes a class of rdflib that rdflib wants to be rid of.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", [JSONLD, N3, RDFXML, TURTLE])
def test_sparqlwrapper_graph(site: str, name: str) -> None:
    client = SPARQLWrapper(f"{site}sparql")
    client.setMethod(POST)
    client.setQuery(SEVEN)
    client.setReturnFormat(name)
    graph = client.query().convert()
    if not isinstance(graph, rdflib.Graph):
        assert isinstance(graph, bytes)
        graph = rdflib.Graph().parse(data=graph, format="turtle")
    assert len(graph) == 7


def test_sparqlwrapper_notices_a_fault(site: str) -> None:
    client = SPARQLWrapper(f"{site}sparql")
    client.setQuery(BROKEN)
    with pytest.raises(SPARQLExceptions.QueryBadFormed, match="line 1"):
        client.query()


def test_rdflib_sparql_store(site: str, base_uri: str) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{site}sparql"))
    assert [int(str(row[0])) for row in graph.query(COUNT)] == [63]  # type: ignore[index]
    about = rdflib.URIRef(f"{base_uri}id/portrait/2025")
    year = rdflib.URIRef(f"{base_uri}def#annee")
    assert str(graph.value(about, year)) == "2025"


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rdflib_sparql_store_asks_in_each_way(site: str, method: str, form: str) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{site}sparql", method=method, returnFormat=form))
    assert [int(str(row[0])) for row in graph.query(COUNT)] == [63]  # type: ignore[index]
    if form in ("json", "xml"):  # its parsers of CSV and TSV know no truth values
        assert graph.query(ASK).askAnswer is True


def test_rdflib_sparql_store_constructs(site: str) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{site}sparql")).query(SEVEN).graph
    assert graph is not None
    assert len(graph) == 7


def test_rdflib_sparql_store_asks_one_graph(site: str, base_uri: str) -> None:
    """It names the graph as `default-graph-uri`."""
    store = SPARQLStore(f"{site}sparql", context_aware=True)
    graph = rdflib.Graph(store, identifier=rdflib.URIRef(f"{base_uri}graph/2024"))
    assert [int(str(row[0])) for row in graph.query(COUNT)] == [1]  # type: ignore[index]


@pytest.mark.parametrize(("query", "word"), [(ASK, "true"), (SEVEN, "pia:")])
def test_curl_without_any_header_of_its_own(site: str, query: str, word: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine")
    command = ["curl", "-sS", "--fail", f"{site}sparql", "--data-urlencode", f"query={query}"]
    for way in ([], ["-G"]):
        done = subprocess.run([*command, *way], capture_output=True, text=True)
        assert (done.returncode, word in done.stdout) == (0, True), done.stderr


def test_pandas_reads_csv_from_the_address(site: str) -> None:
    query = "SELECT ?raw { ?i <def#organismeTelQuEcrit> ?raw } ORDER BY ?raw"
    frame = pd.read_csv(f"{site}sparql?{urlencode({'query': query, 'format': 'csv'})}")
    assert list(frame.columns) == ["raw"]
    assert len(frame) > 0


def test_excel_file_as_pandas_reads_it(site: str) -> None:
    query = 'SELECT ("été" AS ?a) ("x;y" AS ?b) {}'
    address = f"{site}sparql?{urlencode({'query': query, 'format': 'excel'})}"
    with urlopen(Request(address)) as reply:
        frame = pd.read_csv(io.BytesIO(reply.read()), sep=";", encoding="utf-8-sig")
    assert frame.to_dict("records") == [{"a": "été", "b": "x;y"}]


def test_curl(site: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine")
    command = ["curl", "-sSL", "--fail", "-H", "Accept: text/csv", f"{site}sparql"]
    done = subprocess.run(
        [*command, "--data-urlencode", f"query={COUNT}"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "n\n63\n"), done.stderr
    refused = subprocess.run(
        [*command, "--data-urlencode", f"query={BROKEN}"], capture_output=True, text=True
    )
    assert refused.returncode == 22


@pytest.fixture(scope="session")
def comunica() -> Path:
    """Install Comunica and return its command."""
    return npm.install(COMUNICA) / "node_modules" / ".bin" / "comunica-sparql"


def test_comunica(site: str, comunica: Path) -> None:
    done = subprocess.run(
        [comunica, f"sparql@{site}sparql", COUNT, "-t", "application/sparql-results+json"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    [row] = json.loads(done.stdout)["results"]["bindings"]
    assert row["n"]["value"] == "63"


@pytest.mark.parametrize(
    ("query", "kind", "expected"),
    [(ASK, "application/sparql-results+json", "true"), (SEVEN, "application/n-triples", "#type>")],
)
def test_comunica_asks_and_constructs(
    site: str, comunica: Path, query: str, kind: str, expected: str
) -> None:
    done = subprocess.run(
        [comunica, f"sparql@{site}sparql", query, "-t", kind],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(expected) == (1 if query == ASK else 7)


def test_comunica_finds_the_endpoint_by_its_description(site: str, comunica: Path) -> None:
    query = "SELECT ?t WHERE { <https://exemple.gouv.qc.example/ia/id/portrait/2025> a ?t }"
    done = subprocess.run(
        [comunica, f"{site}doc/portrait/2025", query, "-t", "text/csv"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "def#Portrait" in done.stdout


def test_python_without_any_library(site: str) -> None:
    code = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"
    address = f"{site}sparql?{urlencode({'query': COUNT, 'format': 'tsv'})}"
    done = subprocess.run([sys.executable, "-c", code, address], capture_output=True, text=True)
    assert done.stdout.split() == ["?n", "63"]


@pytest.mark.parametrize("page", ["endpoint.md", "endpoint.fr.md"])
def test_a_client_joins_its_own_data_with_service(examples: str, page: str) -> None:
    text = (PROJECT / "docs" / page).read_text("utf-8")
    (query,) = re.findall(r"```sparql\n([^`]*SERVICE[^`]*)```", text)
    own = rdflib.Graph()
    ministry = rdflib.URIRef("http://www.wikidata.org/entity/Q3315394")
    elsewhere = rdflib.URIRef("http://www.wikidata.org/entity/Q1")
    for entity, name in ((ministry, "Ressources naturelles"), (elsewhere, "Univers")):
        own.add((entity, rdflib.SDO.name, rdflib.Literal(name)))
    asked = query.replace("http://localhost:8000/sparql", f"{examples}sparql")
    assert list(own.query(asked)) == [
        (ministry, rdflib.Literal("Ressources naturelles"), rdflib.Literal(51))
    ]
