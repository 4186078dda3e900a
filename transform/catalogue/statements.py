"""Write the terms of N-Triples by their short names."""

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

SPACES = {
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
    """Give the IRI of a short name such as `dcat:Dataset`."""
    prefix, _, local = name.partition(":")
    return SPACES[prefix] + local


def term(name: str) -> str:
    """Give a short name as N-Triples writes its IRI."""
    return f"<{expand(name)}>"


def statements(about: str, said: Mapping[str, Values]) -> Iterator[Line]:
    """State of a subject what is said by property; one value, several, or None for nothing."""
    for name, values in said.items():
        for value in (values,) if isinstance(values, str) else values or ():
            yield about, term("rdf:type" if name == "a" else name), value


def texts(said: Mapping[str, str] | None) -> list[str]:
    """Give texts by language as literals."""
    return [literal(text, language) for language, text in (said or {}).items()]


def both(french: str, english: str) -> list[str]:
    """Give a text in French and English as literals."""
    return texts({"fr": french, "en": english})


def typed(text: str | None, datatype: str) -> list[str]:
    """Give a literal of a datatype such as `xsd:date`, none for no text."""
    return [literal(text, datatype=expand(datatype))] if text else []
