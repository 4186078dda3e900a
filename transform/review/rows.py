"""Reduce the rows of a portrait to what a person, or a measure of likeness, compares."""

from collections.abc import Iterable
from typing import NamedTuple

from transform.comparison.entries import Entry, EntryNames, last_segment


class ReviewRow(NamedTuple):
    """One published row: slugs of body, portfolio and category, the other texts raw.

    `filed` is the category as the row writes it.
    """

    key: str
    year: int
    row: int
    name: str
    body: str
    body_name: str
    portfolio: str
    category: str
    filed: str
    status: str
    benefits: str


def review_rows(entries: Iterable[Entry], names: EntryNames) -> list[ReviewRow]:
    """Return the rows of a portrait as they are compared, in the order of the file."""
    return sorted((_review_row(entry, names) for entry in entries), key=lambda row: row.row)


def _review_row(entry: Entry, names: EntryNames) -> ReviewRow:
    cells = entry.cells
    return ReviewRow(
        key=entry.key,
        year=entry.year,
        row=entry.row,
        name=cells.nom.strip(),
        body=last_segment(entry.organisme),
        body_name=names.own_label(entry.organisme),
        portfolio=last_segment(entry.portefeuille),
        category=last_segment(entry.categorie),
        filed=cells.categorie,
        status=cells.statut,
        benefits=cells.benefices if cells.benefices.strip() else "",
    )
