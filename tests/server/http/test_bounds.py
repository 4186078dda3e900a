"""The bounds that no client could wait for: times, rates, bytes kept."""

import mmap
import re
import resource
import time
from typing import Any

import pytest

from server import bounds
from server.http.connection import connections as connection_connections
from server.http.connection.deadlines import Deadlines
from server.http.connection.writer import ReplyWriter
from server.http.messages import HeaderLines, Reply, Request
from server.http.process import rate_limit as gates
from server.http.process import worker
from server.http.process.rate_limit import RateLimit
from server.http.responses.cache import ReplyCache
from tests.conftest import PROJECT

KB = 1024


ENGLISH = (
    r"2048 connections.* 64 MB .*128 KB and 128 lines of headers, of 8 KB each; "
    r"10 s to send them, 30 s for a body, 16 KB read every 15 s, .*a minute"
)
FRENCH = (
    r"2048 connexions.* 64 Mo .*128 ko et 128 lignes d'en-têtes, de 8 ko chacune ; "
    r"10 s pour les envoyer, 30 s pour un corps, 16 ko lus toutes les 15 s, .*minute"
)


@pytest.mark.parametrize(
    ("page", "pattern"), [("exploitation.en.md", ENGLISH), ("exploitation.md", FRENCH)]
)
def test_the_fixed_bounds_are_those_that_the_docs_tell(page: str, pattern: str) -> None:
    text = " ".join((PROJECT / "docs" / page).read_text("utf-8").split())
    assert re.search(pattern, text)
    assert (connection_connections.MOST_CONNECTIONS, connection_connections.HELD_BYTES) == (
        2048,
        64 * KB * KB,
    )
    assert (bounds.MOST_HEADERS, bounds.LINE_BYTES, bounds.HEAD_BYTES) == (128, 8 * KB, 128 * KB)
    assert (bounds.READER_BYTES, bounds.READER_SECONDS) == (16 * KB, 15.0)


@pytest.mark.parametrize(
    ("phase", "seconds"), [("", 10), ("idle", 30), ("head", 10), ("body", 30), ("linger", 5)]
)
def test_each_phase_has_its_time(phase: str, seconds: float) -> None:
    waits = Deadlines()
    if phase:
        waits.wait(phase, 1)
    begun = waits.since
    assert not waits.is_over(begun + seconds - 0.1)
    assert waits.is_over(begun + seconds + 0.1)


