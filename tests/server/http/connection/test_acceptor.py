"""The acceptor of a worker: which connections it takes, and what it does when it can take none."""

import asyncio
import errno
import mmap
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from server.http.connection import acceptor
from server.http.connection.acceptor import Acceptor
from server.http.connection.connections import Connections
from server.http.messages import Clock
from server.http.process import load_balance
from server.http.process.load_balance import LoadBalance


class Listener:
    """A listening socket that some clients connect to, one after the other."""

    def __init__(self, most: int = 1, fault: OSError | None = None) -> None:
        self._ends = socket.socketpair()
        self._ends[1].send(b"readable")
        self._most, self._fault = most, fault
        self.accepts, self.clients = 0, list[socket.socket]()

    def fileno(self) -> int:
        return self._ends[0].fileno()

    def setblocking(self, flag: bool) -> None:
        pass

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        if self.accepts == self._most:
            raise BlockingIOError
        self.accepts += 1
        if self._fault:
            raise self._fault
        self.clients += socket.socketpair()
        return self.clients[-2], ("192.0.2.1", 1)

    def close(self) -> None:
        for end in (*self._ends, *self.clients):
            end.close()


class Full(Connections):
    """Connections without room, which record the clients that ask for some."""

    def __init__(self) -> None:
        super().__init__()
        self.clients = list[str]()

    def has_room(self, client: str) -> bool:
        self.clients.append(client)
        return False


class Portion:
    """A share of the connections that records the published counts."""

    def __init__(self, may_take: bool = True) -> None:
        self.takes, self.published = may_take, list[int]()

    def may_take(self, connections: int) -> bool:
        return self.takes

    def publish(self, connections: int) -> None:
        self.published.append(connections)


class Site:
    """The part of a worker that an acceptor uses."""

    def __init__(self, connections: Connections) -> None:
        self.connections, self.clock, self.leaving = connections, Clock(), False


def run(
    listener: Listener, connections: Connections, share: Portion, until: Callable[[Acceptor], bool]
) -> Acceptor:
    """Run an acceptor until a condition holds."""

    async def accept() -> Acceptor:
        site: Any = Site(connections)
        arguments: Any = (listener, site, share)
        opened = Acceptor(*arguments)
        opened.open()
        for _ in range(5000):
            if until(opened):
                break
            await asyncio.sleep(0.001)
        opened.close()
        return opened

    try:
        return asyncio.run(accept())
    finally:
        listener.close()


def test_a_refused_client_gets_the_reason_and_is_counted() -> None:
    listener, connections = Listener(), Full()
    replies = list[bytes]()

    def has_replied(opened: Acceptor) -> bool:
        replies.extend(client.recv(9999) for client in listener.clients[1:] if opened.refused)
        return bool(replies)

    assert run(listener, connections, Portion(), has_replied).refused == 1
    assert replies[0].startswith(b"HTTP/1.1 503 ")
    assert connections.clients == ["192.0.2.1/32"]


def test_without_a_descriptor_idle_ones_are_closed_and_none_is_accepted_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses, step_back = list[float](), Acceptor.step_back

    def count(opened: Acceptor, seconds: float) -> None:
        pauses.append(seconds)
        step_back(opened, seconds)

    monkeypatch.setattr(acceptor, "NO_DESCRIPTOR", 0.05)
    monkeypatch.setattr(Acceptor, "step_back", count)
    listener, connections = Listener(5, OSError(errno.EMFILE, "none left")), Full()
    run(listener, connections, Portion(), lambda _: listener.accepts == 5)
    assert listener.accepts == 5  # from the second time on, also to refuse by the spare descriptor
    assert pauses == [0.05] * 3  # and not at once
    assert connections.clients == [""] * 3


def test_the_next_connection_is_left_to_a_worker_that_has_fewer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(acceptor, "STEP_BACK", 0.0)
    listener, share, looks = Listener(), Portion(may_take=False), list[int]()

    def looks_on(_: Acceptor) -> bool:
        looks.append(listener.accepts)
        share.takes = len(looks) > 20
        return listener.accepts > 0

    run(listener, Full(), share, looks_on)
    assert looks[:20] == [0] * 20
    assert looks[-1] == 1


def test_connections_that_are_on_their_way_in_count(monkeypatch: pytest.MonkeyPatch) -> None:
    async def come_in(*_: object) -> None:
        await asyncio.sleep(10)

    monkeypatch.setattr(Acceptor, "open_connection", come_in)
    listener, share = Listener(3), Portion()
    run(listener, Connections(), share, lambda _: listener.accepts >= 3)
    assert share.published[:3] == [1, 2, 3]


@pytest.mark.parametrize(
    ("others", "age", "takes"),
    [([], 0, True), ([3], 0, True), ([4], 0, True), ([2], 0, False), ([4, 2], 0, False),
     ([2], 1.9, False), ([2], 2.1, True), ([0], 60, True)],
)  # fmt: skip
def test_who_has_no_more_than_any_other_takes_the_next(
    monkeypatch: pytest.MonkeyPatch, others: list[int], age: float, takes: bool
) -> None:
    now = 1000.0
    with mmap.mmap(-1, load_balance.SIZE) as shared:
        monkeypatch.setattr(time, "monotonic", lambda: now - age)
        for place, connections in enumerate(others, 1):
            LoadBalance(shared, 0, place).publish(connections)
        monkeypatch.setattr(time, "monotonic", lambda: now)
        own = LoadBalance(shared, 0, 0)
        own.publish(1)
        assert own.may_take(3) == takes
