"""Count entries by status and year, each number with the link to the list of what it counts."""

from collections import Counter
from collections.abc import Mapping, Sequence

from server.release.queries import Row
from server.things.context import Context
from server.things.counts import CountRow, Facets, link_counts, scale
from server.things.statements import Statements
from server.web.term_cell import Cell


def sum_by_year(context: Context, rows: Sequence[Row]) -> Counter[int]:
    """Return how many entries there are in each year; a row has a `portrait` and a `number`."""
    total: Counter[int] = Counter()
    for row in rows:
        if (portrait := row["portrait"]["value"]) in context.years:
            total[context.years[portrait]] += int(row["number"]["value"])
    return total


def count_by_status(
    context: Context, rows: Sequence[Row], names: Statements, facets: Facets
) -> list[CountRow]:
    """Return the numbers of each status by year, the most frequent first.

    A row has a `portrait`, a `number`, and any `status`, whose name is one of `names`. `facets`
    choose the list of initiatives that is counted; each number leads to its part of it. Empty of a
    register without statuses.
    """
    if not context.has("statut"):
        return []
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["status"]["value"] if "status" in row else "", []).append(row)
    sums = {status: sum_by_year(context, own) for status, own in grouped.items()}
    ordered = sorted(sums, key=lambda status: (-sum(sums[status].values()), status))
    unknown = Cell(context.t("things.unknown"))
    years = list(context.years.values())
    counted = scale([(names.name(s) if s else unknown, sums[s]) for s in ordered], years)
    below = f"{context.release.base_uri}id/statut/"
    return [
        link_counts(row, years, context, {**facets, "statut": status.removeprefix(below)})
        if status.startswith(below)
        else row
        for row, status in zip(counted, ordered, strict=True)
    ]


def count_all(context: Context, by_year: Mapping[int, int], facets: Facets) -> CountRow | None:
    """Return the row of all statuses, with links as its parts have them; None of nothing."""
    if not by_year:
        return None
    years = list(context.years.values())
    (row,) = scale([(Cell(context.t("things.all")), by_year)], years)
    return link_counts(row, years, context, facets)
