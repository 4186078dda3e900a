"""Lay out the page of a published number: what it counts, its bounds, and the query that counts."""

import re
from typing import NamedTuple

from server.things.context import Context, ThingPage
from server.web.links import link_to
from server.web.term_cell import Cell

_NUMBERS = (
    "pia:effectif", "pia:effectifAnterieur", "pia:effectifPosterieur", "pia:effectifMinimal",
    "pia:effectifMaximal",
)  # fmt: skip
_BOUNDS = ("pia:effectifMinimal", "pia:effectifMaximal")
_OF = ("pia:mouvementDe", "pia:sort", "pia:evolutionDe", "pia:decomptePar", "pia:decompteDe",
       "pia:statutAnterieur", "pia:statutPosterieur", "pia:voisin")  # fmt: skip
MOST_ELEMENTS = 50
_SENTENCE_ENDS = re.compile(r"(?<=[.!?]) (?=\W*[A-ZÀ-Ý])")


class FigurePage(NamedTuple):
    """What the page of a number shows; `rows` is the path of the rows that it counts."""

    sentences: list[str]
    language: str
    numbers: list[tuple[Cell, list[Cell]]]
    facts: list[tuple[Cell, list[Cell]]]
    query: str | None
    rows: str | None
    changes: str | None
    elements: list[Cell]


def lay_out(context: Context) -> ThingPage:
    """Lay out the page of a movement, of an evolution, of a count, or of a comparison."""
    own = context.own
    parts = context.path.split("/")
    changes = f"changements/{parts[1]}" if parts[0] == "comparaison" else None
    query = own.value(context.iri, "pia:requete")
    rows = f"{changes}/{'/'.join(parts[2:])}" if changes and query else None
    whole = own.value(context.iri, "dcterms:isPartOf") or own.value(context.iri, "pia:decompteDe")
    description = own.text(context.iri, "dcterms:description")
    page = FigurePage(
        # It is ours, a sentence after the other.
        sentences=_SENTENCE_ENDS.split(description.value) if description else [],
        language=description.language if description else "",
        numbers=_numbers(context),
        facts=[(_name(context, n), c) for n in _OF if (c := own.cells(context.iri, n))],
        query=query,
        rows=link_to(rows) if rows else None,
        changes=link_to(changes) if changes else None,
        elements=own.cells(context.iri, "pia:element")[:MOST_ELEMENTS],
    )
    return ThingPage(
        "things/figure.html",
        context.t("things.comparison" if parts[2:] == [] and changes else "things.figure"),
        description=description.value if description else "",
        above=[*context.folder(), *([own.name(whole)] if whole else [])],
        page=page,
    )


def _numbers(context: Context) -> list[tuple[Cell, list[Cell]]]:
    """Return the numbers; the bounds of one that is exact say nothing more."""
    numbers = {n: c for n in _NUMBERS if (c := context.own.cells(context.iri, n))}
    exact = numbers.get("pia:effectif")
    if exact == numbers.get("pia:effectifMinimal") == numbers.get("pia:effectifMaximal"):
        numbers = {n: cells for n, cells in numbers.items() if n not in _BOUNDS}
    return [(_name(context, name), cells) for name, cells in numbers.items()]


def _name(context: Context, name: str) -> Cell:
    return context.own.property_name(context.own.iri(name))
