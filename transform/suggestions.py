"""Suggest which rows of two years a person should look at: nothing here joins anything.

What is in both portraits is settled. A row that only the older one has and a row that only the
newer one has may be one initiative, reworded or moved to another body; where one of the two is
in both portraits already, the other may have been split off from it or merged into it.
"""

from collections.abc import Container, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from transform.continuity import Continuity
from transform.likeness import Entry, compare

REWORDED, MOVED, SPLIT, MERGED = "reworded", "moved", "split", "merged"
# The least score, of 100, that is worth a person's time: measured on the example portraits and
# the two registers of docs/identite.md.
LEAST = {REWORDED: 65.0, MOVED: 80.0, SPLIT: 80.0, MERGED: 80.0}
_WHY = {
    REWORDED: "same body, another name",
    MOVED: "another body, a like name",
    SPLIT: "goes on in the newer portrait; was this split off from it?",
    MERGED: "was in the older portrait too; was this merged into it?",
}


class Candidate(NamedTuple):
    """Two rows that look alike: what may have happened, the score of 100, the two as they are."""

    kind: str
    score: float
    name_score: float
    older: Entry
    newer: Entry

    @property
    def pair(self) -> frozenset[str]:
        """Give the keys of the two initiatives."""
        return frozenset((self.older.key, self.newer.key))

    @property
    def reason(self) -> str:
        """Say why the two are suggested."""
        same = [
            said
            for said, one, other in (
                ("benefits", self.older.benefits, self.newer.benefits),
                ("category", self.older.category, self.newer.category),
                ("portfolio", self.older.portfolio, self.newer.portfolio),
            )
            if one and one == other
        ]
        also = f"; same {', '.join(same)}" if same else ""
        return f"{_WHY[self.kind]} ({self.name_score:.0f} of 100 alike){also}"


def decided_pairs(continuity: Continuity) -> set[frozenset[str]]:
    """Give the pairs of initiatives, by their keys now, on which some line says something."""
    return {
        frozenset((continuity.now(one).key, continuity.now(other).key))
        for _, one, other in continuity.judged
    }


def find_candidates(
    older: Sequence[Entry], newer: Sequence[Entry], decided: Container[frozenset[str]]
) -> list[Candidate]:
    """Give the pairs worth a look on which nobody decided."""
    before, now = {entry.key for entry in older}, {entry.key for entry in newer}
    gone = [entry for entry in older if entry.key not in now]
    new = [entry for entry in newer if entry.key not in before]
    found = _open(gone, new)
    for kind, one, other in (
        (SPLIT, [entry for entry in older if entry.key in now], new),
        (MERGED, gone, [entry for entry in newer if entry.key in before]),
    ):
        found += [
            Candidate(kind, like.score, like.name, one[like.older], other[like.newer])
            for like in compare(one, other, LEAST[kind], across=False)
        ]
    found = [candidate for candidate in found if candidate.pair not in decided]
    return sorted(found, key=_order)


def _order(candidate: Candidate) -> tuple[bool, float, str, str]:
    """Put what may be one initiative before what may be part of one, the most alike first."""
    parts = candidate.kind in (SPLIT, MERGED)
    return parts, -candidate.score, candidate.older.key, candidate.newer.key


def open_pairs(
    older: Sequence[Entry], newer: Sequence[Entry], decided: Container[frozenset[str]]
) -> list[Candidate]:
    """Give the candidates that could be one initiative: gone from one year, new in the other."""
    before, now = {entry.key for entry in older}, {entry.key for entry in newer}
    gone = [entry for entry in older if entry.key not in now]
    new = [entry for entry in newer if entry.key not in before]
    return [candidate for candidate in _open(gone, new) if candidate.pair not in decided]


def _open(gone: Sequence[Entry], new: Sequence[Entry]) -> list[Candidate]:
    found = []
    for like in compare(gone, new, min(LEAST[REWORDED], LEAST[MOVED])):
        one, other = gone[like.older], new[like.newer]
        kind = REWORDED if one.body == other.body else MOVED
        if like.score >= LEAST[kind]:
            found.append(Candidate(kind, like.score, like.name, one, other))
    return found


def follow(entries: Mapping[int, Sequence[Entry]]) -> list[tuple[int, int]]:
    """Give the pairs of years that follow each other."""
    years = sorted(entries)
    return list(pairwise(years))
