"""One connection of many: what it sends and holds, seen where others take turns with it."""

import asyncio
from collections.abc import Callable
from typing import Any

from server.front.crowd import Crowd
from server.front.message import Clock, Reply, Request
from server.front.wire import Connection

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


class Site:
    """A site that answers each request at once, or none."""

    def __init__(self, reply: Reply | None) -> None:
        self.clock, self.crowd = Clock(), Crowd()
        self.most_body, self.leaving = 1 << 20, False
        self._reply = reply

    def count(self, target: bytes, status: int, kind: str) -> None:
        """Note nothing."""

    def answer_at_once(self, request: Request) -> Reply | None:
        return self._reply

    def answer_soon(self, request: Request, take: Callable[[Reply | None], None]) -> Any:
        return self

    def cancel(self) -> None:
        """Take no more interest."""


class Transport:
    """A reader that takes everything at once, and notes how much that was."""

    def __init__(self) -> None:
        self.written = b""
        self.reading = True

    def write(self, data: bytes) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int) -> None:
        pass

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


def connect(site: Any) -> tuple[Connection, Any]:
    connection, transport = Connection(site, "192.0.2.1"), Transport()
    connection.connection_made(transport)  # type: ignore[arg-type]
    return connection, transport


def test_others_come_in_between_requests_that_come_together() -> None:
    number = 2000
    rounds = list[int]()

    async def send_many() -> None:
        connection, transport = connect(Site(Reply(200, b"HTTP/1.1 200 OK\r\n")))
        connection.data_received(GET * number)
        while not rounds or rounds[-1] < number:
            rounds.append(transport.written.count(b"HTTP/1.1 200 OK"))
            await asyncio.sleep(0)  # here all others have their turn
        assert transport.reading

    asyncio.run(asyncio.wait_for(send_many(), 60))
    most = max(b - a for a, b in zip([0, *rounds], rounds, strict=False))
    assert most <= 2 * 4096 // len(GET) + 1  # and not two thousand
    assert rounds[-1] == number
