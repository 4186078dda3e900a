"""Requests match names a step each in turn, until their deadline or until their client leaves."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from server.engine.faults import Abandoned, EngineBusy
from server.reconciliation.round_robin import MOST_AT_ONCE, admit


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_request_of_many_steps_does_not_keep_one_of_few_waiting() -> None:
    order: list[str] = []
    first, second = threading.Event(), threading.Event()

    def run(name: str, steps: int, begun: threading.Event, other: threading.Event) -> None:
        with admit(90, None) as work:
            work.run(begun.set)
            assert other.wait(90)  # both are admitted before either goes on
            for _ in range(steps):
                work.run(lambda: order.append(name))

    long = in_thread(lambda: run("long", 2000, first, second))
    short = in_thread(lambda: run("short", 3, second, first))
    short.join()
    long.join()
    assert (order.count("short"), order.count("long")) == (3, 2000)
    assert order[-1] == "long", "the short one came to its end first"


def test_two_steps_never_run_at_once() -> None:
    running, most = set[int](), set[int]()

    def step() -> None:
        running.add(threading.get_ident())
        most.add(len(running))
        threading.Event().wait(0.001)
        running.discard(threading.get_ident())

    def run() -> None:
        with admit(90, None) as work:
            for _ in range(20):
                work.run(step)

    for thread in [in_thread(run) for _ in range(4)]:
        thread.join()
    assert most == {1}


def test_no_step_begins_after_the_client_has_left() -> None:
    steps: list[int] = []
    with admit(90, lambda: len(steps) == 2) as work:
        for number in range(2):
            work.run(partial(steps.append, number))
        with pytest.raises(Abandoned):
            work.run(partial(steps.append, 2))
    assert steps == [0, 1]


def test_who_leaves_while_a_step_waits_for_its_turn_is_seen_to_leave() -> None:
    begun, free, ran = threading.Event(), threading.Event(), list[str]()

    def step() -> None:
        begun.set()
        assert free.wait(90)

    def block() -> None:
        with admit(90, None) as work:
            work.run(step)

    blocking, looks = in_thread(block), iter([False, False])
    assert begun.wait(90)
    with admit(90, lambda: next(looks, True)) as work, pytest.raises(Abandoned):
        work.run(lambda: ran.append("no"))
    free.set()
    blocking.join()
    with admit(90, None) as work:
        work.run(lambda: ran.append("yes"))
    assert ran == ["yes"]


def test_no_step_begins_after_the_deadline_and_the_fault_says_what_to_do() -> None:
    with admit(0, None) as work, pytest.raises(EngineBusy, match="send less at once") as caught:
        work.run(lambda: 1)
    assert caught.value.status == 503


def test_more_than_can_be_admitted_are_told_to_come_again() -> None:
    admitted = [admit(90, None) for _ in range(MOST_AT_ONCE)]
    for each in admitted:
        each.__enter__()
    with pytest.raises(EngineBusy, match="try again"), admit(90, None):
        pass
    for each in admitted:
        each.__exit__(None, None, None)
    with admit(90, None) as work:
        assert work.run(lambda: 1) == 1


def test_the_fault_of_a_step_is_that_of_the_request() -> None:
    def fail() -> None:
        raise TimeoutError("of the step itself")

    with admit(90, None) as work, pytest.raises(TimeoutError, match="of the step itself"):
        work.run(fail)
