"""Say which years a list is of, and lead to the list of the newest year."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from server.lists.kind import YEAR, ListKind
from server.lists.query import ListQuery
from transform.text.message import Message, message
from transform.text.numbers import whole


class OtherYears(NamedTuple):
    """The same list of other years: what leads to it, and its query."""

    text: str
    query: ListQuery


def tell_years(query: ListQuery, years: Sequence[int]) -> Message | None:
    """Return the years that a list is of; None where there is one, or the title says it.

    `years` are those of the portraits, in any order.
    """
    if len(years) < 2 or YEAR in query.kind.fixed:
        return None
    if query.years:
        return message("lists.in_years", years=sorted(query.years))
    # What narrows a list of initiatives is said by the last entry of each.
    by_last = query.kind.by_entry and bool(query.values)
    return _of_all(years, by_last=by_last)


def words_of_years(kind: ListKind, years: Sequence[int], language: str) -> dict[str, str] | None:
    """Return the words with which a script of a static copy says the same of each state."""
    if tell_years(ListQuery(kind), years) is None:
        return None
    newest = max(years)
    words = {
        "all": _of_all(years, by_last=False),
        "narrowed": _of_all(years, by_last=kind.by_entry),
        "chosen": message("lists.in_years", years=["{years}"]),
        "every": message("lists.every_year"),
        "ofNewest": message("lists.in_newest", year=newest, n="{n}"),
    }
    return {"newest": str(newest), **{name: said.text(language) for name, said in words.items()}}


def _of_all(years: Sequence[int], *, by_last: bool) -> Message:
    first, last = min(years), max(years)
    said = message("lists.of_all_years", first=first, last=last)
    if len(years) == 2:
        said = message("lists.of_two_years", first=first, last=last)
    return message("lists.by_last_entry", years=said) if by_last else said


def other_years(
    query: ListQuery, years: Sequence[int], counted: Mapping[str, int], language: str
) -> OtherYears | None:
    """Return the list of the newest year, or where a year is chosen, that of all years.

    `counted` says how many things each year would leave. None where that list is empty, or there
    is no other.
    """
    if len(years) < 2 or YEAR in query.kind.fixed:
        return None
    if query.years:
        return OtherYears(message("lists.every_year").text(language), query.without(YEAR))
    newest = str(max(years))
    number = counted.get(newest, 0)
    of_newest = replace(query, values={**query.values, YEAR: (newest,)}, page=1)
    text = message("lists.in_newest", year=newest, n=whole(number, language)).text(language)
    return OtherYears(text, of_newest) if number else None
