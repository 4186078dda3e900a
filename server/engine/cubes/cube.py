"""A cube: how often each combination of values fills a pattern, and the slices of it."""

import json
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from server.engine.cubes.comparing import Term, UnsureError, holds, rank
from server.engine.cubes.slices import Count, Filter, Slice

# So that a slice takes a few milliseconds at most: values in all cells, and values and counts in
# all rows of a slice.
MOST_VALUES = 1000
MOST_TOLD = 2000
_NUMBER = (
    b'"%b":{"type":"literal","value":"%d","datatype":"http://www.w3.org/2001/XMLSchema#integer"}'
)
_KEYS = {"type", "value", "xml:lang", "datatype"}

# The number of a value for each dimension, None where it is unbound, and how often they come.
Cell = tuple[Any, ...]
Row = tuple[Cell, dict[str, int]]


class Dimension:
    """The values of a variable, numbered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.terms: list[Term] = []
        self.written: list[bytes] = []  # as text, one emoji makes a value four times as large
        self._numbers: dict[bytes, int] = {}

    def number(self, term: Term | None) -> int | None:
        """Give the number of a value; raises UnsureError for what no other answer may repeat."""
        if term is None:
            return None
        if term["type"] not in ("uri", "literal") or not term.keys() <= _KEYS:
            raise UnsureError
        told = json.dumps(term, ensure_ascii=False, separators=(",", ":"))
        written = f'"{self.name}":{told}'.encode()
        if written not in self._numbers:
            self._numbers[written] = len(self.terms)
            self.terms.append(term)
            self.written.append(written)
        return self._numbers[written]


class Cube:
    """The cells of a cube, and what is counted of them."""

    def __init__(self, dimensions: Sequence[str], answer: bytes) -> None:
        """Read the answer to what `write_question` gave; raises UnsureError."""
        self._dimensions = {name: Dimension(name[1:]) for name in dimensions}
        self._places = {name: place for place, name in enumerate(dimensions)}
        told: Any = json.loads(answer)
        count = told["head"]["vars"][-1]
        rows = told["results"]["bindings"]
        if len(rows) * len(dimensions) > MOST_VALUES:
            raise UnsureError
        numbered = self._dimensions.values()
        self._cells: list[Cell] = [
            (*(d.number(row.get(d.name)) for d in numbered), int(row[count]["value"]))
            for row in rows
        ]

    def count(self, asked: Slice) -> bytes:
        """Give the answer to a slice of this cube (SPARQL 1.1 JSON); raises UnsureError."""
        groups: dict[Cell, list[Cell]] = {}
        pick = _picker([self._places[name] for name in asked.groups or ()])
        for cell in self._pass(asked.filters):
            groups.setdefault(pick(cell), []).append(cell)
        if asked.groups is None:
            groups.setdefault((), [])
        if len(groups) * (len(asked.groups or ()) + len(asked.counts)) > MOST_TOLD:
            raise UnsureError
        counts = asked.counts.items()
        rows = [(k, {name: self._total(c, g) for name, c in counts}) for k, g in groups.items()]
        for name, down in reversed(asked.order):
            ranks = self._rank(rows, name, asked)
            order = sorted(range(len(rows)), key=ranks.__getitem__, reverse=down)
            rows = [rows[place] for place in order]
        end = None if asked.limit is None else asked.offset + asked.limit
        return self._write(rows[asked.offset : end], asked)

    def _pass(self, filters: Iterable[Filter]) -> list[Cell]:
        cells = self._cells
        for asked in filters:
            place = self._places[asked.variable]
            terms = self._dimensions[asked.variable].terms
            passing = {number for number, term in enumerate(terms) if holds(asked, term)}
            cells = [cell for cell in cells if cell[place] in passing]
        return cells

    def _total(self, count: Count, cells: list[Cell]) -> int:
        if count.variable is None:
            return sum(cell[-1] for cell in cells)
        place = self._places[count.variable]
        if count.distinct:
            return len({cell[place] for cell in cells} - {None})
        return sum(cell[-1] for cell in cells if cell[place] is not None)

    def _rank(self, rows: list[Row], name: str, asked: Slice) -> list[int] | list[str]:
        if name in asked.counts:
            return [counted[name] for _, counted in rows]
        place, terms = (asked.groups or ()).index(name), self._dimensions[name].terms
        numbers = [key[place] for key, _ in rows]
        return rank([None if number is None else terms[number] for number in numbers])

    def _write(self, rows: list[Row], asked: Slice) -> bytes:
        names = ",".join(f'"{name[1:]}"' for name in asked.selected)
        places = {name: place for place, name in enumerate(asked.groups or ())}
        plain = [
            (places[name], self._dimensions[name].written)
            for name in asked.selected
            if name not in asked.counts
        ]
        bindings = [
            [written[key[place]] for place, written in plain if key[place] is not None]
            + [_NUMBER % (alias[1:].encode(), number) for alias, number in counted.items()]
            for key, counted in rows
        ]
        told = b",".join(b"{%b}" % b",".join(row) for row in bindings)
        return b'{"head":{"vars":[%b]},"results":{"bindings":[%b]}}' % (names.encode(), told)


def write_question(asked: Slice) -> str:
    """Give the query that asks for the cells of the cube that a slice is of, and for one more."""
    dimensions = " ".join(asked.dimensions)
    number = "?cells"
    while number in asked.pattern or number in asked.dimensions:
        number += "_"
    grouped = f"GROUP BY {dimensions}" if dimensions else ""
    return (
        f"{asked.prologue}SELECT {dimensions} (COUNT(*) AS {number}) "
        f"{{ {asked.pattern} }} {grouped} LIMIT {MOST_VALUES + 1}"
    )


def _picker(places: list[int]) -> Callable[[Cell], Cell]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cell: tuple(cell[place] for place in places)
