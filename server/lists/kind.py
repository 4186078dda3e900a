"""Define what a list is: its things, what narrows and orders it, in SQL and in SPARQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from server.lists.database import Row, Tables
from server.lists.names import TableNames
from server.release.register import OwnText

YEAR = "annee"  # the facet of which a list of entries takes the last one where none is chosen
PRESENCE = "presence"
PRESENCES = ("nouvelle", "poursuivie", "absente")
Cell = str | int | None
# A row of a list, as a page shows it.
Shown = Mapping[str, Any]


class RelatedRows(NamedTuple):
    """Rows that say more of the things of a list, such as their years: a table and its link."""

    table: str
    link: str


@dataclass(frozen=True, slots=True)
class Facet:
    """What narrows a list, by the name of its parameter.

    A thing has the values of the SQL `expressions`, for which `join` adds tables to the list or
    which stand in a `relation`. In SPARQL, `pattern` binds a variable named after the facet to a
    `term`, in which the value stands for {}; or `tests` holds an expression for each value.
    `of_entry`: the pattern is about ?inscription. `needs` is the field that a register must have,
    `things` the kind of things that the values are, `values` all that there can be, in order.
    `label` is what a register calls a facet of its own.
    """

    name: str
    expressions: tuple[str, ...]
    pattern: str = ""
    term: str = ""
    tests: Mapping[str, str] = field(default_factory=dict)
    join: str = ""
    relation: RelatedRows | None = None
    of_entry: bool = False
    needs: str | None = None
    things: str | None = None
    values: tuple[str, ...] = ()
    label: OwnText | None = None

    @property
    def variable(self) -> str:
        """Return the name of its variable in SPARQL."""
        return self.name.replace(".", "_")


class Order(NamedTuple):
    """An order of a list: SQL, the tables that it needs, and whether only words give it.

    `of_names`: it is that of names, which is by those in the register's own language.
    """

    sql: str
    join: str = ""
    of_words: bool = False
    of_names: bool = False


class Shape(NamedTuple):
    """What the columns of a list depend on: years, newest first, fields, and those of its own."""

    years: tuple[int, ...]
    fields: frozenset[str]
    own: tuple[str, ...]
    base_uri: str

    @property
    def newest(self) -> int:
        """Return the year of the newest portrait."""
        return self.years[0]


# Returns the rows of some keys, in their order, as a page shows them, or the cells of a file.
ReadRows = Callable[[Tables, Sequence[str], tuple[int, ...], Shape, TableNames], list[Shown]]


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of list: its path, its things, and the tables that it is read from.

    `source` has the rows, `key` is the key of their thing. `by_entry`: the rows are entries, so
    that several chosen years give a thing several times. `statements` says in SPARQL which things
    there are, `entries` binds an entry of one to ?inscription, and `entries_by_year` its year too.
    `fixed` are values that are always chosen, of the facets `hidden`. `is_found` says in SQL that
    a row is of the thing f.chose, which words found. Rows of entries are in groups g, which no
    facet tells apart but one of a relation.
    """

    path: str
    thing: str
    source: str
    key: str
    facets: tuple[Facet, ...]
    orders: Mapping[str, Order]
    template: str
    statements: str
    entries: str
    entries_by_year: str
    read_rows: ReadRows
    columns: Callable[[Shape], list[str]]
    cells: Callable[[Shown, Shape, TableNames], list[Cell]]
    is_found: str
    by_entry: bool = False
    needs: str | None = None
    fixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hidden: tuple[Facet, ...] = ()

    @property
    def order(self) -> str:
        """Return the order of the list where none is chosen."""
        return next(iter(self.orders))

    def within(self, fields: Iterable[str], own: Sequence[Facet]) -> "ListKind":
        """Return the list with the facets that a register has fields for, and those of its own."""
        has = set(fields)
        kept = tuple(facet for facet in self.facets if facet.needs is None or facet.needs in has)
        return replace(self, facets=kept + (tuple(own) if self.by_entry else ()))

    def of_year(self, year: int) -> "ListKind":
        """Return the list of the entries of one portrait."""
        kept = tuple(facet for facet in self.facets if facet.name != YEAR)
        fixed = {YEAR: (str(year),)}
        hidden = (self.facet(YEAR),)
        return replace(self, path=f"portraits/{year}", facets=kept, fixed=fixed, hidden=hidden)

    def facet(self, name: str) -> Facet:
        """Return a facet by its name."""
        return next(facet for facet in (*self.facets, *self.hidden) if facet.name == name)


def year_facet(expression: str, relation: RelatedRows | None = None) -> Facet:
    """Return the facet of the years of a list."""
    return Facet(YEAR, (expression,), term="{}", relation=relation, of_entry=True)


def rows_by_key(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Group rows by the value of a column."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row[column], []).append(row)
    return grouped
