"""What meets by chance in the front, brought about: no client can make it happen at will."""

import asyncio
import mmap
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from server.engine.faults import EngineDown
from server.engine.interface import JSON, Question, Whole
from server.engine.pool.async_process import AsyncProcess
from server.http.fastpath.pool import SEATS, ProcessPool
from server.http.fastpath.queue import Outcome, QueryQueue
from server.http.fastpath.sparql import SparqlFastPath
from server.http.messages import Reply, Request
from server.http.process import shared_counters
from server.http.process.cpu_affinity import CpuAffinity
from server.http.process.rate_limit import RateLimit
from server.http.responses.cache import ReplyCache
from server.http.responses.compression import Choice
from server.http.responses.dispatch import Dispatcher
from server.http.responses.in_flight import InFlight
from server.http.responses.waiters import Waiter
from server.http.responses.wsgi import LongBody, Result, Threads
from server.web.release_scope import RELEASE
from tests.conftest import PROJECT

ROOT = PROJECT


QUESTION = Question("ASK {}", "http://localhost/", JSON)


def build_dispatcher(app: Any, shelf: Any) -> Dispatcher:
    no_limit = RateLimit(0, (), None, b"")  # type: ignore[arg-type]
    return Dispatcher(app, shelf, no_limit, ReplyCache(0), 1000, CpuAffinity(0, 1))


class Lender:
    """A shelf with one release, which knows whether it is lent."""

    current_name = "one"

    def __init__(self, take_seat: Callable[[], AsyncProcess] | None = None) -> None:
        self.lent, self.lends = 0, list[str]()
        self.engine = SimpleNamespace(take_seat=take_seat)

    @contextmanager
    def lend(self) -> Iterator[Any]:
        self.lent += 1
        self.lends.append(self.current_name)
        yield SimpleNamespace(
            name=self.current_name, base_uri="http://localhost/", engine=self.engine
        )
        self.lent -= 1


class OneSeat:
    """A seat that counts how often it is given up."""

    def __init__(self) -> None:
        self.spent, self.pending, self.closed = False, 0, 0

    process = 0

    def fileno(self) -> int:
        return 2

    def close(self) -> None:
        self.spent = True
        self.closed += 1

    def finish(self, gone: Any) -> None:
        """Give an answer that nobody looks at."""

    def ask(self, questions: Sequence[Question]) -> bool:
        self.pending = len(questions)
        return True

    def advance(self) -> list[Whole]:
        return []

    def is_late(self) -> bool:
        return False


