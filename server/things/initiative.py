"""Lay out the page of an initiative, and that of one entry of it: its years side by side."""

from typing import NamedTuple

from server.things import decision, generic, similar
from server.things.cells import FieldOrigin, find_origins
from server.things.context import Context, Neighbour, ThingPage
from server.things.decision import DecisionFacts
from server.things.side_by_side import EntrySource, Line, compare, find_source
from server.things.statements import Statements
from server.web.term_cell import Cell, link_name


class EntryColumn(NamedTuple):
    """An entry: its year, its page, and the row of the file that it was read from."""

    year: int
    href: str
    source: EntrySource | None


class OpenPair(NamedTuple):
    """Another initiative that may be the same: its name, the page of the pair, how alike of 100."""

    other: Cell
    pair: Cell
    likeness: str


class SimilarInitiative(NamedTuple):
    """A similar initiative, and its body."""

    name: Cell
    body: Cell
    year: int


class InitiativePage(NamedTuple):
    """What the page of an initiative, or of one of its entries, shows.

    `presence` is `new`, `continued` or `gone`: which of these it is in the newest portrait.
    """

    presence: str
    first: int
    last: int
    newest: int
    columns: list[EntryColumn]
    lines: list[Line]
    origins: list[FieldOrigin]
    pairs: list[OpenPair]
    decisions: list[DecisionFacts]
    alike: list[SimilarInitiative]
    whole: Cell | None


def lay_out(context: Context) -> ThingPage:
    """Lay out the page of an initiative."""
    known = context.statements([*context.resource.says, *context.resource.entries])
    entries = _by_year(context, known, known.iris(context.iri, "dcterms:hasVersion"))
    if not entries:
        return generic.lay_out(context)
    identity = context.statements(context.triples("identity"))
    pairs = _pairs(context, identity)
    open_with = {pair.other.iri for pair in pairs}
    alike = _alike(context, known, entries[max(entries)])
    lines = compare(list(entries.values()), known, context)
    page = InitiativePage(
        presence=_presence(context, entries),
        first=min(entries),
        last=max(entries),
        newest=context.newest,
        columns=_columns(context, known, entries),
        lines=lines,
        origins=find_origins(entries, lines, known, context),
        pairs=pairs,
        decisions=decision.list_decisions(identity),
        alike=[one for one in alike if one.name.iri not in open_with],
        whole=None,
    )
    return ThingPage(
        "things/initiative.html",
        context.t("things.kind_initiative"),
        description=_describe(context, known, entries[max(entries)], max(entries)),
        above=[context.list_of("initiative")],
        page=page,
    )


def lay_out_entry(context: Context) -> ThingPage:
    """Lay out the page of one entry: what one portrait says, and what changed since before."""
    initiative = context.own.value(context.iri, "pia:inscriptionDe")
    triples = [*context.resource.says, *context.resource.labels]
    if initiative:
        triples += context.triples("entries", thing=initiative)
    known = context.statements(triples)
    siblings = known.subjects("pia:inscriptionDe", initiative) if initiative else [context.iri]
    entries = _by_year(context, known, siblings)
    year = next((year for year, iri in entries.items() if iri == context.iri), None)
    if year is None:
        return generic.lay_out(context)
    before = max((other for other in entries if other < year), default=None)
    after = min((other for other in entries if other > year), default=None)
    shown = {other: entries[other] for other in (before, year) if other is not None}
    lines = compare(list(shown.values()), known, context)
    if before is not None:
        lines = [line._replace(sides=line.sides[1:]) for line in lines]
        # What the year before said, and this one does not, is a change too.
        lines = [line for line in lines if line.sides[0].values or line.sides[0].changed]
    whole = known.name(initiative) if initiative else None
    page = InitiativePage(
        presence=_presence(context, entries),
        first=min(entries),
        last=max(entries),
        newest=context.newest,
        columns=_columns(context, known, {year: context.iri}),
        lines=lines,
        origins=find_origins({year: context.iri}, lines, known, context),
        pairs=[],
        decisions=[],
        alike=[],
        whole=whole,
    )
    return ThingPage(
        "things/entry.html",
        context.t("things.kind_entry_of", year=year),
        description=_describe(context, known, context.iri, year),
        above=[context.list_of("initiative"), *([whole] if whole else [])],
        earlier=_neighbour(context, entries, before),
        later=_neighbour(context, entries, after),
        page=page,
    )


def _by_year(context: Context, known: Statements, entries: list[str]) -> dict[int, str]:
    """Return the entries by the year of their portrait, the oldest first."""
    years = {
        context.years[portrait]: entry
        for entry in entries
        for portrait in known.iris(entry, "dcterms:isPartOf")
        if portrait in context.years
    }
    return dict(sorted(years.items()))


def _presence(context: Context, entries: dict[int, str]) -> str:
    if max(entries) < context.newest:
        return "gone"
    # In a first portrait nothing is new.
    is_new = len(context.years) > 1 and min(entries) == context.newest
    return "new" if is_new else "continued"


def _columns(context: Context, known: Statements, entries: dict[int, str]) -> list[EntryColumn]:
    return [
        EntryColumn(year, context.href(entry), find_source(entry, known, context))
        for year, entry in entries.items()
    ]


def _neighbour(context: Context, entries: dict[int, str], year: int | None) -> Neighbour | None:
    return Neighbour(str(year), context.href(entries[year])) if year else None


def _pairs(context: Context, identity: Statements) -> list[OpenPair]:
    """Return the open pairs that an initiative is one of, the most similar first."""
    pairs = []
    for pair in identity.all_of("pia:PaireOuverte"):
        members = [
            other
            for side in ("pia:membreAnterieur", "pia:membrePosterieur")
            for other in identity.iris(pair, side)
            if other != context.iri
        ]
        likeness = identity.terms(pair, "pia:ressemblance")
        score = identity.cell(likeness[0]).text if likeness else ""
        order = -float(likeness[0].value) if likeness else 0.0
        pairs += [
            (order, pair, OpenPair(identity.name(other), identity.name(pair), score))
            for other in members
        ]
    return [pair for _, _, pair in sorted(pairs, key=lambda each: each[:2])]


def _alike(context: Context, known: Statements, entry: str) -> list[SimilarInitiative]:
    name, body = known.value(entry, "rdfs:label"), known.value(entry, "pia:organisme")
    if name is None or body is None:
        return []
    category = known.value(entry, "pia:categorie")
    nearest = similar.find_similar(
        context.release, context.language, context.iri, name, body, category
    )
    names = context.names(one.body for one in nearest) if nearest else known
    return [
        SimilarInitiative(
            link_name(one.uri, *one.name, context.release), names.name(one.body), one.year
        )
        for one in nearest
    ]


def _describe(context: Context, known: Statements, entry: str, year: int) -> str:
    """Return what an entry is in one sentence: its body, category and status."""
    parts = [
        cell.text
        for field in ("organisme", "categorie", "statut")
        for cell in known.cells(entry, f"pia:{field}")[:1]
    ]
    return context.t("things.entry_in_short", year=year, parts=parts)
