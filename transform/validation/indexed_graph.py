"""Index the statements that shapes are applied to, so that pySHACL needs no query for a value.

pySHACL asks for the values of a property of a node some fifty times a row. Its Oxigraph graph
converts the terms of each question and of each answer; here every term is converted once.
"""

from collections.abc import Generator, Iterable
from typing import Any

import pyoxigraph as ox
import rdflib
from pyshacl.graph_abstraction import OxigraphDataGraph, to_rdf


class IndexedGraph(OxigraphDataGraph):
    """A data graph that answers from dictionaries what pySHACL asks most.

    These are the values of a property of a node, and the instances of a class. All other questions
    (SPARQL constraints, paths) go to the store. The statements must not change afterwards.
    """

    def __init__(self, triples: bytes) -> None:
        """Parse N-Triples."""
        store = ox.Store()
        store.bulk_load(triples, format=ox.RdfFormat.N_TRIPLES)
        super().__init__(store)
        # As the store holds them: each once, and numbers as it writes them.
        self._values = _index(store)
        self._instances: dict[Any, list[Any]] = {}
        for subject, classes in self._values.get(rdflib.RDF.type, {}).items():
            for each in classes:
                self._instances.setdefault(each, []).append(subject)

    def __bool__(self) -> bool:
        """Return True: else Python counts the statements, for each result that pySHACL writes."""
        return True

    def objects(  # type: ignore[override]  # pySHACL overrides rdflib's in the same way
        self, subject: Any, predicate: Any, unique: bool = False
    ) -> Generator[Any, None, None]:
        """Return the values of a property of a node."""
        if subject is not None and isinstance(predicate, rdflib.URIRef):
            yield from self._values.get(predicate, {}).get(subject, ())
        else:
            yield from super().objects(subject, predicate, unique)

    def subjects(  # type: ignore[override]  # pySHACL overrides rdflib's in the same way
        self, predicate: Any, object_: Any, unique: bool = False
    ) -> Generator[Any, None, None]:
        """Return the nodes of which a property has a value, such as the instances of a class."""
        if predicate == rdflib.RDF.type and isinstance(object_, rdflib.URIRef):
            yield from self._instances.get(object_, ())
        else:
            yield from super().subjects(predicate, object_, unique)


def _index(quads: Iterable[ox.Quad]) -> dict[Any, dict[Any, list[Any]]]:
    """Return the values by property and node, all converted; each term is converted once."""
    terms: dict[Any, Any] = {}

    def convert(term: Any) -> Any:
        converted = terms.get(term)
        if converted is None:
            converted = terms[term] = to_rdf(term)
        return converted

    by_predicate: dict[Any, dict[Any, list[Any]]] = {}
    for subject, predicate, value, _ in quads:
        by_subject = by_predicate.setdefault(predicate, {})
        by_subject.setdefault(convert(subject), []).append(convert(value))
    return {convert(predicate): values for predicate, values in by_predicate.items()}
