"""The Service Description is true: each format is served, and each count is right."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, VOID

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = "http://www.w3.org/ns/formats/"
# As the W3C's list of unique URIs for file formats has them.
MEDIA_TYPES = {
    "SPARQL_Results_JSON": ("SELECT * { ?s a ?o }", "application/sparql-results+json"),
    "SPARQL_Results_XML": ("SELECT * { ?s a ?o }", "application/sparql-results+xml"),
    "SPARQL_Results_CSV": ("SELECT * { ?s a ?o }", "text/csv"),
    "SPARQL_Results_TSV": ("SELECT * { ?s a ?o }", "text/tab-separated-values"),
    "Turtle": ("CONSTRUCT WHERE { ?s a ?o }", "text/turtle"),
    "JSON-LD": ("CONSTRUCT WHERE { ?s a ?o }", "application/ld+json"),
    "N-Triples": ("CONSTRUCT WHERE { ?s a ?o }", "application/n-triples"),
    "RDF_XML": ("CONSTRUCT WHERE { ?s a ?o }", "application/rdf+xml"),
    "N-Quads": ("CONSTRUCT WHERE { ?s a ?o }", "application/n-quads"),
    "TriG": ("CONSTRUCT WHERE { ?s a ?o }", "application/trig"),
}


@pytest.fixture(scope="module")
def description(site: str, fetch: Any) -> rdflib.Graph:
    """The description that the endpoint returns."""
    reply = fetch(f"{site}sparql", Accept="text/turtle")
    return rdflib.Graph().parse(data=reply.body, format="turtle")


@pytest.fixture(scope="module")
def service(description: rdflib.Graph, base_uri: str) -> rdflib.URIRef:
    """The described service."""
    [service] = description.subjects(RDF.type, SD.Service)
    assert str(service) == f"{base_uri}sparql"
    return rdflib.URIRef(str(service))


def count(site: str, fetch: Any, query: str) -> int:
    result = json.loads(fetch(f"{site}sparql?{urlencode({'query': query})}").body)
    return int(result["results"]["bindings"][0]["n"]["value"])


def test_service(description: rdflib.Graph, service: rdflib.URIRef) -> None:
    assert list(description.objects(service, SD.endpoint)) == [service]
    assert set(description.objects(service, SD.supportedLanguage)) == {
        SD.SPARQL10Query,
        SD.SPARQL11Query,
    }
    assert set(description.objects(service, SD.feature)) == {SD.UnionDefaultGraph}
    [regime] = description.objects(service, SD.defaultEntailmentRegime)
    assert str(regime) == "http://www.w3.org/ns/entailment/Simple"
    assert not any(isinstance(term, rdflib.BNode) for triple in description for term in triple)


def test_it_says_the_limits(description: rdflib.Graph, service: rdflib.URIRef) -> None:
    texts = [str(text) for text in description.objects(service, rdflib.DCTERMS.description)]
    assert len(texts) == 2
    # A number has its thousands apart, as its language has it.
    assert all("10 s" in text and re.search(r"\b1.024\b", text) for text in texts)


def test_each_result_format_is_served_and_each_that_is_served_is_told(
    site: str, fetch: Any, description: rdflib.Graph, service: rdflib.URIRef
) -> None:
    names = [
        str(form).removeprefix(FORMATS) for form in description.objects(service, SD.resultFormat)
    ]
    assert sorted(names) == sorted(MEDIA_TYPES)
    for name in names:
        query, kind = MEDIA_TYPES[name]
        reply = fetch(f"{site}sparql?{urlencode({'query': query})}", Accept=kind)
        assert (reply.status, reply.kind) == (200, kind)


def test_the_endpoint_has_the_feature(site: str, fetch: Any) -> None:
    """The union of the named graphs is the default graph, and so are its counts."""
    over_graphs = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert count(site, fetch, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == count(
        site, fetch, over_graphs
    )


def test_sizes_are_counts(
    site: str, fetch: Any, description: rdflib.Graph, service: rdflib.URIRef, base_uri: str
) -> None:
    [dataset] = description.objects(service, SD.defaultDataset)
    assert (dataset, RDF.type, SD.Dataset) in description
    [default] = description.objects(dataset, SD.defaultGraph)
    assert (default, RDF.type, SD.Graph) in description
    [size] = description.objects(default, VOID.triples)
    assert int(str(size)) == count(site, fetch, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    sizes = {}
    for graph in description.objects(dataset, SD.namedGraph):
        assert (graph, RDF.type, SD.NamedGraph) in description
        [name] = description.objects(graph, SD.name)
        [described] = description.objects(graph, SD.graph)
        [size] = description.objects(described, VOID.triples)
        sizes[str(name)] = int(str(size))
        query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"
        assert sizes[str(name)] == count(site, fetch, query), name
    graphs = fetch(
        f"{site}sparql?format=csv&query={quote('SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }')}"
    )
    assert set(sizes) == set(graphs.text.split()[1:])


def test_partitions_are_counts(
    site: str, fetch: Any, description: rdflib.Graph, service: rdflib.URIRef
) -> None:
    [default] = description.objects(None, SD.defaultGraph)
    for partition, kind, measure, query in (
        (VOID.classPartition, VOID["class"], VOID.entities,
         "SELECT ?x (COUNT(*) AS ?n) { ?s a ?x } GROUP BY ?x"),
        (VOID.propertyPartition, VOID.property, VOID.triples,
         "SELECT ?x (COUNT(*) AS ?n) { ?s ?x ?o } GROUP BY ?x"),
    ):  # fmt: skip
        counts = {
            str(description.value(part, kind)): int(str(description.value(part, measure)))
            for part in description.objects(default, partition)
        }
        rows = fetch(f"{site}sparql?format=csv&{urlencode({'query': query})}").text.split()[1:]
        assert counts == {iri: int(n) for iri, _, n in (row.rpartition(",") for row in rows)}


# rdflib's parser of JSON-LD uses what rdflib wants to be rid of.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("kind", "syntax"),
    [("application/ld+json", "json-ld"), ("application/n-triples", "nt"),
     ("application/rdf+xml", "xml")],
)  # fmt: skip
def test_it_says_the_same_in_every_syntax(
    site: str, fetch: Any, description: rdflib.Graph, kind: str, syntax: str
) -> None:
    reply = fetch(f"{site}sparql", Accept=kind)
    assert reply.kind == kind
    assert isomorphic(rdflib.Graph().parse(data=reply.body, format=syntax), description)


def test_no_statement_of_a_release_stands_in_two_graphs(example: Path) -> None:
    """The engine counts one that does twice, where SPARQL's merge of graphs holds it once."""
    files = [example / "current" / name for name in ("dumps/portraits.nq", "catalogue.nq")]
    quads = [quad for file in files for quad in ox.parse(path=file, format=ox.RdfFormat.N_QUADS)]
    assert len({quad.triple for quad in quads}) == len(quads) > 1000
