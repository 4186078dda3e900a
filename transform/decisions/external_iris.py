"""Check the IRIs of what other sources describe; a reconciliation service may send anything."""

import re

import pyoxigraph as ox

from transform.text.message import Message, message
from transform.text.urls import url_problem

LONGEST = 2000
# Sources that have pages and other addresses for a record, next to its IRI: the host, the pattern
# of an IRI, and how to write it. shapes/registry.ttl demands the same of the registry.
_SOURCES = (
    (
        re.compile(r"https?://([a-z]+\.)*wikidata\.org(?![^/:])", re.IGNORECASE),
        re.compile(r"http://www\.wikidata\.org/entity/Q[1-9][0-9]*", re.ASCII),
        "http://www.wikidata.org/entity/Q…",
    ),
    (
        re.compile(r"https?://([a-z]+\.)*ror\.org(?![^/:])", re.IGNORECASE),
        re.compile(r"https://ror\.org/0[a-z0-9]{6}[0-9]{2}", re.ASCII),
        "https://ror.org/0…",
    ),
)


def iri_problem(iri: str) -> Message | None:
    """Return why an IRI may not be published as one that describes a body, None if it may."""
    if len(iri) > LONGEST:
        return message("decisions.iri_long", most=LONGEST)
    try:
        ox.NamedNode(iri)
    except ValueError:
        return message("decisions.iri_none")
    if url_problem(iri):
        return message("decisions.iri_address")
    for host, pattern, example in _SOURCES:
        if host.match(iri) and not pattern.fullmatch(iri):
            return message("decisions.iri_source", example=example)
    return None
