"""Coincidences in the dispatcher, brought about: no client can make them happen at will."""

import asyncio
import gc
import mmap
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from server.engine.faults import EngineBusy, EngineFault
from server.engine.interface import JSON, Outcome, Question, WholeAnswer
from server.engine.pool.cpu_affinity import CpuAffinity
from server.http.messages import HeaderLines, Reply, Request
from server.http.process import shared_counters
from server.http.process.rate_limit import RateLimit
from server.http.responses.cache import ReplyCache
from server.http.responses.dispatch import Dispatcher
from server.http.responses.sparql import plan_query
from server.http.responses.wsgi import LongBody, Threads, WsgiResult
from server.web.release_scope import RELEASE
from tests.conftest import PROJECT
from tests.support.waiting import SECONDS

ROOT = PROJECT
ASK = b"/sparql?query=ASK%7B%7D"


class Engine:
    """An engine that answers when the test lets it."""

    def __init__(self) -> None:
        self.asked: list[Callable[[Outcome], None]] = []
        self.withdrawn = 0
        self.fault: EngineFault | None = None

    def look_up(self, question: Question) -> None:
        """Return None: `begin` answers all."""

    def begin(self, question: Question, over: Callable[[Outcome], None]) -> "Engine":
        if self.fault:
            raise self.fault
        self.asked.append(over)
        return self

    def withdraw(self) -> None:
        self.withdrawn += 1


class Releases:
    """One release, which knows whether it is lent."""

    def __init__(self) -> None:
        self.engine, self.lent = Engine(), 0
        self.current = SimpleNamespace(name="one", base_uri="http://localhost/", engine=self.engine)

    def borrow(self) -> Any:
        self.lent += 1
        return self.current

    def give_back(self, release: Any) -> None:
        self.lent -= 1


class Long:
    """A long answer, which counts how often it was closed."""

    form, media_type, length = "solutions", JSON, 1 << 21

    def __init__(self) -> None:
        self.closed = 0

    @property
    def body(self) -> Iterator[bytes]:
        yield bytes(1 << 21)

    def close(self) -> None:
        self.closed += 1


class Front:
    """A dispatcher over such an engine, and what it replied."""

    def __init__(self, app: Any = None, cache: int = 1 << 20) -> None:
        self.releases = Releases()
        self.engine = self.releases.engine
        self.cache = ReplyCache(cache)
        no_limit = RateLimit(0, (), None, b"")  # type: ignore[arg-type]
        core = CpuAffinity(0, 1)
        releases: Any = self.releases
        self.dispatcher = Dispatcher(app, releases, no_limit, self.cache, 1000, core)
        self.replies: dict[str, Reply] = {}

    def ask(self, name: str, target: bytes = ASK, **headers: bytes) -> Any:
        """Ask; the reply will stand under the name. Return the waiter."""
        named = {key.replace("_", "-").encode(): value for key, value in headers.items()}
        request = Request("GET", target, HeaderLines(named), "127.0.0.1")
        take = lambda reply: self.replies.__setitem__(name, reply)  # noqa: E731
        waiter = self.dispatcher.answer(request, take)
        if isinstance(waiter, Reply):
            self.replies[name] = waiter
        return waiter


async def holds(look: Callable[[], object]) -> None:
    """Let the loop run until a condition holds."""
    async with asyncio.timeout(SECONDS):
        while not look():
            await asyncio.sleep(0.01)


def whole(size: int = 4) -> WholeAnswer:
    return WholeAnswer("boolean", JSON, b"x" * size)


def test_what_was_answered_is_freed_without_the_garbage_collector() -> None:
    async def ask() -> bool:
        front = Front()
        under_way = weakref.ref(front.ask("first").in_flight)
        front.engine.asked.pop()(whole())
        assert front.replies["first"].status == 200
        return under_way() is None

    gc.disable()
    try:
        assert asyncio.run(ask())
    finally:
        gc.enable()


def test_who_asks_what_is_under_way_waits_for_that() -> None:
    async def ask() -> Front:
        front = Front()
        for name in ("first", "second"):
            front.ask(name)
        front.ask("has it", if_none_match=b"*")
        (over,) = front.engine.asked
        over(whole())
        front.ask("late")
        return front

    front = asyncio.run(ask())
    statuses = {name: reply.status for name, reply in front.replies.items()}
    assert statuses == {"first": 200, "second": 200, "has it": 304, "late": 200}
    assert (len(front.engine.asked), front.releases.lent) == (1, 0)


