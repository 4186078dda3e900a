"""Lay out the page of a thing that has no template of its own, and of a collection."""

from collections.abc import Sequence
from typing import NamedTuple

from server.release.register import OwnText
from server.things.context import LISTS, Context, ThingPage
from server.web import term_table
from server.web.term_cell import Cell
from transform.rdf.namespaces import DCTERMS, NAMING, RDF_TYPE, RDFS, SCHEMA, SKOS, VOID

_TEXTS = ("dcterms:description", "skos:definition", "rdfs:comment")
_NOT_FACTS = {
    RDF_TYPE, *NAMING, f"{SCHEMA}name", f"{DCTERMS}description", f"{SKOS}definition",
    f"{RDFS}comment", f"{VOID}class", f"{SKOS}topConceptOf",
}  # fmt: skip


class GenericPage(NamedTuple):
    """What a plain page shows: a text, and the values of each property."""

    texts: list[OwnText]
    facts: Sequence[tuple[Cell, Sequence[Cell]]]
    list_link: Cell | None


def lay_out(context: Context) -> ThingPage:
    """Lay out a plain page, also of a collection, whose members are what points at it."""
    types = term_table.name_types(context.resource, context.release, context.language)
    return ThingPage(
        "things/generic.html",
        types[0].text if types else "",
        description=next((own.value for own in _texts(context)), ""),
        above=context.folder(),
        lists_pointing=True,
        page=page_of(context),
    )


def page_of(context: Context) -> GenericPage:
    """Return what a plain page shows of a resource."""
    says = [t for t in context.resource.says if t.predicate.value not in _NOT_FACTS]
    rows = term_table.lay_out(says, context.own.labels, context.release, context.language)
    facts = [(name, _in_language(_as_read(name, cells, context), context)) for name, cells in rows]
    has_list = context.path in LISTS and context.resource.member_class is not None
    return GenericPage(
        texts=_texts(context),
        facts=facts,
        list_link=context.list_of(context.path) if has_list else None,
    )


def _texts(context: Context) -> list[OwnText]:
    return [own for name in _TEXTS for own in context.own.texts(context.iri, name)]


def _as_read(name: Cell, cells: Sequence[Cell], context: Context) -> Sequence[Cell]:
    """Return values that have a datatype, such as days and truth values, as readers write them."""
    if name.iri and any(cell.datatype for cell in cells):
        return context.own.cells(context.iri, name.iri)
    return cells


def _in_language(cells: Sequence[Cell], context: Context) -> Sequence[Cell]:
    """Return texts in the best language only; links and texts without a language all."""
    order = context.release.register.order(context.language)
    spoken = [cell.language.lower() for cell in cells if cell.language and not cell.iri]
    if not spoken:
        return cells
    best = min(spoken, key=lambda tag: order.index(tag) if tag in order else len(order))
    return [c for c in cells if c.iri or not c.language or c.language.lower() == best]
