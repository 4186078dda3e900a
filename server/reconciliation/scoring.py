"""Score the entities that a query may mean; only an exact spelling of one alone is a match."""

from itertools import chain
from typing import NamedTuple

from server.reconciliation.index import Index, bare
from server.reconciliation.read_queries import Constraint, Query
from server.reconciliation.types import YEAR
from transform.text.normal_form import normal_form
from transform.text.similarity import similarity

EXACT = 100.0
_ALMOST = 99.0  # the most that likeness alone can reach
_WRONG_TYPE = 0.8
_WRONG_VALUES = 0.5  # what is left of a score when no value fits
_MOST = 2000  # entities that are weighed beside the exact ones
Wanted = list[tuple[Constraint, list[str]]]


class Candidate(NamedTuple):
    """An entity by number, its score of 100, whether it is the match, and why.

    `likeness` is that of its most similar spelling, `met` says which properties fit.
    """

    number: int
    score: float
    match: bool
    likeness: float
    exact: bool
    fits: bool
    met: dict[str, bool]


def find_candidates(index: Index, query: Query, ours: str) -> list[Candidate]:
    """Give the best candidates, the best first; `ours` is what identifiers begin with.

    The match is the one entity that has the text of the query as a spelling in normal form, is of a
    type that was asked for and has all values; where there are two, there is none.
    """
    wanted = [(each, _list_keys(index, each, ours)) for each in query.constraints]
    if query.text is None:
        exact, found = set[int](), _find_by_values(index, wanted)
    else:
        exact = _find_exact(index, query.text, ours)
        found = _find(index, query.text, exact)
    left = [
        candidate
        for number, likeness in found.items()
        if (candidate := _weigh(index, query, wanted, number, likeness, number in exact))
    ]
    sure = [each for each in left if each.exact and each.fits and all(each.met.values())]
    if len(sure) == 1:
        left = [each._replace(match=each is sure[0]) for each in left]
    # What stands for the same score comes in the order of the index.
    return sorted(left, key=lambda each: (-each.match, -each.score, each.number))[: query.limit]


def _find_exact(index: Index, text: str, ours: str) -> set[int]:
    owners = set(index.owners(normal_form(text)))
    place = index.places.get(text.strip().removeprefix(ours))
    return owners if place is None else owners | {place}


def _find(index: Index, text: str, exact: set[int]) -> dict[int, float]:
    """Give the likeness of each entity that comes into question: all exact ones, then the like."""
    found = dict.fromkeys(sorted(exact), EXACT)
    most = len(found) + _MOST
    form = normal_form(text)
    for spelling, owners in index.similar(form):
        likeness = compare(form, spelling)
        for number in owners:
            if number in found or len(found) < most:
                found[number] = max(found.get(number, 0.0), likeness)
    return found


def _find_by_values(index: Index, wanted: Wanted) -> dict[int, float]:
    """Give what has a value of the property that narrows the most, where nothing is named."""
    narrow: list[set[int]] = []
    for constraint, keys in wanted:
        values = index.values[constraint.property.id]
        narrow.append(set(chain.from_iterable(values.get(key, ()) for key in keys)))
    narrowest: set[int] = min(narrow, key=len) if narrow else set()
    return dict.fromkeys(sorted(narrowest)[:_MOST], EXACT)


def compare(one: str, other: str) -> float:
    """Return the similarity of two normal forms, of 99, accents aside."""
    return min(_ALMOST, similarity(bare(one), bare(other)))


def _weigh(
    index: Index, query: Query, wanted: Wanted, number: int, likeness: float, exact: bool
) -> Candidate | None:
    fits = index.entities[number].kind in query.kinds
    if query.only and not fits:
        return None
    met: dict[str, bool] = {}
    for constraint, keys in wanted:
        name = constraint.property.id
        holds = any(index.has(number, name, key) for key in keys)
        met[name] = met.get(name, True) and holds
    share = sum(met.values()) / len(met) if met else 1.0
    score = likeness * (_WRONG_VALUES + (1 - _WRONG_VALUES) * share) * (1 if fits else _WRONG_TYPE)
    return Candidate(number, round(score, 1), False, round(likeness, 1), exact, fits, met)


def _list_keys(index: Index, constraint: Constraint, ours: str) -> list[str]:
    """Return what the values of a constraint name: an identifier, a year, an exact spelling."""
    if constraint.property is YEAR:
        return [value.strip() for value in constraint.values]
    keys = []
    for value in constraint.values:
        path = value.strip().removeprefix(ours)
        owners = [index.entities[number] for number in index.owners(normal_form(value))]
        if path in index.places:
            keys.append(path)
        keys += [owner.path for owner in owners if owner.kind is constraint.property.value]
    return keys