def test_a_query_is_given_up_when_the_last_who_waits_for_it_leaves() -> None:
    async def leave() -> list[int]:
        front = Front()
        first, second = front.ask("first"), front.ask("second")
        first.cancel()
        given_up = [front.engine.withdrawn]
        second.cancel()
        second.cancel()
        given_up.append(front.engine.withdrawn)
        front.ask("third")
        return [*given_up, len(front.engine.asked), front.releases.lent]

    assert asyncio.run(leave()) == [0, 1, 2, 1]


def test_a_long_answer_has_one_reader_and_the_others_ask_anew() -> None:
    async def ask() -> Front:
        front = Front()
        for name in ("first", "second", "third"):
            front.ask(name)
        answer: Any = Long()
        front.engine.asked[0](answer)
        front.engine.asked[1](whole())
        return front

    front = asyncio.run(ask())
    assert [bool(reply.stream) for reply in front.replies.values()] == [True, False, False]
    assert len(front.engine.asked) == 2


def test_a_long_answer_that_nobody_waits_for_any_more_is_given_back() -> None:
    may_come, answer = threading.Event(), Long()

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return answer.body

        def close(self) -> None:
            answer.close()

    def app(environ: Any, start_response: Any) -> Body:
        may_come.wait(SECONDS)
        environ[RELEASE] = SimpleNamespace(name="one")
        start_response("200 OK", [("Content-Length", str(1 << 21))])
        return Body()

    async def leave() -> None:
        front = Front(app)
        front.ask("only", b"/def").cancel()
        may_come.set()
        await holds(lambda: answer.closed)

    asyncio.run(leave())
    assert answer.closed == 1


@pytest.mark.parametrize(
    ("accept", "expected"),
    [(b"*/*", b'"kind": "engine-busy"'), (b"text/csv", b"503 Service Unavailable: Too many")],
)
def test_a_query_that_finds_no_place_is_told_when_to_come_again(
    accept: bytes, expected: bytes
) -> None:
    async def ask() -> Front:
        front = Front()
        front.engine.fault = EngineBusy("Too many queries wait already.", 7)
        front.ask("only", accept=accept)
        return front

    front = asyncio.run(ask())
    reply = front.replies["only"]
    assert (reply.status, reply.kind, front.releases.lent) == (503, "engine-busy", 0)
    assert expected in reply.body
    assert b"Retry-After: 7\r\n" in reply.head
    assert front.cache.size == 0


def test_what_answers_otherwise_each_time_is_neither_shared_nor_kept() -> None:
    async def ask() -> Front:
        front = Front()
        for name in ("first", "second"):
            front.ask(name, b"/sparql?query=SELECT(N%4FW()AS%20%3Fn)%7B%7D")
        for over in front.engine.asked:
            over(whole())
        return front

    front = asyncio.run(ask())
    assert (len(front.engine.asked), front.cache.size) == (2, 0)
    assert all(b"Cache-Control: no-store" in reply.head for reply in front.replies.values())


def test_a_large_answer_is_packed_by_a_thread_and_a_small_one_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = list[str]()

    def finish_whole(*_: Any) -> Any:
        packed.append(threading.current_thread().name.partition("_")[0])
        return Reply(200, b"", b"packed")

    monkeypatch.setattr("server.http.responses.finish.finish_whole", finish_whole)

    async def answer(size: int, **headers: bytes) -> None:
        front = Front()
        front.ask("only", **headers)
        front.engine.asked[0](whole(size))
        await holds(lambda: front.replies)

    for size, coding in ((1 << 15, b"gzip"), ((1 << 15) + 1, b"gzip"), (1 << 16, b"identity")):
        asyncio.run(answer(size, accept_encoding=coding))
    assert packed == ["MainThread", "reader", "MainThread"]


def answer_ok(environ: Any, start_response: Any) -> list[bytes]:
    environ[RELEASE] = SimpleNamespace(name=environ["QUERY_STRING"] or "one")
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def test_there_is_an_end_to_requests_that_wait_for_a_thread() -> None:
    may_go_on = threading.Event()

    def app(environ: Any, start_response: Any) -> list[bytes]:
        may_go_on.wait(SECONDS)
        return answer_ok(environ, start_response)

    async def ask() -> Front:
        front = Front(app)
        for number in range(97):
            front.ask(str(number), b"/def/%d" % number)
        assert list(front.replies) == ["96"]
        may_go_on.set()
        await holds(lambda: len(front.replies) == 97)
        return front

    front = asyncio.run(ask())
    refused = front.replies.pop("96")
    assert (refused.status, refused.kind) == (503, "engine-busy")
    assert b"Retry-After: 2\r\n" in refused.head
    assert {reply.status for reply in front.replies.values()} == {200}


