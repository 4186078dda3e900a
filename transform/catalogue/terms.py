"""Write the terms of N-Triples by their short names."""

from collections.abc import Iterable, Iterator, Mapping

from transform.mapping import literal
from transform.vocabulary import Line

SPACES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "eu": "http://publications.europa.eu/resource/authority/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "iana": "https://www.iana.org/assignments/media-types/",
    "licencetype": "http://purl.org/adms/licencetype/",
    "publishertype": "http://purl.org/adms/publishertype/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
Said = str | Iterable[str] | None


def expand(name: str) -> str:
    """Give the IRI of a short name such as `dcat:Dataset`."""
    prefix, _, local = name.partition(":")
    return SPACES[prefix] + local


def term(name: str) -> str:
    """Give a short name as N-Triples writes its IRI."""
    return f"<{expand(name)}>"


def say(about: str, said: Mapping[str, Said]) -> Iterator[Line]:
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
