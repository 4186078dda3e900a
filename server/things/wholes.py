"""Find the whole of what was split: portraits are compared at the broadest value of each."""

from collections.abc import Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from server.release.current import Release
from server.things import questions
from server.things.context import Context
from server.web.term_cell import Cell
from transform.comparison.entries import EntryNames

_read: WeakKeyDictionary[Release, EntryNames] = WeakKeyDictionary()


class Whole(NamedTuple):
    """What a portrait counted a value in, before its label was split: its name and number."""

    name: Cell
    number: int
    href: str | None


def find_wholes(context: Context, by: str, entries: Mapping[int, int]) -> dict[int, Whole]:
    """Return by year the whole that a portrait names in place of this part of it.

    So it is in a year in which no entry has the part, and some have the whole itself. `by` leads
    from an entry to a value, `entries` are those of the part by year.
    """
    rows = context.rows("value-whole", by=by)
    names = context.names(row["whole"]["value"] for row in rows)
    list_name = context.path.partition("/")[0]
    found: dict[int, Whole] = {}
    for row in rows:
        year, iri = context.years.get(row["portrait"]["value"]), row["whole"]["value"]
        if year is None or entries.get(year):
            continue
        href = context.list_href(**{list_name: iri.rpartition("/")[2], "annee": str(year)})
        found[year] = Whole(names.name(iri), int(row["number"]["value"]), href)
    return found


def tell_split(release: Release, before: set[str], after: set[str]) -> str | None:
    """Return why other portfolios are no move: a name of a text; None if they are one.

    A label that was split, or joined again, names another extent of the same portfolio (see
    `Sides.moved` of transform/comparison/compare.py). Takes IRIs.
    """
    names = _names(release)
    wholes = [{names.top(iri) for iri in side} for side in (before, after)]
    if wholes[0] != wholes[1] or not wholes[0]:
        return None
    if before == wholes[0]:
        return "things.label_split"
    return "things.labels_joined" if after == wholes[1] else "things.same_whole"


def _names(release: Release) -> EntryNames:
    """Read once which portfolios are parts of others, by IRI: they are few."""
    if release not in _read:
        rows = questions.find_rows(release, "broader")
        broader = {row["part"]["value"]: row["whole"]["value"] for row in rows}
        _read[release] = EntryNames(broader=broader)
    return _read[release]
