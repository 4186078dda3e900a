"""Compare the values of lists in two portraits: which were reworded, split, joined or look alike.

Values are compared at the level of their broadest concept, so that a portfolio that was split is
one group with one number in each year. The texts of cells are counted too, as they are written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from transform.comparison.entries import Entry, EntryNames
from transform.comparison.model import (
    JOINED,
    REWORDED,
    SAME,
    SPLIT,
    Comparison,
    Evolution,
    Movement,
)
from transform.comparison.pairing import find_alike
from transform.text.normal_form import normal_form
from transform.text.slugs import name_all


def compare_lists(
    comparison: Comparison,
    lists: Iterable[str],
    before: Sequence[Entry],
    after: Sequence[Entry],
    names: EntryNames,
) -> None:
    """Add to a comparison the numbers of each value of some lists, and the movements of values."""
    for kind in lists:
        sides = [_Side(kind, entries, names) for entries in (before, after)]
        evolutions = _evolutions(kind, *sides)
        comparison.evolutions.extend(evolutions)
        comparison.evolutions.extend(_texts(kind, *sides))
        for name, concepts in _movements(kind, *sides).items():
            number = len(concepts)
            comparison.add(Movement(name, number, number, number, elements=tuple(sorted(concepts))))


class _Side:
    """The values of one list in one portrait."""

    def __init__(self, kind: str, entries: Iterable[Entry], names: EntryNames) -> None:
        self.tops: Counter[str] = Counter()
        self.texts: Counter[str] = Counter()
        self.meant: dict[str, str] = {}
        self.forms: defaultdict[str, set[str]] = defaultdict(set)
        self.concepts: defaultdict[str, set[str]] = defaultdict(set)
        for entry in entries:
            concept, text = getattr(entry, kind), getattr(entry.cells, kind)
            top = names.top(concept)
            self.tops[top] += 1
            self.texts[text] += 1
            self.meant[text] = top
            self.forms[top].add(normal_form(text))
            self.concepts[top].add(concept)


def _evolutions(kind: str, before: _Side, after: _Side) -> list[Evolution]:
    """Return the numbers of each value, and the similar values that appear as it falls to zero."""
    fallen = sorted(set(before.tops) - set(after.tops))
    appeared = sorted(set(after.tops) - set(before.tops))
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for old in fallen:
        for new in appeared:
            if _alike(before.forms[old], after.forms[new]):
                neighbours[old].append(new)
    return [
        Evolution(
            kind,
            f"{kind}/{concept.rpartition('/')[2]}",
            concept,
            before.tops[concept],
            after.tops[concept],
            neighbours=tuple(neighbours[concept]),
        )
        for concept in sorted({*before.tops, *after.tops})
    ]


def _alike(old: set[str], new: set[str]) -> bool:
    """Return whether two values may be one: wordings are similar, or one continues the other."""
    if any(_continues(one, other) for one in old for other in new):
        return True
    return bool(find_alike(sorted(old), sorted(new)))


def _continues(one: str, other: str) -> bool:
    """Return whether the longer text is the shorter one and then a sign: «image» and «image/…»."""
    short, long = sorted((one, other), key=len)
    return bool(short) and long.startswith(short) and not long[len(short) :][:1].isalnum()


def _texts(kind: str, before: _Side, after: _Side) -> list[Evolution]:
    """Return the numbers of each text as it is written: what a naive comparison would show."""
    texts = sorted({*before.texts, *after.texts})
    slugs = name_all((0, text) for text in texts)
    return [
        Evolution(
            kind,
            f"libelle/{kind}/{slugs[text]}",
            (after.meant if text in after.texts else before.meant)[text],
            before.texts[text],
            after.texts[text],
            text=text,
        )
        for text in texts
    ]


def _movements(kind: str, before: _Side, after: _Side) -> dict[str, list[str]]:
    """Return the concepts by movement: reworded; of portfolios also split, joined, the same."""
    concepts: dict[str, list[str]] = {REWORDED[kind]: []}
    if kind == "portefeuille":
        concepts |= {SPLIT: [], JOINED: [], SAME: []}
    for top in set(before.tops) & set(after.tops):
        parts = [top not in side.concepts[top] for side in (before, after)]
        if parts == [False, True]:
            concepts[SPLIT].append(top)
        elif parts == [True, False]:
            concepts[JOINED].append(top)
        elif not before.forms[top] & after.forms[top]:
            concepts[REWORDED[kind]].append(top)
        elif kind == "portefeuille":
            concepts[SAME].append(top)
    return concepts
