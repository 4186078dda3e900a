"""One connection of many: what it sends and holds while others have their turns."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from server.http.connection import protocol
from server.http.connection.connections import Connections
from server.http.connection.protocol import Connection
from server.http.connection.writer import PIECE
from server.http.messages import Clock, Reply, Request

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


class Site:
    """A site that answers each request with the same at once, or never."""

    def __init__(self, reply: Reply | None) -> None:
        self.connections = Connections()
        self.most_body, self.leaving = 1 << 20, False
        self.clock = Clock()
        self.languages = ("fr", "en")
        self._reply = reply

    def head_lines(self, request: Request | None, reply: Reply) -> bytes:
        """Count nothing."""
        return b""

    def note_sent(self, request: Request | None, reply: Reply, size: int, whole: bool) -> None:
        """Record nothing."""

    def answer(self, request: Request, take: Callable[[Reply], None]) -> "Reply | Site":
        return self._reply or self

    def cancel(self) -> None:
        """Wait no more."""


class Transport:
    """A client that reads what it is sent at once, or on request."""

    def __init__(self, takes: bool) -> None:
        self.connection: Connection
        self.written, self.unread, self._high = b"", 0, 1 << 40
        self._takes, self._paused, self.reading = takes, False, True
        self.ends = list[str]()

    def write(self, data: bytes) -> None:
        self.written += data
        self.unread += 0 if self._takes else len(data)
        if self.unread > self._high and not self._paused:
            self._paused = True
            self.connection.pause_writing()

    def take(self) -> None:
        """Take all that was written."""
        self.unread = 0
        if self._paused:
            self._paused = False
            self.connection.resume_writing()

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ends.append("says no more")

    def close(self) -> None:
        self.ends.append("closes")

    def abort(self) -> None:
        self.ends.append("breaks off")

    def get_write_buffer_size(self) -> int:
        return self.unread

    def set_write_buffer_limits(self, high: int) -> None:
        self._high = high

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class Stream:
    """Parts without end, which record whether they were closed."""

    closed = False

    async def parts(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)  # a thread reads it meanwhile
            yield b"x" * PIECE

    async def close(self) -> None:
        self.closed = True


def connect(reply: Reply | None, takes: bool) -> tuple[Connection, Transport]:
    return connect_to(Site(reply), takes)


def connect_to(site: Any, takes: bool) -> tuple[Connection, Transport]:
    connection, transport = Connection(site, "192.0.2.1"), Transport(takes)
    transport.connection = connection
    connection.connection_made(transport)  # type: ignore[arg-type]
    return connection, transport


async def wait(look: Callable[[], object] = lambda: False, turns: int = 50) -> None:
    """Let the loop run until a condition holds, or for so many turns."""
    for _ in range(turns):
        if look():
            return
        await asyncio.sleep(0)


def test_others_come_in_between_requests_that_come_together() -> None:
    number = 2000
    rounds = list[int]()

    async def send_many() -> None:
        connection, transport = connect(Reply(200, OK), takes=True)
        connection.data_received(GET * number)

        def is_over() -> bool:
            rounds.append(transport.written.count(OK))
            return rounds[-1] == number

        await wait(is_over, 10_000)

    asyncio.run(send_many())
    most = max(b - a for a, b in zip([0, *rounds], rounds, strict=False))
    assert most <= 2 * 4096 // len(GET) + 1  # and not two thousand
    assert rounds[-1] == number


def test_an_answer_leaves_this_process_as_its_reader_takes_it() -> None:
    body = bytes(range(256)) * (1 << 12)
    most = list[int]()

    async def read_slowly() -> bytes:
        connection, transport = connect(Reply(200, OK, body), takes=False)
        connection.data_received(GET)
        while not transport.written.endswith(body):
            await wait()
            most.append(transport.unread)
            connection.look_at(0.0)  # as the worker does twice a second
            assert most[-1] > 0
            held = 0 if transport.written.endswith(body) else len(body)
            assert connection.held == held + most[-1]
            transport.take()
        await wait()
        connection.look_at(0.0)
        assert connection.held == 0
        return transport.written

    assert len(asyncio.run(read_slowly())) > len(body)
    assert max(most) <= 3 * PIECE
    assert len(most) > len(body) // PIECE // 3


@pytest.mark.parametrize("takes", [True, False])
def test_what_streams_waits_for_its_reader_and_is_given_back_when_he_has_gone(takes: bool) -> None:
    async def hang_up() -> int:
        stream = Stream()
        reply = Reply(200, OK, stream=stream, chunked=True)
        connection, transport = connect(reply, takes)
        connection.data_received(GET)
        await wait()
        assert not stream.closed
        sent = len(transport.written)
        connection.connection_lost(None)
        await wait(lambda: stream.closed)
        assert stream.closed
        return sent

    assert (asyncio.run(hang_up()) > 3 * PIECE) == takes


def test_what_came_behind_a_request_is_counted_and_read_no_further() -> None:
    async def send_ahead() -> None:
        connection, transport = connect(None, takes=True)
        connection.data_received(GET)
        await wait()
        for part in range(1, 5):
            connection.data_received(b"x" * (PIECE // 4))
            assert connection.held == part * PIECE // 4
            assert transport.reading
        connection.data_received(b"x")
        assert not transport.reading
        connection.connection_lost(None)
        assert connection.held == 0

    asyncio.run(send_ahead())


HEAD = b"POST /sparql HTTP/1.1\r\nHost: a\r\n"
BODY = HEAD + b"Content-Length: 9\r\n\r\nASK"


@pytest.mark.parametrize(
    ("parts", "seconds", "expected", "ends"),
    [
        ([], 10, b"", ["closes"]),
        ([GET], 30, b"HTTP/1.1 200 ", ["closes"]),
        ([GET, GET], 30, b"HTTP/1.1 200 ", ["closes"]),
        ([HEAD], 10, b"HTTP/1.1 408 ", ["says no more"]),
        ([GET, HEAD], 10, b"HTTP/1.1 408 ", ["says no more"]),
        ([BODY], 30, b"HTTP/1.1 408 ", ["says no more"]),
        ([b"GET /a#b HTTP/1.1\r\n\r\n"], 5, b"HTTP/1.1 400 ", ["says no more", "breaks off"]),
    ],
)
def test_a_client_that_takes_too_long_is_left(
    parts: list[bytes], seconds: int, expected: bytes, ends: list[str]
) -> None:
    async def send() -> None:
        connection, transport = connect(Reply(200, OK), takes=True)
        for part in parts:
            connection.data_received(part)
            await wait()
        before = [end for end in transport.ends if len(ends) > 1]
        connection.look_at(connection.since + seconds - 0.1)
        assert transport.ends == before
        connection.look_at(connection.since + seconds + 0.1)
        assert transport.ends == ends
        assert expected in transport.written

    asyncio.run(send())


def test_each_request_is_waited_for_anew() -> None:
    async def say_slowly() -> None:
        connection, transport = connect(Reply(200, OK), takes=True)
        connection.data_received(GET[:9])
        begun = connection.since
        await asyncio.sleep(0.001)
        connection.data_received(GET[9:] + GET[:9])
        await wait()
        assert transport.written.startswith(OK)
        assert connection.since > begun

    asyncio.run(say_slowly())


def test_a_site_that_leaves_waits_for_no_request() -> None:
    async def leave() -> list[list[str]]:
        ends = []
        for data in (b"", GET, GET + HEAD):
            site = Site(Reply(200, OK))
            connection, transport = connect_to(site, takes=True)
            connection.data_received(data)
            await wait()
            site.leaving = True
            connection.look_at(connection.since)
            ends.append(transport.ends)
        return ends

    assert asyncio.run(leave()) == [["closes"], ["closes"], []]


@pytest.mark.parametrize(
    ("body", "soon"), [(b"short", True), (b"long" * PIECE, True), (b"long" * PIECE, False)]
)
def test_a_site_that_leaves_answers_once_more(body: bytes, soon: bool) -> None:
    async def ask() -> tuple[bytes, list[str]]:
        site = Site(Reply(200, OK, body))
        connection, transport = connect_to(site, takes=True)
        site.leaving = soon
        connection.data_received(GET + GET)
        site.leaving = True
        await wait()
        return transport.written, transport.ends

    written, ends = asyncio.run(ask())
    assert written.endswith(b"\r\nConnection: close\r\n\r\n" + body)
    assert written.count(OK) == 1
    assert ends == ["says no more"]


@pytest.mark.parametrize(
    ("reply", "data", "expected", "ends"),
    [
        (Reply(200, OK), b"", b"", ["closes"]),
        (Reply(200, OK), GET, OK, ["closes"]),
        (Reply(200, OK), HEAD, b"HTTP/1.1 503 ", ["says no more"]),
        (None, GET, b"", ["breaks off"]),
        (None, b"GET /a#b HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 ", ["says no more", "breaks off"]),
    ],
)
def test_a_connection_that_gives_way_gets_the_reason_where_possible(
    reply: Reply | None, data: bytes, expected: bytes, ends: list[str]
) -> None:
    async def give_way() -> None:
        site = Site(reply)
        connection, transport = connect_to(site, takes=True)
        connection.data_received(data)
        await wait()
        assert len(site.connections) == 1
        connection.give_way()
        assert transport.written.startswith(expected)
        assert transport.ends == ends
        connection.connection_lost(None)
        assert len(site.connections) == 0

    asyncio.run(give_way())


@pytest.mark.parametrize("body", [None, b"x" * 4 * PIECE])
def test_who_says_no_more_is_left_unless_his_answer_has_begun(
    monkeypatch: pytest.MonkeyPatch, body: bytes | None
) -> None:
    monkeypatch.setattr(protocol, "HALF_CLOSED_SECONDS", 0.001)

    async def say_no_more() -> list[str]:
        reply = None if body is None else Reply(200, OK, body)
        connection, transport = connect(reply, takes=False)
        connection.data_received(GET)
        await wait()
        connection.eof_received()
        await asyncio.sleep(0.05)
        while body and not transport.ends:
            transport.take()
            await wait()
        assert transport.written.endswith(body or b"")
        return transport.ends

    assert asyncio.run(say_no_more()) == (["closes"] if body else ["breaks off"])


@pytest.mark.parametrize("reply", [Reply(200, OK), Reply(200, OK, b"x" * 2 * PIECE), None])
def test_a_body_is_held_until_it_is_answered(reply: Reply | None) -> None:
    async def post() -> None:
        connection, transport = connect(reply, takes=True)
        connection.data_received(HEAD + b"Content-Length: 9000\r\n\r\n" + b"x" * 8999)
        assert connection.held > 8999
        connection.data_received(b"x")
        await wait()
        connection.look_at(connection.since)
        assert connection.held == (0 if transport.written else 9000)
        connection.connection_lost(None)

    asyncio.run(post())
