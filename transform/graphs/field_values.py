"""Turn the texts that rows have beside the six fields into values, by one table."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from transform.graphs.own_fields import list_iri
from transform.identity.own_lists import OwnList
from transform.layouts.fields import OWN, Field
from transform.layouts.model import FIELDS, Layout
from transform.rdf.namespaces import XSD, property_iri
from transform.rdf.ntriples import literal
from transform.tables.rows import Row
from transform.tables.texts import Slot
from transform.text.dates import two_readings
from transform.text.normal_form import normal_form
from transform.text.numbers import read_number
from transform.text.urls import as_page, is_email, is_page


class FieldRule(NamedTuple):
    """One line of the mapping of a field: its property, datatype, rule and an example."""

    field: str
    property: str
    datatype: str
    rule: str
    example: str


_DATE = "The day, month, year or moment, in ISO 8601 or by the layout's patterns."
# fmt: off
FIELD_RULES: tuple[FieldRule, ...] = (
    FieldRule("identifiant", "pia:identifiant", "xsd:string", "The source's own identifier, without blanks around it.", '"2526-TC-001"'),  # noqa: E501
    FieldRule("description", "pia:descriptif", "rdf:langString", "The text without blanks around it, one a language; a blank cell says nothing.", '"Reads scanned forms."@en'),  # noqa: E501
    FieldRule("page", "pia:pageWeb", "IRI", "The address of a page on the entry; only http(s).", "<https://…/records/ask>"),
    FieldRule("date_declaration", "pia:dateDeclaration", "xsd:date", _DATE, '"2025-06-26"^^xsd:date'),  # noqa: E501
    FieldRule("date_mise_en_service", "pia:dateMiseEnService", "xsd:date", _DATE, '"2025-04"^^xsd:gYearMonth'),  # noqa: E501
    FieldRule("date_retrait", "pia:dateRetrait", "xsd:date", _DATE, '"2026"^^xsd:gYear'),
    FieldRule("date_statut", "pia:dateStatut", "xsd:date", _DATE, '"2025"^^xsd:gYear'),
    FieldRule("code", "pia:codeSource", "IRI", "The address of the source code; only http(s).", "<https://github.com/…>"),
    FieldRule("contact", "pia:contact", "IRI", "An e-mail address as mailto:, or the address of a page.", "<mailto:ia@exemple.ca>"),  # noqa: E501
    FieldRule("contact", "pia:contactEnTexte", "rdf:langString", "Any other text, without blanks around it.", '"Office of the CIO"@en'),  # noqa: E501
)
# fmt: on
# Two of the six fields have texts in other languages than the register's own, too.
_PROPERTIES = {rule.field: rule.property for rule in reversed(FIELD_RULES)} | {
    "nom": "rdfs:label",
    "benefices": "pia:benefices",
}
_CONTACT_AS_TEXT = "pia:contactEnTexte"


class FieldValue(NamedTuple):
    """A value of a text: its property and its term in N-Triples, None where it cannot be read.

    `ambiguous`: it may mean several.
    """

    property: str
    term: str | None
    ambiguous: bool = False


def property_of(slot: Slot, base_uri: str) -> str | None:
    """Return the IRI of the property of a slot's values, None where rows do not state them."""
    if slot.field.startswith(OWN):
        return property_iri(f"own:{slot.field.removeprefix(OWN)}", base_uri)
    named = _PROPERTIES.get(slot.field)
    return property_iri(named, base_uri) if named else None


def properties_of(field: str) -> list[str]:
    """Return the properties that state what a field says, each written with its prefix.

    `field` may be one of the six, one that a layout has beside them, or `own.name`.
    """
    if field.startswith(OWN):
        return [f"own:{field.removeprefix(OWN)}"]
    if field in FIELDS:
        return [_PROPERTIES.get(field) or f"pia:{field}"]
    return [rule.property for rule in FIELD_RULES if rule.field == field]


