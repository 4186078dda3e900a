"""Write a list as SQL, count what each facet would leave, and read its keys."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from server.lists.database import Tables
from server.lists.found import find_things
from server.lists.kind import YEAR, Facet, RelatedRows, Shape, Shown
from server.lists.names import TableNames
from server.lists.query import ListQuery
from server.lists.words import parse_search, write_match

PAGE = 50  # rows
_AT_ONCE = 500  # keys
FEW = 5_000  # rows that are quicker looked up and sorted than all are read in order


class Condition(NamedTuple):
    """A part of a WHERE clause, and its values."""

    text: str
    values: tuple[object, ...] = ()


class ListedThings:
    """The things of a list, in the tables of a release."""

    def __init__(
        self, tables: Tables, query: ListQuery, languages: Sequence[str], shape: Shape
    ) -> None:
        """Take the languages of the register, in which words have stems."""
        self._tables, self.query, self._kind = tables, query, query.kind
        self.shape = shape
        search = parse_search(query.words) if query.words else None
        # Words of nothing but signs find nothing.
        self._nothing = bool(query.words) and search is None
        self._found: int | None = None
        self._has_counts = False
        if search:
            ranked = self._kind.orders[query.ordered_by].of_words
            match = write_match(search, languages)
            self._found = find_things(tables, match, kind=self._kind.thing, ranked=ranked)

    @cached_property
    def total(self) -> int:
        """Return how many things the list holds."""
        if self._kind.by_entry and not self._repeats(self.query):
            source, size, values = self._write_groups(self.query)
            return self._tables.number(f"SELECT coalesce(sum({size}), 0) {source}", values)
        source, values = self._write_rows(self.query)
        return self._tables.number(f"SELECT {self._counted(self.query)} {source}", values)

    def keys(self, limit: int = -1, offset: int = 0) -> list[str]:
        """Return the keys of the things, in the order of the list."""
        order = self._kind.orders[self.query.ordered_by]
        if order.of_words and self._found is None:
            order = self._kind.orders[self._kind.order]
        few = self._found is None and self._kind.by_entry and self.total <= FEW
        source, values = self._write_rows(self.query, order.join, by_group=few)
        # An initiative stands once, however many of the chosen years it is in.
        group = " GROUP BY e.chose" if self._repeats(self.query) else ""
        rows = self._tables.rows(
            f"SELECT {self._kind.key} {source}{group} ORDER BY {order.sql} LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [row[0] for row in rows]

    def rows(self, keys: Sequence[str], names: TableNames) -> Iterator[Shown]:
        """Yield the rows of keys, in their order, reading some at once."""
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            yield from self._kind.read_rows(self._tables, part, self.query.years, self.shape, names)

    def facet(self, facet: Facet) -> dict[str, int]:
        """Return how many things each value of a facet would leave with all other facets."""
        query = self.query.without(facet.name)
        # The years of an entry are all there are, where none is chosen: not its last one alone.
        by_year = facet.name == YEAR
        repeats = self._repeats(query) and not by_year
        if self._kind.by_entry and not repeats and not facet.relation:
            return self._count_groups(facet, query, of_every_year=by_year)
        source, values = self._write_rows(
            query, facet.join, within=facet.relation, of_every_year=by_year
        )
        counted = self._kind.key if repeats or facet.relation else ""
        number = f"count(DISTINCT {counted})" if counted else "count(*)"
        if len(facet.expressions) == 1:
            text = f"SELECT {facet.expressions[0]} AS value, {number} AS number {source}"
        else:
            parts = " UNION ALL ".join(
                f"SELECT {expression} AS value, {self._kind.key} AS key {source}"
                for expression in facet.expressions
            )
            text = f"SELECT value, count(DISTINCT key) AS number FROM ({parts})"  # noqa: S608
            values = values * len(facet.expressions)
        rows = self._tables.rows(f"{text} GROUP BY 1", values)
        return {str(row["value"]): row["number"] for row in rows if row["value"] is not None}

    def _count_groups(
        self, facet: Facet, query: ListQuery, *, of_every_year: bool
    ) -> dict[str, int]:
        """Count by the groups of entries: they are few, and each entry is a thing of its own."""
        source, size, values = self._write_groups(query, facet.join, of_every_year=of_every_year)
        parts = " UNION ALL ".join(
            f"SELECT {expression} AS value, {size} AS number {source}"
            for expression in facet.expressions
        )
        rows = self._tables.rows(
            f"SELECT value, sum(number) AS number FROM ({parts})"  # noqa: S608
            " WHERE value IS NOT NULL GROUP BY 1",
            values * len(facet.expressions),
        )
        return {str(row["value"]): row["number"] for row in rows}

    def _counted(self, query: ListQuery) -> str:
        return f"count(DISTINCT {self._kind.key})" if self._repeats(query) else "count(*)"

    def _repeats(self, query: ListQuery) -> bool:
        """Return whether a thing may have several rows."""
        return self._kind.by_entry and len(query.years) > 1

    def _write_groups(
        self, query: ListQuery, *joins: str, of_every_year: bool = False
    ) -> tuple[str, str, tuple[object, ...]]:
        """Return the FROM clause of the groups of entries, SQL of their size, and the values.

        Where words or a relation leave some of their entries, these are counted once for all.
        """
        tables, conditions = self._conditions_of_groups(query, of_every_year=of_every_year)
        joined = "".join(tables | dict.fromkeys(filter(None, joins)))
        where = _where(conditions)
        left = self._conditions_of_rows(query, None)
        if not left and self._found is None:
            return f"FROM groupes g{joined}{where.text}", "g.inscriptions", where.values
        if not self._has_counts:
            source, values = self._write_source(left)
            self._tables.run("CREATE TEMP TABLE comptes (groupe INTEGER PRIMARY KEY, nombre)")
            self._tables.run(
                f"INSERT INTO comptes SELECT e.groupe, count(*) {source} GROUP BY e.groupe",
                values,
            )
            self._has_counts = True
        counted = f"FROM comptes n JOIN groupes g ON g.groupe = n.groupe{joined}{where.text}"
        return counted, "n.nombre", where.values

    def _write_rows(
        self,
        query: ListQuery,
        *joins: str,
        within: RelatedRows | None = None,
        of_every_year: bool = False,
        by_group: bool = True,
    ) -> tuple[str, tuple[object, ...]]:
        """Return the FROM clause of the rows of the list, and its values.

        The query reads the rows of the relation `within` itself: what is chosen of that holds for
        those rows. `by_group`: entries may be looked up by their group, and are in no order then.
        """
        conditions = self._conditions_of_rows(query, within)
        tables, of_groups = self._conditions_of_groups(query, of_every_year=of_every_year)
        if of_groups:
            where = _where(of_groups)
            groups = f"SELECT g.groupe FROM groupes g{''.join(tables)}{where.text}"  # noqa: S608
            # A sign before it keeps SQLite from an index (www.sqlite.org/optoverview.html, 5).
            text = f"{'' if by_group else '+'}e.groupe IN ({groups})"
            conditions.append(Condition(text, where.values))
        joined = "".join(dict.fromkeys(filter(None, joins)))
        if within:
            joined += f" JOIN {within.table} ON {within.link}"
        return self._write_source(conditions, joined)

    def _write_source(
        self, conditions: Sequence[Condition], joined: str = ""
    ) -> tuple[str, tuple[object, ...]]:
        """Return the FROM clause of the rows that the words find, of all without words."""
        source = self._kind.source
        if self._found is not None:
            # Nothing is known of a table of this request: the smaller one is read through.
            has_many = self._kind.by_entry and self._found > FEW
            tables = (source, "trouvees f") if has_many else ("trouvees f", source)
            source = " CROSS JOIN ".join(tables)
            conditions = [Condition(self._kind.is_found), *conditions]
        where = _where(conditions)
        return f"FROM {source}{joined}{where.text}", where.values

    def _conditions_of_groups(
        self, query: ListQuery, *, of_every_year: bool
    ) -> tuple[dict[str, None], list[Condition]]:
        """Return the tables to join and the conditions that hold for all entries of a group."""
        tables: dict[str, None] = {}
        conditions: list[Condition] = []
        if not self._kind.by_entry:
            return tables, conditions
        if not query.years and not of_every_year:
            conditions.append(Condition("g.derniere = 1"))
        for name, chosen in query.all_values.items():
            facet = self._kind.facet(name)
            if not facet.relation:
                tables |= {facet.join: None} if facet.join else {}
                conditions.append(_one_of(facet.expressions, _values(query, name, chosen)))
        return tables, conditions

    def _conditions_of_rows(self, query: ListQuery, within: RelatedRows | None) -> list[Condition]:
        """Return the conditions that hold for single rows."""
        conditions = [Condition("0")] if self._nothing else []
        related: dict[RelatedRows, list[Condition]] = {}
        for name, chosen in query.all_values.items():
            facet = self._kind.facet(name)
            condition = _one_of(facet.expressions, _values(query, name, chosen))
            if facet.relation and facet.relation != within:
                related.setdefault(facet.relation, []).append(condition)
            elif facet.relation or not self._kind.by_entry:
                conditions.append(condition)
        for relation, of_one_row in related.items():
            where = _where([Condition(relation.link), *of_one_row])
            text = f"EXISTS (SELECT 1 FROM {relation.table}{where.text})"  # noqa: S608
            conditions.append(Condition(text, where.values))
        return conditions


def _values(query: ListQuery, name: str, chosen: Sequence[str]) -> Sequence[object]:
    return query.years if name == YEAR else chosen


def _one_of(expressions: Sequence[str], values: Sequence[object]) -> Condition:
    """Return the condition that one of the expressions is one of the values."""
    marks = ", ".join("?" * len(values))
    text = " OR ".join(f"{expression} IN ({marks})" for expression in expressions)
    return Condition(f"({text})", (*values,) * len(expressions))


def _where(conditions: Sequence[Condition]) -> Condition:
    """Return the WHERE clause of conditions that must all hold, and its values."""
    text = " AND ".join(condition.text for condition in conditions)
    values = tuple(value for condition in conditions for value in condition.values)
    return Condition(f" WHERE {text}" if text else "", values)