@pytest.mark.parametrize(("release", "kept"), [(b"one", True), (b"two", False)])
def test_an_answer_from_a_release_that_came_under_way_is_not_kept(
    release: bytes, kept: bool
) -> None:
    """The one before may be gone back to, and its answers must be its own."""

    async def ask() -> int:
        front = Front(answer_ok)
        front.ask("only", b"/def?" + release)
        await holds(lambda: front.replies)
        return front.cache.size

    assert (asyncio.run(ask()) > 0) == kept


def test_a_form_that_is_long_is_not_read_by_the_loop() -> None:
    def read(size: int) -> bool:
        body = b"query=ASK{}&x=".ljust(size, b"x")
        kind = {b"content-type": b"application/x-www-form-urlencoded"}
        request = Request("POST", b"/sparql", HeaderLines(kind), "127.0.0.1", body, len(body))
        return plan_query(request, "", "http://localhost/", 1000) is not None

    assert read(1000)
    assert not read(1001)


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
    reading, may_read, events = threading.Event(), threading.Event(), list[str]()

    def parts() -> Iterator[bytes]:
        try:
            reading.set()
            may_read.wait(SECONDS)
            yield b"part"
        finally:
            events.append("closed")

    async def hang_up_meanwhile() -> None:
        body = LongBody(WsgiResult(200, [], rest=parts()), Threads(CpuAffinity(0, 1)), None)
        read = asyncio.ensure_future(anext(body.parts()))
        await asyncio.to_thread(reading.wait, 10)
        read.cancel()
        closing = asyncio.ensure_future(body.close())
        await asyncio.wait([read, closing], timeout=0.2)
        may_read.set()
        await closing

    asyncio.run(hang_up_meanwhile())
    assert events == ["closed"]


def test_each_status_of_the_endpoint_is_counted_by_itself() -> None:
    table = (ROOT / "docs" / "endpoint.md").read_text("utf-8")
    statuses = re.findall(r"^\| (\d{3}) \|", table, re.MULTILINE)
    with mmap.mmap(-1, shared_counters.size(1)) as shared:
        counts = shared_counters.SharedCounters(shared, 0, 0, 1)
        for status in statuses:
            counts.count(b"/sparql", int(status))
        counts.publish(shared_counters.Counts({}, {}))
        body = counts.reply("GET").body.decode()
    assert set(re.findall(r'status="(.+?)"', body)) == set(statuses)


def test_each_kind_of_fault_is_counted_by_itself() -> None:
    table = (ROOT / "docs" / "endpoint.md").read_text("utf-8")
    kinds = set(re.findall(r"^\| [45]\d\d \| `([a-z-]+)` \|", table, re.MULTILINE))
    with mmap.mmap(-1, shared_counters.size(1)) as shared:
        counts = shared_counters.SharedCounters(shared, 0, 0, 1)
        for kind in (*kinds, "never-heard-of"):
            counts.count(b"/sparql", 400, kind)
        counts.publish(shared_counters.Counts({}, {}))
        body = counts.reply("GET").body.decode()
    counted = re.findall(
        r'^portrait_ia_refusals_total\{reason="(.+?)"\} (\d+)$', body, re.MULTILINE
    )
    assert len(kinds) > 25
    assert dict(counted) == {**dict.fromkeys(kinds, "1"), "other": "1"}


def test_what_a_worker_that_is_gone_held_is_not_summed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0  # where there was a minute before
    with mmap.mmap(-1, shared_counters.size(3)) as shared:
        for place, seconds in ((0, -60.0), (1, 0.0), (2, -1.0)):
            monkeypatch.setattr(time, "monotonic", lambda at=now + seconds: at)
            worker = shared_counters.SharedCounters(shared, 0, place, 3)
            done, held = {"cache_hits_total": 10**place}, {"connections": 10**place, "workers": 1}
            worker.publish(shared_counters.Counts(done, held))
        monkeypatch.setattr(time, "monotonic", lambda: now)
        again = shared_counters.SharedCounters(shared, 0, 2, 3)  # the third worker, started again
        again.publish(
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
        worker.publish(shared_counters.Counts({}, {}))
        lines = worker.reply("GET").body.decode().splitlines()
    kinds = dict(line.split()[2:] for line in lines if line.startswith("# TYPE "))
    helped = {line.split()[2] for line in lines if line.startswith("# HELP ")}
    names = {re.split(r"[ {]", line)[0] for line in lines if line[0] != "#"}
    parts = {f"{name}_{part}" for name in kinds for part in ("bucket", "sum", "count")}
    assert {name for name in names if kinds.get(name) != "histogram"} <= set(kinds) | parts
    assert set(kinds) == helped
    for name, kind in kinds.items():
        assert (kind == "counter") == name.endswith("_total")
        assert (kind == "histogram") == (f"{name}_bucket" in names) == name.endswith("_seconds")
        assert re.fullmatch(r"portrait_ia(_[a-z]+)+", name)
