"""Measure how much rows of two years look alike: a hint for a person, never a decision.

Names weigh most, then benefits, body and category. Rows of one body are all compared; rows of
different bodies only where their names share rare words, so that time and memory grow with the
number of rows and not with its square.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import process

from transform.review.plain_words import plain_words
from transform.review.rows import ReviewRow
from transform.text.string_similarity import BY_WORDS, IN_ANY_ORDER, OF_THE_SHORTER

Numbers = np.ndarray[Any, np.dtype[np.int64]]
Scores = np.ndarray[Any, np.dtype[np.float64]]

# Below, two names have no more in common than any two names of one ministry.
NAME_FLOOR = 55
# Weights of the parts of a score; a part that neither row fills in does not count.
_WEIGHTS = {"name": 0.70, "benefits": 0.12, "place": 0.12, "category": 0.06}
# Pairs that are compared at a time: they take some 100 MB of memory.
_CHUNK = 200_000
# Above this many pairs, the rows of one body are looked up by words too.
_WHOLE_BLOCK = 4_000_000
# A word that more rows of a year share than this is not looked up.
_COMMON = 40
# Words that a row is looked up by, the rarest first.
_LOOKED_UP = 6
# How much of long benefits is compared, in characters.
_LONGEST = 300


class Likeness(NamedTuple):
    """A pair of rows by their places in the two lists, with its score and that of its names."""

    older: int
    newer: int
    score: float
    name: float


def compare(
    older: Sequence[ReviewRow], newer: Sequence[ReviewRow], least: float, *, across: bool = True
) -> list[Likeness]:
    """Return the pairs of rows whose score, 0 to 100, is at least `least`; the best first.

    Without `across`, only rows of one body.
    """
    names = [[plain_words(entry.name) for entry in side] for side in (older, newer)]
    blocks = [_in_block(block, names) for block in _blocks(older, newer)]
    blocks.append(_by_words(names, None if across else (older, newer)))
    pairs = np.unique(np.concatenate(blocks), axis=0)
    likenesses: list[Likeness] = []
    for first in range(0, len(pairs), _CHUNK):
        likenesses += _score(pairs[first : first + _CHUNK], names, (older, newer), least)
    return sorted(
        likenesses,
        key=lambda likeness: (-likeness.score, older[likeness.older], newer[likeness.newer]),
    )


def _blocks(
    older: Sequence[ReviewRow], newer: Sequence[ReviewRow]
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the rows of each body that both years name, unless they are too many to compare all."""
    by_body: list[defaultdict[str, list[int]]] = [defaultdict(list), defaultdict(list)]
    for side, entries in zip(by_body, (older, newer), strict=True):
        for index, entry in enumerate(entries):
            side[entry.body].append(index)
    for body in sorted(by_body[0].keys() & by_body[1].keys()):
        block = by_body[0][body], by_body[1][body]
        if len(block[0]) * len(block[1]) <= _WHOLE_BLOCK:
            yield block


def _in_block(block: tuple[list[int], list[int]], names: Sequence[Sequence[str]]) -> Numbers:
    """Return the pairs of one body whose names reach the floor."""
    one, other = ([names[side][index] for index in block[side]] for side in (0, 1))
    similar = np.argwhere(_similar(process.cdist, one, other) >= NAME_FLOOR)
    return np.column_stack([np.array(block[side])[similar[:, side]] for side in (0, 1)])


def _similar(
    score_all: Callable[..., Any],
    one: Sequence[str],
    other: Sequence[str],
    scorers: Sequence[Any] = BY_WORDS,
) -> Scores:
    """Apply `similarity` to many texts at once: each with each (cdist), or pair by pair (cpdist).

    Each part is rounded to a whole number: one byte, as a body may have millions of pairs.
    """
    parts = [score_all(one, other, scorer=scorer, dtype=np.uint8) for scorer in scorers]
    mean: Scores = np.mean(parts, axis=0, dtype=np.float64)
    return mean


