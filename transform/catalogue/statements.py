"""Write statements and terms of N-Triples by short names."""

from collections.abc import Iterable, Iterator, Mapping

from transform.rdf.namespaces import (
    ADMS,
    DCAT,
    DCATAP,
    DCTERMS,
    ELI,
    EU_AUTHORITY,
    FOAF,
    GEOSPARQL,
    IANA_MEDIA_TYPES,
    LICENCE_TYPE,
    PUBLISHER_TYPE,
    RDF,
    RDFS,
    SHACL,
    SKOS,
    SPDX,
    VCARD,
    VOID,
    XSD,
)
from transform.rdf.ntriples import Line, literal

NAMESPACES = {
    "adms": ADMS,
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dct": DCTERMS,
    "eli": ELI,
    "eu": EU_AUTHORITY,
    "foaf": FOAF,
    "gsp": GEOSPARQL,
    "iana": IANA_MEDIA_TYPES,
    "licencetype": LICENCE_TYPE,
    "publishertype": PUBLISHER_TYPE,
    "rdf": RDF,
    "rdfs": RDFS,
    "sh": SHACL,
    "skos": SKOS,
    "spdx": SPDX,
    "vcard": VCARD,
    "void": VOID,
    "xsd": XSD,
}
Values = str | Iterable[str] | None


def expand(name: str) -> str:
    """Return the IRI of a short name such as `dcat:Dataset`."""
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


def term(name: str) -> str:
    """Return a short name's IRI as N-Triples writes it."""
    return f"<{expand(name)}>"


def statements(subject: str, properties: Mapping[str, Values]) -> Iterator[Line]:
    """Yield the statements of a subject by property: one value, several, or none (None)."""
    for name, values in properties.items():
        for value in (values,) if isinstance(values, str) else values or ():
            yield subject, term("rdf:type" if name == "a" else name), value


def texts(by_language: Mapping[str, str] | None) -> list[str]:
    """Return texts by language as literals."""
    return [literal(text, language) for language, text in (by_language or {}).items()]


def bilingual(french: str, english: str) -> list[str]:
    """Return a text in French and English as literals."""
    return texts({"fr": french, "en": english})


def moment(text: str | None) -> list[str]:
    """Return a date or a time in ISO 8601 as a literal, none for a missing one."""
    return typed(text, "xsd:dateTime" if text and "T" in text else "xsd:date")


def typed(text: str | None, datatype: str) -> list[str]:
    """Return a literal of a datatype such as `xsd:date`, none for a missing text."""
    return [literal(text, datatype=expand(datatype))] if text else []
