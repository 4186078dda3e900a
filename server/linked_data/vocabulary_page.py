"""Lay out the vocabulary, or the shapes, for a page: terms with their texts in both languages."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyoxigraph as ox

from server.release import labels
from server.release.current import Release
from server.web import term_table
from server.web.term_cell import Cell
from transform.rdf.namespaces import DCTERMS, OWL, RDF, RDF_TYPE, RDFS, SHACL

_DEFINITIONS = (
    "http://www.w3.org/2004/02/skos/core#definition",
    f"{RDFS}comment",
    f"{DCTERMS}description",
    f"{SHACL}message",
)
_PROPERTIES = {
    f"{OWL}{kind}" for kind in ("AnnotationProperty", "DatatypeProperty", "ObjectProperty")
}
_NIL = ox.NamedNode(f"{RDF}nil")
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
    kinds = {iri: _types(by_subject[iri]) for iri in terms}
    classes = [iri for iri in terms if OWL + "Class" in kinds[iri]]
    properties = [iri for iri in terms if kinds[iri] & _PROPERTIES]
    others = [iri for iri in terms if iri not in {*classes, *properties}]
    return {
        "iri": ontology,
        "title": labels.best(known_labels.get(ontology, ()), release.register.order(language)),
        "header": _term(ontology, by_subject.get(ontology, []), known_labels, release, language),
        "classes": [terms[iri] for iri in classes],
        "properties": [terms[iri] for iri in properties],
        "others": [terms[iri] for iri in others],
    }


def lay_out_shapes(
    triples: list[ox.Triple], release: Release, language: str
) -> dict[str, list[Term]]:
    """Return the shapes in the order of their names, each with what it says of what breaks it."""
    by_subject: dict[str, list[ox.Triple]] = {}
    within: dict[str, list[ox.Triple]] = {}
    for triple in triples:
        group = by_subject if isinstance(triple.subject, ox.NamedNode) else within
        group.setdefault(str(getattr(triple.subject, "value", "")), []).append(triple)
    return {
        "shapes": [
            _term(iri, _without_blanks(by_subject[iri], within), {}, release, language)
            for iri in sorted(by_subject, key=str.casefold)
        ]
    }


def _without_blanks(
    triples: Iterable[ox.Triple], within: dict[str, list[ox.Triple]]
) -> list[ox.Triple]:
    """Return triples with what stands in a list, or in a path, in the place of its blank node."""
    named: list[ox.Triple] = []
    for triple in triples:
        inside = [triple.object]
        while inside:
            node = inside.pop()
            if isinstance(node, ox.BlankNode):
                inside += [t.object for t in within.get(node.value, ())]
            elif node != _NIL:
                named.append(ox.Triple(triple.subject, triple.predicate, node))
    return named


def _term(
    iri: str, triples: list[ox.Triple], known_labels: labels.Labels, release: Release, language: str
) -> Term:
    others = [t for t in triples if t.predicate.value not in _SHOWN_APART]
    return Term(
        labels.compact(iri, release.base_uri),
        iri.rpartition("#")[2],
        iri,
        _texts(triples, labels.NAMING, release.register.languages),
        _texts(triples, _DEFINITIONS, release.register.languages),
        term_table.lay_out(others, known_labels, release, language),
    )


def _texts(
    triples: Iterable[ox.Triple], properties: tuple[str, ...], languages: Sequence[str]
) -> list[ox.Literal]:
    """Return the literals of some properties, those of the register's languages first."""
    values = [t.object for t in triples if t.predicate.value in properties]
    texts = [text for text in values if isinstance(text, ox.Literal)]
    return sorted(
        texts,
        key=lambda text: (
            labels.rank_language(text.language, languages),
            text.language or "",
            text.value,
        ),
    )


def _types(triples: Iterable[ox.Triple]) -> set[str]:
    return {str(getattr(t.object, "value", "")) for t in triples if t.predicate.value == RDF_TYPE}