class Pipe(OneSeat):
    """A seat that can be watched, and has nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self._ends = socket.socketpair()

    def fileno(self) -> int:
        return self._ends[0].fileno()

    def __del__(self) -> None:
        for end in self._ends:
            end.close()


def test_a_process_that_comes_when_its_release_was_replaced_is_given_up_once() -> None:
    may_come, came, looked = threading.Event(), list[OneSeat](), list[AsyncProcess]()

    def take_seat() -> Any:
        may_come.wait(10)
        came.append(OneSeat())
        return came[-1]

    async def replace_meanwhile() -> int:
        shelf: Any = Lender(take_seat)
        bench = ProcessPool(shelf, Threads(CpuAffinity(0, 1)), lambda _, seat: looked.append(seat))
        bench.close()
        may_come.set()
        for _ in range(100):
            if not shelf.lent:
                break
            await asyncio.sleep(0.05)
        return int(shelf.lent)

    assert asyncio.run(replace_meanwhile()) == 0
    assert [seat.closed for seat in came] == [1] * len(came)
    assert not looked


async def holds(look: Callable[[], object]) -> None:
    """Let the loop go on until something holds."""
    for _ in range(1000):
        if look():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


def open_bench(shelf: Any, looked: list[Any]) -> ProcessPool:
    """Give a bench of a shelf; what is to be looked at is noted."""
    return ProcessPool(shelf, Threads(CpuAffinity(0, 1)), lambda _, seat: looked.append(seat))


def test_a_release_stays_open_while_processes_of_it_come() -> None:
    may_come, asked = threading.Event(), list[int]()

    def take_seat() -> Any:
        asked.append(1)
        may_come.wait(10)
        return OneSeat()

    async def close_early() -> tuple[int, int]:
        shelf: Any = Lender(take_seat)
        bench = open_bench(shelf, [])
        await holds(lambda: len(asked) == SEATS)
        bench.close()
        lent = shelf.lent
        may_come.set()
        await holds(lambda: not shelf.lent)
        return lent, shelf.lent

    assert asyncio.run(close_early()) == (1, 0)


async def take_seat() -> tuple[Any, list[Any], ProcessPool, AsyncProcess]:
    """Give a shelf that was lent of, the seats of a bench, the bench, and one that was taken."""
    shelf: Any = Lender(lambda: Pipe())  # type: ignore[arg-type, return-value]
    looked = list[Any]()
    bench = open_bench(shelf, looked)
    await holds(lambda: len(looked) == SEATS)
    seat = bench.take()
    assert seat
    return shelf, looked, bench, seat


def test_a_release_stays_open_until_what_was_asked_of_it_has_ended() -> None:
    async def hand_over() -> tuple[int, int]:
        shelf, looked, bench, seat = await take_seat()
        finish = bench.hand_over(seat)
        bench.close()
        await holds(lambda: sum(seat.closed for seat in looked) >= SEATS - 1)
        await asyncio.sleep(0)  # who ended that has said so
        lent = shelf.lent
        await asyncio.to_thread(finish, None)
        await holds(lambda: not shelf.lent)
        return lent, shelf.lent

    assert asyncio.run(hand_over()) == (1, 0)


def test_a_process_that_answers_when_its_release_was_replaced_is_given_up() -> None:
    async def put_back_late() -> tuple[list[int], int]:
        shelf, looked, bench, seat = await take_seat()
        bench.close()
        bench.put_back(seat)
        await holds(lambda: not shelf.lent)
        return [seat.closed for seat in looked], shelf.lent

    assert asyncio.run(put_back_late()) == ([1] * SEATS, 0)


def test_a_process_that_cannot_be_had_is_asked_for_again() -> None:
    tries = list[int]()

    def take_seat() -> Any:
        tries.append(1)
        if len(tries) <= SEATS:
            raise EngineDown("The engine is being restarted: ask again soon.")
        return Pipe()

    async def ask_again() -> AsyncProcess | None:
        shelf: Any = Lender(take_seat)
        looked = list[Any]()
        bench = open_bench(shelf, looked)
        await holds(lambda: bench.fill() and looked)
        return bench.take()

    assert asyncio.run(ask_again())


def test_there_is_an_end_to_questions_that_wait_for_a_process() -> None:
    told = list[Outcome]()

    async def ask_many() -> list[bool]:
        shelf: Any = Lender(lambda: Pipe())  # type: ignore[arg-type, return-value]
        lane = QueryQueue(shelf, Threads(CpuAffinity(0, 1)))
        assert lane.release.name == "one"
        return [lane.ask(QUESTION, told.append) for _ in range(40)]

    assert asyncio.run(ask_many()) == [True] * 32 + [False] * 8
    assert not told


def test_a_process_is_put_eight_questions_at_once_at_most() -> None:
    seats = list[Pipe]()

    def take_seat() -> Any:
        seats.append(Pipe())
        return seats[-1]

    async def ask_many() -> list[int]:
        shelf: Any = Lender(take_seat)
        lane = QueryQueue(shelf, Threads(CpuAffinity(0, 1)))
        assert lane.release.name == "one"
        assert all(lane.ask(QUESTION, lambda _: None) for _ in range(20))
        await holds(lambda: len(seats) == SEATS and all(seat.pending for seat in seats))
        return [seat.pending for seat in seats]

    assert asyncio.run(ask_many()) == [8, 8]


def test_what_waits_too_long_for_a_process_is_left_to_others() -> None:
    told = list[Outcome]()

    async def ask_many() -> None:
        shelf: Any = Lender(lambda: Pipe())  # type: ignore[arg-type, return-value]
        lane = QueryQueue(shelf, Threads(CpuAffinity(0, 1)))
        assert lane.release.name == "one"
        assert all(lane.ask(QUESTION, told.append) for _ in range(20))
        await holds(lambda: told)

    asyncio.run(ask_many())
    assert told == [None] * 4


def test_where_no_process_can_be_had_nothing_is_asked() -> None:
    async def ask() -> bool:
        shelf: Any = Lender()
        lane = QueryQueue(shelf, Threads(CpuAffinity(0, 1)))
        assert lane.release.name == "one"
        return lane.ask(QUESTION, lambda _: None)

    assert not asyncio.run(ask())


def test_a_release_that_was_replaced_is_left_though_nobody_asks() -> None:
    async def replace_it() -> list[str]:
        shelf: Any = Lender(lambda: Pipe())  # type: ignore[arg-type, return-value]
        lane = QueryQueue(shelf, Threads(CpuAffinity(0, 1)))
        assert lane.release.name == "one"
        assert lane.ask(QUESTION, lambda _: None)
        shelf.current_name = "two"
        await holds(lambda: len(shelf.lends) > 1)
        return list(shelf.lends)

    assert asyncio.run(replace_it()) == ["one", "two"]


def test_what_waits_for_a_release_that_was_replaced_is_not_asked_of_the_next() -> None:
    may_come, told = threading.Event(), list[Outcome]()

    def take_seat() -> Any:
        may_come.wait(10)
        return Pipe()

    async def replace_it() -> None:
        shelf: Any = Lender(take_seat)
        lane = QueryQueue(shelf, Threads(CpuAffinity(0, 1)))
        assert lane.release.name == "one"
        assert lane.ask(QUESTION, told.append)
        shelf.current_name = "two"
        assert lane.release.name == "two"
        may_come.set()
        assert told == [None]

    asyncio.run(replace_it())


def test_who_asks_what_is_under_way_waits_for_that() -> None:
    async def ask(under_way: bool) -> object:
        shelf: Any = Lender(lambda: Pipe())  # type: ignore[arg-type, return-value]
        desk = build_dispatcher(None, shelf)
        request = Request("GET", b"/sparql?query=ASK%7B%7D", {}, "127.0.0.1", key="same")
        if under_way:
            desk._flights["same"] = InFlight()
        return desk.answer_soon(request, lambda _: None)

    assert asyncio.run(ask(under_way=False))
    assert asyncio.run(ask(under_way=True)) is None


def test_a_large_answer_is_packed_by_a_thread_and_a_small_one_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = list[str]()

    def finish_whole(*_: Any) -> Any:
        packed.append(threading.current_thread().name.partition("_")[0])
        return Reply(200, b"", b"packed")

    monkeypatch.setattr("server.http.responses.finish.finish_whole", finish_whole)

    async def answer(size: int, coding: str | None) -> None:
        shelf: Any = Lender()
        teller = SparqlFastPath(
            shelf, Threads(CpuAffinity(0, 1)), ReplyCache(0), 1000, lambda *_: None
        )
        request = Request("GET", b"/sparql?query=ASK{}", {}, "127.0.0.1", key="same")
        teller._waiting["same"], told = [], list[Reply | None]()
        Waiter(teller._waiting["same"], request, told.append)
        teller._end(request, Choice(coding), Whole(JSON, b"x" * size))
        await holds(lambda: told)

    for size, coding in ((1 << 15, "gzip"), ((1 << 15) + 1, "gzip"), (1 << 16, None)):
        asyncio.run(answer(size, coding))
    assert packed == ["MainThread", "reader", "MainThread"]


def test_threads_work_on_when_the_cores_that_they_began_with_are_taken_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Cores that this machine does not have, as a container's may be taken while it runs.
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {1000, 1001}, raising=False)
    core = CpuAffinity(0, 2)
    assert core.scarce

    async def work() -> str:
        core.settle()
        return await Threads(core).begin(lambda: "done")

    assert asyncio.run(work()) == "done"


def test_a_body_is_closed_behind_the_part_that_is_being_read() -> None:
    reading, may_read, told = threading.Event(), threading.Event(), list[str]()

    def parts() -> Iterator[bytes]:
        try:
            reading.set()
            may_read.wait(10)
            yield b"part"
        finally:
            told.append("closed")

    async def hang_up_meanwhile() -> None:
        body = LongBody(Result(200, [], {}, rest=parts()), Threads(CpuAffinity(0, 1)), None)
        read = asyncio.ensure_future(anext(body.parts()))
        await asyncio.to_thread(reading.wait, 10)
        read.cancel()
        closing = asyncio.ensure_future(body.close())
        await asyncio.wait([read, closing], timeout=0.2)
        may_read.set()
        await closing

    asyncio.run(hang_up_meanwhile())
    assert told == ["closed"]


def test_each_status_of_the_endpoint_is_counted_by_itself() -> None:
    table = (ROOT / "docs" / "endpoint.md").read_text("utf-8")
    statuses = re.findall(r"^\| (\d{3}) \|", table, re.MULTILINE)
    with mmap.mmap(-1, shared_counters.size(1)) as shared:
        counts = shared_counters.SharedCounters(shared, 0, 0, 1)
        for status in statuses:
            counts.count(b"/sparql", int(status))
        counts.tell(shared_counters.Counts({}, {}))
        body = counts.reply("GET").body.decode()
    assert set(re.findall(r'status="(.+?)"', body)) == set(statuses)


def test_each_kind_of_fault_is_counted_by_itself() -> None:
    table = (ROOT / "docs" / "endpoint.md").read_text("utf-8")
    kinds = set(re.findall(r"^\| [45]\d\d \| `([a-z-]+)` \|", table, re.MULTILINE))
    with mmap.mmap(-1, shared_counters.size(1)) as shared:
        counts = shared_counters.SharedCounters(shared, 0, 0, 1)
        for kind in (*kinds, "never-heard-of"):
            counts.count(b"/sparql", 400, kind)
        counts.tell(shared_counters.Counts({}, {}))
        body = counts.reply("GET").body.decode()
    found = re.findall(r'^portrait_ia_refusals_total\{reason="(.+?)"\} (\d+)$', body, re.MULTILINE)
    assert len(kinds) > 25
    assert dict(found) == {**dict.fromkeys(kinds, "1"), "other": "1"}


def test_what_a_worker_that_is_gone_held_is_not_summed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0  # where there was a minute before
    with mmap.mmap(-1, shared_counters.size(3)) as shared:
        for place, seconds in ((0, -60.0), (1, 0.0), (2, -1.0)):
            monkeypatch.setattr(time, "monotonic", lambda at=now + seconds: at)
            worker = shared_counters.SharedCounters(shared, 0, place, 3)
            done, held = {"cache_hits_total": 10**place}, {"connections": 10**place, "workers": 1}
            worker.tell(shared_counters.Counts(done, held))
        monkeypatch.setattr(time, "monotonic", lambda: now)
        again = shared_counters.SharedCounters(shared, 0, 2, 3)  # the third worker, started again
        again.tell(
            shared_counters.Counts({"cache_hits_total": 1000}, {"connections": 5, "workers": 1})
        )
        lines = again.reply("GET").body.decode().splitlines()
    assert "portrait_ia_cache_hits_total 1111" in lines
    assert "portrait_ia_connections 15" in lines
    assert "portrait_ia_workers 2" in lines


def test_metrics_are_as_prometheus_wants_them() -> None:
    with mmap.mmap(-1, shared_counters.size(1)) as shared:
        worker = shared_counters.SharedCounters(shared, 0, 0, 1)
        worker.count(b"/", 200)
        worker.tell(shared_counters.Counts({}, {}))
        lines = worker.reply("GET").body.decode().splitlines()
    kinds = dict(line.split()[2:] for line in lines if line.startswith("# TYPE "))
    helped = {line.split()[2] for line in lines if line.startswith("# HELP ")}
    told = {re.split(r"[ {]", line)[0] for line in lines if line[0] != "#"}
    assert told <= set(kinds) == helped
    for name, kind in kinds.items():
        assert (kind == "counter") == name.endswith("_total")
        assert re.fullmatch(r"portrait_ia(_[a-z]+)+", name)


def test_a_query_that_takes_off_twice_is_answered_twice() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        environ[RELEASE] = SimpleNamespace(name="one")
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    async def ask_twice() -> list[Any]:
        shelf: Any = Lender()
        desk = build_dispatcher(app, shelf)
        request = Request("GET", b"/sparql?query=ASK{}", {}, "127.0.0.1", key="same")
        flights = [desk._take_off(request, Choice(None), None) for _ in range(2)]
        return [await flight.wait() for flight in flights]

    assert [reply.body for reply in asyncio.run(ask_twice())] == [b"ok", b"ok"]


def test_there_is_an_end_to_requests_that_wait_for_a_thread() -> None:
    async def ask(busy: int) -> Any:
        def app(environ: Any, start_response: Any) -> list[bytes]:
            environ[RELEASE] = SimpleNamespace(name="one")
            start_response("200 OK", [("Content-Length", "2")])
            return [b"ok"]

        shelf: Any = Lender()
        desk = build_dispatcher(app, shelf)
        desk._threads.busy = busy
        return await desk.answer(Request("GET", b"/def", {}, "127.0.0.1"))

    assert asyncio.run(ask(95)).status == 200
    refused = asyncio.run(ask(96))
    assert (refused.status, refused.kind) == (503, "engine-busy")
    assert b"Retry-After: 2\r\n" in refused.head


def test_a_long_answer_that_nobody_waits_for_any_more_is_given_back() -> None:
    may_come, closed = threading.Event(), threading.Event()

    class Long:
        def __iter__(self) -> Iterator[bytes]:
            yield b"part"

        def close(self) -> None:
            closed.set()

    def app(environ: Any, start_response: Any) -> Any:
        may_come.wait(10)
        environ[RELEASE] = SimpleNamespace(name="one")
        start_response("200 OK", [("Content-Length", str(1 << 21))])
        return Long()

    async def leave() -> None:
        shelf: Any = Lender()
        desk = build_dispatcher(app, shelf)
        request = Request("GET", b"/def", {}, "127.0.0.1", key="same")
        flight = desk._take_off(request, Choice(None), None)
        waiting = asyncio.ensure_future(flight.wait())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        may_come.set()
        await flight.task

    asyncio.run(leave())
    assert closed.wait(10)


def test_who_waits_is_told_before_a_long_query_takes_off() -> None:
    """It would find that nobody waits, and be given up."""

    async def end() -> list[str]:
        shelf: Any = Lender()
        told = list[str]()
        take_off = lambda *_: told.append("off")  # noqa: E731
        teller = SparqlFastPath(shelf, Threads(CpuAffinity(0, 1)), ReplyCache(0), 1000, take_off)
        request = Request("GET", b"/sparql?query=ASK{}", {}, "127.0.0.1", key="same")
        teller._waiting["same"] = []
        Waiter(teller._waiting["same"], request, lambda _: told.append("told"))
        teller._end(request, Choice(None), lambda _: NotImplemented)
        return told

    assert asyncio.run(end()) == ["told", "off"]


def test_a_form_that_is_long_is_not_read_by_the_loop() -> None:
    async def read(size: int) -> bool:
        shelf: Any = Lender()
        teller = SparqlFastPath(
            shelf, Threads(CpuAffinity(0, 1)), ReplyCache(0), 1000, lambda *_: None
        )
        body = b"query=ASK{}&x=".ljust(size, b"x")
        kind = {b"content-type": b"application/x-www-form-urlencoded"}
        request = Request("POST", b"/sparql", kind, "127.0.0.1", body, len(body))
        return teller._read(request, "http://localhost/") is not None

    assert asyncio.run(read(1000))
    assert not asyncio.run(read(1001))


def test_an_answer_from_a_release_that_came_under_way_is_not_kept() -> None:
    """The one before may be gone back to, and its answers must be its own."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        environ[RELEASE] = SimpleNamespace(name=environ["QUERY_STRING"])
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    async def ask(release: str) -> int:
        shelf: Any = Lender()
        kept = ReplyCache(1 << 20)
        desk = Dispatcher(app, shelf, RateLimit(0, (), None, b""), kept, 1000, CpuAffinity(0, 1))  # type: ignore[arg-type]
        request = Request("GET", b"/def?" + release.encode(), {}, "127.0.0.1")
        assert desk.answer_at_once(request) is None
        assert (await desk.answer(request)).body == b"ok"
        return kept.taken

    assert asyncio.run(ask("one")) > 0
    assert asyncio.run(ask("two")) == 0
