"""Turn the texts that rows have beside the six fields into values, by one table."""

from collections.abc import Iterator
from typing import NamedTuple

from transform.layouts.fields import OWN, Field
from transform.layouts.model import FIELDS
from transform.rdf.namespaces import XSD, own_property_iri, property_iri
from transform.rdf.ntriples import boolean, literal
from transform.tables.texts import Slot
from transform.text.dates import read_date, two_readings
from transform.text.normal_form import normal_form
from transform.text.numbers import read_number
from transform.text.urls import is_email, is_page


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


class Value(NamedTuple):
    """A value of a text: its property and its term in N-Triples, None where it cannot be read.

    `ambiguous`: it may mean several.
    """

    property: str
    term: str | None
    ambiguous: bool = False


def property_of(slot: Slot, base_uri: str) -> str | None:
    """Return the IRI of the property of a slot's values, None where rows do not state them."""
    if slot.field.startswith(OWN):
        return own_property_iri(slot.field.removeprefix(OWN), base_uri)
    named = _PROPERTIES.get(slot.field)
    return property_iri(named, base_uri) if named else None


def read_values(field: Field, slot: Slot, text: str, base_uri: str) -> Iterator[Value]:
    """Yield the values of a slot's text, the text of a blank or empty cell having none."""
    property_ = property_of(slot, base_uri)
    if property_ is None:
        return
    for value in field.values(text):
        if field.kind == "text":
            # Benefits are published as they were written, a name without the blanks around it.
            as_written = slot.field in FIELDS and slot.field != "nom"
            yield Value(property_, literal(text if as_written else value, slot.language))
        elif field.kind == "contact" and not (is_page(value) or is_email(_address(value))):
            named = property_iri(_CONTACT_AS_TEXT, base_uri)
            yield Value(named, literal(value, slot.language))
        else:
            yield Value(property_, _term(field, value), _is_ambiguous(field, value))


def _term(field: Field, value: str) -> str | None:
    """Return a value in N-Triples, None where it cannot be read."""
    match field.kind:
        case "string":
            return literal(value)
        case "iri":
            return f"<{value}>" if is_page(value) else None
        case "contact":
            return f"<{value}>" if is_page(value) else f"<mailto:{_address(value)}>"
        case "date":
            moments = read_date(value, field.dates)
            if len(moments) != 1:
                return None
            (moment,) = moments
            return literal(moment.text, datatype=f"{XSD}{moment.datatype}")
        case "number":
            number = read_number(value, field.decimal)
            kind = "decimal" if number and "." in number else "integer"
            return literal(number, datatype=f"{XSD}{kind}") if number else None
        case "yes-no":
            form = normal_form(value)
            return boolean(form in field.yes) if form in field.yes | field.no else None
    raise AssertionError(f"no values are of the kind {field.kind}")


def _address(value: str) -> str:
    return value.removeprefix("mailto:")


def _is_ambiguous(field: Field, value: str) -> bool:
    """Return whether a date may be one of several days."""
    if field.kind != "date":
        return False
    return len(read_date(value, field.dates)) > 1 or (not field.dates and bool(two_readings(value)))
