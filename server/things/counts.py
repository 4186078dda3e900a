"""Count entries by year, with bars that show the numbers beside them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.web.term_cell import Cell


class Count(NamedTuple):
    """A number, and the length of its bar of 100."""

    number: int
    share: float


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


def _count(number: int, largest: int) -> Count:
    return Count(number, round(100 * number / largest, 1))
