"""Validate vocabulary and rows with the shapes; rows in pieces, on all cores."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox
import pyshacl
import rdflib
from pyshacl.graph_abstraction import OxigraphDataGraph, to_rdf

from transform.errors import PortraitError
from transform.graphs.rows_file import RowsFile
from transform.layouts.model import Languages
from transform.rdf.namespaces import vocabulary_of
from transform.text.message import message
from transform.validation.indexed_graph import IndexedGraph
from transform.validation.tiers import read_tiers

SH = rdflib.SH
# A shape finds a literal that is not of its datatype; rdflib would log a traceback beside.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)
# Bytes of N-Triples in one piece, some 2,500 rows: above, memory grows; below, what pySHACL does
# once a piece shows.
PIECE = 6_500_000


@dataclass(frozen=True, slots=True, order=True)
class ValidationResult:
    """One result of a shape: what broke which shape, as pySHACL said it, with both messages."""

    focus: str
    path: str
    severity: str
    shape: str
    component: str
    value: str
    fr: str
    en: str


def read_shapes(tiers: Iterable[str], base_uri: str, languages: Languages) -> rdflib.Graph:
    """Read the shapes of some tiers, for the languages of a register and in its words.

    `base_uri` of a release makes their IRIs absolute.
    """
    graph = rdflib.Graph()
    for turtle in read_tiers(tiers, base_uri, languages):
        # Oxigraph's parser takes a tenth of the time of rdflib's.
        parsed = ox.parse(turtle, format=ox.RdfFormat.TURTLE, base_iri=base_uri)
        for quad in parsed:
            about, predicate, value = map(to_rdf, quad.triple)
            graph.add((about, predicate, value))  # type: ignore[arg-type]  # each is a term
        for prefix, iri in parsed.prefixes.items():
            graph.bind(prefix, iri)
    # An xsd:anyURI is a literal, so the parser leaves it relative.
    for declared, namespace in list(graph.subject_objects(SH.namespace)):
        iri = str(namespace) if "://" in str(namespace) else base_uri + str(namespace)
        absolute = rdflib.Literal(iri, datatype=rdflib.XSD.anyURI)
        graph.set((declared, SH.namespace, absolute))
    for constraint, query in list(graph.subject_objects(SH.select)):
        graph.set((constraint, SH.select, rdflib.Literal(_in_one_line(str(query)))))
    return graph


def _in_one_line(query: str) -> str:
    """Return a query without line ends, unless one may end a comment.

    For each node, pySHACL looks through the text from the beginning of each line to its end.
    """
    return query if "#" in query else " ".join(map(str.strip, query.splitlines()))


def validate(triples: bytes, shapes_graph: rdflib.Graph) -> list[ValidationResult]:
    """Return what breaks a shape in N-Triples, in an order of its own."""
    return validate_graph(IndexedGraph(triples), shapes_graph)


def validate_graph(data: OxigraphDataGraph, shapes_graph: rdflib.Graph) -> list[ValidationResult]:
    """Return what breaks a shape in a data graph of pySHACL, in an order of its own."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes_graph, inplace=True)
    if not isinstance(report, rdflib.Graph):
        raise PortraitError(message("validation.shapes_failed", report=report))
    results = report.objects(None, SH.result)
    return sorted(_finding(report, shapes_graph, result) for result in results)


def _finding(report: rdflib.Graph, shapes_graph: rdflib.Graph, result: Any) -> ValidationResult:
    def one(predicate: Any) -> str:
        return str(report.value(result, predicate) or "")

    messages = _messages(report, shapes_graph, result)
    return ValidationResult(
        focus=one(SH.focusNode),
        path=one(SH.resultPath),
        severity=one(SH.resultSeverity).removeprefix(str(SH)),
        shape=one(SH.sourceShape),
        component=one(SH.sourceConstraintComponent).removeprefix(str(SH)),
        value=one(SH.value),
        fr=messages.get("fr", ""),
        en=messages.get("en", ""),
    )


def _messages(report: rdflib.Graph, shapes_graph: rdflib.Graph, result: Any) -> dict[str, str]:
    """Return the messages of a result by language.

    pySHACL loses the language of a message in which it put values: the message of the shape
    that it was made of still has it.
    """
    constraint = report.value(result, SH.sourceConstraint)
    patterns = [
        (text, re.sub(r"\\\{\\\?\w+\\\}", ".*", re.escape(str(text))))
        # None would ask for the messages of all shapes.
        for text in (shapes_graph.objects(constraint, SH.message) if constraint else ())
    ]
    messages = {}
    for text in report.objects(result, SH.resultMessage):
        language = getattr(text, "language", None)
        made_of = [t for t, pattern in patterns if re.fullmatch(pattern, str(text), re.DOTALL)]
        for template in made_of if language is None else [text]:
            messages[str(getattr(template, "language", ""))] = str(text)
    return messages


class RowsPiece(NamedTuple):
    """A range of a file of rows: how many rows, and what the shapes need to know.

    `types` are the N-Triples with the classes of concepts and bodies, `languages` those of the
    register.
    """

    rows: int
    path: Path
    start: int
    length: int
    base_uri: str
    types: bytes
    languages: Languages

    def read(self) -> bytes:
        """Return the N-Triples of the piece."""
        with self.path.open("rb") as source:
            source.seek(self.start)
            return source.read(self.length)


# The classes of things in pieces; all others are validated in one go.
_OF_ROWS = ("Inscription", "Initiative", "DecisionIdentite")


@lru_cache(maxsize=1)  # the pieces of a build are validated with the same shapes
def _row_shapes(base_uri: str, languages: Languages) -> rdflib.Graph:
    """Return the shapes of all tiers that target things of rows."""
    graph = read_shapes(("required", "lists", "recommended", "reading"), base_uri, languages)
    # A piece holds rows, their initiatives, the decisions; other things were validated before.
    for shape, target in list(graph.subject_objects(SH.targetClass)):
        if str(target).removeprefix(vocabulary_of(base_uri)) not in _OF_ROWS:
            graph.remove((shape, SH.targetClass, target))
    return graph


def cut_rows(
    rows: RowsFile, base_uri: str, types: bytes, languages: Languages
) -> Iterator[RowsPiece]:
    """Cut the rows of a file into pieces, each of which ends with the row that fills it."""
    start = number = length = 0
    for count, (_, row_length) in enumerate(rows.rows, start=1):
        number, length = number + 1, length + row_length
        if length >= PIECE or count == len(rows.rows):
            yield RowsPiece(number, rows.path, start, length, base_uri, types, languages)
            start, number, length = start + length, 0, 0


def validate_piece(piece: RowsPiece) -> tuple[int, list[ValidationResult]]:
    """Return how many rows a piece has, and what breaks a shape in it."""
    shapes_graph = _row_shapes(piece.base_uri, piece.languages)
    return piece.rows, validate(piece.types + piece.read(), shapes_graph)
