"""Propose which body that is gone may be one that is new: for a person to decide, never applied.

A body of the older portrait only and one of the newer only, in one portfolio, may be one body that
was renamed where the newer one has much of the initiatives of the older one: names that agree in
normal form, or that are like enough for a candidate of the review, or that people joined.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from transform.identity.bodies import Body
from transform.rdf.namespaces import ORG, SKOS
from transform.rdf.ntriples import literal
from transform.review.candidates import MOVED, Candidate
from transform.review.nearest_bodies import WordCounts
from transform.review.rows import ReviewRow
from transform.text.message import Message, message
from transform.text.normal_form import normal_form
from transform.text.printable import visible

# The least share of the initiatives of a body that is gone.
LEAST_SHARE = 0.5
# One initiative of a common name, such as «Copilot», says little: then the names of the bodies
# have to say something too.
_ENOUGH = 2


class Renaming(NamedTuple):
    """A body of one portrait that may be one of the next under a new name.

    `shared` of the `initiatives` of the first are the other's too. `lines` are what the registry
    of bodies would say if the two are one.
    """

    older: int
    newer: int
    before: str
    before_label: str
    after: str
    after_label: str
    shared: int
    initiatives: int
    lines: str


def find_renamings(
    older: Sequence[ReviewRow],
    newer: Sequence[ReviewRow],
    candidates: Iterable[Candidate],
    bodies: Mapping[str, Body],
    words: WordCounts,
) -> list[Renaming]:
    """Return the renamings that two portraits suggest; `bodies` are by slug."""
    gone = {row.body for row in older} - {row.body for row in newer}
    new = {row.body for row in newer} - {row.body for row in older}
    of_body: defaultdict[str, list[ReviewRow]] = defaultdict(list)
    for row in (*older, *newer):
        if row.body in gone | new:
            of_body[row.body].append(row)
    shared: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one, other in _alike(older, newer, candidates):
        if one.body in gone and other.body in new:
            shared[one.body, other.body].add(one.key)
    renamings = []
    for (before, after), keys in sorted(shared.items()):
        rows, others = of_body[before], of_body[after]
        if not _can_be_written(bodies[before], bodies[after]):
            continue
        if not {row.portfolio for row in rows} & {row.portfolio for row in others}:
            continue
        initiatives = len({row.key for row in rows})
        labels = bodies[before].label, bodies[after].label
        if len(keys) < initiatives * LEAST_SHARE:
            continue
        if len(keys) < _ENOUGH and not words.share_a_rare_one(*labels):
            continue
        renamings.append(
            Renaming(
                rows[0].year,
                others[0].year,
                before,
                labels[0],
                after,
                labels[1],
                len(keys),
                initiatives,
                registry_lines(bodies[before], bodies[after]),
            )
        )
    # One body that has half of two others, or is half of it in two, is no renaming of either.
    sides = Counter(side for each in renamings for side in (each.before, each.after))
    return [each for each in renamings if sides[each.before] == sides[each.after] == 1]


def renamings_turtle(renamings: Iterable[Renaming]) -> bytes:
    """Write all proposals as a registry: each as a comment, and the lines that make one body."""
    blocks = [f"# {printable_line(each).text('en')}\n{each.lines}\n" for each in renamings]
    return "\n".join(blocks).encode()


def printable_line(renaming: Renaming) -> Message:
    """Return on one line which two bodies may be one, and why."""
    return message(
        "review.renaming",
        before=visible(renaming.before_label),
        older=renaming.older,
        after=visible(renaming.after_label),
        newer=renaming.newer,
        shared=renaming.shared,
        initiatives=renaming.initiatives,
    )


def _alike(
    older: Sequence[ReviewRow], newer: Sequence[ReviewRow], candidates: Iterable[Candidate]
) -> Iterable[tuple[ReviewRow, ReviewRow]]:
    """Yield pairs of rows of two portraits that may be, or are, one initiative."""
    by_name: defaultdict[tuple[str, str], list[ReviewRow]] = defaultdict(list)
    by_key: dict[str, ReviewRow] = {}
    for row in newer:
        by_name[row.portfolio, normal_form(row.name)].append(row)
        by_key[row.key] = row
    for row in older:
        for other in by_name[row.portfolio, normal_form(row.name)]:
            yield row, other
        if row.key in by_key:
            yield row, by_key[row.key]
    for candidate in candidates:
        if candidate.kind == MOVED:
            yield candidate.older, candidate.newer


def _can_be_written(before: Body, after: Body) -> bool:
    """Return whether the registry may make one body of two.

    Of two of its own it says that they are two; a name that bodies elsewhere have too would be
    that of a registered body everywhere.
    """
    if before.reviewed and after.reviewed:
        return False
    alone = all(body.reviewed or body.label == body.text for body in (before, after))
    below = not (before.reviewed or after.reviewed) and _parent(before, after) is not None
    return alone or below


def _parent(before: Body, after: Body) -> str | None:
    """Return the slug of the parent below which the two are one, None where one is the parent."""
    if not (before.within and after.within):
        return None
    return after.parent or after.within.slug


def registry_lines(before: Body, after: Body) -> str:
    """Return the Turtle that makes one body of two; it can stand anywhere in a registry.

    A registered body gets the other name; of two that nobody reviewed, the older one is
    registered under its slug, by which it was published, with the newer name as its own.
    """
    if before.reviewed or after.reviewed:
        known, other = (before, after) if before.reviewed else (after, before)
        name = f"<id/organisme/{known.slug}> skos:altLabel {_name(other)} ."
        return f"@prefix skos: <{SKOS}> .\n{name}"
    prefixes = (("org", ORG), ("pia", "def#"), ("skos", SKOS))
    lines = [f"@prefix {prefix}: <{iri}> ." for prefix, iri in prefixes]
    described = "org:classification <id/genre/organisme> ; pia:revise true ."
    above = _parent(before, after)
    lines += [
        f"<id/organisme/{before.slug}> a pia:Organisme ;",
        f"  skos:prefLabel {_name(after)} ; skos:altLabel {_name(before)} ;",
        *([f"  org:subOrganizationOf <id/organisme/{above}> ;"] if above else []),
        f"  {described}",
    ]
    if above and after.within:
        name = literal(after.within.text, after.language)
        lines.append(f"<id/organisme/{above}> a pia:Organisme ; skos:prefLabel {name} ;")
        lines.append(f"  {described}")
    return "\n".join(lines)


def _name(body: Body) -> str:
    return literal(body.text, body.language)
