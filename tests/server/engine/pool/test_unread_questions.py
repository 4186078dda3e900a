"""A query process that ends before it has read the question did not die of it: another is asked."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from server.engine.faults import EngineDown, QueryTooLarge
from server.engine.interface import (
    JSON,
    Answer,
    Limits,
    Question,
)
from server.engine.opening import ENGINES
from server.engine.pool.admission import Run
from server.engine.pool.engine import SealedEngine
from server.engine.pool.fork_client import QueryProcess, keeper_command
from tests.support.processes import children, lives, stop
from tests.support.waiting import wait_until

BASE = "http://localhost:8000/"
SHORT = "ASK {}"
LONG = SHORT + "#" * (1 << 20)  # more than a socket takes at once
CRASH = "SELECT * " + "{" * 20_000 + "}" * 20_000


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SealedEngine]:
    file = tmp_path / "release" / "dumps" / "portraits.nq"
    file.parent.mkdir(parents=True)
    file.write_text("<x:a> <x:p> <x:b> <x:g> .\n")
    limits = Limits(idle=3, processes=4, seconds=60)
    with ENGINES[request.param](file, BASE, limits) as opened:
        assert isinstance(opened, SealedEngine)
        # Sealed: one that is stopped before would not end with its keeper.
        wait_until(lambda: all(os.getpgid(p) == p for p in children(find_keeper(opened))))
        yield opened


def find_keeper(engine: SealedEngine) -> int:
    return engine._stock._link._keeper.pid


def kill(processes: list[int]) -> None:
    for process in processes:
        os.kill(process, signal.SIGKILL)


def read(answer: Answer) -> bytes:
    with answer:
        return b"".join(answer.body)


def begin(work: Callable[[Callable[[], bool]], Answer]) -> tuple[Future[Answer], threading.Event]:
    """Wait for an answer in a thread; the event is set once its question has been sent."""
    sent = threading.Event()

    def gone() -> bool:  # the engine asks this while it waits for a process
        sent.set()
        return False

    pool = ThreadPoolExecutor(1)
    asked = pool.submit(work, gone)
    pool.shutdown(wait=False)
    return asked, sent


@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_who_asks_is_answered_by_the_next_process(engine: SealedEngine, text: str) -> None:
    stopped = stop(children(find_keeper(engine)))
    asked, sent = begin(lambda gone: engine.ask(Question(text, BASE, JSON), gone))
    sent.wait(0.5 if text is LONG else 60)  # of a long one, half waits to be sent
    assert not asked.done()
    kill(stopped)
    assert b"true" in read(asked.result(60))
    assert engine.figures().lost >= 1


def test_who_asks_is_answered_by_the_next_keeper(engine: SealedEngine) -> None:
    keeper = find_keeper(engine)
    stop(children(keeper))
    asked, sent = begin(lambda gone: engine.ask(Question(SHORT, BASE, JSON), gone))
    assert sent.wait(60)
    kill([keeper])
    assert b"true" in read(asked.result(60))
    assert find_keeper(engine) != keeper


def test_a_keeper_that_is_gone_need_not_count_as_ended(
    engine: SealedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = find_keeper(engine)
    kill([keeper])
    wait_until(lambda: not lives(keeper))
    monkeypatch.setattr(engine._stock._link._keeper, "poll", lambda: None)
    assert b"true" in read(engine.ask(Question(SHORT, BASE, JSON)))


def test_processes_that_all_end_are_asked_so_many_times(
    engine: SealedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, take = [], engine._stock.take

    def take_and_kill() -> QueryProcess:
        process = take()
        taken.append(process.number)
        kill([process.number])
        return process

    monkeypatch.setattr(engine._stock, "take", take_and_kill)
    with pytest.raises(EngineDown, match="ask again"):
        engine.ask(Question(SHORT, BASE, JSON))
    assert len(taken) == 4  # as many as may be idle, and one more
    monkeypatch.undo()
    assert b"true" in read(engine.ask(Question(SHORT, BASE, JSON)))


def test_who_read_the_question_died_of_it(engine: SealedEngine) -> None:
    with pytest.raises(QueryTooLarge):
        engine.ask(Question(CRASH, BASE, JSON))
    assert engine.figures().lost == 1


@pytest.mark.parametrize("late", [False, True], ids=["at once", "late"])
def test_a_question_of_a_seat_is_answered_by_the_next_process(
    engine: SealedEngine, late: bool
) -> None:
    seat = engine.take_seat()
    stopped = stop(children(find_keeper(engine)))
    assert seat.ask([Question(SHORT, BASE, JSON)])
    if late:
        asked, sent = begin(seat.finish)
        assert sent.wait(60)
        kill(stopped)
    else:
        kill(stopped)
        wait_until(lambda: not seat.advance() and seat.spent)
        asked, _ = begin(seat.finish)
    assert b"true" in read(asked.result(60))
    seat.close()
    assert engine.figures().running == 0


def test_the_next_process_yields_when_it_is_late_itself() -> None:
    run = Run(lambda: False)
    run.yielding, run.grown = True, 1
    run.begin(os.getpid(), 0)
    assert (run.yielding, run.grown) == (False, 0)


def test_a_keeper_whose_asker_has_ended_ends_without_a_word(tmp_path: Path) -> None:
    file = tmp_path / "one.nq"
    file.write_text("<x:a> <x:p> <x:b> <x:g> .\n")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.close()
    with theirs:
        command = keeper_command(theirs.fileno(), file, BASE, 100)
        done = subprocess.run(command, pass_fds=[theirs.fileno()], capture_output=True, timeout=90)
    assert (done.returncode, done.stderr) == (0, b"")
