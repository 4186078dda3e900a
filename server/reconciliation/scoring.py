"""Score the candidates of a query; only a spelling that exactly one entity has is a match."""

from itertools import chain
from typing import NamedTuple

from server.reconciliation.index import Index, strip_accents
from server.reconciliation.read_queries import Constraint, ReconciliationQuery
from server.reconciliation.types import YEAR
from transform.text.normal_form import unkept_normal_form
from transform.text.string_similarity import similarities

EXACT = 100.0
_ALMOST = 99.0  # the highest score without an exact spelling
_WRONG_TYPE = 0.8  # factor
_WRONG_VALUES = 0.5  # factor when no value fits
_MOST = 2000  # entities that are scored in addition to the exact ones
Constraints = list[tuple[str, frozenset[str]]]  # properties, each with the keys of the values


class ScoredEntity(NamedTuple):
    """An entity by number, its score of 100, whether it is the match, and why.

    `likeness` is the similarity of its most similar spelling; `met` says which properties fit.
    """

    number: int
    score: float
    match: bool
    likeness: float
    exact: bool
    fits: bool
    met: dict[str, bool]


def find_candidates(index: Index, query: ReconciliationQuery, ours: str) -> list[ScoredEntity]:
    """Return the best candidates, best first; `ours` is the prefix of identifiers.

    The match is the only entity with the text of the query as a spelling in normal form, a
    requested type and all requested values; two such entities are no match.
    """
    constraints = list(
        dict.fromkeys(
            (each.property.id, _find_keys(index, each, ours)) for each in query.constraints
        )
    )
    if query.text is None:
        exact, likenesses = set[int](), _find_by_values(index, constraints)
    else:
        form = unkept_normal_form(query.text)
        exact = _find_exact(index, query.text, form, ours)
        likenesses = _find_similar(index, form, exact)
    candidates = [
        candidate
        for number, likeness in likenesses.items()
        if (candidate := _score(index, query, constraints, number, likeness, number in exact))
    ]
    matches = [each for each in candidates if each.exact and each.fits and all(each.met.values())]
    if len(matches) == 1:
        candidates = [each._replace(match=each is matches[0]) for each in candidates]
    # Equal scores keep the order of the index.
    candidates.sort(key=lambda each: (-each.match, -each.score, each.number))
    return candidates[: query.limit]


def _find_exact(index: Index, text: str, form: str, ours: str) -> set[int]:
    owners = set(index.owners(form))
    place = index.places.get(text.strip().removeprefix(ours))
    return owners if place is None else owners | {place}


def _find_similar(index: Index, form: str, exact: set[int]) -> dict[int, float]:
    """Return the likeness of each candidate: all exact ones, then the similar ones."""
    likenesses = dict.fromkeys(sorted(exact), EXACT)
    most = len(likenesses) + _MOST
    bare = strip_accents(form)
    similar = index.similar(bare)
    measured = similarities(bare, (spelling for spelling, _ in similar))
    for (_, owners), likeness in zip(similar, measured, strict=True):
        for number in owners:
            if number in likenesses or len(likenesses) < most:
                likenesses[number] = max(likenesses.get(number, 0.0), min(_ALMOST, likeness))
    return likenesses


def _find_by_values(index: Index, constraints: Constraints) -> dict[int, float]:
    """Return the entities of the most selective constraint, for a query without text."""
    selections: list[set[int]] = []
    for name, keys in constraints:
        values = index.values[name]
        selections.append(set(chain.from_iterable(values.get(key, ()) for key in keys)))
    smallest: set[int] = min(selections, key=len) if selections else set()
    return dict.fromkeys(sorted(smallest)[:_MOST], EXACT)


def _score(
    index: Index,
    query: ReconciliationQuery,
    constraints: Constraints,
    number: int,
    likeness: float,
    exact: bool,
) -> ScoredEntity | None:
    fits = index.entities[number].kind in query.kinds
    if query.only and not fits:
        return None
    met: dict[str, bool] = {}
    for name, keys in constraints:
        holds = not keys.isdisjoint(index.values_of(number, name))
        met[name] = met.get(name, True) and holds
    share = sum(met.values()) / len(met) if met else 1.0
    score = likeness * (_WRONG_VALUES + (1 - _WRONG_VALUES) * share) * (1 if fits else _WRONG_TYPE)
    return ScoredEntity(number, round(score, 1), False, round(likeness, 1), exact, fits, met)


def _find_keys(index: Index, constraint: Constraint, ours: str) -> frozenset[str]:
    """Return the keys that the values of a constraint name: a year, an identifier, a spelling."""
    if constraint.property.id == YEAR.id:
        return frozenset(value.strip() for value in constraint.values)
    keys = set[str]()
    for value in set(constraint.values):
        path = value.strip().removeprefix(ours)
        owners = [index.entities[number] for number in index.owners(unkept_normal_form(value))]
        if path in index.places:
            keys.add(path)
        keys.update(owner.path for owner in owners if owner.kind is constraint.property.value)
    return frozenset(keys)
