"""Read the Turtle files of ontology/ as statements of a release."""

import pyoxigraph as ox

import ontology
from transform.rdf.ntriples import Line


def read_turtle(name: str, base_uri: str) -> list[Line]:
    """Return the triples of a file of ontology/, its IRIs resolved against the base URI."""
    parsed = ox.parse(ontology.read(name), format=ox.RdfFormat.TURTLE, base_iri=base_uri)
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in parsed]
