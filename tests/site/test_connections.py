"""Many clients, or a few greedy ones: places and memory are bounded, others are answered."""

import contextlib
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from server.http.connection.connections import Connections
from tests.support.processes import (
    find_workers,
    is_held,
    proportional_megabytes,
    settled_megabytes,
)

HEAD = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
LONG = quote("SELECT * { ?a ?b ?c . ?d a ?e } LIMIT ")
PLACES = 2 * 44  # 300 descriptors a worker, of which it wants 256 for itself


def connect(site: str, source: str = "127.0.0.1", buffer: int = 0) -> socket.socket:
    parts = urlsplit(site)
    client = socket.socket()
    client.settimeout(90)
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.bind((source, 0))
    client.connect((str(parts.hostname), int(parts.port or 0)))
    return client


def read(client: socket.socket) -> bytes:
    with contextlib.suppress(OSError):
        return b"".join(iter(lambda: client.recv(65536), b""))
    return b""


@pytest.fixture
def small(folder: Path, boot: Any) -> Iterator[str]:
    """A site with few places."""
    with boot(folder, descriptors=300) as site:
        yield site


def test_idle_connections_make_room(small: str, fetch: Any) -> None:
    with contextlib.ExitStack() as open_ones:
        idle = [open_ones.enter_context(connect(small, "127.0.0.2")) for _ in range(3 * PLACES)]
        for _ in range(10):
            assert fetch(f"{small}healthz").status == 200
        request = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        idle[-1].sendall(request)  # whoever came last has a place
        assert b" 200 " in read(idle[-1])


def test_slow_heads_make_room(small: str, fetch: Any) -> None:
    with contextlib.ExitStack() as open_ones:
        for _ in range(3 * PLACES):
            slow = open_ones.enter_context(connect(small, "127.0.0.2"))
            with contextlib.suppress(ConnectionError):
                slow.sendall(b"GET / HTTP/1.1\r\nX: ")
        for _ in range(10):
            assert fetch(f"{small}healthz").status == 200


def test_a_number_of_slow_readers_makes_room_for_others_alone(small: str, fetch: Any) -> None:
    with contextlib.ExitStack() as open_ones:

        def send() -> list[socket.socket]:
            """Ask for more than anybody reads, on as many connections as there are places."""
            more = [
                open_ones.enter_context(connect(small, "127.0.0.2", 4096)) for _ in range(PLACES)
            ]
            for client in more:
                with contextlib.suppress(ConnectionError):
                    client.sendall(100 * b"GET /def.ttl HTTP/1.1\r\nHost: a\r\n\r\n")
            return more

        # Until all that came first are being answered, those that come behind have their places.
        refused, rounds = b"", 0
        while not refused and rounds < 8:
            throng = send()
            assert [fetch(f"{small}healthz").status for _ in range(5)] == [200] * 5
            refused, rounds = find_refusal(throng), rounds + 1
    head, _, body = refused.partition(b"\r\n\r\n")
    assert b"\r\nRetry-After: " in head
    assert json.loads(body)["kind"] == "too-many-connections"


def find_refusal(clients: list[socket.socket], seconds: float = 2.0) -> bytes:
    """Return a 503 that one of the clients is sent within some seconds, or nothing."""
    end = time.monotonic() + seconds
    while clients and (left := end - time.monotonic()) > 0:
        for client in select.select(clients, [], [], left)[0]:
            with contextlib.suppress(OSError):
                reply: bytes = client.recv(9999)
                if reply.startswith(b"HTTP/1.1 503 "):
                    return reply
            clients = [other for other in clients if other is not client]
    return b""


def grown(workers: list[int], before: float) -> float:
    """The megabytes that the workers have grown by, at most, in three seconds."""
    most = 0.0
    for _ in range(15):
        time.sleep(0.2)
        most = max(most, proportional_megabytes(workers) - before)
    return most


@pytest.fixture
def workers(site: str) -> list[int]:
    """The workers of the site, which have nothing left to do."""
    processes = find_workers(site)
    settled_megabytes(processes)
    return processes


def test_bodies_that_never_end_are_bounded_together(
    site: str, fetch: Any, workers: list[int]
) -> None:
    before = proportional_megabytes(workers)
    with contextlib.ExitStack() as open_ones:
        clients = [open_ones.enter_context(connect(site)) for _ in range(120)]
        for client in clients:
            with contextlib.suppress(ConnectionError):
                client.sendall(HEAD + b"Content-Length: 3000001\r\n\r\n" + b"x" * 3_000_000)
        assert grown(workers, before) < 2 * 64 + 100  # and not 360
        assert fetch(f"{site}healthz").status == 200
        assert select.select(clients, [], [], 60)[0]
        refused = []
        for client in clients:
            client.setblocking(False)
            with contextlib.suppress(OSError):
                refused.append(client.recv(9999))
    assert all(reply.startswith(b"HTTP/1.1 503 ") for reply in refused)
    assert all(b"Retry-After: 5" in reply for reply in refused)


