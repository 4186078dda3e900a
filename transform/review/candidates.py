"""Suggest pairs of rows of two years to a person: nothing here joins anything.

What is in both portraits is settled. A row that only the older one has and a row that only the
newer one has may be one initiative, reworded or moved to another body; where one of the two is
in both portraits already, the other may have been split off from it or merged into it.
"""

from collections.abc import Container, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from transform.comparison.compare import Likely
from transform.decisions.initiatives import Thing
from transform.identity.continuity import Continuity
from transform.review.rows import ReviewRow
from transform.text.message import Message, message

REWORDED, MOVED, SPLIT, MERGED = "reworded", "moved", "split", "merged"
# The least score, of 100, that is worth a person's time: measured on the example portraits and
# the two registers of docs/identite.md.
LEAST = {REWORDED: 65.0, MOVED: 80.0, SPLIT: 80.0, MERGED: 80.0}
_WHY = {
    REWORDED: message("review.why_reworded"),
    MOVED: message("review.why_moved"),
    SPLIT: message("review.why_split"),
    MERGED: message("review.why_merged"),
}


class Candidate(NamedTuple):
    """Two rows that look alike: what may have happened, the scores of 100, the two rows."""

    kind: str
    score: float
    name_score: float
    older: ReviewRow
    newer: ReviewRow

    @property
    def pair(self) -> frozenset[str]:
        """The keys of the two initiatives."""
        return frozenset((self.older.key, self.newer.key))

    @property
    def may_be_one(self) -> bool:
        """Whether the two may be one initiative, and not one made out of the other."""
        return self.kind in (REWORDED, MOVED)

    def as_likely(self) -> Likely:
        """Return the paths of the two initiatives with the score."""
        return str(Thing(self.older.key, None)), str(Thing(self.newer.key, None)), self.score

    @property
    def reason(self) -> Message:
        """Why the two are suggested, in words."""
        same = [
            part
            for part, one, other in (
                (message("review.same_benefits"), self.older.benefits, self.newer.benefits),
                (message("review.same_category"), self.older.category, self.newer.category),
                (message("review.same_portfolio"), self.older.portfolio, self.newer.portfolio),
            )
            if one and one == other
        ]
        why, name = _WHY[self.kind], f"{self.name_score:.0f}"
        if same:
            return message("review.reason_same", why=why, name=name, same=same)
        return message("review.reason", why=why, name=name)


# The candidates of each two years.
Candidates = dict[tuple[int, int], list[Candidate]]


def decided_pairs(continuity: Continuity) -> set[frozenset[str]]:
    """Return the pairs of initiatives, by their keys now, that some line judges."""
    return {
        frozenset((continuity.now(one).key, continuity.now(other).key))
        for _, one, other in continuity.judged
    }


def find_candidates(
    older: Sequence[ReviewRow], newer: Sequence[ReviewRow], decided: Container[frozenset[str]]
) -> list[Candidate]:
    """Return the candidates on which nobody decided."""
    from transform.review.similarity import compare

    gone, continued = _split_by_presence(older, newer)
    new, continuing = _split_by_presence(newer, older)
    candidates = open_pairs(older, newer, decided)
    for kind, one, other in ((SPLIT, continued, new), (MERGED, gone, continuing)):
        for likeness in compare(one, other, LEAST[kind], across=False):
            candidate = Candidate(
                kind, likeness.score, likeness.name, one[likeness.older], other[likeness.newer]
            )
            if candidate.pair not in decided:
                candidates.append(candidate)
    return sorted(candidates, key=_order)


def _split_by_presence(
    rows: Sequence[ReviewRow], others: Sequence[ReviewRow]
) -> tuple[list[ReviewRow], list[ReviewRow]]:
    """Split rows into those whose initiative the other year lacks, and those it has."""
    keys = {row.key for row in others}
    return [r for r in rows if r.key not in keys], [r for r in rows if r.key in keys]


def _order(candidate: Candidate) -> tuple[bool, float, str, str]:
    """Sort what may be one initiative before what may be part of one, the most alike first."""
    parts = candidate.kind in (SPLIT, MERGED)
    return parts, -candidate.score, candidate.older.key, candidate.newer.key


def open_pairs(
    older: Sequence[ReviewRow], newer: Sequence[ReviewRow], decided: Container[frozenset[str]]
) -> list[Candidate]:
    """Return the candidates that may be one initiative: gone from one year, new in the other."""
    from transform.review.similarity import compare

    (gone, _), (new, _) = _split_by_presence(older, newer), _split_by_presence(newer, older)
    candidates = []
    for likeness in compare(gone, new, min(LEAST[REWORDED], LEAST[MOVED])):
        one, other = gone[likeness.older], new[likeness.newer]
        kind = REWORDED if one.body == other.body else MOVED
        candidate = Candidate(kind, likeness.score, likeness.name, one, other)
        if likeness.score >= LEAST[kind] and candidate.pair not in decided:
            candidates.append(candidate)
    return candidates


def follow(entries: Mapping[int, Sequence[ReviewRow]]) -> list[tuple[int, int]]:
    """Return the pairs of years that follow each other."""
    years = sorted(entries)
    return list(pairwise(years))
