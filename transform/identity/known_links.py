"""Collect the bodies, and the links to other sources that the registry already has."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import pyoxigraph as ox

from transform.decisions.links import BODY
from transform.identity.bodies import Bodies
from transform.rdf.namespaces import IS_REPLACED_BY, SAME_AS


class KnownLinks(NamedTuple):
    """The bodies and their links, by slug.

    `now` maps each present or former slug to the present one, `elsewhere` each slug to the IRIs
    that the registry links it to.
    """

    base_uri: str
    now: Mapping[str, str]
    elsewhere: Mapping[str, AbstractSet[str]]


def known_links(
    base_uri: str,
    slugs: Iterable[str],
    triples: Iterable[ox.Triple],
    former: Mapping[str, str],
) -> KnownLinks:
    """Collect bodies by slug, and the replacements and links that triples state.

    `former`: replacements that the triples do not state.
    """
    now = {slug: slug for slug in slugs}
    elsewhere: dict[str, set[str]] = {}
    replaced = dict(former)
    for subject, predicate, value in triples:
        body = slug_of(str(subject)[1:-1], base_uri)
        if not body or not isinstance(value, ox.NamedNode):
            continue
        if predicate.value == SAME_AS:
            elsewhere.setdefault(body, set()).add(value.value)
        elif predicate.value == IS_REPLACED_BY and (new := slug_of(value.value, base_uri)):
            replaced[body] = new
    return KnownLinks(base_uri, _formerly(replaced, now) | now, elsewhere)


def know_of_build(base_uri: str, bodies: Bodies) -> KnownLinks:
    """Collect the bodies of a build: registered, named by rows, and their former slugs."""
    slugs = {*bodies.registry.bodies, *(body.slug for body in bodies.by_place.values())}
    return known_links(base_uri, slugs, bodies.registry.triples, bodies.former)


def _formerly(replaced: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Map each former slug, which may have been replaced more than once, to the present one."""
    present: dict[str, str] = {}
    for old in replaced:
        new, passed = replaced[old], {old}
        while new in replaced and new not in now and new not in passed:
            passed.add(new)
            new = replaced[new]
        if new in now:
            present[old] = now[new]
    return present


def slug_of(iri: str, base_uri: str) -> str:
    """Return the slug of a body from its IRI, "" for any other IRI."""
    match = BODY.fullmatch(iri.removeprefix(base_uri))
    return match[1] if match and iri.startswith(base_uri) else ""
