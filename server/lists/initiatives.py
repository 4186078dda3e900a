"""Write a list of initiatives as SQL, count what each facet would leave, and read its rows."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from server.lists.database import Row, Tables
from server.lists.query import ListQuery
from server.lists.words import parse_search, write_match

PAGE = 50  # rows
_WEIGHTS = "10.0, 3.0, 1.0"  # of what a thing is called, what is said of it, what it belongs to
_FROM = """
  FROM inscriptions e JOIN initiatives i USING (initiative)
  LEFT JOIN organismes o ON o.organisme = e.organisme
  LEFT JOIN portefeuilles p ON p.portefeuille = e.portefeuille"""
_PRESENCE = """CASE WHEN i.derniere_annee < newest.annee THEN 'absente'
    WHEN i.premiere_annee = newest.annee THEN 'nouvelle' ELSE 'poursuivie' END"""
_NEWEST = " CROSS JOIN (SELECT max(annee) AS annee FROM portraits) newest"
# The expression of each facet that is one column.
_COLUMNS = {
    "annee": "e.annee",
    "organisme": "e.organisme",
    "genre": "o.genre",
    "categorie": "e.categorie",
    "statut": "e.statut",
    "presence": _PRESENCE,
}
_ORDERS = {
    "nom": "i.tri, e.initiative",
    "organisme": "o.tri, i.tri, e.initiative",
}


class Condition(NamedTuple):
    """A part of a WHERE clause, and its values."""

    text: str
    values: tuple[object, ...] = ()


class InitiativeList:
    """The initiatives of a query, in the tables of a release."""

    def __init__(self, tables: Tables, query: ListQuery, languages: Sequence[str]) -> None:
        """Take the languages of the register, in which words have stems."""
        self._tables, self._query = tables, query
        search = parse_search(query.words) if query.words else None
        self.searched = search
        self._match = write_match(search, languages) if search else None
        # Words of nothing but signs find nothing.
        self._nothing = bool(query.words) and search is None

    def count(self) -> int:
        """Return how many initiatives the list holds."""
        where, values = self._where(self._query)
        return self._tables.number(
            f"SELECT count(DISTINCT e.initiative) {_FROM}{_NEWEST} {where}",
            values,
        )

    def keys(self, limit: int | None = None, offset: int = 0) -> list[str]:
        """Return the keys of the initiatives, in the order of the list."""
        where, values = self._where(self._query)
        joined, order = "", _ORDERS.get(self._query.order, "")
        if self._match and not order:
            joined = """ JOIN choses c ON c.sorte = 'initiative' AND c.cle = e.initiative
              JOIN recherche ON recherche.rowid = c.chose AND recherche MATCH ?"""
            values = (self._match, *values)
            order = f"bm25(recherche, {_WEIGHTS}), i.tri, e.initiative"
        rows = self._tables.rows(
            f"SELECT e.initiative {_FROM}{_NEWEST}{joined} {where}"
            f" ORDER BY {order or _ORDERS['nom']}",
            values,
        )
        keys = list(dict.fromkeys(row[0] for row in rows))
        return keys[offset : offset + limit] if limit else keys

    def facet(self, name: str) -> dict[str, int]:
        """Return how many initiatives each value of a facet would leave with all other facets."""
        query = self._query.without(name)
        where, values = self._where(query, any_year=name == "annee")
        if name == "portefeuille":
            counts = self._counts("e.portefeuille", where, values)
            wholes = self._counts("p.ensemble", where, values)
            return {key: counts.get(key, 0) + wholes.get(key, 0) for key in counts | wholes}
        return self._counts(_COLUMNS[name], where, values)

    def _counts(self, expression: str, where: str, values: tuple[object, ...]) -> dict[str, int]:
        rows = self._tables.rows(
            f"SELECT {expression} AS value, count(DISTINCT e.initiative) AS number"
            f" {_FROM}{_NEWEST} {where} GROUP BY 1 HAVING value IS NOT NULL",
            values,
        )
        return {str(row["value"]): row["number"] for row in rows}

    def entries(self, keys: Sequence[str]) -> dict[str, list[Row]]:
        """Return the entries of each initiative by year, with the keys of what they refer to."""
        marks = ", ".join("?" * len(keys))
        rows = self._tables.rows(
            f"SELECT * FROM inscriptions WHERE initiative IN ({marks}) ORDER BY annee",  # noqa: S608
            keys,
        )
        entries: dict[str, list[Row]] = {key: [] for key in keys}
        for row in rows:
            entries[row["initiative"]].append(row)
        return entries

    def entry_of(self, entries: Sequence[Row]) -> Row:
        """Return the entry that the list shows: the last one, or the last of the chosen years."""
        years = self._query.years
        return [entry for entry in entries if not years or entry["annee"] in years][-1]

    def _where(self, query: ListQuery, *, any_year: bool = False) -> tuple[str, tuple[object, ...]]:
        conditions = [*self._conditions(query, any_year=any_year)]
        if not conditions:
            return "", ()
        text = " AND ".join(condition.text for condition in conditions)
        return f"WHERE {text}", tuple(v for condition in conditions for v in condition.values)

    def _conditions(self, query: ListQuery, *, any_year: bool) -> Iterator[Condition]:
        if not query.years and not any_year:
            yield Condition("e.annee = i.derniere_annee")
        for name, values in query.values.items():
            marks = ", ".join("?" * len(values))
            if name == "portefeuille":
                yield Condition(
                    f"(e.portefeuille IN ({marks}) OR p.ensemble IN ({marks}))", 2 * values
                )
            elif name == "annee":
                yield Condition(f"e.annee IN ({marks})", query.years)
            else:
                yield Condition(f"{_COLUMNS[name]} IN ({marks})", values)
        if self._nothing:
            yield Condition("0")
        if self._match:
            yield Condition(
                "e.initiative IN (SELECT cle FROM choses JOIN recherche"
                " ON recherche.rowid = choses.chose WHERE sorte = 'initiative'"
                " AND recherche MATCH ?)",
                (self._match,),
            )
