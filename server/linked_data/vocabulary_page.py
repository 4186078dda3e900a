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
    """A class or property: its fragment, texts by language, and everything else that is said."""

    name: str
    anchor: str
    iri: str
    labels: list[ox.Literal]
    definitions: list[ox.Literal]
    rows: list[tuple[Cell, list[Cell]]]


def lay_out(
    triples: list[ox.Triple], ontology: str, release: Release, language: str
) -> dict[str, Any]:
    """Give the header, the classes and the properties of the vocabulary."""
    said: dict[str, list[ox.Triple]] = {}
    for triple in triples:
        said.setdefault(str(getattr(triple.subject, "value", "")), []).append(triple)
    known = labels.collect(triples)
    terms = {
        iri: _term(iri, said[iri], known, release, language)
        for iri in sorted(said)
        if iri != ontology
    }
    classes = [iri for iri in terms if OWL + "Class" in _types(said[iri])]
    return {
        "iri": ontology,
        "title": labels.best(known.get(ontology, ()), language),
        "header": _term(ontology, said.get(ontology, []), known, release, language),
        "classes": [terms[iri] for iri in classes],
        "properties": [terms[iri] for iri in terms if iri not in classes],
    }


def _term(
    iri: str, said: list[ox.Triple], known: labels.Labels, release: Release, language: str
) -> Term:
    rest = [t for t in said if t.predicate.value not in _SHOWN_APART]
    return Term(
        labels.compact(iri, release.base_uri),
        iri.rpartition("#")[2],
        iri,
        _texts(said, labels.NAMING),
        _texts(said, _DEFINITIONS),
        term_table.lay_out(rest, known, release, language),
    )


def _texts(said: Iterable[ox.Triple], properties: tuple[str, ...]) -> list[ox.Literal]:
    """Give the texts that some properties hold, French first."""
    found = [t.object for t in said if t.predicate.value in properties]
    texts = [text for text in found if isinstance(text, ox.Literal)]
    return sorted(texts, key=lambda text: (text.language != "fr", text.language or "", text.value))


def _types(said: Iterable[ox.Triple]) -> set[str]:
    return {str(getattr(t.object, "value", "")) for t in said if t.predicate.value == RDF_TYPE}
