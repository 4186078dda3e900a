"""Lay out the page of a value of a list (category, status, portfolio, kind), and of the list."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from server.release.queries import Row
from server.release.register import OwnText
from server.things import generic
from server.things.changes import PortraitChanges, tell_changes
from server.things.context import Context, Neighbour, ThingPage
from server.things.counts import Count, CountRow, Facets, link_counts, scale
from server.things.statements import Statements
from server.things.statuses import count_all, count_by_status
from server.things.wholes import Whole, find_wholes
from server.web.term_cell import Cell, link_name
from transform.rdf.namespaces import ORG, SKOS
from transform.release.thing_tables import CONCEPTS

SHOWN = 20  # bodies and initiatives; the list holds all
MOST_VALUES = 200  # of a list on its page


class ListField(NamedTuple):
    """How entries lead to the values of a list: a property, what it is a part of, its cells."""

    by: str
    upper: str
    written: str


_BROADER = f"{SKOS}broader"
# By the list's path below id/, which is the field too; kinds are those of the bodies of entries.
_FIELDS = {
    "categorie": ListField("pia:categorie", _BROADER, "pia:categorieTelleQuEcrite"),
    "statut": ListField("pia:statut", _BROADER, "pia:statutTelQuEcrit"),
    "portefeuille": ListField("pia:portefeuille", _BROADER, "pia:portefeuilleTelQuEcrit"),
    "genre": ListField("pia:organisme", f"{ORG}classification", ""),
}
_NOTES = ("skos:scopeNote", "skos:historyNote", "skos:editorialNote", "skos:example")


class Year(NamedTuple):
    """A portrait: how many entries and bodies it has, how its file writes the value.

    `whole` is what the portrait counted the value in, where it did not yet tell its parts apart.
    """

    year: int
    entries: Count
    bodies: Count
    wordings: list[str]
    whole: Whole | None


class ConceptPage(NamedTuple):
    """What the page of a value shows."""

    definition: OwnText | None
    notes: list[OwnText]
    names: list[OwnText]
    broader: list[Cell]
    narrower: list[Cell]
    holder: list[Cell]
    newest: int
    year: int
    bodies_newest: int
    years: list[Year]
    statuses: list[CountRow]
    all_statuses: CountRow | None
    apart: list[int]
    changes: PortraitChanges | None
    bodies: list[tuple[Cell, int]]
    initiatives: list[tuple[Cell, Cell | None]]
    list_href: str | None


class SchemePage(NamedTuple):
    """What the page of a list shows: its definition, and its values with their numbers by year."""

    definition: OwnText | None
    notes: list[OwnText]
    years: list[int]
    values: list[CountRow]


def is_counted(path: str, context: Context) -> bool:
    """Check whether entries lead to the values of a list."""
    name = path.partition("/")[0]
    return name in _FIELDS and (name == "genre" or context.has(name))


def lay_out(context: Context) -> ThingPage:
    """Lay out the page of a value of a list that entries have, else a plain one."""
    name, _, key = context.path.partition("/")
    if not is_counted(context.path, context) or "/" in key:
        return replace(generic.lay_out(context), kind=context.t("things.concept"))
    field = _FIELDS[name]
    bindings = {"by": context.term(field.by), "upper": field.upper}
    newest = f"{context.release.base_uri}id/portrait/{context.newest}"
    counts = _by_year(context, context.rows("value-counts", **bindings))
    bodies = context.rows("value-bodies", **bindings, portrait=newest)
    initiatives = context.rows("value-initiatives", **bindings, portrait=newest)
    statuses = context.rows("value-statuses", **bindings)
    mentioned = (
        row[name]["value"]
        for row in (*bodies, *initiatives, *statuses)
        for name in ("body", "status")
        if name in row
    )
    names = context.names(mentioned)
    entries = {year: int(row["number"]["value"]) for year, row in counts.items()}
    owners = {year: int(row["bodies"]["value"]) for year, row in counts.items()}
    facets = _facets(context, name, key)
    wholes = find_wholes(context, bindings["by"], entries) if name != "genre" else {}
    # The statuses of a status are itself.
    own_rows = [] if name == "statut" else count_by_status(context, statuses, names, facets)
    page = ConceptPage(
        definition=context.own.text(context.iri, "skos:definition"),
        notes=_notes(context),
        # Slips are no names: they stand among the wordings.
        names=context.own.texts(context.iri, "skos:altLabel"),
        broader=context.own.cells(context.iri, "skos:broader"),
        narrower=context.own.cells(context.iri, "skos:narrower"),
        holder=context.own.cells(context.iri, "pia:ministereTitulaire"),
        newest=entries.get(context.newest, 0),
        year=context.newest,
        bodies_newest=owners.get(context.newest, 0),
        years=_years(context, field, facets, entries, owners, wholes),
        statuses=own_rows,
        all_statuses=count_all(context, entries, facets) if own_rows else None,
        apart=sorted(wholes),
        changes=tell_changes(context, statuses, facets, set(wholes)),
        bodies=[(names.name(r["body"]["value"]), int(r["number"]["value"])) for r in bodies],
        initiatives=[(_named(context, r), _owner(names, r)) for r in initiatives],
        list_href=context.list_href(**{**facets, "annee": str(context.newest)}),
    )
    return ThingPage(
        "things/concept.html",
        _kind(context, name),
        description=_text(page.definition)
        or context.t("things.value_in_short", n=page.newest, year=context.newest),
        above=context.folder(),
        node={"@type": "DefinedTerm", "description": _text(page.definition)},
        page=page,
    )


def lay_out_scheme(context: Context) -> ThingPage:
    """Lay out the page of a list; one that no field of entries leads to lists its values alone."""
    name, years = context.path, list(context.years.values())
    counted = is_counted(name, context) and name != "genre"
    definition = context.own.text(context.iri, "skos:definition")
    values: list[CountRow] = []
    if counted:
        rows = context.rows("scheme-values", by=context.term(_FIELDS[name].by))
        names = context.names(row["value"]["value"] for row in rows)
        numbers: dict[str, dict[int, int]] = {row["value"]["value"]: {} for row in rows}
        for row in rows:
            year = context.years.get(row["portrait"]["value"]) if "portrait" in row else None
            if year:
                numbers[row["value"]["value"]][year] = int(row["number"]["value"])
        ordered = sorted(numbers, key=lambda i: (-sum(numbers[i].values()), names.name(i).text))
        values = scale([(names.name(i), numbers[i]) for i in ordered[:MOST_VALUES]], years)
    return ThingPage(
        "things/scheme.html",
        context.t("things.scheme"),
        description=_text(definition),
        lists_pointing=not counted,
        charts=(CONCEPTS[name],) if name in CONCEPTS else (),
        node={"@type": "DefinedTermSet", "description": _text(definition)},
        page=SchemePage(definition, _notes(context), years, values),
    )


def lay_out_year(context: Context) -> ThingPage:
    """Lay out the page of a portfolio in one year, which has neighbours in other years."""
    whole = context.own.value(context.iri, "prov:specializationOf")
    above = [*context.folder(), *([context.own.name(whole)] if whole else [])]
    year = int(context.own.value(context.iri, "pia:annee") or 0)
    others = _other_years(context, whole) if whole else {}
    before = max((other for other in others if other < year), default=None)
    after = min((other for other in others if other > year), default=None)
    return replace(
        generic.lay_out(context),
        kind=context.word("portefeuille"),
        above=above,
        earlier=Neighbour(str(before), context.href(others[before])) if before else None,
        later=Neighbour(str(after), context.href(others[after])) if after else None,
    )


def _other_years(context: Context, whole: str) -> dict[int, str]:
    rows = context.rows("portfolio-years", thing=whole)
    return {int(row["year"]["value"]): row["yearly"]["value"] for row in rows}


def _by_year(context: Context, rows: Sequence[Row]) -> dict[int, Row]:
    return {
        context.years[row["portrait"]["value"]]: row
        for row in rows
        if row["portrait"]["value"] in context.years
    }


def _facets(context: Context, name: str, key: str) -> Facets:
    """Return what chooses a value in the list of initiatives; kinds of bodies with their parts."""
    if name != "genre":
        return {name: key}
    parts = context.own.iris(context.iri, "skos:narrower")
    return {name: [key, *(iri.rpartition("/")[2] for iri in sorted(parts))]}


def _years(
    context: Context,
    field: ListField,
    facets: Facets,
    entries: Mapping[int, int],
    bodies: Mapping[int, int],
    wholes: Mapping[int, Whole],
) -> list[Year]:
    """Return the numbers and the wordings of each year."""
    wordings: dict[int, list[str]] = {}
    if field.written:
        bindings = {"by": context.term(field.by), "written": context.term(field.written)}
        for row in context.rows("value-wordings", **bindings):
            if year := context.years.get(row["portrait"]["value"]):
                wordings.setdefault(year, []).append(row["text"]["value"])
    years = list(context.years.values())
    of_entries = link_counts(scale([(Cell(""), entries)], years)[0], years, context, facets)
    of_bodies = scale([(Cell(""), bodies)], years)[0]
    return [
        Year(year, count, owners, wordings.get(year, []), wholes.get(year))
        for year, count, owners in zip(years, of_entries.counts, of_bodies.counts, strict=True)
    ]


def _named(context: Context, row: Row) -> Cell:
    name = row["name"]
    return link_name(
        row["initiative"]["value"], name["value"], name.get("xml:lang"), context.release
    )


def _owner(names: Statements, row: Row) -> Cell | None:
    return names.name(row["body"]["value"]) if "body" in row else None


def _notes(context: Context) -> list[OwnText]:
    return [own for property_ in _NOTES for own in context.own.texts(context.iri, property_)]


def _kind(context: Context, name: str) -> str:
    return context.t("things.kind_of_body") if name == "genre" else context.word(name)


def _text(own: OwnText | None) -> str:
    return own.value if own else ""
