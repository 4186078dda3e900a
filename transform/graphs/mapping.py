"""Turn rows into N-Triples lines by one table: column, property, datatype, rule, example."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from transform.graphs.field_values import ValueReader, property_of
from transform.identity.concepts import Vocabulary
from transform.identity.keyed_rows import KeyedRow
from transform.identity.own_lists import OwnList
from transform.layouts.model import Layout
from transform.rdf.namespaces import property_iri, vocabulary_of
from transform.rdf.ntriples import integer, literal
from transform.tables.rows import Reading


class MappingContext(NamedTuple):
    """What the rules need besides the row: where URIs begin, how the file reads, where it is.

    `own_lists` are the lists of the register's own, by name.
    """

    base_uri: str
    reading: Reading
    layout: Layout
    source_url: str
    vocabularies: dict[str, Vocabulary]
    own_lists: Mapping[str, OwnList] = {}

    def values(self) -> ValueReader:
        """Return a reader of the values that rows have beside the six fields."""
        return ValueReader(self.layout, self.reading.slots, self.base_uri, self.own_lists)


Rule = Callable[[MappingContext, KeyedRow, str], str | None]


class MappingRule(NamedTuple):
    """One line of the mapping: a field ("" for the row as a whole) and what becomes of it."""

    field: str
    property: str
    datatype: str
    rule: Rule
    example: str


def _inscription(s: MappingContext, _row: KeyedRow, _cell: str) -> str:
    """The row as what one portrait says of an initiative."""
    return f"<{vocabulary_of(s.base_uri)}Inscription>"


def _trimmed(s: MappingContext, _row: KeyedRow, cell: str) -> str | None:
    """The text without blanks around it, in the language of the file; a blank cell says nothing."""
    text = cell.strip()
    return literal(text, s.layout.language) if text else None


def _text(s: MappingContext, _row: KeyedRow, cell: str) -> str | None:
    """The text as it was written, in the language of the file; a blank cell says nothing."""
    return literal(cell, s.layout.language) if cell.strip() else None


def _raw(_s: MappingContext, _row: KeyedRow, cell: str) -> str:
    """The cell as it was written, blanks and all."""
    return literal(cell)


def _portrait(s: MappingContext, _row: KeyedRow, _cell: str) -> str:
    """The portrait that the file is."""
    return f"<{s.base_uri}id/portrait/{s.reading.year}>"


def _year(s: MappingContext, _row: KeyedRow, _cell: str) -> str:
    """The year of the portrait."""
    return integer(s.reading.year)


def _initiative(s: MappingContext, row: KeyedRow, _cell: str) -> str:
    """The initiative: one for rows of different years with one body and one name in normal form.

    Where the layout says so, one for rows of one identifier.
    """
    return f"<{s.base_uri}id/initiative/{row.key}>"


def _body(s: MappingContext, row: KeyedRow, _cell: str) -> str | None:
    """The body that claims the text in the registry, else one a normal form and parent."""
    return f"<{s.base_uri}id/organisme/{row.body.slug}>" if row.body else None


def _concept(name: str) -> Rule:
    def rule(s: MappingContext, row: KeyedRow, _cell: str) -> str | None:
        slug = getattr(row.concepts, name)
        return f"<{s.base_uri}id/{name}/{slug}>" if slug else None

    rule.__doc__ = "The concept whose spelling, in that year, agrees with the cell in normal form."
    return rule


def _source(s: MappingContext, row: KeyedRow, _cell: str) -> str:
    """The row in the public file; rows count from 1, the header too (RFC 7111, section 2.1)."""
    return f"<{s.source_url}#{s.reading.table.fragment(row.row.number)}>"


# The order is the one in which a reader of the Turtle meets the statements.
# fmt: off
MAPPING: tuple[MappingRule, ...] = (
    MappingRule("", "rdf:type", "IRI", _inscription, "pia:Inscription"),
    MappingRule("nom", "rdfs:label", "rdf:langString", _trimmed, '"Tri des demandes"@fr'),
    MappingRule("", "dcterms:isPartOf", "IRI", _portrait, "<id/portrait/2025>"),
    MappingRule("", "pia:annee", "xsd:integer", _year, "2025"),
    MappingRule("nom", "pia:inscriptionDe", "IRI", _initiative, "<id/initiative/5k2w…>"),
    MappingRule("organisme", "pia:organisme", "IRI", _body, "<id/organisme/hema-quebec>"),
    MappingRule("portefeuille", "pia:portefeuille", "IRI", _concept("portefeuille"), "<id/…/justice>"),  # noqa: E501
    MappingRule("categorie", "pia:categorie", "IRI", _concept("categorie"), "<id/…/automatisation>"),  # noqa: E501
    MappingRule("statut", "pia:statut", "IRI", _concept("statut"), "<id/statut/solution-en-production>"),  # noqa: E501
    MappingRule("benefices", "pia:benefices", "rdf:langString", _text, '"- Réduire les délais"@fr'),
    MappingRule("nom", "pia:nomTelQuEcrit", "xsd:string", _raw, '"Tri des demandes "'),
    MappingRule("organisme", "pia:organismeTelQuEcrit", "xsd:string", _raw, '"Héma-Québec "'),
    MappingRule("portefeuille", "pia:portefeuilleTelQuEcrit", "xsd:string", _raw, '"Justice"'),
    MappingRule("categorie", "pia:categorieTelleQuEcrite", "xsd:string", _raw, '"Automatisation"'),
    MappingRule("statut", "pia:statutTelQuEcrit", "xsd:string", _raw, '"Solution en production"'),
    MappingRule("", "prov:hadPrimarySource", "IRI", _source, "<…2025.csv#row=38>"),
)
# fmt: on


def field_of(iri: str, base_uri: str) -> str | None:
    """Return the field whose cell a property comes from, the first in the table, else None."""
    for entry in MAPPING:
        if entry.field and property_iri(entry.property, base_uri) == iri:
            return entry.field
    return None


def slot_of(iri: str, context: MappingContext) -> int | None:
    """Return the number of the slot whose text a property comes from, the first one, else None."""
    for number, slot in enumerate(context.reading.slots):
        if property_of(slot, context.base_uri) == iri:
            return number
    return None


def subject(base_uri: str, key: str, year: int) -> str:
    """Return the IRI of an inscription: the entry of an initiative in one portrait."""
    return f"{base_uri}id/initiative/{key}/{year}"


def map_rows(context: MappingContext, rows: Iterable[KeyedRow]) -> Iterator[str]:
    """Return the N-Triples lines of rows, one string a row, in the order of the rows.

    What a row does not say, or says in no known spelling, is left out: the shapes find it. Of a
    field that the file has no column for, nothing is said.
    """
    values = context.values()
    compiled = [
        (entry.field, f"<{property_iri(entry.property, context.base_uri)}>", entry.rule)
        for entry in MAPPING
        if not entry.field or entry.field in context.reading.fields
    ]
    for row in rows:
        about = f"<{subject(context.base_uri, row.key, row.year)}>"
        cells, written = row.row.cells, row.row.written()
        lines = []
        for field, predicate, rule in compiled:
            texts = written if rule is _raw else cells
            value = rule(context, row, getattr(texts, field) if field else "")
            if value is not None:
                lines.append(f"{about} {predicate} {value} .\n")
        lines += [
            f"{about} <{value.property}> {value.term} .\n"
            for value in values.read(row.row)
            if value.term
        ]
        yield "".join(lines)
