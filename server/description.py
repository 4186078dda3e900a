"""Describe the endpoint (SPARQL 1.1 Service Description)."""

from collections.abc import Iterator

import pyoxigraph as ox

from server.negotiate import CONSTRUCTED, SOLUTIONS, Format
from server.shelf import Release
from transform import formats

_SD = "http://www.w3.org/ns/sparql-service-description#"
_RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_TRIPLES = ox.NamedNode("http://rdfs.org/ns/void#triples")
_XSD_INTEGER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
# «Unique URIs for file formats», https://www.w3.org/ns/formats/
_FORMAT_IRIS = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/ld+json": "JSON-LD",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF_XML",
    "application/n-quads": "N-Quads",
    "application/trig": "TriG",
}
_FEATURES = ("UnionDefaultGraph",)
_LANGUAGES = ("SPARQL10Query", "SPARQL11Query")


def describe_service(release: Release, form: Format) -> bytes:
    """Give the description of the endpoint of a release, without blank nodes."""
    syntax = formats.BY_SUFFIX[form.suffix]
    return formats.write_bytes(_statements(release), syntax, release.base_uri)


def _statements(release: Release) -> Iterator[ox.Triple]:
    service = ox.NamedNode(f"{release.base_uri}sparql")
    dataset = ox.NamedNode(f"{release.base_uri}sparql#dataset")
    yield ox.Triple(service, _RDF_TYPE, _sd("Service"))
    yield ox.Triple(service, _sd("endpoint"), service)
    for language in _LANGUAGES:
        yield ox.Triple(service, _sd("supportedLanguage"), _sd(language))
    for feature in _FEATURES:
        yield ox.Triple(service, _sd("feature"), _sd(feature))
    for form in (*SOLUTIONS, *CONSTRUCTED):
        named = ox.NamedNode(f"http://www.w3.org/ns/formats/{_FORMAT_IRIS[form.media_type]}")
        yield ox.Triple(service, _sd("resultFormat"), named)
    yield ox.Triple(service, _sd("defaultDataset"), dataset)
    yield from _dataset(dataset, release)


def _dataset(dataset: ox.NamedNode, release: Release) -> Iterator[ox.Triple]:
    yield ox.Triple(dataset, _RDF_TYPE, _sd("Dataset"))
    named = {
        ox.NamedNode(f"{release.base_uri}sparql#graphe-{name}"): name
        for name in release.manifest["graphs"]
    }
    for node in named:
        yield ox.Triple(dataset, _sd("namedGraph"), node)
    for node, name in named.items():
        graph = ox.NamedNode(f"{release.base_uri}graph/{name}")
        yield ox.Triple(node, _RDF_TYPE, _sd("NamedGraph"))
        yield ox.Triple(node, _sd("name"), graph)
        yield ox.Triple(node, _sd("graph"), graph)
        size = ox.Literal(str(release.manifest["graphs"][name]), datatype=_XSD_INTEGER)
        yield ox.Triple(graph, _RDF_TYPE, _sd("Graph"))
        yield ox.Triple(graph, _TRIPLES, size)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)
