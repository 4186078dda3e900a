"""Leave out of a description of the data what a static copy does not offer: its services."""

from collections.abc import Iterable

import pyoxigraph as ox

from transform.rdf.namespaces import DCAT, RDF_TYPE

_SERVICE = f"{DCAT}DataService"
_ACCESS = f"{DCAT}accessService"


def without_services(triples: Iterable[ox.Triple], base_uri: str) -> list[ox.Triple]:
    """Return triples without services, the distributions that they are, and the endpoint."""
    listed = list(triples)
    gone = {
        _iri(t.subject)
        for t in listed
        if t.predicate.value == _ACCESS
        or (t.predicate.value == RDF_TYPE and _iri(t.object) == _SERVICE)
    }
    gone.add(f"{base_uri}sparql")
    return [t for t in listed if _iri(t.subject) not in gone and _iri(t.object) not in gone]


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
