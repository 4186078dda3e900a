"""Find which things may be one, and how many of them at most: it only suggests, never decides."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from transform.normal import slug

# Of 100. On the bodies of the portraits, below it are but bodies of one kind («Cégep de …»).
THRESHOLD = 85.0
_CHUNK = 500


class Alike(NamedTuple):
    """Two texts, by their places in the two lists, and how alike they are, from 0 to 100."""

    before: int
    after: int
    likeness: float


def find_alike(before: Sequence[str], after: Sequence[str]) -> list[Alike]:
    """Give the pairs of texts that are alike over the threshold, in the order of places."""
    left, right = [_words(text) for text in before], [_words(text) for text in after]
    found: list[Alike] = []
    if not right:
        return found
    for start in range(0, len(left), _CHUNK):
        scores = process.cdist(
            left[start : start + _CHUNK], right, scorer=fuzz.ratio, score_cutoff=THRESHOLD
        )
        for row, column in zip(*scores.nonzero(), strict=True):
            likeness = round(float(scores[row, column]), 1)
            found.append(Alike(start + int(row), int(column), likeness))
    return found


def _words(text: str) -> str:
    return slug(text).replace("-", " ")


def most_at_once(pairs: Iterable[tuple[str, str]]) -> int:
    """Give how many pairs can hold together when each thing is in one at most.

    Kuhn's algorithm, without recursion; the order of the pairs does not change the number.
    """
    partners: defaultdict[str, list[str]] = defaultdict(list)
    for left, right in pairs:
        partners[left].append(right)
    taken: dict[str, str] = {}
    return sum(_place(left, partners, taken) for left in partners)


def _place(start: str, partners: dict[str, list[str]], taken: dict[str, str]) -> bool:
    """Look for a chain of exchanges that gives `start` a partner (breadth first)."""
    came_from: dict[str, str] = {}
    waiting = [start]
    for left in waiting:
        for right in partners[left]:
            if right in came_from:
                continue
            came_from[right] = left
            if right in taken:
                waiting.append(taken[right])
                continue
            _exchange(right, start, came_from, taken)
            return True
    return False


def _exchange(right: str, start: str, came_from: dict[str, str], taken: dict[str, str]) -> None:
    """Give each left thing of the chain its new partner, from the free one back to `start`."""
    partner_of = {left: right for right, left in taken.items()}
    while True:
        left = came_from[right]
        taken[right] = left
        if left == start:
            return
        right = partner_of[left]
