"""Lay entries side by side, cell by cell, with what differs from the one before marked."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

import pyoxigraph as ox

from server.things.context import Context
from server.things.statements import Statements
from server.things.text_blocks import Block, cut
from server.things.wholes import tell_split
from server.web.links import link_to_iri
from server.web.term_cell import Cell

# The fields in the order in which they are read, each with its property and the cell as written.
_FIELDS = (
    ("nom", "rdfs:label", "pia:nomTelQuEcrit"),
    ("organisme", "pia:organisme", "pia:organismeTelQuEcrit"),
    ("categorie", "pia:categorie", "pia:categorieTelleQuEcrite"),
    ("statut", "pia:statut", "pia:statutTelQuEcrit"),
    ("portefeuille", "pia:portefeuille", "pia:portefeuilleTelQuEcrit"),
    ("benefices", "pia:benefices", ""),
)
# What an entry says of itself, and not of the initiative.
_ABOUT_ENTRY = (
    "rdf:type", "dcterms:isPartOf", "pia:annee", "pia:inscriptionDe", "prov:hadPrimarySource",
    "prov:wasDerivedFrom", "dcterms:isReplacedBy",
)  # fmt: skip
_LONG = 90  # characters: a longer text is laid out in blocks


class ShownValue(NamedTuple):
    """A value: a short one as a cell, a long text as blocks."""

    cell: Cell
    blocks: list[Block]


class Side(NamedTuple):
    """What one entry says in a field, how the file wrote it otherwise, and whether it changed.

    `same` is the text that says why another value is no change; None where there is none.
    """

    values: list[ShownValue]
    written: str | None
    changed: bool
    same: str | None


class Line(NamedTuple):
    """A field, the IRI of the property that states it, and what each entry says in it."""

    field: str
    property: str
    name: Cell
    sides: list[Side]


class EntrySource(NamedTuple):
    """Where an entry was read from: the file and its row in words, and the link."""

    text: str
    href: str
    external: bool


def compare(entries: Sequence[str], known: Statements, context: Context) -> list[Line]:
    """Return a line for each field that any of the entries has."""
    lines = [
        _line(field, _name(field, context), property_, written, entries, known, context)
        for field, property_, written in _FIELDS
        if field == "nom" or context.has(field)
    ]
    return [
        line
        for line in (*lines, *_more(entries, known, context))
        if any(s.values for s in line.sides)
    ]


def _more(entries: Sequence[str], known: Statements, context: Context) -> list[Line]:
    """Return the lines of what a register has beside the six fields."""
    shown = {known.iri(name) for _, *names in _FIELDS for name in names if name}
    shown |= {known.iri(name) for name in _ABOUT_ENTRY}
    others = {iri for entry in entries for iri in known.properties(entry)} - shown
    named = [(known.property_name(iri), iri) for iri in sorted(others)]
    named.sort(key=lambda pair: pair[0].text)
    return [_line(iri, name, iri, "", entries, known, context) for name, iri in named]


def _name(field: str, context: Context) -> Cell:
    return Cell(
        context.t("things.name")
        if field == "nom"
        else context.word(field, many=field == "benefices")
    )


def _line(
    field: str,
    name: Cell,
    property_: str,
    written: str,
    entries: Sequence[str],
    known: Statements,
    context: Context,
) -> Line:
    terms = [known.terms(entry, property_) for entry in entries]
    differs = [False, *(set(one) != set(other) for one, other in pairwise(terms))]
    same: list[str | None] = [None] * len(terms)
    if field == "portefeuille":
        for place in (place for place, differ in enumerate(differs) if differ):
            before, after = ({term.value for term in own} for own in terms[place - 1 : place + 1])
            same[place] = tell_split(context.release, before, after)
    sides = [
        Side(_values(own, known), _as_written(entry, own, written, known), differ and not why, why)
        for entry, own, differ, why in zip(entries, terms, differs, same, strict=True)
    ]
    return Line(field, known.iri(property_), name, sides)


def _values(terms: Sequence[ox.Literal | ox.NamedNode], known: Statements) -> list[ShownValue]:
    values = [ShownValue(known.cell(term), _blocks(term)) for term in terms]
    return sorted(values, key=lambda value: (value.cell.language or "", value.cell.text))


def _blocks(term: ox.Literal | ox.NamedNode) -> list[Block]:
    if isinstance(term, ox.NamedNode):
        return []
    blocks = cut(term.value)
    is_long = len(term.value) > _LONG or len(blocks) > 1 or any(b.is_list for b in blocks)
    return blocks if is_long or any(len(b.lines) > 1 for b in blocks) else []


def _as_written(
    entry: str, terms: Sequence[ox.Literal | ox.NamedNode], written: str, known: Statements
) -> str | None:
    """Return the cell of the file where it says otherwise than the value is called."""
    text = known.value(entry, written) if written else None
    if text is None:
        return None
    called = {label.value for t in terms for _, label in known.labels.get(t.value, ())}
    called |= {term.value for term in terms if isinstance(term, ox.Literal)}
    return None if text.strip() in called else text


def find_source(entry: str, known: Statements, context: Context) -> EntrySource | None:
    """Return the row of the file that an entry was read from (RFC 7111)."""
    iri = known.value(entry, "prov:hadPrimarySource")
    link = link_to_iri(iri, context.release.base_uri) if iri else None
    if iri is None or link is None:
        return None
    address, _, fragment = iri.partition("#")
    file = unquote(address.rpartition("/")[2]) or address
    row = fragment.removeprefix("row=")
    key = "things.source_row" if row.isdigit() else "things.source_place"
    return EntrySource(context.t(key, file=file, row=row, place=fragment), link.href, link.external)
