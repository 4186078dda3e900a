"""Compare two portraits: what is new, continued, changed and absent, and what is still open.

Everything here is pure. What makes two rows one initiative or two texts one body was decided
before (transform/identity/rule.py); here it is only counted, and so are the texts as written.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from transform.comparison.entries import Entry, EntryNames
from transform.comparison.lists import compare_lists
from transform.comparison.model import CHANGES, Comparison, Movement, Pair
from transform.comparison.pairing import find_alike, most_at_once
from transform.layouts.model import LISTS
from transform.text.normal_form import normal_form

# The status of an initiative before and after.
Statuses = tuple[str, str]
# Two initiatives, absent and new, that may be one, and how alike they are, from 0 to 100.
Likely = tuple[str, str, float]

# How the names of movements agree in French.
_BODIES = ("organismes", "nouveaux", "absents", "poursuivis")
_INITIATIVES = ("initiatives", "nouvelles", "absentes", "poursuivies")
_TEXTS = ("textes", "nouveaux", "absents", "poursuivis")


@dataclass(frozen=True, slots=True)
class Sides:
    """The entries of two portraits, and what the release calls things.

    `likely` are initiatives of which nobody has decided whether they are one: they widen the
    range of what is new and what is absent. `words` are those of the register by
    language, as a manifest has them.
    """

    earlier: int
    later: int
    before: Sequence[Entry]
    after: Sequence[Entry]
    names: EntryNames = field(default_factory=EntryNames)
    likely: Collection[Likely] = ()
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def lists(self) -> tuple[str, ...]:
        """Return the lists that both portraits have a field for."""
        return tuple(
            name
            for name in LISTS
            if all(
                not side or any(getattr(entry, name) for entry in side)
                for side in (self.before, self.after)
            )
        )

    def continued(self) -> list[tuple[Entry, Entry]]:
        """Return the entries of each initiative in both portraits, in the order of the later."""
        old = {entry.initiative: entry for entry in self.before}
        return [(old[e.initiative], e) for e in self.after if e.initiative in old]

    def moved(self, old: Entry, new: Entry) -> bool:
        """Return whether an initiative has another body, or another broadest portfolio.

        Where one of the portraits has no portfolios, only the body counts.
        """
        portfolios = [self.names.top(entry.portefeuille) for entry in (old, new)]
        return old.organisme != new.organisme or len({*filter(None, portfolios)}) > 1


def compare(sides: Sides) -> Comparison:
    """Compare two portraits."""
    comparison = Comparison(sides.earlier, sides.later, words=sides.words)
    _compare_texts(comparison, sides)
    _compare_bodies(comparison, sides)
    _compare_initiatives(comparison, sides)
    compare_lists(comparison, sides.lists, sides.before, sides.after, sides.names)
    return comparison


def _compare_sets(
    comparison: Comparison,
    words: tuple[str, str, str, str],
    before: set[str],
    after: set[str],
    *,
    open_pairs: Sequence[Likely] = (),
    unresolved: bool = False,
    named: bool = False,
) -> None:
    """Count what is new, absent and continued; open pairs lower what is new and absent at least.

    `named`: list what is new and what is absent, where these are few.
    """
    what, new, absent, continued = words
    maybe = most_at_once((left, right) for left, right, _ in open_pairs)

    def add(name: str, things: set[str], lower: int = 0, higher: int = 0) -> None:
        ends = (len(things), len(things) - lower, len(things) + higher)
        elements = tuple(sorted(things)) if named and name in (new, absent) else ()
        comparison.add(Movement(f"{what}-{name}", *ends, unresolved=unresolved, elements=elements))

    add("avant", before)
    add("apres", after)
    add(new, after - before, maybe)
    add(absent, before - after, maybe)
    add(continued, before & after, 0, maybe)
    if not unresolved:
        number = len(open_pairs)
        comparison.add(Movement(f"{what}-a-trancher", number, number, number))
        comparison.pairs.extend(Pair(f"{what}-a-trancher", *pair) for pair in sorted(open_pairs))


def _compare_texts(comparison: Comparison, sides: Sides) -> None:
    before = {entry.cells.organisme for entry in sides.before}
    after = {entry.cells.organisme for entry in sides.after}
    _compare_sets(comparison, _TEXTS, before, after, unresolved=True)


def _compare_bodies(comparison: Comparison, sides: Sides) -> None:
    forms_before, forms_after = _forms(sides.before), _forms(sides.after)
    before, after = set(forms_before), set(forms_after)
    possible = _open_bodies(sides, before, after)
    # Listed, so that a page needs no query over all rows.
    _compare_sets(comparison, _BODIES, before, after, open_pairs=possible, named=True)
    renamed = sorted(body for body in before & after if not forms_before[body] & forms_after[body])
    number = len(renamed)
    comparison.add(Movement("organismes-renommes", number, number, number, elements=tuple(renamed)))


def _forms(entries: Sequence[Entry]) -> dict[str, set[str]]:
    """Return the normal forms of the texts that name each body."""
    forms: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        forms[entry.organisme].add(normal_form(entry.cells.organisme))
    return forms


def _open_bodies(sides: Sides, before: set[str], after: set[str]) -> list[Likely]:
    """Return pairs of an absent and a new body that are alike and not both reviewed."""
    known = sides.names.reviewed
    absent, new = sorted(before - after), sorted(after - before)
    # The registry decides that two bodies of its own are two: only others are compared, a few.
    pairs = _alike(sides.names, [path for path in absent if path not in known], new)
    reviewed = [path for path in absent if path in known]
    return pairs + _alike(sides.names, reviewed, [path for path in new if path not in known])


def _alike(names: EntryNames, absent: list[str], new: list[str]) -> list[Likely]:
    left, right = ([names.own_label(path) for path in paths] for paths in (absent, new))
    return [(absent[a.before], new[a.after], a.likeness) for a in find_alike(left, right)]


def _compare_initiatives(comparison: Comparison, sides: Sides) -> None:
    before = {entry.initiative for entry in sides.before}
    after = {entry.initiative for entry in sides.after}
    absent, new = before - after, after - before
    still = sorted((a, b, likeness) for a, b, likeness in sides.likely if a in absent and b in new)
    named = {path for a, b, _ in still for path in (a, b)}
    comparison.called.update(
        (entry.initiative, entry.name_in)
        for entry in (*sides.before, *sides.after)
        if entry.initiative in named
    )
    _compare_sets(comparison, _INITIATIVES, before, after, open_pairs=still)
    both = sides.continued()
    entry_of = {entry.initiative: entry for entry in (*sides.before, *sides.after)}
    possible = [(entry_of[a], entry_of[b]) for a, b, _ in still]

    def add(
        name: str, holds: Callable[[Entry, Entry], bool], statuses: Statuses | None = None
    ) -> None:
        number = sum(holds(old, new) for old, new in both)
        maybe = most_at_once((o.initiative, n.initiative) for o, n in possible if holds(o, n))
        comparison.add(Movement(name, number, number, number + maybe, statuses=statuses))

    for name, of in CHANGES.items():
        if of in sides.lists:
            add(name, partial(_differ, of))
    add("initiatives-deplacees", sides.moved)
    passages = {(old.statut, new.statut) for old, new in both} if "statut" in sides.lists else set()
    for statuses in sorted(passages):
        name = "passage/" + "/".join(path.rpartition("/")[2] for path in statuses)
        add(name, partial(_passes, statuses), statuses)


def _differ(field_name: str, old: Entry, new: Entry) -> bool:
    return bool(getattr(old, field_name) != getattr(new, field_name))


def _passes(statuses: Statuses, old: Entry, new: Entry) -> bool:
    return (old.statut, new.statut) == statuses
