"""Gather what was decided in a release: by the rule for each two years, by people line by line."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

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
from transform.graphs.prepared import Prepared, Rejected
from transform.identity.continuity import join
from transform.identity.keyed_rows import KeyedRow
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


def decision_texts(work: Prepared, rejected: Rejected) -> Iterator[str]:
    """Give the N-Triples of each decision, one string a decision; those of the rule first."""
    there = _there(work, rejected)
    for verdict in _by_rule(work, rejected):
        yield verdict_lines(work.base_uri, verdict)
    for verdict in sorted(set(_by_people(work, there))):
        yield verdict_lines(work.base_uri, verdict)


def beside_decisions(work: Prepared, rejected: Rejected) -> list[str]:
    """Give what decisions bring with them: their authors, and what was made out of what."""
    there, continuity = _there(work, rejected), work.identities.continuity
    lines: list[Line] = []
    for ruling, one, other in continuity.judged:
        lines += author_lines(work.base_uri, ruling.grounds.author)
        things = continuity.now(one), continuity.now(other)
        if ruling.relation != SAME and not ruling.refused and there.issuperset(things):
            lines.append(derived_line(work.base_uri, *things))
    return in_order(lines)


def former_texts(work: Prepared, rejected: Rejected) -> Iterator[str]:
    """Give the N-Triples of each former name whose thing is published, one string a name."""
    there, replaced = _there(work, rejected), work.identities.continuity.replaced
    for old in sorted(replaced, key=lambda thing: (thing.key, thing.year or 0)):
        if replaced[old] in there:
            yield former_lines(work.base_uri, old, replaced[old])


def _there(work: Prepared, rejected: Rejected) -> set[Thing]:
    """Return what has a URI of its own in this release: initiatives and inscriptions."""
    there: set[Thing] = set()
    if not (work.identities.continuity.judged or work.identities.continuity.replaced):
        return there
    for year in work.rows:
        for row in work.published(year, rejected):
            there |= {Thing(row.key, None), Thing(row.key, year)}
    return there


def _by_rule(work: Prepared, rejected: Rejected) -> Iterator[Verdict]:
    """Return a decision for every two years that follow each other in what has one key by rule."""
    twins = {(twin.year, number) for twin in work.identities.twins for number in twin.rows}
    rows: dict[str, list[KeyedRow]] = {}
    for year in work.rows:
        for row in work.published(year, rejected):
            rows.setdefault(row.own_key, []).append(row)
    for own_key in sorted(rows):
        for one, other in pairwise(rows[own_key]):
            if one.key == other.key:
                has_twin = not twins.isdisjoint(
                    {(one.year, one.row.number), (other.year, other.row.number)}
                )
                rule = "accord-exact-de-jumelles" if has_twin else "accord-exact"
                things = Thing(one.key, one.year), Thing(other.key, other.year)
                name = " ".join(other.row.cells.nom.split())
                yield by_rule(work.base_uri, rule, things, name)


def _by_people(work: Prepared, there: set[Thing]) -> Iterator[Verdict]:
    continuity = work.identities.continuity
    for ruling, one, other in continuity.judged:
        if there.issuperset((continuity.now(one), continuity.now(other))):
            yield by_person(work.base_uri, ruling.grounds, (one, other), _conclusion(ruling))


def _conclusion(ruling: Ruling) -> str:
    return "distinct" if ruling.refused else "meme" if ruling.relation == SAME else "partie"
