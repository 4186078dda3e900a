"""Tell what changed of a value of a list between the two newest portraits."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from server.release.comparisons import list_pairs, read_comparison
from server.release.queries import Row
from server.things.context import Context
from server.things.counts import Facets
from server.web.links import link_to
from server.web.term_cell import Cell
from transform.comparison.model import Comparison
from transform.text.numbers import whole

_UNDECIDED = "initiatives-a-trancher"


class CountedInitiatives(NamedTuple):
    """How many initiatives are new or absent, and the list of them."""

    number: int
    href: str | None


class PortraitChanges(NamedTuple):
    """What changed between two portraits; None stands for what cannot be told.

    `before` and `after` are the numbers of the broadest value, at which years are compared, with
    its `name`, and lead to the entries that the comparison counts. `undecided` leads to the pairs
    that may be one initiative each, for which less may be new and absent.
    """

    earlier: int
    later: int
    href: str
    name: Cell | None
    before: Cell | None
    after: Cell | None
    new: CountedInitiatives
    absent: CountedInitiatives | None
    undecided: str | None


def tell_changes(
    context: Context, rows: Sequence[Row], facets: Facets, apart: Collection[int]
) -> PortraitChanges | None:
    """Return what changed up to the newest portrait; None where there is no earlier one.

    A row has the `portrait` of entries, the `first` and `last` year of their initiatives, and their
    `number`. In the years `apart` the value stood within another.
    """
    pairs = list_pairs(context.release)
    if not pairs:
        return None
    earlier, later = pairs[0]
    path = f"changements/{earlier}-{later}"
    new = _sum(context, rows, later, "first", later)
    gone = _sum(context, rows, earlier, "last", earlier)
    comparison = read_comparison(context.release, earlier, later).comparison
    before, after, name = _compared(context, path, comparison)
    return PortraitChanges(
        earlier,
        later,
        link_to(path),
        name,
        before,
        after,
        CountedInitiatives(new, _list(context, facets, later, "nouvelle") if new else None),
        None
        if earlier in apart
        else CountedInitiatives(gone, _list(context, facets, earlier, "absente") if gone else None),
        link_to(f"{path}/{_UNDECIDED}") if comparison.number(_UNDECIDED) else None,
    )


def _sum(context: Context, rows: Sequence[Row], year: int, end: str, at: int) -> int:
    return sum(
        int(row["number"]["value"])
        for row in rows
        if context.years.get(row["portrait"]["value"]) == year and int(row[end]["value"]) == at
    )


def _list(context: Context, facets: Facets, year: int, presence: str) -> str | None:
    return context.list_href(**{**facets, "annee": str(year), "presence": presence})


def _compared(
    context: Context, path: str, comparison: Comparison
) -> tuple[Cell | None, Cell | None, Cell | None]:
    """Return the numbers that the comparison has of the value, or of its whole, and whose name."""
    base_uri = context.release.base_uri
    concepts = [context.iri, *context.own.iris(context.iri, "skos:broader")]
    known = {e.concept: e for e in comparison.evolutions if e.text is None}
    for iri in concepts:
        if evolution := known.get(iri.removeprefix(base_uri)):
            name = None if iri == context.iri else context.own.name(iri)
            numbers = ((evolution.before, comparison.earlier), (evolution.after, comparison.later))
            before, after = (
                Cell(whole(n, context.language), href=link_to(f"{path}/{evolution.name}/{year}"))
                for n, year in numbers
            )
            return before, after, name
    return None, None, None
