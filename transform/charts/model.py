"""Define a chart: what it counts, its rows, and its texts in the languages of the interface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# The kinds of charts: a bar a value, a bar a value and year, what became of each status.
BARS, YEARS, FLOW = "valeurs", "annees", "passages"
# What a part of a flow is about.
SAME, CHANGED, NEW, ABSENT = "same", "changed", "new", "absent"


class Label(NamedTuple):
    """What a thing is called, and the language of that; "" for a name of no language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class ChartValue:
    """A value of a list: its IRI and what it is called, by language of the interface."""

    iri: str
    labels: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class ChartRow:
    """Values of lists, and how many have them, a number a column.

    A flow has two values, the earlier status and the later one; None is no entry in that year.
    """

    values: tuple[ChartValue | None, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChartSource:
    """Where the numbers come from: title of the series by language, its years, date, notice.

    `address` is that of the page of the chart.
    """

    title: Mapping[str, Label]
    years: tuple[int, ...]
    date: str | None
    notice: Mapping[str, Label]
    address: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its name in addresses, its kind and its list, its years and all its rows.

    `rows` are in the order in which they are drawn; only the first `shown` are drawn as they are,
    the rest is summed. `total` is how many the rows count. `open_pairs`: how many pairs of
    initiatives may be one.
    """

    name: str
    kind: str
    list_name: str
    years: tuple[int, ...]
    rows: Sequence[ChartRow]
    shown: int
    total: int
    title: Mapping[str, str]
    subtitle: Mapping[str, str]
    source: ChartSource
    query: Mapping[str, str]
    open_pairs: int = 0

    @property
    def drawn(self) -> Sequence[ChartRow]:
        """Return the rows that are drawn one by one."""
        return self.rows[: self.shown]

    @property
    def rest(self) -> tuple[int, ...] | None:
        """Return the sums of the rows that are not, a number a column; None where all are."""
        others = self.rows[self.shown :]
        if not others:
            return None
        return tuple(map(sum, zip(*(row.numbers for row in others), strict=True)))

    @property
    def others(self) -> int:
        """Return how many rows are summed up."""
        return max(0, len(self.rows) - self.shown)
