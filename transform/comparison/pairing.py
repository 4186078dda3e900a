"""Find which things may be one, and how many at most: suggestions only, never decisions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import process

from transform.text.normal_form import slug
from transform.text.string_similarity import BY_LETTERS

# Of 100. Among the bodies of the portraits, pairs below it are two bodies («Cégep de …»).
THRESHOLD = 85.0
_CHUNK = 500


class AlikeTexts(NamedTuple):
    """Two texts, by their places in the two lists, and how alike they are, from 0 to 100."""

    before: int
    after: int
    likeness: float


def find_alike(before: Sequence[str], after: Sequence[str]) -> list[AlikeTexts]:
    """Return the pairs of texts at or over the threshold, in the order of their places."""
    left, right = [_words(text) for text in before], [_words(text) for text in after]
    pairs: list[AlikeTexts] = []
    if not right:
        return pairs
    for start in range(0, len(left), _CHUNK):
        scores = process.cdist(
            left[start : start + _CHUNK], right, scorer=BY_LETTERS, score_cutoff=THRESHOLD
        )
        for row, column in zip(*scores.nonzero(), strict=True):
            likeness = round(float(scores[row, column]), 1)
            pairs.append(AlikeTexts(start + int(row), int(column), likeness))
    return pairs


def _words(text: str) -> str:
    return slug(text).replace("-", " ")


def most_at_once(pairs: Iterable[tuple[str, str]]) -> int:
    """Return how many pairs can hold at once when each thing is in one pair at most.

    Kuhn's algorithm, without recursion; the order of the pairs does not change the number.
    """
    partners: defaultdict[str, list[str]] = defaultdict(list)
    for left, right in pairs:
        partners[left].append(right)
    matching = _Matching(partners)
    return sum(matching.place(left) for left in partners)


class _Matching:
    """A matching of left and right things; `_closed` are right ones that cannot change partner."""

    def __init__(self, partners: Mapping[str, Sequence[str]]) -> None:
        self._partners = partners
        self._left_of: dict[str, str] = {}
        self._right_of: dict[str, str] = {}
        self._closed: set[str] = set()

    def place(self, start: str) -> bool:
        """Match `start` by a chain of exchanges, breadth first; return whether there is one."""
        came_from: dict[str, str] = {}
        waiting = [start]
        for left in waiting:
            for right in self._partners[left]:
                if right in came_from or right in self._closed:
                    continue
                came_from[right] = left
                if right not in self._left_of:
                    self._exchange(right, start, came_from)
                    return True
                waiting.append(self._left_of[right])
        # A later search from a right thing reached in vain would fail too, so none enters it again.
        self._closed |= came_from.keys()
        return False

    def _exchange(self, right: str, start: str, came_from: Mapping[str, str]) -> None:
        """Match each left thing of the chain anew, from the free right thing back to `start`."""
        while True:
            left = came_from[right]
            before = self._right_of.get(left)
            self._left_of[right], self._right_of[left] = left, right
            if left == start or before is None:
                return
            right = before
