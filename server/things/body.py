"""Lay out the page of a body: its initiatives by year and status, its names, what changed it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.release import labels
from server.release.queries import Row
from server.release.register import OwnText
from server.things.context import Context, ThingPage
from server.things.counts import CountRow, Facets
from server.things.statements import Statements
from server.things.statuses import count_all, count_by_status, sum_by_year
from server.web.term_cell import Cell, link_name
from transform.rdf.namespaces import SUB_ORGANIZATION_OF

SHOWN = 50  # initiatives; the list holds all


class Spelling(NamedTuple):
    """A way in which files write the body, and their years."""

    text: str
    years: list[int]


class Event(NamedTuple):
    """What changed a body: its name, day, the bodies before and after, a note."""

    name: Cell
    day: str
    before: list[Cell]
    after: list[Cell]
    note: OwnText | None


class InitiativeRow(NamedTuple):
    """An initiative, and what it is in each year; None stands for a year without an entry."""

    name: Cell
    years: list["Status | None"]


class Status(NamedTuple):
    """The status of an entry, without text if unknown; whether it changed; of which other body."""

    name: Cell
    changed: bool
    body: Cell | None


class BodyPage(NamedTuple):
    """What the page of a body shows."""

    kind: list[Cell]
    part_of: list[Cell]
    parts: list[Cell]
    homepage: str | None
    same_as: list[tuple[str, str]]
    years: list[int]
    newest: int
    change: int | None
    total: int
    rows: list[CountRow]
    all_rows: CountRow | None
    portfolios: list[tuple[int, list[Cell]]]
    names: list[OwnText]
    spellings: list[Spelling]
    notes: list[OwnText]
    events: list[Event]
    initiatives: list[InitiativeRow]
    list_href: str | None


def lay_out(context: Context) -> ThingPage:
    """Lay out the page of a body."""
    counts, initiatives = context.rows("body-counts"), context.rows("body-initiatives")
    events = context.statements(context.triples("body-events"))
    mentioned = {
        row[name]["value"]
        for row in (*counts, *initiatives)
        for name in ("status", "portfolio", "body")
        if name in row
    }
    names = context.names(mentioned)
    years = list(context.years.values())
    by_year = sum_by_year(context, counts)
    facets: Facets = {"organisme": context.path.partition("/")[2]}
    page = BodyPage(
        kind=context.own.cells(context.iri, "org:classification"),
        part_of=context.own.cells(context.iri, "org:subOrganizationOf"),
        parts=[events.name(i) for i in events.subjects(SUB_ORGANIZATION_OF, context.iri)],
        homepage=_homepage(context),
        same_as=_same_as(context.own.iris(context.iri, "schema:sameAs")),
        years=years,
        newest=by_year.get(context.newest, 0),
        change=by_year[years[-1]] - by_year[years[-2]] if len(years) > 1 else None,
        total=_total(context),
        rows=count_by_status(context, counts, names, facets),
        all_rows=count_all(context, by_year, facets),
        portfolios=_portfolios(context, counts, names),
        # Slips are no names: they stand among the spellings.
        names=context.own.texts(context.iri, "skos:altLabel"),
        spellings=_spellings(context, counts),
        notes=context.own.texts(context.iri, "skos:scopeNote"),
        events=_events(context, events),
        initiatives=_initiatives(context, initiatives, names, years),
        list_href=context.list_href(
            organisme=context.path.partition("/")[2], annee=years if len(years) > 1 else []
        ),
    )
    return ThingPage(
        "things/body.html",
        page.kind[0].text if page.kind else context.word("organisme"),
        description=_describe(context, page),
        above=context.folder(),
        feed=f"doc/{context.path}.atom" if len(years) > 1 else None,
        node=_node(page),
        page=page,
    )


def _portfolios(
    context: Context, rows: Sequence[Row], names: Statements
) -> list[tuple[int, list[Cell]]]:
    """Return the portfolios in which the entries of each year stand."""
    by_year: dict[int, set[str]] = {}
    for row in rows:
        year = context.years.get(row["portrait"]["value"])
        if year and "portfolio" in row:
            by_year.setdefault(year, set()).add(row["portfolio"]["value"])
    return [(year, [names.name(iri) for iri in sorted(by_year[year])]) for year in sorted(by_year)]


def _spellings(context: Context, rows: Sequence[Row]) -> list[Spelling]:
    years: dict[str, set[int]] = {}
    for row in rows:
        year = context.years.get(row["portrait"]["value"])
        if year and "written" in row:
            years.setdefault(row["written"]["value"], set()).add(year)
    return [Spelling(text, sorted(years[text])) for text in sorted(years)]


def _events(context: Context, known: Statements) -> list[Event]:
    events = [
        iri
        for property_ in ("org:originalOrganization", "org:resultingOrganization")
        for iri in known.subjects(property_, context.iri)
    ]
    return [
        Event(
            known.name(iri),
            "".join(cell.text for cell in known.cells(iri, "dcterms:date")[:1]),
            known.cells(iri, "org:originalOrganization"),
            known.cells(iri, "org:resultingOrganization"),
            known.text(iri, "skos:scopeNote"),
        )
        for iri in sorted(set(events), key=lambda i: (known.value(i, "dcterms:date") or "", i))
    ]


def _initiatives(
    context: Context, rows: Sequence[Row], names: Statements, years: Sequence[int]
) -> list[InitiativeRow]:
    order = context.release.register.order(context.language)
    called: dict[str, tuple[int, int, str, str | None]] = {}
    entries: dict[str, dict[int, Status]] = {}
    for row in rows:
        year = context.years.get(row["portrait"]["value"])
        if year is None:
            continue
        key, name = row["initiative"]["value"], row["name"]
        language = name.get("xml:lang")
        # The newest name, in the best language that there is.
        rank = (-year, labels.rank_language(language, order), name["value"], language)
        called[key] = min(called.get(key, rank), rank, key=lambda each: each[:3])
        status = names.name(row["status"]["value"]) if "status" in row else Cell("")
        owner = row["body"]["value"]
        other = None if owner == context.iri else names.name(owner)
        entries.setdefault(key, {})[year] = Status(status, False, other)
    listed = sorted(called, key=lambda key: (called[key][2], key))
    return [
        InitiativeRow(
            link_name(key, called[key][2], called[key][3], context.release),
            _mark(entries[key], years),
        )
        for key in listed
    ]


def _mark(entries: Mapping[int, Status], years: Sequence[int]) -> list[Status | None]:
    """Return the status of each year, marked where the year before had another."""
    marked: list[Status | None] = []
    before: Status | None = None
    for year in years:
        if status := entries.get(year):
            status = status._replace(changed=before is not None and before.name != status.name)
        marked.append(status)
        before = status or before
    return marked


def _total(context: Context) -> int:
    rows = context.rows("initiatives-count")
    return int(rows[0]["number"]["value"]) if rows else 0


def _homepage(context: Context) -> str | None:
    address = context.own.value(context.iri, "foaf:homepage") or ""
    return address if address.startswith(("http://", "https://")) else None


def _same_as(iris: Sequence[str]) -> list[tuple[str, str]]:
    """Return the records of a body elsewhere, each with the name of where it is."""
    places = {"wikidata.org": "Wikidata", "ror.org": "ROR", "viaf.org": "VIAF", "isni.org": "ISNI"}
    records = []
    for iri in sorted(iris):
        host = iri.partition("//")[2].partition("/")[0].removeprefix("www.")
        if iri.startswith(("http://", "https://")):
            records.append((places.get(host, host), iri))
    return records


def _describe(context: Context, page: BodyPage) -> str:
    key = "things.body_in_short"
    return context.t(key, n=page.newest, year=context.newest)


def _node(page: BodyPage) -> dict[str, object]:
    """Return the body in terms of schema.org."""
    return {
        "@type": "Organization",
        "url": page.homepage,
        "sameAs": [iri for _, iri in page.same_as],
        "alternateName": [own.value for own in page.names],
    }