def test_answers_that_nobody_reads_are_bounded_together(
    site: str, fetch: Any, workers: list[int]
) -> None:
    """Each is a little less than what is streamed from a file."""
    before = proportional_megabytes(workers)
    with contextlib.ExitStack() as open_ones:
        for number in range(250):
            client = open_ones.enter_context(connect(site, buffer=4096))
            query = f"{LONG}{3000 + number}"
            ask = f"GET /sparql?query={query}&format=csv HTTP/1.1\r\nHost: a\r\n\r\n"
            client.sendall(ask.encode())
        # Those that wait, those that are kept, and what the allocator has not given back.
        assert grown(workers, before) < 2 * (64 + 64) + 200
        held = fetch(f"{site}metrics").text.partition("\nportrait_ia_held_bytes ")[2]
        assert int(held.split()[0]) <= 2 * 64 << 20  # and not 230
        assert fetch(f"{site}healthz").status == 200


def test_answers_to_requests_that_come_together_wait_for_their_reader(
    site: str, workers: list[int]
) -> None:
    ask = b"GET /def.ttl HTTP/1.1\r\nHost: a\r\n\r\n"
    with connect(site, buffer=4096) as client:
        client.sendall(ask)
        client.recv(9999)
        before = proportional_megabytes(workers)
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.sendall(ask * 20_000)
        assert grown(workers, before) < 20
        assert is_held(client)  # answers that waited in memory would be too many to hold


def test_keys_of_kept_answers_count(folder: Path, boot: Any) -> None:
    """What a client may vary without end is kept within the bound, too."""
    with boot(folder, cache_mb="4") as site, connect(site) as client:
        parts = []
        for number in range(3600):
            accept = b"text/plain, x/" + b"y" * 7500 + b"%d" % number
            parts.append(b"GET /robots.txt HTTP/1.1\r\nHost: a\r\nAccept: " + accept + b"\r\n\r\n")
        client.sendall(parts[0] + parts[1])
        client.recv(9999)
        before = settled_megabytes(workers := find_workers(site))
        reader = threading.Thread(target=read, args=(client,))
        reader.start()
        with contextlib.suppress(OSError):
            for part in parts:
                client.sendall(part)
        assert grown(workers, before) < 12  # and not 22
        client.shutdown(socket.SHUT_RDWR)
        reader.join()


class Member:
    """A connection that records that it had to end."""

    def __init__(
        self, connections: Connections, client: str, since: float, busy: bool = False
    ) -> None:
        self.connections, self.client, self.since, self.is_busy = connections, client, since, busy
        self.held = 0
        self.gone = False
        connections.enter(self)

    def give_way(self) -> None:
        """End at once."""
        self.gone = True
        self.connections.leave(self)


def test_who_has_most_and_has_waited_longest_gives_way_first() -> None:
    connections = Connections(most=6)
    first = Member(connections, "a", 1)
    many = [Member(connections, "b", since) for since in (5, 3, 4)]
    busy = [Member(connections, "b", 0, busy=True) for _ in range(2)]
    assert connections.has_room("c")
    assert [member.gone for member in (first, *many, *busy)] == [0, 0, 1, 0, 0, 0]


def test_the_busy_give_way_to_others_when_they_are_a_throng() -> None:
    connections = Connections(most=4)
    many = [Member(connections, "b", since, busy=True) for since in (2, 1, 3)]
    Member(connections, "a", 0, busy=True)
    assert not connections.has_room("b")
    assert connections.has_room("c")
    assert [member.gone for member in many] == [False, True, False]


def test_who_holds_most_gives_way_until_there_is_room() -> None:
    connections = Connections(most_held=100)
    one, *others = (Member(connections, client, 0) for client in "abb")
    connections.weigh(one, 50)
    connections.weigh(others[0], 30)
    connections.weigh(others[1], 25)
    assert [member.gone for member in (one, *others)] == [False, True, False]
    assert connections.held == 75


def test_of_one_client_what_is_heaviest_gives_way_first() -> None:
    connections = Connections(most_held=2050)
    members = [Member(connections, "a", 0) for _ in range(64)]
    for number, member in enumerate(members):
        connections.weigh(member, number)
    connections.weigh(members[7], 100)  # more than may be held
    assert {number for number, member in enumerate(members) if member.gone} == {7, 63, 62}


class Slow(Member):
    """A connection that takes its time to end."""

    def give_way(self) -> None:
        """End, but not yet."""
        self.gone = True


def test_who_holds_less_than_before_makes_nobody_go() -> None:
    connections = Connections(most_held=160)
    heavy, light = (Slow(connections, client, 0) for client in "ab")
    connections.weigh(light, 60)
    connections.weigh(heavy, 110)
    assert (heavy.gone, light.gone) == (True, False)
    heavy.gone = False
    connections.weigh(light, 55)
    assert (heavy.gone, light.gone) == (False, False)


def test_room_is_made_for_some_at_once_so_that_looking_for_it_costs_little() -> None:
    connections = Connections(most=64, most_held=1600)
    idle = [Member(connections, "a", since) for since in range(64)]
    assert connections.has_room("b")
    assert [member.gone for member in idle] == [True] * 4 + [False] * 60
    for member in idle[4:21]:
        connections.weigh(member, 100)
    assert connections.held == 1500  # a sixteenth less than may be held
