"""Choose labels for pages: of resources, and of properties, classes and datatypes."""

from collections.abc import Iterable, Mapping, Sequence
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from server import texts
from server.release import queries
from server.release.current import Release
from transform.rdf import syntaxes
from transform.rdf.namespaces import NAMING as NAMING
from transform.rdf.namespaces import RDFS, ontology_of, vocabulary_of

RDFS_LABEL = f"{RDFS}label"
Labels = Mapping[str, list[tuple[str, ox.Literal]]]
# Terms that a register has words for, and the texts with those.
_IN_WORDS = {
    "Portefeuille": "vocabulary.called_sector_class",
    "PortefeuilleAnnuel": "vocabulary.called_sector_of_year",
    "Portrait": "vocabulary.called_portrait",
    "dimensionPortefeuille": "vocabulary.called_sector_dimension",
    "portefeuille": "vocabulary.called_sector",
    "portefeuilleTelQuEcrit": "vocabulary.called_sector_written",
}
_terms: WeakKeyDictionary[Release, Labels] = WeakKeyDictionary()


def collect(triples: Iterable[ox.Triple]) -> dict[str, list[tuple[str, ox.Literal]]]:
    """Return the labels of each subject, each with its property."""
    labels: dict[str, list[tuple[str, ox.Literal]]] = {}
    for triple in triples:
        if triple.predicate.value in NAMING and isinstance(triple.object, ox.Literal):
            label = (triple.predicate.value, triple.object)
            labels.setdefault(str(getattr(triple.subject, "value", "")), []).append(label)
    return labels


def best(labels: Iterable[tuple[str, ox.Literal]], languages: Sequence[str]) -> ox.Literal | None:
    """Return the label to show: in the first of the languages that it has, else any."""

    def rank(label: tuple[str, ox.Literal]) -> tuple[int, int, str]:
        by_language = rank_language(label[1].language, languages)
        return by_language, NAMING.index(label[0]), label[1].value

    return min(labels, key=rank, default=(RDFS_LABEL, None))[1]


def rank_language(language: str | None, languages: Sequence[str]) -> int:
    """Return the rank of a language: its place among those, then no language, then any other."""
    order = [*languages, None]
    return order.index(language) if language in order else len(order)


def name_of_term(iri: str, release: Release, language: str) -> tuple[str, str | None]:
    """Return the name of a property, class or datatype, and its language or None.

    What a register has a word for is called by it; the vocabulary, which is of all registers, has
    neutral names.
    """
    vocabulary = vocabulary_of(release.base_uri)
    if iri.startswith(vocabulary) and (text := _IN_WORDS.get(iri.removeprefix(vocabulary))):
        return release.register.text(text, language), language
    if own := best(_own_terms(release).get(iri, ()), release.register.order(language)):
        return own.value, own.language
    if foreign := texts.table("terms").get(iri):
        return foreign[language], language
    return compact(iri, release.base_uri), None


def compact(iri: str, base_uri: str) -> str:
    """Return an IRI as `prefix:name` where a prefix is known, else whole."""
    for prefix, space in syntaxes.prefixes(base_uri).items():
        if iri.startswith(space) and len(iri) > len(space):
            return f"{prefix}:{iri[len(space) :]}"
    return iri


def _own_terms(release: Release) -> Labels:
    if release not in _terms:
        ontology, series = ontology_of(release.base_uri), f"{release.base_uri}catalogue#serie"
        _terms[release] = collect(
            queries.find_triples(release, "terms", ontology=ontology, series=series)
        )
    return _terms[release]
