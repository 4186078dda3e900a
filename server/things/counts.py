"""Count entries by year, with bars that show the numbers beside them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.things.context import Context
from server.web.term_cell import Cell

# Chosen values of the facets of the list of initiatives, by facet.
Facets = Mapping[str, str | list[str]]


class Count(NamedTuple):
    """A number, the length of its bar of 100, and the link to the list of what it counts."""

    number: int
    share: float
    href: str | None = None


class CountRow(NamedTuple):
    """What is counted, and its number in each year."""

    name: Cell
    counts: list[Count]


def scale(rows: Sequence[tuple[Cell, Mapping[int, int]]], years: Sequence[int]) -> list[CountRow]:
    """Return a row a thing, each bar as long as its number is of the largest one."""
    largest = max((number for _, own in rows for number in own.values()), default=0) or 1
    return [
        CountRow(name, [_count(own.get(year, 0), largest) for year in years]) for name, own in rows
    ]


def link_counts(row: CountRow, years: Sequence[int], context: Context, facets: Facets) -> CountRow:
    """Return a row whose numbers lead to the lists of initiatives that they count."""
    counts = [
        count._replace(href=context.list_href(**{**facets, "annee": str(year)}))
        if count.number
        else count
        for count, year in zip(row.counts, years, strict=True)
    ]
    return row._replace(counts=counts)


def _count(number: int, largest: int) -> Count:
    return Count(number, round(100 * number / largest, 1))