class ValueReader:
    """A reader of the values of the texts that rows of one file have beside the six cells."""

    def __init__(
        self, layout: Layout, slots: Iterable[Slot], base_uri: str, lists: Mapping[str, OwnList]
    ) -> None:
        self._base_uri, self._lists = base_uri, lists
        self._contact_as_text = property_iri(_CONTACT_AS_TEXT, base_uri)
        self._slots = [
            (number, slot, layout.fields[slot.field], property_of(slot, base_uri))
            for number, slot in enumerate(slots)
            # A value of a list has its texts in other languages as labels.
            if layout.fields[slot.field].kind != "list" or slot.language == layout.language
        ]

    def read(self, row: Row) -> Iterator[FieldValue]:
        """Yield the values of a row; a blank cell, or one that says nothing, has none."""
        for number, slot, field, property_ in self._slots:
            text = row.others[number]
            for value in field.values(text) if property_ else ():
                yield self._value(field, slot, property_ or "", text, value)

    def read_plain(self, row: Row) -> Iterator[tuple[Slot, str]]:
        """Yield the values of a row as a table holds them, each with its slot.

        A value of a list is its slug, a date or a number is as RDF writes it; what cannot be read
        is left out.
        """
        for number, slot, field, property_ in self._slots:
            for value in field.values(row.others[number]) if property_ else ():
                if field.kind == "list":
                    plain = self._lists[slot.field.removeprefix(OWN)].concept(value)
                elif field.kind in ("text", "string", "contact"):
                    plain = value
                else:
                    read = _read(field, value)
                    plain = read[0] if read else None
                if plain:
                    yield slot, plain

    def _value(self, field: Field, slot: Slot, property_: str, text: str, value: str) -> FieldValue:
        if field.kind == "text":
            # Benefits are published as they were written, a name without the blanks around it.
            as_written = slot.field in FIELDS and slot.field != "nom"
            return FieldValue(property_, literal(text if as_written else value, slot.language))
        if field.kind == "contact" and not (is_page(value) or is_email(_address(value))):
            return FieldValue(self._contact_as_text, literal(value, slot.language))
        if field.kind == "list":
            name = slot.field.removeprefix(OWN)
            slug = self._lists[name].concept(value)
            return FieldValue(
                property_, f"<{list_iri(self._base_uri, name, slug)}>" if slug else None
            )
        return FieldValue(property_, _term(field, value), _is_ambiguous(field, value))


def _term(field: Field, value: str) -> str | None:
    """Return a value in N-Triples, None where it cannot be read."""
    match field.kind:
        case "string":
            return literal(value)
        case "contact":
            page = as_page(value)
            return f"<{page}>" if page else f"<mailto:{_address(value)}>"
    read = _read(field, value)
    if read is None or field.kind == "iri":
        return f"<{read[0]}>" if read else None
    return literal(read[0], datatype=f"{XSD}{read[1]}")


def _read(field: Field, value: str) -> tuple[str, str] | None:
    """Return an address, date, number, yes or no as RDF writes it, and the name of its datatype.

    None where it cannot be read.
    """
    match field.kind:
        case "iri":
            page = as_page(value)
            return (page, "anyURI") if page else None
        case "date":
            moments = field.moments(value)
            if len(moments) != 1:
                return None
            (moment,) = moments
            return moment.text, moment.datatype
        case "number":
            number = read_number(value, field.decimal)
            return (number, "decimal" if "." in number else "integer") if number else None
        case "yes-no":
            form = normal_form(value)
            known = form in field.yes | field.no
            return (str(form in field.yes).lower(), "boolean") if known else None
    raise AssertionError(f"no values are of the kind {field.kind}")


def _address(value: str) -> str:
    return value.removeprefix("mailto:")


def _is_ambiguous(field: Field, value: str) -> bool:
    """Return whether a date may be one of several days."""
    if field.kind != "date":
        return False
    return len(field.moments(value)) > 1 or (not field.dates and bool(two_readings(value)))
