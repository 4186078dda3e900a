"""Lay out the statements of a resource, and the resources that point at it, for a page."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import NamedTuple

import pyoxigraph as ox

from server.engine.interface import BoundText
from server.release import labels, queries
from server.release.current import Release
from server.release.resource import Resource
from server.web.term_cell import (
    Cell,
    link_name,
    name_iri,
    name_term,
    show_literal,
)
from transform.rdf.namespaces import PREF_LABEL, RDF_TYPE, SCHEMA

PAGE = 50
# Longer lists stand in the order of the engine, property by property: sorting them would read
# the names of all for each page.
MOST_SORTED = 2000
# Properties that repeat the preferred label.
_REPEATING = (labels.RDFS_LABEL, f"{SCHEMA}name")


class Pointing(NamedTuple):
    """The subjects that point at a resource by one property: their total, and one page."""

    property: Cell
    total: int
    subjects: list[Cell]


def name_resource(resource: Resource, release: Release, language: str) -> Cell:
    """Return the heading of a resource: its label, or the end of its IRI."""
    own_labels = labels.collect(resource.says).get(resource.iri, ())
    label = labels.best(own_labels, release.register.order(language))
    if label is None or not label.value.strip():
        return Cell(resource.iri.rstrip("/").rpartition("/")[2] or resource.iri)
    return Cell(label.value, label.language)


def name_types(resource: Resource, release: Release, language: str) -> list[Cell]:
    """Return the types of a resource, those of our own vocabulary first."""
    types = [
        t.object.value
        for t in resource.says
        if t.predicate.value == RDF_TYPE and isinstance(t.object, ox.NamedNode)
    ]
    types.sort(key=lambda iri: (not iri.startswith(release.base_uri), iri))
    return [name_term(iri, release, language) for iri in types]


def lay_out(
    triples: Iterable[ox.Triple], known_labels: labels.Labels, release: Release, language: str
) -> list[tuple[Cell, list[Cell]]]:
    """Return a row for each property with its values: type, labels, our own properties, others.

    A name is shown once, as the preferred label, though it is stated for other clients too.
    """
    languages = release.register.order(language)

    def rank(triple: ox.Triple) -> tuple[tuple[int, str], int, str]:
        by_language = labels.rank_language(getattr(triple.object, "language", None), languages)
        return _rank(triple.predicate.value, release), by_language, str(triple.object)

    ordered = sorted(_without_repeated_names(list(triples)), key=rank)
    groups = [
        (iri, [_value(t.object, known_labels, release, language) for t in group])
        for iri, group in groupby(ordered, key=lambda t: t.predicate.value)
    ]
    apart = tell_apart([cells for _, cells in groups])
    return [
        (name_term(iri, release, language), cells)
        for (iri, _), cells in zip(groups, apart, strict=True)
    ]


def tell_apart(groups: list[list[Cell]]) -> list[list[Cell]]:
    """Add the end of its IRI, such as a year, to each resource that is called as another is."""
    called: dict[str, set[str]] = {}
    for cell in (cell for cells in groups for cell in cells):
        if cell.iri:
            called.setdefault(cell.text, set()).add(cell.iri)

    def tell(cell: Cell) -> Cell:
        if cell.iri is None or len(called[cell.text]) == 1:
            return cell
        return cell._replace(text=f"{cell.text} ({cell.iri.rstrip('/').rpartition('/')[2]})")

    return [[tell(cell) for cell in cells] for cells in groups]


def _without_repeated_names(triples: list[ox.Triple]) -> list[ox.Triple]:
    preferred = {(t.subject, t.object) for t in triples if t.predicate.value == PREF_LABEL}
    return [
        t
        for t in triples
        if t.predicate.value not in _REPEATING or (t.subject, t.object) not in preferred
    ]


def list_pointing(
    resource: Resource, release: Release, language: str, number: int
) -> tuple[list[Pointing], int]:
    """Return a page (from 1) of what points at a resource, and the number of pages."""
    target = resource.member_class or resource.iri
    only = RDF_TYPE if resource.member_class else None
    count_rows = queries.find_rows(release, "pointing-counts", resource=target)
    counts = {
        row["property"]["value"]: int(row["total"]["value"])
        for row in count_rows
        if "property" in row and only in (None, row["property"]["value"])
    }
    total = sum(counts.values())
    read_rows = _read_page if total <= MOST_SORTED else _read_page_of_many
    offset = PAGE * (number - 1)
    # Virtuoso sorts no more than 10,000 rows behind an offset, though there are fewer.
    page_rows = read_rows(target, release, language, offset, counts) if offset < total else []
    by_property = [
        (iri, [_subject(row, release) for row in rows])
        for iri, rows in groupby(page_rows, key=lambda row: row["property"]["value"])
    ]
    apart = tell_apart([cells for _, cells in by_property])
    groups = [
        Pointing(name_term(iri, release, language), counts[iri], cells)
        for (iri, _), cells in zip(by_property, apart, strict=True)
    ]
    return groups, -(-total // PAGE)


def _read_page(
    target: str, release: Release, language: str, offset: int, counts: Mapping[str, int]
) -> list[queries.Row]:
    bindings: dict[str, str | BoundText] = {"resource": target}
    bindings["order"] = queries.write_order(release.register.order(language))
    if len(counts) == 1:
        bindings["property"] = next(iter(counts))
    return queries.find_rows(release, "pointing-page", PAGE, offset, **bindings)


def _read_page_of_many(
    target: str, release: Release, language: str, offset: int, counts: Mapping[str, int]
) -> list[queries.Row]:
    """Read a page property by property, each by its own index, so that nothing is sorted.

    Labels are read apart: Virtuoso expects a query for both to take longer than it allows.
    """
    rows: list[queries.Row] = []
    for iri, total in counts.items():
        if 0 <= offset < total and len(rows) < PAGE:
            bindings = {"property": iri, "resource": target}
            limit = PAGE - len(rows)
            page = queries.find_rows(release, "pointing-page-of-many", limit, offset, **bindings)
            rows += sorted(page, key=lambda row: row["subject"]["value"])
        offset = max(0, offset - total)
    known = labels.collect(queries.find_labels(release, (row["subject"]["value"] for row in rows)))
    order = release.register.order(language)
    for row in rows:
        if label := labels.best(known.get(row["subject"]["value"], ()), order):
            row["label"] = {"value": label.value, "xml:lang": label.language or ""}
    return rows


def _rank(iri: str, release: Release) -> tuple[int, str]:
    if iri == RDF_TYPE:
        return 0, iri
    if iri in labels.NAMING:
        return 1, iri
    is_verbatim = "QuEcrit" in iri
    return (4 if is_verbatim else 2 if iri.startswith(release.base_uri) else 3), iri


def _value(term: object, known_labels: labels.Labels, release: Release, language: str) -> Cell:
    if isinstance(term, ox.Literal):
        return show_literal(term.value, term.language, term.datatype.value, release)
    if isinstance(term, ox.NamedNode):
        return name_iri(term.value, known_labels, release, language)
    return Cell(str(term))


def _subject(row: queries.Row, release: Release) -> Cell:
    iri, label = row["subject"]["value"], row.get("label")
    if label is None or not label["value"].strip():
        return link_name(iri, labels.compact(iri, release.base_uri), None, release)
    return link_name(iri, label["value"], label.get("xml:lang"), release)
