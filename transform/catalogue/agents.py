"""Describe the publisher, the contact, the place and the standards of a catalogue."""

from collections.abc import Iterator

from transform.catalogue import codelists
from transform.catalogue.statements import (
    bilingual,
    statements,
    term,
    texts,
    typed,
)
from transform.layouts.model import Publisher
from transform.layouts.series import Coverage
from transform.rdf.namespaces import ontology_of
from transform.rdf.ntriples import Line, literal


def publisher_iri(base_uri: str, publisher: Publisher) -> str:
    """Return the publisher's IRI as N-Triples writes it."""
    return f"<{base_uri}id/organisme/{publisher.slug}>"


def publisher_lines(base_uri: str, publisher: Publisher) -> Iterator[Line]:
    """Describe the publisher as an agent, with its kind where the layout states it."""
    kind = codelists.PUBLISHERS.get(publisher.kind or "")
    yield from statements(
        publisher_iri(base_uri, publisher),
        {
            "a": [term("foaf:Agent"), term("foaf:Organization")],
            "foaf:name": texts(publisher.name),
            "foaf:homepage": f"<{publisher.homepage}>" if publisher.homepage else None,
            "dct:type": term(kind.name) if kind else None,
        },
    )
    if kind:
        yield from codelists.code_lines(kind)
    if publisher.homepage:
        yield from document_lines(publisher.homepage, None)


def contact_lines(base_uri: str, publisher: Publisher) -> Iterator[Line]:
    """Describe the contact: its e-mail address where one is known, else its web page."""
    page = publisher.homepage or base_uri
    yield from statements(
        f"<{base_uri}catalogue#contact>",
        {
            "a": [term("vcard:Kind"), term("vcard:Organization")],
            "vcard:fn": texts(publisher.name),
            "vcard:hasEmail": f"<mailto:{publisher.email}>" if publisher.email else None,
            "vcard:hasURL": None if publisher.email else f"<{page}>",
        },
    )


def coverage_lines(place: Coverage) -> Iterator[Line]:
    """Describe a place with its bounds and its middle (GeoSPARQL 1.1, WKT, longitude first)."""
    west, south, east, north = place.bounds
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    ring = ", ".join(f"{x} {y}" for x, y in corners)
    yield from statements(
        f"<{place.iri}>",
        {
            "a": term("dct:Location"),
            "skos:prefLabel": texts(place.name),
            "dcat:bbox": typed(f"POLYGON(({ring}))", "gsp:wktLiteral"),
            "dcat:centroid": typed(f"POINT({place.middle[0]} {place.middle[1]})", "gsp:wktLiteral"),
        },
    )


def document_lines(iri: str, title: list[str] | None) -> Iterator[Line]:
    """Describe a page; never by rdfs:label, which would hide its address from CKAN."""
    yield from statements(f"<{iri}>", {"a": term("foaf:Document"), "dct:title": title})


def standard_lines(base_uri: str) -> Iterator[Line]:
    """Describe the standards that the data conforms to: ontology, shapes and protocol."""
    standards = {
        ontology_of(base_uri): bilingual("Ontologie des portraits", "Ontology of the portraits"),
        f"{base_uri}catalogue#formes": bilingual(
            "Formes SHACL auxquelles toute publication est soumise",
            "SHACL shapes that every release is held against",
        ),
        PROTOCOL: [literal("SPARQL 1.1 Protocol", "en")],
    }
    for iri, title in standards.items():
        yield from statements(f"<{iri}>", {"a": term("dct:Standard"), "dct:title": title})


PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
