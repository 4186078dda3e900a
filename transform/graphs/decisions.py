"""Collect the decisions of a release: the rule's for each two years, people's line by line."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from transform.decisions.initiatives import (
    PREDICATES,
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
    rules,
    verdict_lines,
    verdict_texts,
)
from transform.graphs.prepared import Prepared, Rejected
from transform.identity.continuity import join
from transform.identity.keyed_rows import KeyedRow
from transform.identity.rule import Identities
from transform.rdf.ntriples import Line, in_order
from transform.tables.rows import Reading
from transform.text.languages import reading_language

# The rules that join rows of one name, or of one identifier: of one row a year, and of several.
_BY_NAME = ("accord-exact", "accord-exact-de-jumelles")
_BY_IDENTIFIER = ("identifiant", "identifiant-repete")
# The predicate of SSSOM by what a ruling relates.
_PREDICATES = {relation: predicate for predicate, relation in PREDICATES.items()}


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
        for former_keys in identities.former[year]:
            for old, key in zip(former_keys, identities.keys[year], strict=True):
                if old not in by_year[year]:
                    former.setdefault(Thing(old, year), Thing(key, year))
                if old not in all_keys:
                    former.setdefault(Thing(old, None), Thing(key, None))
    return former


def decision_texts(work: Prepared, rejected: Rejected) -> Iterator[str]:
    """Yield the N-Triples of each decision as one string; those of the rule come first."""
    for verdict in rule_verdicts(work, rejected):
        yield "".join(in_order(verdict_lines(work.base_uri, verdict)))
    yield from verdict_texts(work.base_uri, people_verdicts(work, rejected))


def authors_and_derivations(work: Prepared, rejected: Rejected) -> list[str]:
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


def former_texts(work: Prepared, rejected: Rejected, *, possible: bool) -> Iterator[str]:
    """Yield the N-Triples of each former name of a published thing, as one string a name.

    `possible`: the names that things would have had without the registry; else those that a
    decision replaced.
    """
    things, continuity = _published_things(work, rejected), work.identities.continuity
    replaced = continuity.replaced
    for old in sorted(replaced, key=lambda thing: (thing.key, thing.year or 0)):
        if replaced[old] in things and (old in continuity.possible) is possible:
            yield former_lines(work.base_uri, old, replaced[old])


def _published_things(work: Prepared, rejected: Rejected) -> set[Thing]:
    """Return the initiatives and inscriptions that have a URI of their own in this release."""
    things: set[Thing] = set()
    if not (work.identities.continuity.judged or work.identities.continuity.replaced):
        return things
    for year in work.rows:
        for row in work.published(year, rejected):
            things |= {Thing(row.key, None), Thing(row.key, year)}
    return things


def people_verdicts(work: Prepared, rejected: Rejected) -> list[Verdict]:
    """Return the decisions of people on published things, each once and in order."""
    return sorted(set(_by_people(work, _published_things(work, rejected))))


def rule_verdicts(work: Prepared, rejected: Rejected) -> Iterator[Verdict]:
    """Yield a decision for each two successive rows to which the rule gives one key."""
    twins = {(twin.year, number) for twin in work.identities.twins for number in twin.rows}
    language = reading_language(work.languages.own)
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
                rule = _rules_of(other)[has_twin]
                things = Thing(one.key, one.year), Thing(other.key, other.year)
                names, identifier = (_name(one), _name(other)), other.row.identifier
                yield by_rule(work.base_uri, rule, things, names, one.key, language, identifier)


def rule_dates(work: Prepared, rejected: Rejected) -> set[str]:
    """Return the dates of the rules that join rows of different years, if they join any."""
    joining: set[tuple[str, str]] = set()
    seen: set[str] = set()
    for year in work.rows:
        rows = work.published(year, rejected)
        joining |= {_rules_of(row) for row in rows if row.own_key in seen}
        seen |= {row.own_key for row in rows}
    return {rules()[rule].issued for pair in joining for rule in pair}


def _rules_of(row: KeyedRow) -> tuple[str, str]:
    return _BY_IDENTIFIER if row.row.identifier else _BY_NAME


def _by_people(work: Prepared, things: set[Thing]) -> Iterator[Verdict]:
    continuity = work.identities.continuity
    names = _names(work) if continuity.judged else {}
    for ruling, one, other in continuity.judged:
        now = continuity.now(one), continuity.now(other)
        if things.issuperset(now):
            # Each by its own name where it had one before it was joined with the other.
            called = names.get(one, names[now[0]]), names.get(other, names[now[1]])
            initiatives = dict.fromkeys(str(Thing(thing.key, None)) for thing in now)
            yield by_person(
                work.base_uri,
                ruling.grounds,
                (one, other),
                _conclusion(ruling),
                called,
                f"skos:{_PREDICATES[ruling.relation]}",
                tuple(initiatives),
            )


def _names(work: Prepared) -> dict[Thing, str]:
    """Return the name of each entry, and for each initiative that of its last one.

    What the rule called a thing goes before what it is called after people decided.
    """
    before: dict[Thing, str] = {}
    names: dict[Thing, str] = {}
    for year, rows in work.rows.items():
        for row in rows:
            for key, called in ((row.own_key, before), (row.key, names)):
                called[Thing(key, year)] = called[Thing(key, None)] = _name(row)
    return names | before


def _name(row: KeyedRow) -> str:
    return " ".join(row.row.cells.nom.split())


def _conclusion(ruling: Ruling) -> str:
    return "distinct" if ruling.refused else "meme" if ruling.relation == SAME else "partie"
