"""Find which things may be one, and how many of them at most: it only suggests, never decides."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import process

from transform.text.normal_form import slug
from transform.text.similarity import BY_LETTERS

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
            left[start : start + _CHUNK], right, scorer=BY_LETTERS, score_cutoff=THRESHOLD
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
    matching = _Matching(partners)
    return sum(matching.place(left) for left in partners)


class _Matching:
    """Which left thing holds each right one, and which right ones nobody can be given."""

    def __init__(self, partners: Mapping[str, Sequence[str]]) -> None:
        self._partners = partners
        self._holder: dict[str, str] = {}
        self._held: dict[str, str] = {}
        self._closed: set[str] = set()

    def place(self, start: str) -> bool:
        """Look for a chain of exchanges that gives `start` a partner (breadth first)."""
        came_from: dict[str, str] = {}
        waiting = [start]
        for left in waiting:
            for right in self._partners[left]:
                if right in came_from or right in self._closed:
                    continue
                came_from[right] = left
                if right not in self._holder:
                    self._exchange(right, start, came_from)
                    return True
                waiting.append(self._holder[right])
        # From where a search ends in vain no later one finds a way out, so none goes there again.
        self._closed |= came_from.keys()
        return False

    def _exchange(self, right: str, start: str, came_from: Mapping[str, str]) -> None:
        """Give each left thing of the chain its new partner, from the free one back to `start`."""
        while True:
            left = came_from[right]
            before = self._held.get(left)
            self._holder[right], self._held[left] = left, right
            if left == start or before is None:
                return
            right = before
