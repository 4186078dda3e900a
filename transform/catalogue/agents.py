"""Describe who publishes and operates a catalogue, whom to contact, its place and standards."""

from collections.abc import Iterator

from transform.catalogue import codelists
from transform.catalogue.statements import (
    bilingual,
    statements,
    term,
    texts,
    typed,
)
from transform.layouts.model import Layout, Publisher
from transform.layouts.series import Coverage
from transform.rdf.namespaces import ontology_of
from transform.rdf.ntriples import Line, literal


def agent_iri(base_uri: str, agent: Publisher) -> str:
    """Return the IRI of a publisher or operator as N-Triples writes it."""
    return f"<{base_uri}id/organisme/{agent.slug}>"


def contact_iri(base_uri: str, layout: Layout, agent: Publisher) -> str:
    """Return the IRI of the contact of the layout's operator or publisher."""
    name = "contact" if agent == layout.operator else "contact-editeur"
    return f"<{base_uri}catalogue#{name}>"


def agent_lines(base_uri: str, layout: Layout) -> Iterator[Line]:
    """Describe publisher and operator as agents, and the contact of each."""
    for agent in (layout.publisher, layout.operator):
        yield from _agent(base_uri, agent)
        yield from _contact(base_uri, layout, agent)


def _agent(base_uri: str, agent: Publisher) -> Iterator[Line]:
    kind = codelists.PUBLISHERS.get(agent.kind or "")
    yield from statements(
        agent_iri(base_uri, agent),
        {
            "a": [term("foaf:Agent"), term("foaf:Organization")],
            "foaf:name": texts(agent.name),
            "foaf:homepage": f"<{agent.homepage}>" if agent.homepage else None,
            "dct:type": term(kind.name) if kind else None,
        },
    )
    if kind:
        yield from codelists.code_lines(kind)
    if agent.homepage:
        yield from document_lines(agent.homepage, None)


def _contact(base_uri: str, layout: Layout, agent: Publisher) -> Iterator[Line]:
    """Describe a contact: its e-mail address where one is known, else its web page."""
    page = agent.homepage or base_uri
    yield from statements(
        contact_iri(base_uri, layout, agent),
        {
            "a": [term("vcard:Kind"), term("vcard:Organization")],
            "vcard:fn": texts(agent.name),
            "vcard:organization-unit": literal(agent.unit, layout.language) if agent.unit else None,
            "vcard:hasEmail": f"<mailto:{agent.email}>" if agent.email else None,
            "vcard:hasURL": None if agent.email else f"<{page}>",
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
        ontology_of(base_uri): bilingual(
            "Ontologie des registres de l'utilisation de l'IA", "Ontology of registers of AI use"
        ),
        f"{base_uri}catalogue#formes": bilingual(
            "Formes SHACL auxquelles toute publication est soumise",
            "SHACL shapes that every release is held against",
        ),
        PROTOCOL: [literal("SPARQL 1.1 Protocol", "en")],
    }
    for iri, title in standards.items():
        yield from statements(f"<{iri}>", {"a": term("dct:Standard"), "dct:title": title})


PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