class Transport:
    """A reader that has taken all but `unread` bytes."""

    def __init__(self) -> None:
        self.unread = 0

    def get_write_buffer_size(self) -> int:
        return self.unread

    def set_write_buffer_limits(self, high: int) -> None:
        pass

    def write(self, data: bytes) -> None:
        self.unread += len(data)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> tuple[ReplyWriter, Transport, Any]:
    """One direction of a connection to a reader, and a clock that is put forward by hand."""
    transport, clock = Transport(), [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    return ReplyWriter(transport), transport, clock  # type: ignore[arg-type]


def test_a_reader_takes_16_kb_in_15_seconds(reader: tuple[ReplyWriter, Transport, Any]) -> None:
    out, transport, clock = reader
    out.write(b"x" * 100_000)
    assert not out.is_stuck(clock[0] + 14.9)
    assert out.is_stuck(clock[0] + 15.1)
    transport.unread -= 16_384
    assert not out.is_stuck(clock[0] + 15.1)
    transport.unread -= 16_383
    assert not out.is_stuck(clock[0] + 30.0)
    assert out.is_stuck(clock[0] + 30.2)


@pytest.mark.parametrize(("taken", "stuck"), [(60 * 16_384, True), (62 * 16_384, False)])
def test_a_reader_of_an_answer_of_a_minute_takes_16_kb_a_second(
    reader: tuple[ReplyWriter, Transport, Any], taken: int, stuck: bool
) -> None:
    out, transport, clock = reader
    out.begun, out.sent_since = True, clock[0]  # as `send` begins
    out.write(b"x" * (100 * 16_384))
    for second in range(0, 60, 10):
        transport.unread -= taken // 7
        assert not out.is_stuck(clock[0] + second)
    transport.unread = 100 * 16_384 - taken
    assert not out.is_stuck(clock[0] + 59.0)
    assert out.is_stuck(clock[0] + 61.0) == stuck


def keep(kept: ReplyCache, name: str, size: int) -> None:
    kept.keep(Request("GET", b"/", HeaderLines(), "", key=name), Reply(200, b"", b"x" * size))


def test_what_was_least_used_makes_room_in_what_is_kept() -> None:
    kept = ReplyCache(100_000)
    for name in "abcdefgh":
        keep(kept, name, 10_000)
    assert kept.find("a")
    keep(kept, "i", 10_000)
    assert [name for name in "abcdefghi" if kept.find(name)] == list("acdefghi")
    assert kept.size <= 100_000
    for number in range(100):
        keep(kept, str(number), 10_000)
        assert kept.size <= 100_000
    kept.clear()
    assert (kept.size, kept.find("99")) == (0, None)


def test_what_is_asked_once_pushes_nothing_out_that_is_asked_again() -> None:
    kept = ReplyCache(100_000)
    for name in "abcdef":
        keep(kept, name, 10_000)
        assert kept.find(name)
    for number in range(1000):
        keep(kept, str(number), 10_000)
        assert kept.size <= 100_000
    assert [name for name in "abcdef" if kept.find(name)] == list("abcdef")


def test_what_was_in_demand_makes_room_for_what_is() -> None:
    kept = ReplyCache(100_000)
    for name in "abcdefghijkl":  # more than the room
        keep(kept, name, 10_000)
        assert kept.find(name)
    assert [name for name in "abcdefghijkl" if kept.find(name)] == list("efghijkl")
    for name in "efg":
        keep(kept, name, 1_000)  # anew, and smaller
    for number in range(100):
        keep(kept, str(number), 10_000)
        assert kept.size <= 100_000
    kept.clear()
    assert (kept.size, kept.find("l")) == (0, None)


def test_what_would_take_an_eighth_of_the_room_is_not_kept() -> None:
    kept = ReplyCache(100_000)
    keep(kept, "large", 12_000)
    assert kept.find("large") is None
    keep(kept, "small", 11_000)
    assert kept.find("small")


@pytest.mark.parametrize(
    ("allowed", "connections"),
    [
        (300, 44),
        (1024, 768),
        (2304, 2048),
        (100_000, 2048),
        (resource.RLIM_INFINITY, 2048),
        (64, 16),
    ],
)
def test_connections_leave_descriptors_to_the_worker_itself(
    monkeypatch: pytest.MonkeyPatch, allowed: int, connections: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (allowed, allowed))
    assert worker.most_connections() == connections


@pytest.mark.parametrize(("per_minute", "at_once"), [(1, 1), (2, 1), (4, 2), (60, 30), (600, 300)])
def test_half_of_a_minutes_requests_may_come_at_once(
    monkeypatch: pytest.MonkeyPatch, per_minute: int, at_once: int
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    with mmap.mmap(-1, gates.SIZE) as shared:
        gate = RateLimit(per_minute, (), shared, b"secret")

        def ask() -> int:
            return gate.seconds_to_wait("192.0.2.1", {})

        assert [ask() for _ in range(at_once)] == [0] * at_once
        wait = ask()
        assert 0 < wait <= 60 / per_minute + 1
        assert ask() == wait  # a request that was refused does not count
        clock[0] += wait
        assert ask() == 0
        assert gate.seconds_to_wait("192.0.2.2", {}) == 0
        for _ in range(at_once):
            clock[0] += 60.0 / per_minute
            assert ask() == 0


def test_no_client_can_look_for_the_slot_of_another() -> None:
    slots = []
    for secret in (b"one", b"two"):
        with mmap.mmap(-1, gates.SIZE) as shared:
            RateLimit(1, (), shared, secret).seconds_to_wait("192.0.2.1", {})
            slots.append([place for place, byte in enumerate(shared[:]) if byte])
    assert slots[0]
    assert slots[0] != slots[1]
