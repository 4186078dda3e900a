"""Refuse values of facets that a release does not have, and name those that are nearest."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, NoReturn

from rapidfuzz import process

from server.faults import UnreadableRequest
from server.lists.database import Tables
from server.lists.initiatives import OWN
from server.lists.kind import YEAR, Facet
from server.lists.query import ListQuery
from transform.release.thing_tables import TABLES
from transform.text.message import message
from transform.text.string_similarity import BY_LETTERS

_FEW = 6  # values that are all named
_MOST_NAMED = 3  # of more
_MOST_COMPARED = 20_000
_LEAST = 50.0  # of 100: below it two keys have little in common


class ChosenValue(NamedTuple):
    """A value that is chosen of a facet."""

    facet: Facet
    value: str


def find_unknown(tables: Tables, query: ListQuery, years: Collection[int]) -> list[ChosenValue]:
    """Return the chosen values that a release does not have, whatever else is chosen.

    A value that it has may still leave nothing, which is an empty list and no fault.
    """
    return [
        ChosenValue(facet, value)
        for name, chosen in query.values.items()
        for facet in [query.kind.facet(name)]
        for value in chosen
        if not _is_known(tables, facet, value, years)
    ]


def refuse_unknown(
    tables: Tables, query: ListQuery, unknown: Sequence[ChosenValue], years: Collection[int]
) -> NoReturn:
    """Raise UnreadableRequest for the first unknown value, with the nearest that there are."""
    facet, value = unknown[0]
    near = [*map(str, sorted(years))] if facet.name == YEAR else _nearest(tables, facet, value)
    said = message("lists.no_value", name=facet.name, value=value[:40])
    if near:
        said = message("lists.no_value_but", said=said, near=near)
    raise UnreadableRequest(said, query.kind.path)


def _is_known(tables: Tables, facet: Facet, value: str, years: Collection[int]) -> bool:
    if facet.name == YEAR:
        return int(value) in years
    if facet.values:  # was looked at when it was read
        return True
    column, source, own = _table(facet)
    found = tables.rows(
        f"SELECT 1 FROM {source} {'AND' if own else 'WHERE'} {column} = ?",  # noqa: S608
        (*own, value),
    )
    return bool(found)


def _table(facet: Facet) -> tuple[str, str, tuple[str, ...]]:
    """Return the column and the table of the values of a facet, and what the table is asked."""
    if facet.things:
        return facet.things, TABLES[facet.things], ()
    return "valeur", "listes_propres WHERE champ = ?", (facet.name.removeprefix(OWN),)


def _nearest(tables: Tables, facet: Facet, value: str) -> list[str]:
    """Return all values where they are few, else those that are written most alike."""
    column, source, own = _table(facet)
    rows = tables.rows(
        f"SELECT {column} FROM {source} ORDER BY 1 LIMIT {_MOST_COMPARED}",  # noqa: S608
        own,
    )
    keys = [row[0] for row in rows]
    if len(keys) <= _FEW:
        return keys
    alike = process.extract(value, keys, scorer=BY_LETTERS, score_cutoff=_LEAST, limit=_MOST_NAMED)
    return [key for key, *_ in alike]
