"""Read the Turtle files of ontology/ as statements of a release."""

from urllib.parse import urljoin

import pyoxigraph as ox

import ontology
from transform.rdf.namespaces import XSD, at_home
from transform.rdf.ntriples import Line, literal


def read_turtle(name: str, base_uri: str) -> list[Line]:
    """Return the triples of a file of ontology/, its IRIs resolved against the base URI."""
    parsed = ox.parse(
        at_home(ontology.read(name), base_uri), format=ox.RdfFormat.TURTLE, base_iri=base_uri
    )
    return [(str(q.subject), str(q.predicate), _absolute(q.object, base_uri)) for q in parsed]


def _absolute(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, base_uri: str) -> str:
    """Return an object in N-Triples; the parser leaves an xsd:anyURI, a literal, relative."""
    if isinstance(node, ox.Literal) and node.datatype.value == f"{XSD}anyURI":
        return literal(urljoin(str(base_uri), node.value), datatype=f"{XSD}anyURI")
    return str(node)
