"""Questions begun on an event loop: those of one moment go to one process, and end none."""

import asyncio
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from server.engine.faults import EngineBusy, EngineFault, MalformedQuery, QueryTooDeep, Unwritable
from server.engine.interface import CSV, JSON, XML, Engine, Limits, Outcome, Question, Ticket
from server.engine.opening import open_engine
from server.engine.pool import fork_client, pool
from server.engine.pool.event_loop import get_loop
from tests.support.processes import children, find_fork_servers, lives, send, stop
from tests.support.waiting import wait_until

BASE = "http://localhost:8000/"
ROWS = 1000
LIMITS = Limits(seconds=60, processes=4, waiting_seconds=60)
GOOD = "SELECT ({} AS ?n) {{}}"
CRASH = "SELECT * " + "{" * 20_000 + "}" * 20_000
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?c != ?f && ?a != ?f) }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { " + "?s ?p ?o . ?a ?b ?c . " * 3 + "?x ?y ?z . ?u ?v ?w }"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    file = tmp_path / "rows.nq"
    file.write_text("".join(f'<x:{row}> <x:p> "{row:0100d}" <x:g> .\n' for row in range(ROWS)))
    return file


@pytest.fixture
def engine(release: Path) -> Iterator[Engine]:
    with open_engine(release, BASE, LIMITS) as opened:
        yield opened


def ask(text: str, media_type: str = JSON) -> Question:
    return Question(text, BASE, media_type)


class Batch:
    """Questions begun at the same moment, on the loop that query processes are asked on."""

    def __init__(self, engine: Engine, questions: Sequence[Question]) -> None:
        self.tickets: list[Ticket] = []
        self.outcomes: dict[int, Outcome] = {}
        self.refused: list[EngineFault] = []
        put = threading.Event()

        def begin() -> None:
            for number, question in enumerate(questions):
                try:
                    self.tickets.append(engine.begin(question, self.note(number)))
                except EngineFault as fault:
                    self.refused.append(fault)
            put.set()

        get_loop().loop.call_soon_threadsafe(begin)
        assert put.wait(60)

    def note(self, number: int) -> Callable[[Outcome], None]:
        return lambda outcome: self.outcomes.__setitem__(number, outcome)

    def wait(self) -> list[Outcome]:
        """Return all outcomes, in the order of the questions."""
        wait_until(lambda: len(self.outcomes) == len(self.tickets))
        return [self.outcomes[number] for number in sorted(self.outcomes)]

    def withdraw(self, number: int) -> None:
        get_loop().loop.call_soon_threadsafe(self.tickets[number].withdraw)


def read(outcome: Outcome) -> bytes:
    if isinstance(outcome, EngineFault):
        raise outcome
    with outcome:
        return b"".join(outcome.body)


def holds(outcome: Outcome, number: int) -> bool:
    return b'"value":"%d"' % number in read(outcome)


def ended(engine: Engine) -> int:
    """Return how many query processes have ended; a busy machine has some more started."""
    stats = engine.stats()
    return stats.started - stats.processes


def test_what_comes_together_is_answered_by_one_process(engine: Engine) -> None:
    for _ in range(3):
        outcomes = Batch(engine, [ask(GOOD.format(number)) for number in range(30)]).wait()
        assert all(holds(outcome, number) for number, outcome in enumerate(outcomes))
    assert ended(engine) == 0


def test_a_fault_among_others_is_told_and_costs_nothing(engine: Engine) -> None:
    texts = [GOOD.format(0), "SELECT nothing", GOOD.format(2), 'SELECT ("\\u0001" AS ?n) {}']
    questions = [ask(text, XML if "u0001" in text else JSON) for text in texts]
    outcomes = Batch(engine, questions).wait()
    assert holds(outcomes[0], 0)
    assert isinstance(outcomes[1], MalformedQuery)
    assert holds(outcomes[2], 2)
    assert isinstance(outcomes[3], Unwritable)
    assert ended(engine) == 0


def test_a_crash_among_others_is_told_to_its_own_question(engine: Engine) -> None:
    texts = [GOOD.format(number) for number in range(30)]
    texts[1] = CRASH
    outcomes = Batch(engine, [ask(text + "#" * 20_000) for text in texts]).wait()
    assert isinstance(outcomes.pop(1), QueryTooDeep)
    assert all(
        holds(outcome, number) for number, outcome in zip([0, *range(2, 30)], outcomes, strict=True)
    )
    assert engine.stats().lost <= 2  # it may die before it has read all: then it is asked again


