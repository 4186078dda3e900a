"""Write a list as SQL, count what each facet would leave, and read its keys."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from server.lists.database import Tables
from server.lists.kind import YEAR, Facet, Relation, Shape, Shown
from server.lists.query import ListQuery
from server.lists.words import WEIGHTS, Search, parse_search, write_match

PAGE = 50  # rows
_AT_ONCE = 500  # keys
# What facets tell entries apart by, in the order of an index, so that none are sorted.
_GROUPED = "e.derniere, e.annee, e.statut, e.categorie, e.portefeuille, e.presence, e.organisme"


class Condition(NamedTuple):
    """A part of a WHERE clause, and its values."""

    text: str
    values: tuple[object, ...] = ()


class Listed:
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
        self._found = bool(search)
        self._has_groups = False
        if search:
            self._find(search, languages)

    def _find(self, search: Search, languages: Sequence[str]) -> None:
        """Look up once what the words find: each facet counts among it."""
        self._tables.run("CREATE TEMP TABLE trouvees (cle TEXT PRIMARY KEY, rang REAL)")
        self._tables.run(
            f"""INSERT INTO trouvees SELECT c.cle, bm25(recherche, {WEIGHTS})
                FROM recherche JOIN choses c ON c.chose = recherche.rowid
                WHERE recherche MATCH ? AND c.sorte = ?""",  # noqa: S608
            (write_match(search, languages), self._kind.thing),
        )

    def count(self) -> int:
        """Return how many things the list holds."""
        joins, where, values = self._where(self.query)
        return self._tables.number(
            f"SELECT {self._counted(self.query)} FROM {self._kind.source}{joins}{where}",  # noqa: S608
            values,
        )

    def keys(self, limit: int = -1, offset: int = 0) -> list[str]:
        """Return the keys of the things, in the order of the list."""
        order = self._kind.orders[self.query.ordered_by]
        if order.of_words and not self._found:
            order = self._kind.orders[self._kind.order]
        more = (" JOIN trouvees f ON f.cle = " + self._kind.key) if order.of_words else ""
        joins, where, values = self._where(self.query, order.join, more, are_found=bool(more))
        key = self._kind.key
        # An initiative stands once, however many of the chosen years it is in.
        group = f" GROUP BY {key}" if self._repeats(self.query) else ""
        rows = self._tables.rows(
            f"SELECT {key} FROM {self._kind.source}{joins}{where}{group}"  # noqa: S608
            f" ORDER BY {order.sql} LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [row[0] for row in rows]

    def rows(self, keys: Sequence[str]) -> Iterator[Shown]:
        """Yield the rows of keys, in their order, reading some at once."""
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            yield from self._kind.read_rows(self._tables, part, self.query.years, self.shape)

    def facet(self, facet: Facet) -> dict[str, int]:
        """Return how many things each value of a facet would leave with all other facets."""
        if self._is_of_groups(facet):
            return self._count_groups(facet)
        query = self.query.without(facet.name)
        by_year = facet.name == YEAR
        joins, where, values = self._where(
            query, facet.join, within=facet.relation, of_every_year=by_year
        )
        source = self._counted_source(query) + joins
        if facet.relation:
            source += f" JOIN {facet.relation.table} ON {facet.relation.link}"
        repeats = facet.relation or (self._repeats(query) and not by_year)
        if len(facet.expressions) == 1:
            counted = f"count(DISTINCT {self._kind.key})" if repeats else "count(*)"
            text = (
                f"SELECT {facet.expressions[0]} AS value, {counted} AS number FROM {source}{where}"  # noqa: S608
            )
        else:
            parts = " UNION ALL ".join(
                f"SELECT {expression} AS value, {self._kind.key} AS key FROM {source}{where}"  # noqa: S608
                for expression in facet.expressions
            )
            text = f"SELECT value, count(DISTINCT key) AS number FROM ({parts})"  # noqa: S608
            values = values * len(facet.expressions)
        rows = self._tables.rows(f"{text} GROUP BY 1", values)
        return {str(row["value"]): row["number"] for row in rows if row["value"] is not None}

    def _is_of_groups(self, facet: Facet) -> bool:
        """Return whether a facet counts just the rows of the list, each a thing of its own."""
        query = self.query
        is_chosen = facet.name in query.all_values
        of_other_years = facet.name == YEAR and not query.years
        rows_are_things = self._kind.by_entry and not self._repeats(query)
        return rows_are_things and not (facet.relation or is_chosen or of_other_years)

    def _count_groups(self, facet: Facet) -> dict[str, int]:
        """Count by the groups of equal entries, which are read once for all facets."""
        if not self._has_groups:
            joins, where, values = self._where(self.query)
            self._tables.run(
                f"""CREATE TEMP TABLE groupes AS SELECT {_GROUPED}, count(*) AS nombre
                    FROM {self._counted_source(self.query)}{joins}{where}
                    GROUP BY {_GROUPED}""",  # noqa: S608
                values,
            )
            self._has_groups = True
        parts = " UNION ALL ".join(
            f"SELECT {expression} AS value, nombre FROM groupes e{facet.join}"  # noqa: S608
            for expression in facet.expressions
        )
        rows = self._tables.rows(
            f"SELECT value, sum(nombre) AS number FROM ({parts})"  # noqa: S608
            " WHERE value IS NOT NULL GROUP BY 1"
        )
        return {str(row["value"]): row["number"] for row in rows}

    def _counted_source(self, query: ListQuery) -> str:
        """Return the source of a count: an index that is read through, or the few rows that are."""
        has_few = self._found or not self._kind.selective.isdisjoint(query.all_values)
        return self._kind.source if has_few else self._kind.counted or self._kind.source

    def _counted(self, query: ListQuery) -> str:
        return f"count(DISTINCT {self._kind.key})" if self._repeats(query) else "count(*)"

    def _repeats(self, query: ListQuery) -> bool:
        """Return whether a thing may have several rows."""
        return self._kind.by_entry and len(query.years) > 1

    def _where(
        self,
        query: ListQuery,
        *joins: str,
        within: Relation | None = None,
        of_every_year: bool = False,
        are_found: bool = False,
    ) -> tuple[str, str, tuple[object, ...]]:
        """Return the tables to join, the WHERE clause and its values.

        The query reads the rows of the relation `within` itself: what is chosen of that holds for
        those rows. `are_found`: it joins what the words find.
        """
        tables = dict.fromkeys(filter(None, joins))
        conditions: list[Condition] = []
        related: dict[Relation, list[Condition]] = {}
        if self._kind.by_entry and not query.years and not of_every_year:
            conditions.append(Condition("e.derniere = 1"))
        for name, chosen in query.all_values.items():
            facet = self._kind.facet(name)
            condition = _one_of(facet.expressions, query.years if name == YEAR else chosen)
            if facet.relation and facet.relation != within:
                related.setdefault(facet.relation, []).append(condition)
            else:
                tables |= {facet.join: None} if facet.join else {}
                conditions.append(condition)
        for relation, of_one_row in related.items():
            both = _all_of([Condition(relation.link), *of_one_row])
            text = f"EXISTS (SELECT 1 FROM {relation.table} WHERE {both.text})"  # noqa: S608
            conditions.append(Condition(text, both.values))
        if self._nothing:
            conditions.append(Condition("0"))
        if self._found and not are_found:
            conditions.append(Condition(f"{self._kind.key} IN (SELECT cle FROM trouvees)"))  # noqa: S608
        where = _all_of(conditions)
        return "".join(tables), f" WHERE {where.text}" if conditions else "", where.values


def _one_of(expressions: Sequence[str], values: Sequence[object]) -> Condition:
    """Return the condition that one of the expressions is one of the values."""
    marks = ", ".join("?" * len(values))
    text = " OR ".join(f"{expression} IN ({marks})" for expression in expressions)
    return Condition(f"({text})", (*values,) * len(expressions))


def _all_of(conditions: Sequence[Condition]) -> Condition:
    text = " AND ".join(condition.text for condition in conditions)
    return Condition(text, tuple(v for condition in conditions for v in condition.values))
