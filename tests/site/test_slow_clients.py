"""Slow clients behind nginx, Caddy and Apache: others are answered, and the slow are ended.

All of them begin together, so that what they wait for passes once.
"""

import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.support.ports import take_port
from tests.support.proxies import Proxy, start_proxy

NAMES = ("nginx", "caddy", "apache2")
# Longer than any limit: 15 s of the server, 30 s of nginx.
READER_SECONDS = 45
BYTES = 400  # sent one by one, 0.3 s apart
HEAD = b"GET /ia/healthz HTTP/1.1\r\nHost: localhost\r\nX: "
POST = b"POST /ia/sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
BODY = POST + b"Content-Length: 5000\r\n\r\n"
LONG = b"SELECT ?t ?a { ?a ?b ?c BIND('%b' AS ?t) } LIMIT 200" % (60_000 * b"x")  # 12 MB
LAST = b"\r\n0\r\n\r\n"  # of an answer in chunks


class Slow(NamedTuple):
    """What slow clients of a proxy were sent in the end, by what they are slow at."""

    proxy: Proxy
    heads: list[Future[bytes]]
    bodies: list[Future[bytes]]
    readers: list[Future[bytes]]


def connect(proxy: Proxy) -> ssl.SSLSocket:
    """Return a connection with little room for what is not read yet."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(90)
    client.connect(("127.0.0.1", urlsplit(proxy.site).port))
    trusting = ssl.create_default_context(cafile=str(proxy.certificate))
    return trusting.wrap_socket(client, server_hostname="localhost")


def send_slowly(proxy: Proxy, begin: bytes) -> bytes:
    """Send a byte after the other; return what came before all were sent; fails for nothing."""
    with connect(proxy) as client:
        client.sendall(begin)
        client.settimeout(0.3)
        for _ in range(BYTES):
            try:
                client.sendall(b"a")
                return client.recv(9999)
            except TimeoutError:
                pass
            except OSError:
                return b""
    raise AssertionError(f"{proxy.name} took {BYTES} bytes one by one")


def read_slowly(proxy: Proxy) -> bytes:
    """Ask for a long answer and take a few bytes of it, then all that is there."""
    with connect(proxy) as client:
        head = b"Accept: application/sparql-results+json\r\nContent-Length: %d\r\n\r\n" % len(LONG)
        client.sendall(POST + head + LONG)
        taken, end = bytearray(), time.monotonic() + READER_SECONDS
        with suppress(OSError):
            while (part := client.recv(1)) and time.monotonic() < end:
                taken += part
                time.sleep(0.2)
            taken += part
            while part and not taken.endswith(LAST):
                taken += (part := client.recv(1 << 20))
    return bytes(taken)


@pytest.fixture(scope="module")
def slow(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Slow]]:
    """Slow clients of each proxy that this machine has, which have begun."""
    folder = tmp_path_factory.mktemp("proxies")
    folder.chmod(0o755)
    with ExitStack() as running, ThreadPoolExecutor(64) as threads:
        found = {}
        for name in NAMES:
            port, reservation = take_port()
            running.enter_context(reservation)
            with suppress(pytest.skip.Exception):
                found[name] = running.enter_context(start_proxy(name, site, folder, port))
        yield {
            name: Slow(
                proxy,
                [threads.submit(send_slowly, proxy, HEAD) for _ in range(5)],
                [threads.submit(send_slowly, proxy, BODY) for _ in range(5)],
                [threads.submit(read_slowly, proxy) for _ in range(3)],
            )
            for name, proxy in found.items()
        }


@pytest.fixture(params=NAMES)
def clients(slow: dict[str, Slow], request: pytest.FixtureRequest) -> Slow:
    """Those of each proxy."""
    if request.param not in slow:
        pytest.skip(f"no {request.param} on this machine")
    return slow[request.param]


def test_others_are_answered_meanwhile(clients: Slow) -> None:
    proxy = clients.proxy
    query = b"SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    for _ in range(5):
        assert proxy.fetch(f"{proxy.site}doc/portrait/2025.ttl").status == 200
        headers = {"Content-Type": "application/sparql-query"}
        assert proxy.fetch(f"{proxy.site}sparql", "POST", query, headers).status == 200
    assert not any(client.done() for client in (*clients.bodies, *clients.readers))


def test_who_sends_slowly_is_ended(clients: Slow) -> None:
    for client in (*clients.heads, *clients.bodies):
        answer = client.result(120)
        assert answer == b"" or answer.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 400 "))


def test_who_reads_slowly_is_ended_within_the_answer(clients: Slow) -> None:
    for client in clients.readers:
        answer = client.result(300)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert not answer.endswith(LAST)
        assert len(answer) < 10_000_000


def test_who_takes_an_answer_at_once_has_all_of_it(clients: Slow) -> None:
    headers = {"Content-Type": "application/sparql-query"}
    proxy = clients.proxy
    reply = proxy.fetch(f"{proxy.site}sparql", "POST", LONG, headers)
    assert len(reply.body) > 12_000_000
