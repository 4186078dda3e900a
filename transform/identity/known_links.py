"""Say which bodies there are, and what describes them elsewhere before anyone accepts a link."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import pyoxigraph as ox

from transform.decisions.links import BODY
from transform.identity.bodies import Bodies
from transform.rdf.namespaces import IS_REPLACED_BY, SAME_AS


class KnownLinks(NamedTuple):
    """The bodies, by slugs.

    `now` gives for each slug that a body has or had the one it has; `elsewhere` the IRIs that the
    registry gives it.
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
    """Gather the bodies of some slugs, and what triples say of replacements and links.

    `former`: replacements that the triples do not say.
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
    """Gather the bodies of a build: registered, named by rows, and what these were called."""
    slugs = {*bodies.registry.bodies, *(body.slug for body in bodies.by_form.values())}
    return known_links(base_uri, slugs, bodies.registry.triples, bodies.former)


def _formerly(replaced: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Give the slug of now for each former one, which may have been replaced more than once."""
    found: dict[str, str] = {}
    for old in replaced:
        new, passed = replaced[old], {old}
        while new in replaced and new not in now and new not in passed:
            passed.add(new)
            new = replaced[new]
        if new in now:
            found[old] = now[new]
    return found


def slug_of(iri: str, base_uri: str) -> str:
    """Give the slug of a body, "" for anything else."""
    found = BODY.fullmatch(iri.removeprefix(base_uri))
    return found[1] if found and iri.startswith(base_uri) else ""