@pytest.mark.parametrize("rows", [800, 40_000], ids=["of some parts", "of several MB"])
def test_a_long_answer_among_others_is_whole(engine: Engine, rows: int) -> None:
    text = f"SELECT ?c ?f {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {rows}"
    questions = [ask(GOOD.format(0)), ask(text, CSV), ask(GOOD.format(2)), ask(text, CSV)]
    outcomes = Batch(engine, questions).wait()
    assert [holds(outcomes[number], number) for number in (0, 2)] == [True, True]
    for number in (1, 3):
        body = read(outcomes[number])
        assert (body.count(b"\r\n"), len(body)) == (rows + 1, len(b"c,f\r\n") + 203 * rows)
    assert engine.stats().lost == 0


def test_a_question_that_its_process_had_not_begun_is_answered_all_the_same(
    release: Path,
) -> None:
    """What the pool takes for long its process has not even read, as it gets no core."""
    before = find_fork_servers()
    with open_engine(release, BASE, LIMITS) as engine:
        (fork_server,) = find_fork_servers() - before
        stopped = stop(children(fork_server))
        batch = Batch(engine, [ask(GOOD.format(number)) for number in range(8)])
        try:
            # Others answer all but what each of these was put first: the rest was cancelled here.
            wait_until(lambda: len(batch.outcomes) >= 8 - len(stopped))
        finally:
            for process in stopped:
                send(process, signal.SIGCONT)
        assert all(holds(outcome, number) for number, outcome in enumerate(batch.wait()))


def test_what_waits_behind_a_slow_question_is_answered_before_it(engine: Engine) -> None:
    batch = Batch(engine, [ask(SLOW), *(ask(GOOD.format(number)) for number in range(1, 8))])
    outcomes = batch.wait()
    assert list(batch.outcomes)[-1] == 0  # it came last
    assert all(holds(outcomes[number], number) for number in range(1, 8))
    assert read(outcomes[0])
    assert ended(engine) == 0
    for number, outcome in enumerate(
        Batch(engine, [ask(GOOD.format(n)) for n in range(40)]).wait()
    ):
        assert holds(outcome, number)
    assert ended(engine) == 0


def test_questions_that_are_withdrawn_have_no_outcome(engine: Engine) -> None:
    batch = Batch(engine, [ask(ENDLESS), ask(GOOD.format(1)), ask(GOOD.format(2))])
    batch.withdraw(0)
    batch.withdraw(1)
    wait_until(lambda: 2 in batch.outcomes)
    wait_until(lambda: engine.stats().running == 0)
    assert set(batch.outcomes) == {2}
    assert holds(Batch(engine, [ask(GOOD.format(5))]).wait()[0], 5)


def test_there_is_an_end_to_questions_that_wait(release: Path) -> None:
    with open_engine(release, BASE, replace(LIMITS, waiting=3)) as engine:
        batch = Batch(engine, [ask(GOOD.format(number)) for number in range(5)])
        assert {type(fault) for fault in batch.refused} == {EngineBusy}
        assert len(batch.refused) == 2
        assert all(holds(outcome, number) for number, outcome in enumerate(batch.wait()))


def test_a_question_that_is_longer_than_a_socket_takes_is_put_whole(engine: Engine) -> None:
    texts = [GOOD.format(0), GOOD.format(1) + "#" * (1 << 20), GOOD.format(2)]
    outcomes = Batch(engine, [ask(text) for text in texts]).wait()
    assert all(holds(outcome, number) for number, outcome in enumerate(outcomes))


