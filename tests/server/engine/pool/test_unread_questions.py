"""A question that a query process ended before reading is put to another process."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from server.engine.faults import EngineDown, QueryEnded, QueryTooDeep
from server.engine.interface import JSON, Answer, Engine, Limits, Question
from server.engine.opening import ENGINES
from server.engine.pool.fork_client import fork_server_command
from tests.support.processes import children, find_fork_servers, stop
from tests.support.waiting import wait_until

BASE = "http://localhost:8000/"
SHORT = "ASK {}"
LONG = SHORT + "#" * (1 << 20)  # more than a socket takes at once
CRASH = "SELECT * " + "{" * 20_000 + "}" * 20_000


class Opened(NamedTuple):
    """An engine, and the process that forks its query processes."""

    engine: Engine
    fork_server: int


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    file = tmp_path / "release" / "dumps" / "portraits.nq"
    file.parent.mkdir(parents=True)
    file.write_text("<x:a> <x:p> <x:b> <x:g> .\n")
    limits = Limits(idle=3, processes=4, seconds=60)
    before = find_fork_servers()
    with ENGINES[request.param](file, BASE, limits) as engine:
        (fork_server,) = find_fork_servers() - before
        # Sealed: one that is stopped before would not end with its fork server.
        wait_until(lambda: all(os.getpgid(p) == p for p in children(fork_server)))
        yield Opened(engine, fork_server)


def kill(processes: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
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
    answer = pool.submit(work, gone)
    pool.shutdown(wait=False)
    return answer, sent


@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_who_asks_is_answered_by_the_next_process(opened: Opened, text: str) -> None:
    stopped = stop(children(opened.fork_server))
    answer, sent = begin(lambda gone: opened.engine.ask(Question(text, BASE, JSON), gone))
    assert sent.wait(60)
    assert not answer.done()
    kill(stopped)
    assert b"true" in read(answer.result(60))
    assert opened.engine.stats().lost >= 1


def test_a_question_is_answered_by_the_next_fork_server(opened: Opened) -> None:
    before = find_fork_servers() - {opened.fork_server}
    stop(children(opened.fork_server))
    answer, sent = begin(lambda gone: opened.engine.ask(Question(SHORT, BASE, JSON), gone))
    assert sent.wait(60)
    kill([opened.fork_server])
    assert b"true" in read(answer.result(60))
    assert opened.fork_server not in find_fork_servers()
    assert len(find_fork_servers() - before) == 1


def test_there_is_an_end_to_processes_that_end_unasked(opened: Opened) -> None:
    over = threading.Event()

    def kill_all() -> None:
        while not over.is_set():
            kill(children(opened.fork_server))

    with ThreadPoolExecutor(1) as killer:
        killing = killer.submit(kill_all)
        try:
            with pytest.raises((EngineDown, QueryEnded)):  # the latter where it was read
                ask_on(opened.engine)
        finally:
            over.set()
        killing.result(60)
    assert b"true" in read(insist(opened.engine))


def ask_on(engine: Engine) -> None:
    while True:
        read(engine.ask(Question(SHORT, BASE, JSON)))


def insist(engine: Engine) -> Answer:
    """Ask again where the process that was asked was the last to be killed."""
    for _ in range(10):
        with contextlib.suppress(EngineDown, QueryEnded):
            return engine.ask(Question(SHORT, BASE, JSON))
    raise AssertionError("no process answers")


def test_who_read_the_question_died_of_it(opened: Opened) -> None:
    with pytest.raises(QueryTooDeep):
        opened.engine.ask(Question(CRASH, BASE, JSON))
    assert opened.engine.stats().lost == 1


def test_a_fork_server_whose_client_has_ended_ends_silently(tmp_path: Path) -> None:
    file = tmp_path / "one.nq"
    file.write_text("<x:a> <x:p> <x:b> <x:g> .\n")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.close()
    with theirs:
        command = fork_server_command(theirs.fileno(), file, BASE, 100)
        done = subprocess.run(command, pass_fds=[theirs.fileno()], capture_output=True, timeout=90)
    assert (done.returncode, done.stderr) == (0, b"")
