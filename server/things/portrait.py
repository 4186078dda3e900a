"""Lay out the page of a portrait: what it holds, whether it passed, its file, what it lacks."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from server import texts
from server.release.comparisons import list_pairs
from server.release.files import source_path
from server.release.register import OwnText
from server.things import generic, questions
from server.things.context import Context, Neighbour, ThingPage
from server.things.counts import CountRow, scale
from server.web.links import link_to, quote_path
from server.web.term_cell import Cell
from transform.graphs.field_values import FIELD_RULES
from transform.layouts.model import LISTS

_MOST_OWN = 60  # properties of the register's own
# What says something of a field that a register need not have.
_FIELD_OF = {"date_statut": "statut"}
_NEVER_STATED = ("fournisseur", "risque", "cout")


class PortraitFile(NamedTuple):
    """The file of a portrait: its name, link, size, digest, format and encoding."""

    name: str
    href: str
    size: str
    sha256: str
    form: str
    encoding: str
    rows: int
    rejected: int


class CountTable(NamedTuple):
    """The numbers of a portrait by value of a list."""

    field: str
    name: str
    values: list[CountRow]


class PortraitPage(NamedTuple):
    """What the page of a portrait shows; `change` is of entries, since the portrait before.

    `shapes` is what the validation of the whole release found.
    """

    year: int
    description: OwnText | None
    entries: int
    bodies: int
    change: int | None
    before: int | None
    comparisons: list[tuple[int, int]]
    tables: list[CountTable]
    shapes: Mapping[str, int]
    file: PortraitFile | None
    says: list[str]
    lacks: list[str]
    own: list[Cell]
    list_href: str | None


def lay_out(context: Context) -> ThingPage:
    """Lay out the page of a portrait."""
    years = list(context.years.values())
    year = context.years.get(context.iri)
    if year is None:
        return generic.lay_out(context)
    manifest = {one["year"]: one for one in context.release.manifest["portraits"]}
    counts = context.rows("portrait-bodies")
    before = max((other for other in years if other < year), default=None)
    after = min((other for other in years if other > year), default=None)
    earlier = _entries_of(context, before) if before else None
    entries = int(counts[0]["entries"]["value"]) if counts else 0
    stated = _stated(context, year)
    says, lacks = _fields(context, stated)
    own = _own_properties(context, stated)
    page = PortraitPage(
        year=year,
        description=context.own.text(context.iri, "dcterms:description"),
        entries=entries,
        bodies=int(counts[0]["bodies"]["value"]) if counts else 0,
        change=entries - earlier if earlier is not None else None,
        before=before,
        comparisons=[pair for pair in list_pairs(context.release) if year in pair],
        tables=_tables(context),
        shapes=context.release.manifest.get("shapes") or {},
        file=_file(context, manifest[year]),
        says=says,
        # Of these no layout has a field, unless the register has properties of its own.
        lacks=lacks if own else [*_NEVER_STATED, *lacks],
        own=own,
        list_href=context.list_href(annee=str(year)),
    )
    return ThingPage(
        "things/portrait.html",
        context.word("portrait"),
        description=context.t(
            "things.portrait_in_short", year=year, n=page.entries, bodies=page.bodies
        ),
        above=context.folder(),
        earlier=_neighbour(before),
        later=_neighbour(after),
        charts=(f"categories-{year}", f"statuts-{year}"),
        page=page,
    )


def _stated(context: Context, year: int) -> set[str]:
    """Return the properties that the entries of a portrait have, as its graph tells at once."""
    graph = f"{context.release.base_uri}graph/{year}"
    rows = context.rows("portrait-properties", thing=graph)
    return {row["property"]["value"] for row in rows}


def _neighbour(year: int | None) -> Neighbour | None:
    return Neighbour(str(year), link_to(f"id/portrait/{year}")) if year else None


def _entries_of(context: Context, year: int) -> int:
    rows = context.rows("portrait-bodies", thing=f"{context.release.base_uri}id/portrait/{year}")
    return int(rows[0]["entries"]["value"]) if rows else 0


def _tables(context: Context) -> list[CountTable]:
    """Return the numbers by status, category and portfolio, the largest first."""
    base = context.release.base_uri
    rows = context.rows("portrait-counts")
    names = context.names(row["value"]["value"] for row in rows)
    tables = []
    for field in LISTS:
        own = [row for row in rows if row["value"]["value"].startswith(f"{base}id/{field}/")]
        listed = [(names.name(r["value"]["value"]), {0: int(r["number"]["value"])}) for r in own]
        if listed and context.has(field):
            tables.append(CountTable(field, context.word(field), scale(listed, [0])))
    return tables


def _file(context: Context, portrait: Mapping[str, Any]) -> PortraitFile | None:
    path = source_path(portrait)
    entry = context.release.manifest["files"].get(path)
    if entry is None:
        return None
    return PortraitFile(
        name=portrait["file"],
        href=link_to(quote_path(path), lang=None),
        size=texts.size(entry["bytes"], context.language),
        sha256=entry["sha256"],
        form=entry["media_type"],
        encoding=portrait.get("encoding") or "",
        rows=portrait["read"],
        rejected=portrait["rejected"],
    )


def _fields(context: Context, stated: Collection[str]) -> tuple[list[str], list[str]]:
    """Return the fields beside the six that a portrait's entries have, and those they have not."""
    own = {rule.field for rule in FIELD_RULES if context.term(rule.property) in stated}
    fields = list(dict.fromkeys(rule.field for rule in FIELD_RULES))
    known = {"nom", *context.release.register.fields}
    lacks = [f for f in fields if f not in own and _FIELD_OF.get(f, "nom") in known]
    return [f for f in fields if f in own], lacks


def _own_properties(context: Context, stated: Collection[str]) -> list[Cell]:
    """Return the names of the properties of the register's own that a portrait's entries have."""
    series = f"{context.release.base_uri}catalogue#serie"
    rows = questions.find_rows(context.release, "own-properties", series=series)
    own = [row["property"]["value"] for row in rows if row["property"]["value"] in stated]
    return [context.own.property_name(iri) for iri in own[:_MOST_OWN]]
