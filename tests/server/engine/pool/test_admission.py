"""Which query must end so that others can run: decided by its time and its memory."""

import os

import pytest

from server.engine.faults import EngineBusy, QueryTooSlow
from server.engine.interface import Limits
from server.engine.pool.admission import Run, refuse_to_go_on

LIMITS = Limits(seconds=10, total_memory_mb=100, long=1, patience=0.4)


def make_run(age: float, megabytes: int = 0, worked: float = 0.1) -> Run:
    run = Run(os.getpid(), "a question", 0.0)
    run.age, run.grown, run.worked = age, megabytes << 20, worked
    return run


def test_a_query_ends_when_its_time_is_over() -> None:
    run = make_run(10)
    assert isinstance(refuse_to_go_on(run, [run], set(), False, LIMITS), QueryTooSlow)
    assert refuse_to_go_on(make_run(9.9), [run], set(), False, LIMITS) is None


def test_who_takes_most_ends_when_all_take_too_much() -> None:
    runs = [make_run(0.1, 40), make_run(0.1, 61)]
    refused = [refuse_to_go_on(run, runs, set(), False, LIMITS) for run in runs]
    assert [type(fault) for fault in refused] == [type(None), EngineBusy]


@pytest.mark.parametrize("crowded", [True, False])
def test_so_many_long_queries_have_a_place_and_the_others_give_way(crowded: bool) -> None:
    long = set[Run]()
    runs = [make_run(0.5), make_run(0.5), make_run(0.3)]
    refused = [refuse_to_go_on(run, runs, long, crowded, LIMITS) is not None for run in runs]
    assert refused == [False, crowded, False]
    assert long == {runs[0]}


def test_a_query_that_gets_no_core_is_not_long_before_ten_times_the_patience() -> None:
    long = {make_run(1)}
    starved = [make_run(age, worked=0.01) for age in (0.5, 3.9, 4.1)]
    refused = [refuse_to_go_on(run, starved, long, True, LIMITS) is not None for run in starved]
    assert refused == [False, False, True]
