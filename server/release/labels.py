"""Name things for people: the best label of a resource, and the names of properties and types."""

from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from server import texts
from server.release import queries
from server.release.current import Release
from transform.rdf import syntaxes
from transform.rdf.namespaces import DCTERMS, FOAF, RDFS

RDFS_LABEL = f"{RDFS}label"
NAMING = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    RDFS_LABEL,
    f"{DCTERMS}title",
    f"{FOAF}name",
)
Labels = Mapping[str, list[tuple[str, ox.Literal]]]
_terms: WeakKeyDictionary[Release, Labels] = WeakKeyDictionary()


def collect(triples: Iterable[ox.Triple]) -> dict[str, list[tuple[str, ox.Literal]]]:
    """Give the labels of each subject, with the property that gave them."""
    found: dict[str, list[tuple[str, ox.Literal]]] = {}
    for triple in triples:
        if triple.predicate.value in NAMING and isinstance(triple.object, ox.Literal):
            label = (triple.predicate.value, triple.object)
            found.setdefault(str(getattr(triple.subject, "value", "")), []).append(label)
    return found


def best(labels: Iterable[tuple[str, ox.Literal]], language: str) -> ox.Literal | None:
    """Give the label to show: the wanted language first, then French, then whatever there is."""

    def rank(label: tuple[str, ox.Literal]) -> tuple[int, int, str]:
        tongue = place_of_language(label[1].language, language)
        return tongue, NAMING.index(label[0]), label[1].value

    return min(labels, key=rank, default=(RDFS_LABEL, None))[1]


def place_of_language(spoken: str | None, wanted: str) -> int:
    """Give the place of a text among its like: the wanted language, French, none, any other."""
    tongues = [wanted, "fr", None]
    return tongues.index(spoken) if spoken in tongues else len(tongues)


def name_of_term(iri: str, release: Release, language: str) -> tuple[str, str | None]:
    """Give the name of a property, class or datatype, and its language where it has one."""
    if own := best(_own_terms(release).get(iri, ()), language):
        return own.value, own.language
    if foreign := texts.table("terms").get(iri):
        return foreign[language], language
    return compact(iri, release.base_uri), None


def compact(iri: str, base_uri: str) -> str:
    """Give an IRI as `prefix:name` where a prefix is known, else whole."""
    for prefix, space in syntaxes.prefixes(base_uri).items():
        if iri.startswith(space) and len(iri) > len(space):
            return f"{prefix}:{iri[len(space) :]}"
    return iri


def _own_terms(release: Release) -> Labels:
    if release not in _terms:
        ontology = f"{release.base_uri}def"
        _terms[release] = collect(queries.find_triples(release, "terms", ontology=ontology))
    return _terms[release]
