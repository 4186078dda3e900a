"""Check the IRIs of what other sources describe; a reconciliation service may send anything."""

import re

import pyoxigraph as ox

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


def iri_problem(iri: str) -> str:
    """Return why an IRI may not be published as one that describes a body, "" if it may."""
    if len(iri) > LONGEST:
        return f"is longer than {LONGEST} characters"
    try:
        ox.NamedNode(iri)
    except ValueError:
        return "is no IRI"
    if url_problem(iri):
        return "is no http(s) IRI without name or password"
    for host, pattern, example in _SOURCES:
        if host.match(iri) and not pattern.fullmatch(iri):
            return f"is not how this source names things; write {example}"
    return ""
