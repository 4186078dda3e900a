"""Finding candidates takes little work, also for the most that a query may hold."""

import time
from array import array
from typing import Any

import pytest

from server.reconciliation.index import Entity, Index
from server.reconciliation.read_queries import read_single
from server.reconciliation.scoring import find_candidates
from server.reconciliation.types import INITIATIVE, Offer
from transform.text.string_similarity import similarities, similarity

NAMES = 2000
ALL = Offer("")


@pytest.fixture(scope="module")
def index() -> Index:
    """An index of names that all share a word, each of one year."""
    entities = [
        Entity(f"initiative/i{i:04}", INITIATIVE, (f"Prévision numéro{i} d'été",) * 2)
        for i in range(NAMES)
    ]
    years = {str(2000 + year): array("I", range(year, NAMES, 50)) for year in range(50)}
    spellings = [(number, each.names[0]) for number, each in enumerate(entities)]
    return Index(entities, spellings, {"annee": years})


def work_of(index: Index, query: dict[str, Any], times: int) -> float:
    """Return the seconds of processor time that a query takes, asked so many times."""
    read, begun = read_single(query, ALL), time.thread_time()
    for _ in range(times):
        assert find_candidates(index, read, "")
    return time.thread_time() - begun


def test_a_long_name_is_prepared_once_not_for_each_candidate(index: Index) -> None:
    # 0.4 s; prepared 200 times, once for each name that it is compared with, 4.3 s.
    name = ("prévision d'été " * 200)[:2000]
    assert work_of(index, {"query": name}, 60) < 1.5


def test_values_of_a_query_are_not_looked_up_for_each_candidate(index: Index) -> None:
    # 0.05 s; each of 1,000 values looked up for each of 2,000 candidates, 2.9 s.
    values = [{"pid": "annee", "v": [str(2001 + n) for n in range(49)]}] * 19
    every = {"pid": "annee", "v": [str(2000 + n) for n in range(50)]}
    assert work_of(index, {"properties": [*values, every]}, 4) < 1


def test_each_value_that_is_asked_for_must_be_met(index: Index) -> None:
    def scores(*years: Any) -> set[float]:
        query = {"query": "prévision", "limit": 100,
                 "properties": [{"pid": "annee", "v": year} for year in years]}  # fmt: skip
        return {each.met["annee"] for each in find_candidates(index, read_single(query, ALL), "")}

    assert scores([str(2000 + n) for n in range(50)]) == {True}
    assert scores("1999") == scores(["1999", " "]) == {False}
    first = find_candidates(
        index, read_single({"query": "prévision numéro7 d'été", "properties": [
            {"pid": "annee", "v": ["2007", "2008"]}, {"pid": "annee", "v": "2007"}]}, ALL), ""
    )[0]  # fmt: skip
    assert (first.number, first.match, first.met) == (7, True, {"annee": True})


def test_similarity_to_many_is_that_to_each() -> None:
    names = ["Cégep de Matane", "cegep de sept-iles", "", "de", "Matane (cégep de)", "-"]
    for one in names:
        assert similarities(one, names) == [similarity(one, other) for other in names]
