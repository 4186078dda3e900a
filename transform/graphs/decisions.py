"""Collect the decisions of a release: the rule's for each two years, people's line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from transform.decisions.initiatives import (
    SAME,
    Decisions,
    Ruling,
    Thing,
)
from transform.graphs.decision_terms import (
    Verdict,
    author_lines,
    by_person,
    by_rule,
    derived_line,
    former_lines,
    verdict_lines,
)
from transform.graphs.prepared import Prepared, published
from transform.identity.continuity import join
from transform.identity.rule import Identities
from transform.rdf.ntriples import Line, in_order
from transform.tables.rows import Reading


def settle(identities: Identities, readings: list[Reading], decisions: Decisions) -> Identities:
    """Apply every decision to the identities, and return the result; raises DecisionRefused."""
    numbers = {reading.year: [row.number for row in reading.rows] for reading in readings}
    aliases = _former(identities)
    settled = join(identities.keys, decisions.rulings, aliases, numbers, decisions.file)
    return replace(identities, keys=settled.keys, own=identities.keys, continuity=settled)


def _former(identities: Identities) -> dict[Thing, Thing]:
    """Map former names to those of the rule today; of a key that split, to its first row's."""
    former: dict[Thing, Thing] = {}
    by_year = {year: set(keys) for year, keys in identities.keys.items()}
    all_keys = set().union(*by_year.values())
    for year in sorted(identities.keys):
        for old, key in zip(identities.former[year], identities.keys[year], strict=True):
            if old not in by_year[year]:
                former[Thing(old, year)] = Thing(key, year)
            if old not in all_keys:
                former.setdefault(Thing(old, None), Thing(key, None))
    return former


class _PublishedRow(NamedTuple):
    """A published row: year, keys before and after decisions, name, and whether it has a twin."""

    year: int
    own: str
    key: str
    name: str
    twin: bool


def decision_texts(work: Prepared, rejected: Mapping[int, set[str]]) -> Iterator[str]:
    """Yield the N-Triples of each decision as one string; those of the rule come first."""
    things = _published_things(work, rejected)
    for verdict in _by_rule(work, rejected):
        yield verdict_lines(work.base_uri, verdict)
    for verdict in sorted(set(_by_people(work, things))):
        yield verdict_lines(work.base_uri, verdict)


def beside_decisions(work: Prepared, rejected: Mapping[int, set[str]]) -> list[str]:
    """Return the N-Triples of authors of decisions, and of things made out of other things."""
    published_things = _published_things(work, rejected)
    continuity = work.identities.continuity
    lines: list[Line] = []
    for ruling, one, other in continuity.judged:
        lines += author_lines(work.base_uri, ruling.grounds.author)
        things = continuity.now(one), continuity.now(other)
        if ruling.relation != SAME and not ruling.refused and published_things.issuperset(things):
            lines.append(derived_line(work.base_uri, *things))
    return in_order(lines)


def former_texts(work: Prepared, rejected: Mapping[int, set[str]]) -> Iterator[str]:
    """Yield the N-Triples of each former name of a published thing, as one string a name."""
    things, replaced = _published_things(work, rejected), work.identities.continuity.replaced
    for old in sorted(replaced, key=lambda thing: (thing.key, thing.year or 0)):
        if replaced[old] in things:
            yield former_lines(work.base_uri, old, replaced[old])


def _published_things(work: Prepared, rejected: Mapping[int, set[str]]) -> set[Thing]:
    """Return the initiatives and inscriptions that have a URI of their own in this release."""
    things: set[Thing] = set()
    if not (work.identities.continuity.judged or work.identities.continuity.replaced):
        return things
    for setting in work.settings:
        for place in published(work, setting, rejected):
            things |= {Thing(place.key, None), Thing(place.key, setting.reading.year)}
    return things


def _by_rule(work: Prepared, rejected: Mapping[int, set[str]]) -> Iterator[Verdict]:
    """Yield a decision for each two successive rows to which the rule gives one key."""
    by_key: dict[str, list[_PublishedRow]] = {}
    for row in _published_rows(work, rejected):
        by_key.setdefault(row.own, []).append(row)
    for own in sorted(by_key):
        rows = by_key[own]
        for one, other in pairwise(rows):
            if one.key == other.key:
                rule = "accord-exact-de-jumelles" if one.twin or other.twin else "accord-exact"
                things = Thing(one.key, one.year), Thing(other.key, other.year)
                yield by_rule(work.base_uri, rule, things, other.name)


def _published_rows(work: Prepared, rejected: Mapping[int, set[str]]) -> Iterator[_PublishedRow]:
    twins = {(group.year, row) for group in work.identities.twins for row in group.rows}
    for setting in work.settings:
        year = setting.reading.year
        kept_back = rejected.get(year, set())
        own = work.identities.own.get(year, work.identities.keys[year])
        for place, key in zip(work.places(setting), own, strict=True):
            if place.key not in kept_back:
                number = place.row.number
                name = " ".join(place.row.cells.nom.split())
                yield _PublishedRow(year, key, place.key, name, (year, number) in twins)


def _by_people(work: Prepared, things: set[Thing]) -> Iterator[Verdict]:
    continuity = work.identities.continuity
    for ruling, one, other in continuity.judged:
        if things.issuperset((continuity.now(one), continuity.now(other))):
            yield by_person(work.base_uri, ruling.grounds, (one, other), _conclusion(ruling))


def _conclusion(ruling: Ruling) -> str:
    return "distinct" if ruling.refused else "meme" if ruling.relation == SAME else "partie"
