"""Define the namespaces of the vocabularies that releases use."""

import re
from typing import Self

ADMS = "http://www.w3.org/ns/adms#"
AIRO = "https://w3id.org/airo#"
DCAT = "http://www.w3.org/ns/dcat#"
DCATAP = "http://data.europa.eu/r5r/"
DCMITYPE = "http://purl.org/dc/dcmitype/"
DCTERMS = "http://purl.org/dc/terms/"
DPV_AI = "https://w3id.org/dpv/ai#"
EARL = "http://www.w3.org/ns/earl#"
ELI = "http://data.europa.eu/eli/ontology#"
EU_AUTHORITY = "http://publications.europa.eu/resource/authority/"
FOAF = "http://xmlns.com/foaf/0.1/"
GEOSPARQL = "http://www.opengis.net/ont/geosparql#"
IANA_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
LICENCE_TYPE = "http://purl.org/adms/licencetype/"
ORCID = "https://orcid.org/"
ORG = "http://www.w3.org/ns/org#"
OWL = "http://www.w3.org/2002/07/owl#"
PROV = "http://www.w3.org/ns/prov#"
PUBLISHER_TYPE = "http://purl.org/adms/publishertype/"
QB = "http://purl.org/linked-data/cube#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "https://schema.org/"
SEMAPV = "https://w3id.org/semapv/vocab/"
SERVICE_DESCRIPTION = "http://www.w3.org/ns/sparql-service-description#"
SHACL = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SPDX = "http://spdx.org/rdf/terms#"
SSSOM = "https://w3id.org/sssom/"
VCARD = "http://www.w3.org/2006/vcard/ns#"
VOID = "http://rdfs.org/ns/void#"
W3C_FORMATS = "http://www.w3.org/ns/formats/"
XSD = "http://www.w3.org/2001/XMLSchema#"

IN_SCHEME = f"{SKOS}inScheme"
# The properties that name a thing, the ones to show first before the others.
NAMING = (f"{SKOS}prefLabel", f"{RDFS}label", f"{DCTERMS}title", f"{FOAF}name")
IS_REPLACED_BY = f"{DCTERMS}isReplacedBy"
SUB_ORGANIZATION_OF = f"{ORG}subOrganizationOf"
PREF_LABEL = f"{SKOS}prefLabel"
RDF_TYPE = f"{RDF}type"
SAME_AS = f"{SCHEMA}sameAs"


class BaseUri(str):
    """The base URI of a release whose vocabulary may be at home elsewhere.

    Any other str is a base URI whose vocabulary is its own `def#`.
    """

    vocabulary: str

    def __new__(cls, text: str, vocabulary: str | None = None) -> Self:
        """Make one from its text, and from the URI below which the terms are, if not its own."""
        base_uri = super().__new__(cls, text)
        base_uri.vocabulary = vocabulary or f"{text}def#"
        return base_uri

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (str(self), self.vocabulary)


def vocabulary_of(base_uri: str) -> str:
    """Return the URI below which the terms of the vocabulary of a release are."""
    return base_uri.vocabulary if isinstance(base_uri, BaseUri) else f"{base_uri}def#"


def ontology_of(base_uri: str) -> str:
    """Return the IRI of the vocabulary itself."""
    return vocabulary_of(base_uri).removesuffix("#")


def at_home(turtle: bytes, base_uri: str) -> bytes:
    """Return Turtle of ontology/ or shapes/, or a query, with the vocabulary where it is at home.

    There it is written as relative IRIs: `<def#>`, `<def>`, and its versions `<def/…>`.
    """
    vocabulary, ontology = vocabulary_of(base_uri), ontology_of(base_uri)
    for relative, absolute in (
        ("<def#>", f"<{vocabulary}>"),
        ('"def#"^^', f'"{vocabulary}"^^'),
        ("<def>", f"<{ontology}>"),
        ("<def/", f"<{ontology.rstrip('/')}/"),
    ):
        turtle = turtle.replace(relative.encode(), absolute.encode())
    return turtle


def split_iri(iri: str) -> tuple[str, str]:
    """Return the namespace of an IRI and its name there, which is not empty."""
    match = re.fullmatch(r"(.*[/#:])(.+)", iri, re.DOTALL)
    return (match[1], match[2]) if match else ("", iri)


def property_iri(name: str, base_uri: str) -> str:
    """Return the IRI of a property written with its prefix, such as `pia:statut`.

    Those of the register's own, such as `own:fournisseur`, are at home at its base URI.
    """
    spaces = {
        "dcterms": DCTERMS,
        "own": f"{base_uri}def#",
        "pia": vocabulary_of(base_uri),
        "prov": PROV,
        "rdf": RDF,
        "rdfs": RDFS,
    }
    prefix, _, local = name.partition(":")
    return spaces[prefix] + local
