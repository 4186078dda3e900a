"""Lay out the page of a text of the framework, and the timeline of all of them."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from server.release.register import OwnText
from server.things.context import Context, ThingPage
from server.things.statements import Statements, read_day
from server.web.term_cell import Cell

# What texts do to each other, the strongest first; each is shown in both directions.
_RELATIONS = (
    "eli:amends", "eli:repeals", "dcterms:replaces", "eli:based_on", "dcterms:isPartOf",
    "dcterms:references", "dcterms:relation", "pia:compteParmiLesOutils", "pia:decreteePar",
    "pia:leveePar",
)  # fmt: skip
_DATES = (
    "eli:date_document", "dcterms:issued", "eli:date_publication",
    "eli:first_date_entry_in_force", "eli:date_applicability", "eli:date_no_longer_in_force",
    "pia:debutAuPlusTot", "pia:debutAuPlusTard", "pia:finAuPlusTot", "pia:finAuPlusTard",
)  # fmt: skip
# A text has its day by the first of these that is known.
_DAY_OF = _DATES[:4]
_PEOPLE = ("pia:emetteur", "pia:signataire", "pia:vise")


class Fact(NamedTuple):
    """A property in words, and its values."""

    name: Cell
    values: list[Cell]


class TextRelation(NamedTuple):
    """What a text does to others (or others to it): a sentence without its object, and these."""

    name: Cell
    of_others: bool
    texts: list[Cell]


class TextPage(NamedTuple):
    """What the page of a text of the framework shows."""

    kind: list[Cell]
    abstract: OwnText | None
    description: OwnText | None
    citation: OwnText | None
    official: list[str]
    facts: list[Fact]
    relations: list[TextRelation]


class Milestone(NamedTuple):
    """A text on the timeline: its day, None where it is not known, in words, and what it is."""

    day: date | None
    shown: str
    text: Cell
    kind: list[Cell]
    description: OwnText | None
    relations: list[TextRelation]


class TimelinePage(NamedTuple):
    """What the page of the framework shows."""

    notes: list[OwnText]
    milestones: list[Milestone]


def lay_out(context: Context) -> ThingPage:
    """Lay out the page of a text."""
    others = context.triples("text-relations")
    known = context.statements([*context.resource.says, *context.resource.labels, *others])
    facts = [
        Fact(known.property_name(known.iri(name)), cells)
        for name in (*_DATES, *_PEOPLE)
        if (cells := known.cells(context.iri, name))
    ]
    page = TextPage(
        kind=known.cells(context.iri, "pia:natureDuTexte"),
        abstract=known.text(context.iri, "dcterms:abstract"),
        description=known.text(context.iri, "dcterms:description"),
        citation=known.text(context.iri, "dcterms:bibliographicCitation"),
        official=[
            iri
            for name in ("foaf:page", "foaf:homepage", "dcterms:source", "schema:url")
            for iri in known.iris(context.iri, name)
            if iri.startswith(("http://", "https://"))
            and not iri.startswith(context.release.base_uri)
        ],
        facts=facts,
        relations=[
            *_relations(known, context.iri, _RELATIONS),
            *_relations_of_others(context, known),
        ],
    )
    about = page.abstract or page.description
    return ThingPage(
        "things/text.html",
        page.kind[0].text if page.kind else context.t("things.framework_text"),
        description=about.value if about else "",
        above=context.folder(),
        node={"@type": "CreativeWork", "description": about.value if about else ""},
        page=page,
    )


def lay_out_timeline(context: Context) -> ThingPage:
    """Lay out the page of the framework: its texts by their day."""
    known = context.statements([*context.resource.says, *context.triples("framework")])
    parts = known.iris(context.iri, "dcterms:hasPart")
    milestones = [_milestone(context, known, iri) for iri in parts]
    milestones.sort(key=lambda each: (each.day or date.max, each.text.text))
    page = TimelinePage(known.texts(context.iri, "skos:editorialNote"), milestones)
    return ThingPage(
        "things/timeline.html",
        context.t("things.timeline"),
        description=context.t("things.timeline_in_short", n=len(milestones)),
        page=page,
    )


def _milestone(context: Context, known: Statements, iri: str) -> Milestone:
    values = (known.value(iri, name) for name in _DAY_OF)
    day = next((read_day(value) for value in values if value), None)
    return Milestone(
        day,
        context.t("things.day", day=day) if day else "",
        known.name(iri),
        known.cells(iri, "pia:natureDuTexte"),
        known.text(iri, "dcterms:description"),
        _relations(known, iri, _RELATIONS[:3]),
    )


def _relations(known: Statements, iri: str, named: Sequence[str]) -> list[TextRelation]:
    return [
        TextRelation(known.property_name(known.iri(name)), False, cells)
        for name in named
        if (cells := known.cells(iri, name))
    ]


def _relations_of_others(context: Context, known: Statements) -> list[TextRelation]:
    relations = []
    for name in _RELATIONS:
        cells = [known.name(subject) for subject in known.subjects(name, context.iri)]
        if cells:
            cells.sort(key=lambda cell: cell.text)
            relations.append(TextRelation(known.property_name(known.iri(name)), True, cells))
    return relations
