"""Count what several graphs hold: statements, classes, properties, terms, links to others."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from transform.catalogue.distinct_terms import DistinctTerms
from transform.catalogue.statements import term
from transform.rdf.ntriples import Line

# Datasets of others that ours links to: name, beginning of their IRIs, home page, title.
TARGETS = {
    "wikidata": ("http://www.wikidata.org/entity/", "https://www.wikidata.org/", "Wikidata"),
    "ror": ("https://ror.org/", "https://ror.org/", "Research Organization Registry"),
    "dpv-ai": ("https://w3id.org/dpv/ai#", "https://w3id.org/dpv/ai", "AI concepts of DPV"),
    "airo": ("https://w3id.org/airo#", "https://w3id.org/airo", "AI Risk Ontology"),
    "themes": (
        "http://publications.europa.eu/resource/authority/data-theme/",
        "http://publications.europa.eu/resource/authority/data-theme",
        "Data themes of the European Union",
    ),
    "vair": ("https://w3id.org/vair#", "https://w3id.org/vair", "Vocabulary of AI Risks"),
}
_STARTS = tuple(f"<{start}" for start, _, _ in TARGETS.values())
_TYPE = term("rdf:type")
_WHOLE, _INTEGER = (f"^^{term(name)}" for name in ("xsd:nonNegativeInteger", "xsd:integer"))


class Numbers(NamedTuple):
    """The numbers of a set of statements; `links` by target and property."""

    triples: int
    classes: Counter[str]
    properties: Counter[str]
    subjects: int
    objects: int
    entities: int
    links: Counter[tuple[str, str]]


class Statistics:
    """The counts of all graphs but the catalogue."""

    def __init__(self, base_uri: str, folder: Path) -> None:
        self._ours, self._entity = f"<{base_uri}", f"<{base_uri}id/"
        self._subjects = DistinctTerms(folder, "subjects")
        self._objects = DistinctTerms(folder, "objects")
        self._entities = DistinctTerms(folder, "entities")
        self._classes: Counter[str] = Counter()
        self._properties: Counter[str] = Counter()
        self._links: Counter[tuple[str, str]] = Counter()

    def add(self, graph: Path, catalogue_lines: set[str]) -> tuple[int, set[str]]:
        """Count a file of N-Triples: its statements, and which of `catalogue_lines` it repeats."""
        size, repeated, last = 0, set(), ""
        with graph.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                size += 1
                if line in catalogue_lines:
                    repeated.add(line)
                subject, predicate, rest = line.split(" ", 2)
                self._count_statement(subject, predicate, rest[:-3])
                if subject != last:
                    self._count_subject(subject)
                    last = subject
        return size, repeated

    def _count_subject(self, subject: str) -> None:
        self._subjects.add(subject)
        if subject.startswith(self._entity):
            self._entities.add(subject)

    def _count_statement(self, subject: str, predicate: str, value: str) -> None:
        self._properties[predicate[1:-1]] += 1
        self._objects.add(_as_stored(value))
        if predicate == _TYPE:
            self._classes[value[1:-1]] += 1
        elif value.startswith(_STARTS) and subject.startswith(self._ours):
            self._links[_target(value), predicate[1:-1]] += 1

    def numbers(self) -> Numbers:
        """Return the counts; no file may be added afterwards."""
        return Numbers(
            self._properties.total(),
            self._classes,
            self._properties,
            self._subjects.total(),
            self._objects.total(),
            self._entities.total(),
            self._links,
        )


def count_terms(lines: Iterable[Line]) -> tuple[Counter[str], Counter[str]]:
    """Count how often each class is a type in some statements, and each property is used."""
    classes: Counter[str] = Counter()
    properties: Counter[str] = Counter()
    for _, predicate, value in lines:
        properties[predicate[1:-1]] += 1
        if predicate == _TYPE:
            classes[value[1:-1]] += 1
    return classes, properties


def _as_stored(value: str) -> str:
    """Return an object as the engine stores it, with all whole numbers as xsd:integer."""
    return value.replace(_WHOLE, _INTEGER) if value.endswith(_WHOLE) else value


def _target(value: str) -> str:
    return next(name for name, (start, _, _) in TARGETS.items() if value.startswith(f"<{start}"))
