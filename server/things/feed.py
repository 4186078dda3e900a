"""Publish what changed of a body's initiatives from one portrait to the next (RFC 4287)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from flask import Response

from server.discovery import atom
from server.release import labels
from server.release.current import Release
from server.release.history import current_published, list_published
from server.release.queries import Row
from server.release.register import OwnText
from server.release.resource import Resource
from server.things.context import Context
from server.things.statements import Statements
from server.things.wholes import tell_split
from server.web import render, term_table

MOST = 200  # entries, the newest first
MOST_ROWS = 3000  # read of all entries of a body's initiatives, the newest first
_LONGEST = 200  # characters of a value in a summary
# The variable of the query by field.
_FIELDS = {
    "organisme": "body",
    "statut": "status",
    "categorie": "category",
    "portefeuille": "portfolio",
    "benefices": "benefits",
}


class _Said(NamedTuple):
    """What an entry says: its name, and the value of each field; its initiative's first year.

    `portfolio`: the IRI of its portfolio, "" where it has none.
    """

    name: str
    first: int
    values: Mapping[str, str]
    portfolio: str


def show(resource: Resource, release: Release, path: str) -> Response:
    """Answer with the feed of a body by its path below `id/`."""
    context = Context(resource, release, render.language(), path)
    name = term_table.name_resource(resource, release, context.language)
    title = OwnText(context.t("things.feed_title", name=name.text), context.language)
    feed = atom.Feed(f"doc/{path}.atom", title, f"doc/{path}")
    return atom.answer(feed, list(_entries(context))[:MOST])


def _entries(context: Context) -> Iterator[atom.FeedEntry]:
    """Yield an entry for each initiative that is new, changed or absent, the newest first."""
    years = sorted(context.years.values())
    rows = context.first_rows("body-entries", MOST_ROWS)
    names = context.names(row[name]["value"] for row in rows for name in _FIELDS.values()
                          if row.get(name, {}).get("type") == "uri")  # fmt: skip
    said, times = _read(context, rows, names), _first_published(context.release)
    if len(rows) == MOST_ROWS:
        years = _keep_whole_years(said)
    now = current_published(context.release).time
    for year, before in reversed(list(zip(years[1:], years, strict=False))):
        for iri in sorted(said):
            own = said[iri]
            path = iri.removeprefix(context.release.base_uri)
            if entry := _entry(context, own, path, (before, year), times.get(year, now)):
                yield entry


def _keep_whole_years(said: dict[str, dict[int, _Said]]) -> list[int]:
    """Drop the oldest year, of which not all rows may have been read; return the other years."""
    oldest, *years = sorted({year for own in said.values() for year in own})
    for own in said.values():
        own.pop(oldest, None)
    return years


def _entry(
    context: Context, own: Mapping[int, _Said], path: str, years: tuple[int, int], time: datetime
) -> atom.FeedEntry | None:
    """Return what happened to an initiative from one year to the next; None where nothing did."""
    before, year = years
    if year not in own:
        if before not in own:
            return None
        name = own[before].name
        title = context.t("things.feed_absent", name=name, year=year)
        absent = f"{path}#absente-{year}"
        return atom.FeedEntry(title, path, time, context.t("things.left_out"), absent)
    now, earlier = own[year], max((other for other in own if other < year), default=None)
    if earlier is None and now.first < year:
        return None  # what it was before is beyond the rows read
    if earlier is None:
        title = context.t("things.feed_new", name=now.name, year=year)
        return atom.FeedEntry(title, path, time, "", f"{path}/{year}")
    old = own[earlier]
    split = tell_split(context.release, {old.portfolio}, {now.portfolio})
    changes = [
        context.t("things.feed_change", field=field, before=text, after=now.values.get(field, ""))
        for field, text in old.values.items()
        if text != now.values.get(field, "")
        # A label of the same whole is no move, as the comparison counts.
        and not (split and field == context.word("portefeuille"))
    ]
    if not changes:
        return None
    title = context.t("things.feed_changed", name=now.name, year=year)
    return atom.FeedEntry(title, path, time, "\n".join(changes), f"{path}/{year}")


def _read(context: Context, rows: list[Row], names: Statements) -> dict[str, dict[int, _Said]]:
    """Return what the entries of each initiative say by year, in the best language for names."""
    order = context.release.register.order(context.language)
    said: dict[str, dict[int, _Said]] = {}
    ranks: dict[tuple[str, int], int] = {}
    for row in rows:
        iri, year = row["initiative"]["value"], context.years.get(row["portrait"]["value"])
        rank = labels.rank_language(row["name"].get("xml:lang"), order)
        if year is None or ranks.get((iri, year), len(order) + 2) <= rank:
            continue
        ranks[iri, year] = rank
        name = row["name"]["value"]
        values = {context.t("things.name"): name}
        for field, variable in _FIELDS.items():
            if context.has(field):
                values[context.word(field)] = _value(row, variable, names)
        portfolio = row.get(_FIELDS["portefeuille"], {}).get("value", "")
        said.setdefault(iri, {})[year] = _Said(name, int(row["first"]["value"]), values, portfolio)
    return said


def _value(row: Row, variable: str, names: Statements) -> str:
    term = row.get(variable)
    if term is None:
        return ""
    text = names.name(term["value"]).text if term["type"] == "uri" else term["value"]
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _first_published(release: Release) -> dict[int, datetime]:
    """Return when a release with each year was first published here."""
    times: dict[int, datetime] = {}
    for published in list_published(release):
        for portrait in published.manifest["portraits"]:
            year = portrait["year"]
            times[year] = min(times.get(year, published.time), published.time)
    return times
