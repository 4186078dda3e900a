"""Lay out the vocabulary for a page: its terms with labels and definitions in both languages."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import pyoxigraph as ox

from server.release import labels
from server.release.current import Release
from server.web import term_table
from server.web.term_cell import Cell
from transform.rdf.namespaces import DCTERMS, OWL, RDF_TYPE, RDFS

_DEFINITIONS = (
    "http://www.w3.org/2004/02/skos/core#definition",
    f"{RDFS}comment",
    f"{DCTERMS}description",
)
_SHOWN_APART = (*labels.NAMING, *_DEFINITIONS, f"{RDFS}isDefinedBy")


class Term(NamedTuple):
    """A class or property: its fragment, its texts, and its other statements."""

    name: str
    anchor: str
    iri: str
    labels: list[ox.Literal]
    definitions: list[ox.Literal]
    rows: list[tuple[Cell, list[Cell]]]


def lay_out(
    triples: list[ox.Triple], ontology: str, release: Release, language: str
) -> dict[str, Any]:
    """Return the header, the classes and the properties of the vocabulary."""
    by_subject: dict[str, list[ox.Triple]] = {}
    for triple in triples:
        by_subject.setdefault(str(getattr(triple.subject, "value", "")), []).append(triple)
    known_labels = labels.collect(triples)
    terms = {
        iri: _term(iri, by_subject[iri], known_labels, release, language)
        for iri in sorted(by_subject)
        if iri != ontology
    }
    classes = [iri for iri in terms if OWL + "Class" in _types(by_subject[iri])]
    return {
        "iri": ontology,
        "title": labels.best(known_labels.get(ontology, ()), language),
        "header": _term(ontology, by_subject.get(ontology, []), known_labels, release, language),
        "classes": [terms[iri] for iri in classes],
        "properties": [terms[iri] for iri in terms if iri not in classes],
    }


def _term(
    iri: str, triples: list[ox.Triple], known_labels: labels.Labels, release: Release, language: str
) -> Term:
    others = [t for t in triples if t.predicate.value not in _SHOWN_APART]
    return Term(
        labels.compact(iri, release.base_uri),
        iri.rpartition("#")[2],
        iri,
        _texts(triples, labels.NAMING),
        _texts(triples, _DEFINITIONS),
        term_table.lay_out(others, known_labels, release, language),
    )


def _texts(triples: Iterable[ox.Triple], properties: tuple[str, ...]) -> list[ox.Literal]:
    """Return the literals of some properties, French first."""
    values = [t.object for t in triples if t.predicate.value in properties]
    texts = [text for text in values if isinstance(text, ox.Literal)]
    return sorted(texts, key=lambda text: (text.language != "fr", text.language or "", text.value))


def _types(triples: Iterable[ox.Triple]) -> set[str]:
    return {str(getattr(t.object, "value", "")) for t in triples if t.predicate.value == RDF_TYPE}
