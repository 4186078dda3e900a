"""Lay out the vocabulary, or the shapes, for a page: terms with their texts in both languages."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyoxigraph as ox

from server.release import labels
from server.release.current import Release
from server.web import term_table
from server.web.term_cell import Cell
from transform.rdf.namespaces import DCTERMS, OWL, RDF, RDF_TYPE, RDFS, SHACL, SKOS, vocabulary_of

_DEFINITIONS = (
    f"{SKOS}definition",
    f"{RDFS}comment",
    f"{DCTERMS}description",
    f"{SHACL}message",
)
_PROPERTIES = {
    f"{OWL}{kind}" for kind in ("AnnotationProperty", "DatatypeProperty", "ObjectProperty")
}
_NIL = ox.NamedNode(f"{RDF}nil")
_SHOWN_APART = (*labels.NAMING, *_DEFINITIONS, f"{RDFS}isDefinedBy")
_EXAMPLE = f"{SKOS}example"
# What a reader of a term wants to know of it before all else.
_FACTS = tuple(f"{RDFS}{name}" for name in ("subClassOf", "subPropertyOf", "domain", "range"))
# The boxes of the diagram, by the ends of their IRIs.
_DRAWN = (
    *("Initiative", "Inscription", "Portrait", "DecisionIdentite", "Organisme", "Portefeuille"),
    *("Categorie", "Statut"),
)


class Term(NamedTuple):
    """A class, property or shape: its fragment, its texts, and its other statements."""

    name: str
    anchor: str
    iri: str
    labels: list[ox.Literal]
    definitions: list[ox.Literal]
    rows: list[tuple[Cell, list[Cell]]]


class ReadableTerm(NamedTuple):
    """A term as a reader meets it: in one language, with what it relates to, and its uses.

    `facts` are what it is a part of, its domain and its range; `uses` is a query for statements
    that use it; `others` are its texts in other languages.
    """

    term: Term
    kind: str
    label: ox.Literal | None
    definition: ox.Literal | None
    example: ox.Literal | None
    facts: list[tuple[Cell, list[Cell]]]
    uses: str
    others: list[ox.Literal]


class VocabularyPart(NamedTuple):
    """A part of the vocabulary; `name` is None for terms that no part has."""

    anchor: str
    name: ox.Literal | None
    definition: ox.Literal | None
    entries: list[ReadableTerm]


def lay_out(
    triples: list[ox.Triple], ontology: str, release: Release, language: str
) -> dict[str, Any]:
    """Return the header of the vocabulary, its parts, and the labels of its diagram."""
    by_subject: dict[str, list[ox.Triple]] = {}
    for triple in triples:
        by_subject.setdefault(str(getattr(triple.subject, "value", "")), []).append(triple)
    known_labels = labels.collect(triples)
    page = _Page(by_subject, known_labels, release, language)
    vocabulary = vocabulary_of(release.base_uri)
    return {
        "iri": ontology,
        "title": labels.best(known_labels.get(ontology, ()), page.order),
        "header": _term(ontology, by_subject.get(ontology, []), known_labels, release, language),
        "description": page.best(by_subject.get(ontology, []), _DEFINITIONS),
        "parts": page.parts(iri for iri in sorted(by_subject) if iri != ontology),
        "drawn": {
            name: labels.best(known_labels.get(vocabulary + name, ()), page.order)
            for name in _DRAWN
        },
    }


class _Page:
    """The terms of a vocabulary, for a reader."""

    def __init__(
        self,
        by_subject: dict[str, list[ox.Triple]],
        known_labels: labels.Labels,
        release: Release,
        language: str,
    ) -> None:
        self._by_subject = by_subject
        self._labels = known_labels
        self._release = release
        self._language = language
        self._module = f"{vocabulary_of(release.base_uri)}module"
        self.order = release.register.order(language)

    def parts(self, iris: Iterable[str]) -> list[VocabularyPart]:
        """Return the terms by part, the part with most terms first, those of none last."""
        by_part: dict[str, list[ReadableTerm]] = {}
        for iri in iris:
            values = (t.object for t in self._by_subject[iri] if t.predicate.value == self._module)
            part = next((v.value for v in values if isinstance(v, ox.NamedNode)), "")
            by_part.setdefault(part, []).append(self._entry(iri))
        ordered = sorted(by_part, key=lambda part: (not part, -len(by_part[part]), part))
        return [self._part(part, by_part[part]) for part in ordered]

    def _part(self, iri: str, entries: list[ReadableTerm]) -> VocabularyPart:
        entries.sort(key=lambda entry: (_KINDS.index(entry.kind), entry.term.name.casefold()))
        definition = self.best(self._by_subject.get(iri, ()), _DEFINITIONS)
        name = labels.best(self._labels.get(iri, ()), self.order)
        return VocabularyPart(iri.rpartition("#")[2] or "autres", name, definition, entries)

    def _entry(self, iri: str) -> ReadableTerm:
        triples = self._by_subject[iri]
        term = _term(iri, triples, self._labels, self._release, self._language)
        label = labels.best(self._labels.get(iri, ()), self.order)
        definition = self.best(triples, _DEFINITIONS)
        told = [t for t in triples if t.predicate.value in _FACTS]
        facts = term_table.lay_out(told, self._labels, self._release, self._language)
        kind = _kind(_types(triples))
        others = [t for t in (*term.labels, *term.definitions) if t not in (label, definition)]
        example = self.best(triples, (_EXAMPLE,))
        return ReadableTerm(term, kind, label, definition, example, facts, _uses(iri, kind), others)

    def best(self, triples: Iterable[ox.Triple], properties: tuple[str, ...]) -> ox.Literal | None:
        texts = [t.object for t in triples if t.predicate.value in properties]
        literals = [text for text in texts if isinstance(text, ox.Literal)]
        return min(literals, key=self._rank, default=None)

    def _rank(self, text: ox.Literal) -> int:
        return labels.rank_language(text.language, self.order)


_KINDS = ("class", "property", "other")


def _kind(types: set[str]) -> str:
    if OWL + "Class" in types:
        return "class"
    return "property" if types & _PROPERTIES else "other"


def _uses(iri: str, kind: str) -> str:
    """Return a query for statements that use a term."""
    term = ox.NamedNode(iri)
    pattern = {"class": f"?chose a {term}", "property": f"?chose {term} ?valeur"}.get(kind)
    return f"SELECT * WHERE {{ {pattern or f'?chose ?propriete {term}'} }}\nLIMIT 20"


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
