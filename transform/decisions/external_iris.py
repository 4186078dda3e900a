"""Say which IRI may stand for what another source describes; what a service sends is hostile."""

import re

import pyoxigraph as ox

from transform.text.urls import url_problem

LONGEST = 2000
# Sources whose records have pages and other addresses too: host, what an IRI of theirs looks
# like, and how to write it. shapes/registry.ttl asks the same of the registry.
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


def unfit(iri: str) -> str:
    """Say why an IRI may not be published as what describes a body, "" if it may."""
    if len(iri) > LONGEST:
        return f"is longer than {LONGEST} characters"
    try:
        ox.NamedNode(iri)
    except ValueError:
        return "is no IRI"
    if url_problem(iri):
        return "is no http(s) IRI without name or password"
    for host, wanted, example in _SOURCES:
        if host.match(iri) and not wanted.fullmatch(iri):
            return f"is not how this source names things; write {example}"
    return ""
