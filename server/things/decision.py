"""Lay out the page of a decision on identity, and that of a pair that nobody has decided yet."""

from typing import NamedTuple

from server.things.context import Context, ThingPage
from server.things.side_by_side import Line, compare
from server.things.statements import Statements
from server.web.term_cell import Cell


class DecisionFacts(NamedTuple):
    """A decision: what was concluded, by which rule, by whom, when, why, how surely."""

    link: Cell
    conclusion: list[Cell]
    rule: list[Cell]
    agents: list[Cell]
    day: list[Cell]
    evidence: list[Cell]
    confidence: list[Cell]
    result: list[Cell]


class DecisionPage(NamedTuple):
    """What the page of a decision or of a pair shows: the two things, and the fields of both."""

    decided: DecisionFacts | None
    definition: Cell | None
    likeness: str
    heads: list[Cell]
    lines: list[Line]
    changes: Cell | None


def list_decisions(known: Statements) -> list[DecisionFacts]:
    """Return the decisions among some statements, the earliest first."""
    decisions = known.all_of("pia:DecisionIdentite")
    decisions.sort(key=lambda iri: (known.value(iri, "dcterms:date") or "", iri))
    return [read_decision(known, iri) for iri in decisions]


def read_decision(known: Statements, iri: str) -> DecisionFacts:
    """Read a decision from its statements."""
    return DecisionFacts(
        link=known.name(iri),
        conclusion=known.cells(iri, "pia:conclusion"),
        rule=known.cells(iri, "pia:regle"),
        agents=known.cells(iri, "prov:wasAssociatedWith"),
        day=known.cells(iri, "dcterms:date"),
        evidence=known.cells(iri, "pia:preuve"),
        confidence=known.cells(iri, "pia:confiance"),
        result=known.cells(iri, "pia:etablit"),
    )


def lay_out(context: Context) -> ThingPage:
    """Lay out the page of a decision."""
    known = context.statements(
        [*context.resource.says, *context.resource.labels, *context.triples("two-things")]
    )
    decided = read_decision(known, context.iri)
    things = [t for side in ("sujet", "objet") for t in known.iris(context.iri, f"pia:{side}")]
    rule = known.value(context.iri, "pia:regle")
    definition = known.text(rule, "skos:definition") if rule else None
    page = DecisionPage(
        decided=decided,
        definition=Cell(*definition) if definition else None,
        likeness="",
        heads=[_head(context, known, thing) for thing in things],
        lines=compare(things, known, context) if things else [],
        changes=None,
    )
    parts = [c.text for c in (*decided.conclusion, *decided.rule, *decided.day)]
    return ThingPage(
        "things/decision.html",
        context.t("things.decision"),
        description=context.t("things.in_short", parts=parts),
        above=context.folder(),
        page=page,
    )


def lay_out_pair(context: Context) -> ThingPage:
    """Lay out the page of an open pair: two initiatives, as each was last described."""
    known = context.statements(
        [*context.resource.says, *context.resource.labels, *context.triples("two-things")]
    )
    sides = ("pia:membreAnterieur", "pia:membrePosterieur")
    members = [member for side in sides for member in known.iris(context.iri, side)]
    entries = [known.value(member, "pia:derniereInscription") or member for member in members]
    likeness = known.cells(context.iri, "pia:ressemblance")
    heads = [_head(context, known, entry) for entry in entries]
    movement = known.value(context.iri, "dcterms:isPartOf")
    page = DecisionPage(
        decided=None,
        definition=None,
        likeness=likeness[0].text if likeness else "",
        heads=[
            known.name(member)._replace(text=head.text)
            for member, head in zip(members, heads, strict=True)
        ],
        lines=compare(entries, known, context) if entries else [],
        changes=known.name(movement) if movement else None,
    )
    return ThingPage(
        "things/decision.html",
        context.t("things.pair"),
        description=context.t("things.pair_open"),
        above=[page.changes] if page.changes else context.folder(),
        page=page,
    )


def _head(context: Context, known: Statements, iri: str) -> Cell:
    """Return the link to one of the two, with its year where it is an entry."""
    cell = known.name(iri)
    portraits = known.iris(iri, "dcterms:isPartOf")
    year = next((context.years[one] for one in portraits if one in context.years), None)
    return cell._replace(text=str(year)) if year else cell