def _by_words(
    names: Sequence[Sequence[str]], sides: tuple[Sequence[ReviewRow], Sequence[ReviewRow]] | None
) -> Numbers:
    """Return the pairs that share a rare word or the whole name; with `sides`, of one body only."""
    indexes = [_index(side) for side in names]
    blocks = [np.empty((0, 2), dtype=np.int64)]
    for word in sorted(indexes[0].keys() & indexes[1].keys()):
        one, other = (np.array(index[word], dtype=np.int64) for index in indexes)
        pairs = np.column_stack([np.repeat(one, len(other)), np.tile(other, len(one))])
        if sides:
            of_one = [sides[0][a].body == sides[1][b].body for a, b in pairs.tolist()]
            pairs = pairs[np.array(of_one, dtype=bool)]
        blocks.append(pairs)
    return np.concatenate(blocks)


def _index(names: Sequence[str]) -> dict[str, list[int]]:
    """Index the rows by their rare words; a whole name is a word too."""
    words = [{*name.split(), f" {name}"} for name in names]
    counts = Counter(word for row in words for word in row)
    index: defaultdict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(words):
        rarest = sorted((counts[word], word) for word in row if counts[word] <= _COMMON)
        for _, word in rarest[:_LOOKED_UP]:
            index[word].append(at)
    return index


def _score(
    pairs: Numbers,
    names: Sequence[Sequence[str]],
    sides: tuple[Sequence[ReviewRow], Sequence[ReviewRow]],
    least: float,
) -> list[Likeness]:
    one, other = pairs[:, 0].tolist(), pairs[:, 1].tolist()
    texts = [names[0][at] for at in one], [names[1][at] for at in other]
    name = _similar(process.cpdist, *texts)
    kept = np.flatnonzero(name >= NAME_FLOOR).tolist()
    one, other = [one[at] for at in kept], [other[at] for at in kept]
    rows = [sides[0][at] for at in one], [sides[1][at] for at in other]
    parts = {
        "name": name[kept],
        "benefits": _compare_texts(
            *([plain_words(row.benefits)[:_LONGEST] for row in side] for side in rows)
        ),
        "place": _places(*rows),
        "category": _agree(*([row.category for row in side] for side in rows)),
    }
    weights = {
        part: np.where(np.isnan(values), 0, _WEIGHTS[part]) for part, values in parts.items()
    }
    total = sum(np.nan_to_num(values) * weights[part] for part, values in parts.items())
    scores = np.round(total / sum(weights.values()), 1)
    return [
        Likeness(one[at], other[at], float(scores[at]), float(parts["name"][at]))
        for at in np.flatnonzero(scores >= least).tolist()
    ]


def _compare_texts(one: Sequence[str], other: Sequence[str]) -> Scores:
    """Compare texts pair by pair; NaN where both are blank."""
    alike = _similar(process.cpdist, one, other, [IN_ANY_ORDER])
    blank = [not (left or right) for left, right in zip(one, other, strict=True)]
    return np.where(blank, np.nan, alike)


def _agree(one: Sequence[str], other: Sequence[str]) -> Scores:
    """Score pairs of slugs: 100 where equal, 0 where not, NaN where one is missing."""
    pairs = zip(one, other, strict=True)
    return np.array([100.0 * (a == b) if a and b else np.nan for a, b in pairs])


def _places(one: Sequence[ReviewRow], other: Sequence[ReviewRow]) -> Scores:
    """Score pairs of bodies: 100 if one; else half their names' likeness, 25 for one portfolio."""
    bodies = [[plain_words(row.body_name) for row in side] for side in (one, other)]
    alike = _similar(process.cpdist, bodies[0], bodies[1], [OF_THE_SHORTER])
    pairs = list(zip(one, other, strict=True))
    portfolio = np.array([25.0 * (a.portfolio == b.portfolio != "") for a, b in pairs])
    same = np.array([a.body == b.body != "" for a, b in pairs], dtype=bool)
    return np.where(same, 100.0, alike / 2 + portfolio)
