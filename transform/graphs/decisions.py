"""Gather what was decided in a release: by the rule for each two years, by people line by line."""

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
    """Give the identities once every decision is taken; raises DecisionRefused."""
    numbers = {reading.year: [row.number for row in reading.rows] for reading in readings}
    aliases = _former(identities)
    settled = join(identities.keys, decisions.rulings, aliases, numbers, decisions.file)
    return replace(identities, keys=settled.keys, own=identities.keys, continuity=settled)


def _former(identities: Identities) -> dict[Thing, Thing]:
    """Give by former name what the rule calls it now; one that parted is that of its first row."""
    former: dict[Thing, Thing] = {}
    by_year = {year: set(keys) for year, keys in identities.keys.items()}
    there = set().union(*by_year.values())
    for year in sorted(identities.keys):
        for old, key in zip(identities.former[year], identities.keys[year], strict=True):
            if old not in by_year[year]:
                former[Thing(old, year)] = Thing(key, year)
            if old not in there:
                former.setdefault(Thing(old, None), Thing(key, None))
    return former


class _Held(NamedTuple):
    """A published row: year, keys before and after the decisions, name, whether it has a twin."""

    year: int
    own: str
    key: str
    name: str
    twin: bool


def decision_texts(work: Prepared, rejected: Mapping[int, set[str]]) -> Iterator[str]:
    """Give the N-Triples of each decision, one string a decision; those of the rule first."""
    there = _there(work, rejected)
    for verdict in _by_rule(work, rejected):
        yield verdict_lines(work.base_uri, verdict)
    for verdict in sorted(set(_by_people(work, there))):
        yield verdict_lines(work.base_uri, verdict)


def beside_decisions(work: Prepared, rejected: Mapping[int, set[str]]) -> list[str]:
    """Give what decisions bring with them: their authors, and what was made out of what."""
    there, continuity = _there(work, rejected), work.identities.continuity
    lines: list[Line] = []
    for ruling, one, other in continuity.judged:
        lines += author_lines(work.base_uri, ruling.grounds.author)
        things = continuity.now(one), continuity.now(other)
        if ruling.relation != SAME and not ruling.refused and there.issuperset(things):
            lines.append(derived_line(work.base_uri, *things))
    return in_order(lines)


def former_texts(work: Prepared, rejected: Mapping[int, set[str]]) -> Iterator[str]:
    """Give the N-Triples of each former name whose thing is published, one string a name."""
    there, replaced = _there(work, rejected), work.identities.continuity.replaced
    for old in sorted(replaced, key=lambda thing: (thing.key, thing.year or 0)):
        if replaced[old] in there:
            yield former_lines(work.base_uri, old, replaced[old])


def _there(work: Prepared, rejected: Mapping[int, set[str]]) -> set[Thing]:
    """Give what has a URI of its own in this release: initiatives and inscriptions."""
    there: set[Thing] = set()
    if not (work.identities.continuity.judged or work.identities.continuity.replaced):
        return there
    for setting in work.settings:
        for place in published(work, setting, rejected):
            there |= {Thing(place.key, None), Thing(place.key, setting.reading.year)}
    return there


def _by_rule(work: Prepared, rejected: Mapping[int, set[str]]) -> Iterator[Verdict]:
    """Give a decision for every two years that follow each other in what has one key by rule."""
    held: dict[str, list[_Held]] = {}
    for row in _held(work, rejected):
        held.setdefault(row.own, []).append(row)
    for own in sorted(held):
        rows = held[own]
        for one, other in pairwise(rows):
            if one.key == other.key:
                rule = "accord-exact-de-jumelles" if one.twin or other.twin else "accord-exact"
                things = Thing(one.key, one.year), Thing(other.key, other.year)
                yield by_rule(work.base_uri, rule, things, other.name)


def _held(work: Prepared, rejected: Mapping[int, set[str]]) -> Iterator[_Held]:
    twins = {(found.year, row) for found in work.identities.twins for row in found.rows}
    for setting in work.settings:
        year = setting.reading.year
        kept_back = rejected.get(year, set())
        own = work.identities.own.get(year, work.identities.keys[year])
        for place, key in zip(work.places(setting), own, strict=True):
            if place.key not in kept_back:
                number = place.row.number
                name = " ".join(place.row.cells.nom.split())
                yield _Held(year, key, place.key, name, (year, number) in twins)


def _by_people(work: Prepared, there: set[Thing]) -> Iterator[Verdict]:
    continuity = work.identities.continuity
    for ruling, one, other in continuity.judged:
        if there.issuperset((continuity.now(one), continuity.now(other))):
            yield by_person(work.base_uri, ruling.grounds, (one, other), _conclusion(ruling))


def _conclusion(ruling: Ruling) -> str:
    return "distinct" if ruling.refused else "meme" if ruling.relation == SAME else "partie"
