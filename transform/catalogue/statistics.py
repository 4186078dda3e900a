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
_STARTS = tuple(f"<{start}".encode() for start, _, _ in TARGETS.values())
_TYPE = term("rdf:type").encode()
_WHOLE, _INTEGER = (
    f"^^{term(name)}".encode() for name in ("xsd:nonNegativeInteger", "xsd:integer")
)
_BLOCK = 1 << 20


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
        self._ours, self._entity = f"<{base_uri}".encode(), f"<{base_uri}id/".encode()
        self._subjects = DistinctTerms(folder, "subjects")
        self._objects = DistinctTerms(folder, "objects")
        self._entities = DistinctTerms(folder, "entities")
        self._classes: Counter[bytes] = Counter()
        self._properties: Counter[bytes] = Counter()
        self._links: Counter[tuple[bytes, bytes]] = Counter()

    def add(self, graph: Path, catalogue_lines: set[bytes]) -> tuple[int, set[bytes]]:
        """Count a file of N-Triples: its statements, and which of `catalogue_lines` it repeats."""
        size, repeated = 0, set()
        with graph.open("rb") as source:
            while lines := source.readlines(_BLOCK):
                size += len(lines)
                repeated |= catalogue_lines.intersection(lines)
                self._count(lines)
        return size, repeated

    def _count(self, lines: Iterable[bytes]) -> None:
        statements = [line[: -len(b" .\n")].split(b" ", 2) for line in lines]
        self._properties.update(predicate for _, predicate, _ in statements)
        self._classes.update(value for _, predicate, value in statements if predicate == _TYPE)
        self._links.update(
            (value, predicate)
            for subject, predicate, value in statements
            if value.startswith(_STARTS) and predicate != _TYPE
            if subject.startswith(self._ours)
        )
        subjects = {subject for subject, _, _ in statements}
        self._subjects.add(subjects)
        self._entities.add(subject for subject in subjects if subject.startswith(self._entity))
        self._objects.add(map(_as_stored, {value for _, _, value in statements}))

    def numbers(self) -> Numbers:
        """Return the counts; no file may be added afterwards."""
        links: Counter[tuple[str, str]] = Counter()
        for (value, predicate), number in self._links.items():
            links[_target(value.decode()), _iri(predicate)] += number
        return Numbers(
            self._properties.total(),
            Counter({_iri(name): number for name, number in self._classes.items()}),
            Counter({_iri(name): number for name, number in self._properties.items()}),
            self._subjects.total(),
            self._objects.total(),
            self._entities.total(),
            links,
        )


def count_terms(lines: Iterable[Line]) -> tuple[Counter[str], Counter[str]]:
    """Count how often each class is a type in some statements, and each property is used."""
    classes: Counter[str] = Counter()
    properties: Counter[str] = Counter()
    for _, predicate, value in lines:
        properties[predicate[1:-1]] += 1
        if predicate == term("rdf:type"):
            classes[value[1:-1]] += 1
    return classes, properties


def _iri(term_: bytes) -> str:
    return term_[1:-1].decode()


def _as_stored(value: bytes) -> bytes:
    """Return an object as the engine stores it, with all whole numbers as xsd:integer."""
    return value.replace(_WHOLE, _INTEGER) if value.endswith(_WHOLE) else value


def _target(value: str) -> str:
    return next(name for name, (start, _, _) in TARGETS.items() if value.startswith(f"<{start}"))
