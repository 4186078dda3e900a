"""Index the statements that shapes are applied to, so that pySHACL needs no query for a value.

pySHACL asks for the values of a property of a node some fifty times a row. Its Oxigraph graph
converts the terms of each question and of each answer; here every term is converted once.
"""

from collections.abc import Iterable, Iterator, Mapping
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
        self._last_predicate: Any = None
        self._last_values: Mapping[Any, list[Any]] = {}

    def __bool__(self) -> bool:
        """Return True: else Python counts the statements, for each result that pySHACL writes."""
        return True

    def objects(  # type: ignore[override]  # pySHACL overrides rdflib's in the same way
        self, subject: Any, predicate: Any, unique: bool = False
    ) -> Iterator[Any]:
        """Return the values of a property of a node."""
        if subject is not None and isinstance(predicate, rdflib.URIRef):
            return iter(self._of(predicate).get(subject, ()))
        return super().objects(subject, predicate, unique)

    def subjects(  # type: ignore[override]  # pySHACL overrides rdflib's in the same way
        self, predicate: Any, object_: Any, unique: bool = False
    ) -> Iterator[Any]:
        """Return the nodes of which a property has a value, such as the instances of a class."""
        if predicate == rdflib.RDF.type and isinstance(object_, rdflib.URIRef):
            return iter(self._instances.get(object_, ()))
        return super().subjects(predicate, object_, unique)

    def subject_objects(  # type: ignore[override]  # pySHACL overrides rdflib's in the same way
        self, predicate: Any, unique: bool = False
    ) -> Iterator[tuple[Any, Any]]:
        """Return the nodes that have a property, each with each of its values."""
        if not isinstance(predicate, rdflib.URIRef):
            return super().subject_objects(predicate, unique)
        return ((node, value) for node, of in self._of(predicate).items() for value in of)

    def _of(self, predicate: Any) -> Mapping[Any, list[Any]]:
        """Return the values of a property by node.

        pySHACL asks for the values of one property of all nodes, one node after the other. To
        look it up anew each time, rdflib would compare two IRIs character by character.
        """
        if predicate is not self._last_predicate:
            self._last_predicate = predicate
            self._last_values = self._values.get(predicate, {})
        return self._last_values


def _index(quads: Iterable[ox.Quad]) -> dict[Any, dict[Any, list[Any]]]:
    """Return the values by property and node, all converted; each term is converted once."""
    terms: dict[Any, Any] = {}
    by_predicate: dict[Any, dict[Any, list[Any]]] = {}
    for subject, predicate, value, _ in quads:
        if (node := terms.get(subject)) is None:
            node = terms[subject] = to_rdf(subject)
        if (converted := terms.get(value)) is None:
            converted = terms[value] = to_rdf(value)
        by_subject = by_predicate.setdefault(predicate, {})
        by_subject.setdefault(node, []).append(converted)
    return {to_rdf(predicate): values for predicate, values in by_predicate.items()}
