"""Lay out for a page what is said of a resource and what points at it."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import NamedTuple

import pyoxigraph as ox

from server.engine.interface import Text
from server.release import labels, queries
from server.release.current import Release
from server.release.resource import Resource
from server.web.term_cell import (
    Cell,
    link_name,
    name_iri,
    name_word,
    show_literal,
)
from transform.rdf.namespaces import RDF_TYPE

PAGE = 50
# Beyond, they stand as the engine finds them, property by property: to sort them, the names of
# all would be read for each page.
_MOST_SORTED = 2000


class Pointing(NamedTuple):
    """What points at a resource by one property: how many in all, and those of this page."""

    property: Cell
    total: int
    subjects: list[Cell]


def name_resource(resource: Resource, language: str) -> Cell:
    """Give the heading of a resource: its label, or the end of its IRI."""
    known = labels.collect(resource.says).get(resource.iri, ())
    label = labels.best(known, language)
    if label is None or not label.value.strip():
        return Cell(resource.iri.rstrip("/").rpartition("/")[2] or resource.iri)
    return Cell(label.value, label.language)


def name_types(resource: Resource, release: Release, language: str) -> list[Cell]:
    """Give what a resource is, those types first that our own vocabulary defines."""
    types = [
        t.object.value
        for t in resource.says
        if t.predicate.value == RDF_TYPE and isinstance(t.object, ox.NamedNode)
    ]
    types.sort(key=lambda iri: (not iri.startswith(release.base_uri), iri))
    return [name_word(iri, release, language) for iri in types]


def lay_out(
    triples: Iterable[ox.Triple], known: labels.Labels, release: Release, language: str
) -> list[tuple[Cell, list[Cell]]]:
    """Give a row for each property with its values, in the order in which people would look."""

    def rank(triple: ox.Triple) -> tuple[tuple[int, str], int, str]:
        spoken = labels.place_of_language(getattr(triple.object, "language", None), language)
        return _place(triple.predicate.value, release), spoken, str(triple.object)

    ordered = sorted(triples, key=rank)
    return [
        (
            name_word(iri, release, language),
            [_value(t.object, known, release, language) for t in group],
        )
        for iri, group in groupby(ordered, key=lambda t: t.predicate.value)
    ]


def point_at(
    resource: Resource, release: Release, language: str, number: int
) -> tuple[list[Pointing], int]:
    """Give one page (from 1) of what points at a resource, and how many pages there are."""
    counted = queries.find_rows(release, "pointing-counts", resource=resource.iri)
    counts = {
        row["property"]["value"]: int(row["total"]["value"]) for row in counted if "property" in row
    }
    read = _read_page if sum(counts.values()) <= _MOST_SORTED else _read_page_of_many
    found = read(resource, release, language, PAGE * (number - 1), counts)
    groups = [
        Pointing(
            name_word(iri, release, language), counts[iri], [_subject(row, release) for row in rows]
        )
        for iri, rows in groupby(found, key=lambda row: row["property"]["value"])
    ]
    return groups, -(-sum(counts.values()) // PAGE)


def _read_page(
    resource: Resource, release: Release, language: str, offset: int, _: Mapping[str, int]
) -> list[queries.Row]:
    asked: dict[str, str | Text] = {"resource": resource.iri, "language": Text(language)}
    return queries.find_rows(release, "pointing-page", PAGE, offset, **asked)


def _read_page_of_many(
    resource: Resource, release: Release, language: str, offset: int, counts: Mapping[str, int]
) -> list[queries.Row]:
    """Read a page property by property, each by its own index, so that nothing need be sorted."""
    rows: list[queries.Row] = []
    for iri, total in counts.items():
        if 0 <= offset < total and len(rows) < PAGE:
            asked: dict[str, str | Text] = {"property": iri, "resource": resource.iri}
            asked["language"] = Text(language)
            most = PAGE - len(rows)
            rows += queries.find_rows(release, "pointing-page-of-many", most, offset, **asked)
        offset = max(0, offset - total)
    return rows


def _place(iri: str, release: Release) -> tuple[int, str]:
    if iri == RDF_TYPE:
        return 0, iri
    if iri in labels.NAMING:
        return 1, iri
    as_written = "QuEcrit" in iri
    return (4 if as_written else 2 if iri.startswith(release.base_uri) else 3), iri


def _value(term: object, known: labels.Labels, release: Release, language: str) -> Cell:
    if isinstance(term, ox.Literal):
        return show_literal(term.value, term.language, term.datatype.value, release)
    if isinstance(term, ox.NamedNode):
        return name_iri(term.value, known, release, language)
    return Cell(str(term))


def _subject(row: queries.Row, release: Release) -> Cell:
    iri, label = row["subject"]["value"], row.get("label")
    if label is None or not label["value"].strip():
        return link_name(iri, labels.compact(iri, release.base_uri), None, release)
    return link_name(iri, label["value"], label.get("xml:lang"), release)