def test_an_answer_that_cannot_be_kept_is_told_so(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", fail)
    text = "SELECT ?c ?f { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
    outcomes = Batch(engine, [ask(text, CSV), ask(GOOD.format(1))]).wait()
    assert isinstance(outcomes[0], EngineBusy)
    assert "No space left" in str(outcomes[0].detail)
    assert holds(outcomes[1], 1)


def test_the_loop_cannot_wait_for_itself(engine: Engine) -> None:
    async def wait() -> None:
        engine.ask(ask("ASK {}"))

    waiting = asyncio.run_coroutine_threadsafe(wait(), get_loop().loop)
    with pytest.raises(AssertionError, match="wait for itself"):
        waiting.result(60)


def test_short_questions_beside_a_long_answer_do_not_wait_for_it(engine: Engine) -> None:
    text = "SELECT ?c ?f { ?a ?b ?c . ?d ?e ?f } LIMIT 200000"  # 40 MB
    long = Batch(engine, [ask(text, CSV)])
    answered = 0
    while not long.outcomes:
        assert holds(Batch(engine, [ask(GOOD.format(1))]).wait()[0], 1)
        answered += 1
    assert len(read(long.wait()[0])) > 40_000_000
    assert answered > 3


def test_the_loop_does_not_wait_for_a_slow_disk(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, written = tempfile.TemporaryFile, list[int]()
    begun, may_write = threading.Semaphore(0), threading.Semaphore(0)

    class SlowFile:
        def __init__(self) -> None:
            self._file = make()

        def writelines(self, parts: list[bytes]) -> None:
            begun.release()
            assert may_write.acquire(timeout=120)
            written.append(sum(map(len, parts)))
            self._file.writelines(parts)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

    monkeypatch.setattr("tempfile.TemporaryFile", SlowFile)
    text = "SELECT ?c ?f { ?a ?b ?c . ?d ?e ?f } LIMIT 30000"
    batch = Batch(engine, [ask(text, CSV)])
    while not batch.outcomes:
        if begun.acquire(timeout=0.05):
            looked = threading.Event()
            get_loop().loop.call_soon_threadsafe(looked.set)
            assert looked.wait(60), "the loop waits for a part that is being written"
            may_write.release()
    assert len(read(batch.wait()[0])) > 6_000_000
    assert len(written) > 2
    assert max(written) < 3 << 20  # the process waits for the disk, not the answer in memory


def test_a_process_whose_answer_ended_while_the_disk_was_behind_answers_the_next(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the last bytes come in the read after which no more of the answer may come."""
    make, may_write = tempfile.TemporaryFile, threading.Event()

    def wait_to_make() -> Any:
        assert may_write.wait(120)
        return make()

    monkeypatch.setattr("tempfile.TemporaryFile", wait_to_make)
    with open_engine(release, BASE, replace(LIMITS, processes=1, idle=1)) as engine:
        for rows in (10_500, 10_550, 10_600):  # 1 MB is being written, and about 1 MB waits
            may_write.clear()
            text = f"SELECT ?c ?f {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {rows}"
            long = Batch(engine, [ask(text, CSV)])
            for _ in range(40):  # it ended, or its end waits as well
                time.sleep(0.05)
                if engine.stats().running == 0:
                    break
            may_write.set()
            assert b"true" in read(Batch(engine, [ask("ASK {}")]).wait()[0])
            assert read(long.wait()[0]).count(b"\r\n") == rows + 1
        assert ended(engine) == 0


WAITING = """
import time
from pathlib import Path
from server.engine.process.fork_server import ForkServer
answer = ForkServer.answer
def wait_and_answer(*arguments):
    while Path({!r}).exists():
        time.sleep(0.02)
    answer(*arguments)
ForkServer.answer = wait_and_answer
"""


class Slow(NamedTuple):
    """An engine without a process, whose next ones open the release once a file is gone."""

    engine: Engine
    file: Path


@pytest.fixture
def slow(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    file, before = tmp_path / "slow", find_fork_servers()
    start = fork_client.START.replace("from ", f"exec({WAITING.format(str(file))!r}); from ")
    monkeypatch.setattr(fork_client, "START", start)
    with open_engine(release, BASE, replace(LIMITS, seconds=2)) as engine:
        (fork_server,) = find_fork_servers() - before
        file.touch()
        killed = children(fork_server)
        for process in killed:
            send(process, signal.SIGKILL)
        wait_until(lambda: not any(map(lives, killed)))
        yield Slow(engine, file)


def test_the_time_in_which_a_process_opens_the_release_is_no_time_of_a_query(slow: Slow) -> None:
    batch = Batch(slow.engine, [ask(GOOD.format(number)) for number in range(3)])
    wait_until(lambda: slow.engine.stats().started == 3)
    time.sleep(2.5)  # longer than a query may take
    assert not batch.outcomes
    slow.file.unlink()
    assert all(holds(outcome, number) for number, outcome in enumerate(batch.wait()))
    assert slow.engine.stats().lost == 2


def test_a_process_that_does_not_open_the_release_is_replaced(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "OPENED", 0.1)
    batch = Batch(slow.engine, [ask(GOOD.format(1))])
    wait_until(lambda: slow.engine.stats().started > 5)
    slow.file.unlink()
    assert read(batch.wait()[0])
