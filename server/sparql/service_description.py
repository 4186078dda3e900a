"""Describe the endpoint (SPARQL 1.1 Service Description) and its data (VoID)."""

from collections.abc import Iterator, Mapping

import pyoxigraph as ox

from server import texts
from server.negotiation import CONSTRUCTED, SOLUTIONS, Format
from server.release.current import Release
from server.settings import Settings
from server.sparql.limits_page import describe_limits
from transform.rdf import syntaxes
from transform.rdf.namespaces import DCTERMS, RDF_TYPE, RDFS, VOID, W3C_FORMATS, XSD

_SD = "http://www.w3.org/ns/sparql-service-description#"
_RDF_TYPE = ox.NamedNode(RDF_TYPE)
_DESCRIPTION = ox.NamedNode(f"{DCTERMS}description")
_SEE_ALSO = ox.NamedNode(f"{RDFS}seeAlso")
_XSD_INTEGER = ox.NamedNode(f"{XSD}integer")
# Queries match the stated triples only: nothing is inferred.
_NO_INFERENCE = ox.NamedNode("http://www.w3.org/ns/entailment/Simple")
_FEATURES = ("UnionDefaultGraph",)
_LANGUAGES = ("SPARQL10Query", "SPARQL11Query")


def describe_service(release: Release, settings: Settings, form: Format) -> bytes:
    """Return the description of the endpoint of a release, without blank nodes."""
    syntax = syntaxes.BY_SUFFIX[form.suffix]
    return syntaxes.write_bytes(_statements(release, settings), syntax, release.base_uri)


def _statements(release: Release, settings: Settings) -> Iterator[ox.Triple]:
    service = ox.NamedNode(f"{release.base_uri}sparql")
    dataset = ox.NamedNode(f"{release.base_uri}sparql#dataset")
    yield ox.Triple(service, _RDF_TYPE, _sd("Service"))
    yield ox.Triple(service, _sd("endpoint"), service)
    for language in _LANGUAGES:
        yield ox.Triple(service, _sd("supportedLanguage"), _sd(language))
    for feature in _FEATURES:
        yield ox.Triple(service, _sd("feature"), _sd(feature))
    yield ox.Triple(service, _sd("defaultEntailmentRegime"), _NO_INFERENCE)
    results = (f"{W3C_FORMATS}SPARQL_Results_{form.suffix.upper()}" for form in SOLUTIONS)
    graphs = (syntaxes.BY_SUFFIX[form.suffix].iri for form in CONSTRUCTED)
    for iri in (*results, *graphs):
        yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(iri))
    for language in texts.LANGUAGES:
        limits = describe_limits(settings, language)
        yield ox.Triple(service, _DESCRIPTION, ox.Literal(limits, language=language))
    limits_page = ox.NamedNode(f"{service.value}/limites")
    yield ox.Triple(service, _SEE_ALSO, limits_page)
    yield ox.Triple(service, _sd("defaultDataset"), dataset)
    yield from _dataset(dataset, release)


def _dataset(dataset: ox.NamedNode, release: Release) -> Iterator[ox.Triple]:
    yield ox.Triple(dataset, _RDF_TYPE, _sd("Dataset"))
    union = ox.NamedNode(f"{release.base_uri}sparql#graphe-par-defaut")
    yield ox.Triple(dataset, _sd("defaultGraph"), union)
    yield from _default_graph(union, release)
    yield ox.Triple(union, _void("sparqlEndpoint"), ox.NamedNode(f"{release.base_uri}sparql"))
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
        yield ox.Triple(graph, _RDF_TYPE, _sd("Graph"))
        yield ox.Triple(graph, _void("triples"), _number(release.manifest["graphs"][name]))


def _default_graph(union: ox.NamedNode, release: Release) -> Iterator[ox.Triple]:
    """Describe the union of all graphs, with the counts from which query editors complete."""
    yield ox.Triple(union, _RDF_TYPE, _sd("Graph"))
    yield ox.Triple(union, _RDF_TYPE, _void("Dataset"))
    yield ox.Triple(union, _void("triples"), _number(release.manifest["quads"]))
    parts = (
        ("classPartition", "class", "entities", release.manifest["classes"]),
        ("propertyPartition", "property", "triples", release.manifest["properties"]),
    )
    for partition, kind, measure, counts in parts:
        yield from _partitions(union, _void(partition), _void(kind), _void(measure), counts)


def _partitions(
    union: ox.NamedNode,
    partition: ox.NamedNode,
    kind: ox.NamedNode,
    measure: ox.NamedNode,
    counts: Mapping[str, int],
) -> Iterator[ox.Triple]:
    for number, (iri, count) in enumerate(sorted(counts.items()), start=1):
        part = ox.NamedNode(f"{union.value}-{kind.value.removeprefix(VOID)}-{number}")
        yield ox.Triple(union, partition, part)
        yield ox.Triple(part, kind, ox.NamedNode(iri))
        yield ox.Triple(part, measure, _number(count))


def _number(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=_XSD_INTEGER)


def _void(name: str) -> ox.NamedNode:
    return ox.NamedNode(VOID + name)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)
