"""Lay out the rows of a result for a page: resources by their labels, numbers as numbers."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyoxigraph as ox

from server.engine.interface import Answer
from server.release import labels, queries
from server.release.current import Release
from server.web.term_cell import (
    PLAIN,
    Cell,
    name_iri,
    show_literal,
)
from transform.rdf.namespaces import XSD

MOST_ROWS = 500
# The part of an answer that is read: it holds the first rows of a longer one.
_MOST_BYTES = 1 << 20
_NUMBERS = tuple(
    XSD + name
    for name in (
        *("integer", "decimal", "double", "float", "int", "long", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "negativeInteger", "nonPositiveInteger"),
        *("unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"),
    )
)
Binding = dict[str, Any]


class Results(NamedTuple):
    """A result in JSON: a truth value, or rows; `total` is None when not all rows were read."""

    head: list[str]
    rows: list[dict[str, Binding]]
    total: int | None = None
    truth: bool | None = None


def read(answer: Answer) -> Results:
    """Parse an answer in JSON, or the first rows of a long one."""
    text = read_start(answer, _MOST_BYTES)
    if answer.length > _MOST_BYTES:
        return _read_first_rows(text)
    result = json.loads(text)
    if "boolean" in result:
        return Results([], [], truth=result["boolean"])
    rows = result["results"]["bindings"]
    return Results(result["head"]["vars"], rows[:MOST_ROWS], len(rows))


def read_start(answer: Answer, most: int) -> str:
    """Return the first bytes of an answer as text, without an incomplete last character."""
    body = bytearray()
    for part in answer.body:
        body += part
        if len(body) >= most:
            break
    return body[:most].decode("utf-8", "ignore" if answer.length > most else "strict")


def _read_first_rows(text: str) -> Results:
    decoder = json.JSONDecoder()
    head, place = decoder.raw_decode(text, text.index('"head":') + len('"head":'))
    place = text.index("[", text.index('"bindings":', place)) + 1
    rows: list[dict[str, Binding]] = []
    while len(rows) < MOST_ROWS:
        try:
            row, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError:  # the text ends within this row
            break
        rows.append(row)
        place += 1  # the comma that our engine writes
    return Results(head["vars"], rows)


def lay_out(results: Results, release: Release, language: str) -> list[list[Cell | None]]:
    """Return a row of cells for each solution; None where a variable has no value."""
    bindings = [value for row in results.rows for value in row.values()]
    known_labels = labels.collect(queries.find_labels(release, _iris(bindings)))
    return [
        [
            _show(row[name], known_labels, release, language) if name in row else None
            for name in results.head
        ]
        for row in results.rows
    ]


def _iris(bindings: Iterable[Binding]) -> list[str]:
    return sorted({value["value"] for value in bindings if value["type"] == "uri"})


def _show(value: Binding, known_labels: labels.Labels, release: Release, language: str) -> Cell:
    if value["type"] == "uri":
        return _show_iri(value["value"], known_labels, release, language)
    if value["type"] == "triple":
        return Cell(_write_term(value, release.base_uri))
    if value["type"] == "bnode":
        return Cell(f"_:{value['value']}")
    datatype = value.get("datatype", PLAIN[0])
    cell = show_literal(value["value"], value.get("xml:lang"), datatype, release)
    return cell._replace(number=True, datatype=None) if datatype in _NUMBERS else cell


def _show_iri(iri: str, known_labels: labels.Labels, release: Release, language: str) -> Cell:
    written = write_iri(iri, release.base_uri)
    cell = name_iri(iri, known_labels, release, language)
    return cell._replace(
        text=written.strip("<>") if cell.text == iri else cell.text, written=written
    )


def write_iri(iri: str, base_uri: str) -> str:
    """Write an IRI as a query here can: with a prefix, relative to the base, or whole."""
    short = labels.compact(iri, base_uri)
    if short != iri and "/" not in short:
        return short
    is_relative = iri.startswith(base_uri) and len(iri) > len(base_uri)
    return f"<{iri[len(base_uri) :] if is_relative else iri}>"


def _write_term(value: Binding, base_uri: str) -> str:
    """Write a term in SPARQL syntax, also a triple term."""
    if value["type"] == "triple":
        parts = (value["value"][name] for name in ("subject", "predicate", "object"))
        return f"<<( {' '.join(_write_term(part, base_uri) for part in parts)} )>>"
    if value["type"] == "uri":
        return write_iri(value["value"], base_uri)
    if value["type"] == "bnode":
        return f"_:{value['value']}"
    datatype = value.get("datatype")
    literal = ox.Literal(
        value["value"],
        language=value.get("xml:lang"),
        datatype=ox.NamedNode(datatype) if datatype else None,
    )
    return str(literal)
