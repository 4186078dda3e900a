"""Declare the values that DCAT-AP takes from code lists, and describe each where it is used.

Readers need no other source: every value in the catalogue is typed and labelled in it. The
labels are those of the lists (Publications Office of the EU, ADMS, SPDX, IANA).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from transform.catalogue.statements import (
    bilingual,
    expand,
    statements,
    term,
)
from transform.rdf.ntriples import Line, literal
from transform.text.languages import language_name


class Code(NamedTuple):
    """A value of a list: its short name, the list, labels in French and English, its class."""

    name: str
    scheme: str
    french: str
    english: str
    kind: str = "skos:Concept"


def _eu(name: str, french: str, english: str, kind: str = "skos:Concept") -> Code:
    return Code(f"eu:{name}", f"eu:{name.partition('/')[0]}", french, english, kind)


def _format(name: str, label: str) -> Code:
    return _eu(f"file-type/{name}", label, label, "dct:MediaTypeOrExtent")


ANNUAL = _eu("frequency/ANNUAL", "annuel", "annual", "dct:Frequency")
PUBLIC = _eu("access-right/PUBLIC", "public", "public", "dct:RightsStatement")
STABLE = _eu("planned-availability/STABLE", "stable", "stable")
COMPLETED = _eu("distribution-status/COMPLETED", "achevé", "completed")
THEMES = (
    _eu("data-theme/GOVE", "Gouvernement et secteur public", "Government and public sector"),
    _eu("data-theme/TECH", "Science et technologie", "Science and technology"),
)
FORMATS = {
    "csv": _format("CSV", "CSV"),
    "gz": _format("GZIP", "GZIP"),
    "html": _format("HTML", "HTML"),
    "json": _format("JSON", "JSON"),
    "jsonld": _format("JSON_LD", "JSON-LD"),
    "ndjson": _format("JSON", "JSON"),
    "nq": _format("RDF_N_QUADS", "N-Quads"),
    "nt": _format("RDF_N_TRIPLES", "N-Triples"),
    "ods": _format("ODS", "OpenDocument ODS"),
    "parquet": _format("PARQUET", "Parquet"),
    "rdf": _format("RDF_XML", "RDF/XML"),
    # The list has no format of databases.
    "sqlite": _eu("file-type/BIN", "données binaires", "Binary data", "dct:MediaTypeOrExtent"),
    "srx": _format("SPARQLQRES", "SPARQL"),
    "trig": _format("RDF_TRIG", "TriG"),
    "tsv": _format("TSV", "TSV"),
    "ttl": _format("RDF_TURTLE", "Turtle"),
    "txt": _format("TXT", "TXT"),
    "xls": _format("XLS", "Excel XLS"),
    "xlsx": _format("XLSX", "Excel XLSX"),
    "xml": _format("XML", "XML"),
    "zip": _format("ZIP", "ZIP"),
}


def _publisher(name: str, french: str, english: str) -> Code:
    return Code(f"publishertype:{name}", "publishertype:1.0", french, english)


PUBLISHERS = {
    "academia": _publisher("Academia-ScientificOrganisation", "université", "academia"),
    "company": _publisher("Company", "entreprise", "company"),
    "local": _publisher("LocalAuthority", "administration locale", "local authority"),
    "national": _publisher("NationalAuthority", "administration nationale", "national authority"),
    "non-profit": _publisher(
        "NonProfitOrganisation", "organisme sans but lucratif", "non-profit organisation"
    ),
    "regional": _publisher("RegionalAuthority", "administration régionale", "regional authority"),
}


class Licence(NamedTuple):
    """A licence: its title, CKAN's where CKAN has one, its kind and its name in the EU's list."""

    title: str
    kind: Code
    same: str | None


def _licence_type(name: str, french: str, english: str) -> Code:
    return Code(f"licencetype:{name}", "licencetype:1.0", french, english)


LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": Licence(
        "Creative Commons Attribution",
        _licence_type("Attribution", "attribution", "attribution"),
        "eu:licence/CC_BY_4_0",
    ),
    "https://creativecommons.org/publicdomain/zero/1.0/": Licence(
        "Creative Commons CCZero",
        _licence_type("PublicDomain", "domaine public", "public domain"),
        "eu:licence/CC0",
    ),
    "https://creativecommons.org/publicdomain/mark/1.0/": Licence(
        "Public Domain Mark 1.0",
        _licence_type("PublicDomain", "domaine public", "public domain"),
        None,
    ),
}
_UNKNOWN = _licence_type("UnknownIPR", "droits inconnus", "unknown IPR")
_SCHEMES = {
    "eu:language": ("Langue", "Language"),
    "eu:frequency": ("Fréquence", "Frequency"),
    "eu:access-right": ("Droits d'accès", "Access right"),
    "eu:planned-availability": ("Disponibilité prévue", "Planned availability"),
    "eu:distribution-status": ("État de la distribution", "Distribution status"),
    "eu:data-theme": ("Thème des données", "Data theme"),
    "eu:file-type": ("Type de fichier", "File type"),
    "publishertype:1.0": ("Type d'éditeur", "Publisher type"),
    "licencetype:1.0": ("Type de licence", "Licence type"),
}


def languages(tags: Iterable[str]) -> list[Code]:
    """Return the languages of tags, without those that have no name here."""
    names = dict.fromkeys(name for tag in tags if (name := language_name(tag)))
    return [_eu(f"language/{n.code}", n.fr, n.en, "dct:LinguisticSystem") for n in names]


SHA256 = "spdx:checksumAlgorithm_sha256"


def code_lines(code: Code) -> Iterator[Line]:
    """Describe a value of a list, and the list."""
    yield from statements(
        term(code.name),
        {
            "a": {term(code.kind), term("skos:Concept")},
            "skos:prefLabel": bilingual(code.french, code.english),
            "skos:inScheme": term(code.scheme),
        },
    )
    title = bilingual(*_SCHEMES[code.scheme])
    yield from statements(term(code.scheme), {"a": term("skos:ConceptScheme"), "dct:title": title})


def media_type_lines(media_type: str) -> Iterator[Line]:
    """Describe a media type. It needs its label: CKAN takes it for the type of the resource."""
    subject = f"<{expand('iana:')}{media_type}>"
    yield from statements(subject, {"a": term("dct:MediaType"), "rdfs:label": literal(media_type)})


def algorithm_lines() -> Iterator[Line]:
    """Describe SHA-256. It needs its label: CKAN takes it for the name of the algorithm."""
    values = {"a": term("spdx:ChecksumAlgorithm"), "rdfs:label": literal("sha256")}
    yield from statements(term(SHA256), values)


def licence_lines(iri: str) -> Iterator[Line]:
    """Describe a licence; never by rdfs:label, which would hide its IRI from CKAN."""
    known = LICENCES.get(iri, Licence(iri, _UNKNOWN, None))
    yield from statements(
        f"<{iri}>",
        {
            "a": term("dct:LicenseDocument"),
            "dct:title": literal(known.title),
            "dct:type": term(known.kind.name),
            "skos:exactMatch": term(known.same) if known.same else None,
        },
    )
    yield from code_lines(known.kind)
