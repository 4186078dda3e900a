"""Slow writers and readers, idle connections, long heads and bodies, too many requests."""

import contextlib
import json
import socket
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from server import networks
from tests.support.processes import (
    find_workers,
    is_held,
    proportional_megabytes,
    settled_megabytes,
)
from tests.support.waiting import wait_until


def connect(site: str) -> socket.socket:
    parts = urlsplit(site)
    client = socket.create_connection((str(parts.hostname), int(parts.port or 0)))
    client.settimeout(90)
    return client


def send_and_read(site: str, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send bytes, and return all replies until the server closes."""
    with connect(site) as client:
        for part in parts:
            client.sendall(part)
            time.sleep(pause)
        return b"".join(iter(lambda: client.recv(65536), b""))


def problem(reply: bytes) -> tuple[int, str]:
    head, _, body = reply.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return int(head.split()[1]), json.loads(body)["kind"]


def test_a_long_address_and_a_long_header_are_refused(site: str) -> None:
    long = b"a" * 200_000
    reply = send_and_read(site, b"GET /" + long + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert problem(reply)[0] in (414, 431)
    reply = send_and_read(site, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + long + b"\r\n\r\n")
    assert problem(reply)[0] == 431


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"
        b"\r\n0\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_request_is_refused(site: str, noise: bytes) -> None:
    assert problem(send_and_read(site, noise)) == (400, "malformed-request")


def test_requests_that_come_together_are_answered_in_order(site: str) -> None:
    ask = b"GET /sparql?query=SELECT%%20(%d%%20AS%%20%%3Fx)%%20%%7B%%7D&format=csv HTTP/1.1\r\n"
    ask += b"Host: x\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    reply = send_and_read(site, b"".join(ask % n + b"\r\n" for n in range(30)) + last)
    bodies = [part.partition(b"\r\n\r\n")[2] for part in reply.split(b"HTTP/1.1 ")[1:]]
    assert bodies == [b"x\r\n%d\r\n" % n for n in range(30)] + [b"ok\n"]


def test_a_body_of_which_the_rest_never_comes_is_no_query(site: str) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    with connect(site) as client:
        client.sendall(head + b"Content-Length: 10\r\n\r\nASK{}")
        client.shutdown(socket.SHUT_WR)
        reply = b"".join(iter(lambda: client.recv(65536), b""))
    assert problem(reply) == (400, "unreadable-request")


def test_a_client_that_waits_for_leave_to_send_gets_it(site: str) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    with connect(site) as client:
        client.sendall(head + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"ASK{}")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_idle_and_slow_clients_hold_up_nobody_and_are_let_go(site: str, fetch: Any) -> None:
    idle = [connect(site) for _ in range(150)]
    slow = [connect(site) for _ in range(150)]
    for client in slow:
        client.sendall(b"GET /sparql HTTP/1.1\r\nX: ")
    assert fetch(f"{site}sparql?query=ASK%7B%7D").status == 200
    assert any(map(is_held, slow))  # the answer did not wait until they were let go
    assert idle[0].recv(10) == b""
    assert problem(b"".join(iter(lambda: slow[0].recv(9999), b""))) == (408, "too-slow")
    for client in (*idle, *slow):
        client.close()


def test_one_who_does_not_read_holds_up_nobody(site: str, fetch: Any) -> None:
    query = quote("SELECT * { ?a ?b ?c . ?d a ?e } LIMIT 20000")
    clients = [connect(site) for _ in range(40)]
    for client in clients:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    clients[0].recv(1, socket.MSG_PEEK)  # its answer has begun to come
    assert fetch(f"{site}doc/portrait/2025.ttl").status == 200
    assert fetch(f"{site}sparql?query=ASK%7B%7D%23x").status == 200
    assert any(map(is_held, clients))  # they did not wait until those were let go
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def narrow(folder: Path, boot: Any) -> Iterator[str]:
    """A site that takes four requests a minute, and believes the Forwarded headers of proxies."""
    with boot(folder, requests_per_minute="4", trusted_proxies="127.0.0.0/8") as site:
        yield site


def test_too_many_requests_are_refused_over_all_workers(narrow: str, fetch: Any) -> None:
    replies = [fetch(f"{narrow}healthz", X_Forwarded_For="192.0.2.1") for _ in range(12)]
    statuses = [reply.status for reply in replies]
    assert statuses == sorted(statuses)
    # Two at once; each worker by itself would let two pass. Both may miss what the other counts.
    assert 2 <= statuses.count(200) <= 3
    refused = replies[-1]
    assert (refused.status, json.loads(refused.body)["kind"]) == (429, "too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Cache-Control"] == "no-store"
    assert fetch(f"{narrow}healthz", X_Forwarded_For="192.0.2.2").status == 200
    # What a client claims itself stands to the left of what the proxy saw.
    spoofed = fetch(f"{narrow}healthz", X_Forwarded_For="198.51.100.7, 192.0.2.1")
    assert spoofed.status == 429
    assert fetch(f"{narrow}healthz", Forwarded="for=192.0.2.1;proto=https").status == 429
    assert fetch(f"{narrow}healthz", Forwarded='for="[2001:db8::1]:80"').status == 200


@pytest.mark.parametrize(
    ("peer", "headers", "trusted", "client"),
    [
        ("192.0.2.9", {b"x-forwarded-for": b"198.51.100.1"}, "", "192.0.2.9/32"),
        ("10.0.0.1", {b"x-forwarded-for": b"198.51.100.1"}, "10.0.0.0/8", "198.51.100.1/32"),
        ("10.0.0.1", {b"x-forwarded-for": b"6.6.6.6, 10.0.0.2"}, "10.0.0.0/8", "6.6.6.6/32"),
        ("10.0.0.1", {b"x-forwarded-for": b"6.6.6.6, 7.7.7.7"}, "10.0.0.1", "7.7.7.7/32"),
        ("10.0.0.1", {b"x-forwarded-for": b"unknown"}, "10.0.0.1", "10.0.0.1/32"),
        (
            "10.0.0.1",
            {b"x-forwarded-for": b"6.6.6.6", b"forwarded": b"for=7.7.7.7"},
            "10.0.0.1",
            "6.6.6.6/32",
        ),
        ("10.0.0.1", {b"x-forwarded-for": b", ,\xff\x00,:::,"}, "10.0.0.1", "10.0.0.1/32"),
        ("10.0.0.1", {b"x-forwarded-for": b"1.1.1.1, 6.6.6.6:99"}, "10.0.0.1", "6.6.6.6/32"),
        # What is no list of elements says nothing: the quotation could swallow what the proxy adds.
        ("10.0.0.1", {b"forwarded": b'for="x, for=6.6.6.6;by=y'}, "10.0.0.1", "10.0.0.1/32"),
        (
            "10.0.0.1",
            {b"forwarded": b'for=7.7.7.7, by=", for=6.6.6.6;by="_x"'},
            "10.0.0.1",
            "10.0.0.1/32",
        ),
        (
            "10.0.0.1",
            {b"forwarded": b'for=6.6.6.6;host="x, for=7.7.7.7"'},
            "10.0.0.1",
            "6.6.6.6/32",
        ),
        ("10.0.0.1", {b"forwarded": b"for=7.7.7.7, proto=https"}, "10.0.0.1", "10.0.0.1/32"),
        ("10.0.0.1", {b"forwarded": b"for=7.7.7.7;for=6.6.6.6"}, "10.0.0.1", "10.0.0.1/32"),
        ("10.0.0.1", {b"forwarded": b'For="6.6.6.6:80" ; By=x,,'}, "10.0.0.1", "6.6.6.6/32"),
        (
            "10.0.0.1",
            {b"forwarded": b"for=7.7.7.7, for=6.6.6.6, for=10.0.0.2"},
            "10.0.0.0/8",
            "6.6.6.6/32",
        ),
        ("2001:db8:1:2::9", {b"x-forwarded-for": b"6.6.6.6"}, "10.0.0.1", "2001:db8:1:2::/64"),
        ("10.0.0.1", {b"forwarded": b'for="[2001:db8::7]:1";by=x'}, "10.0.0.1", "2001:db8::/64"),
        ("::ffff:10.0.0.1", {b"x-forwarded-for": b"6.6.6.6"}, "10.0.0.1", "6.6.6.6/32"),
    ],
)
def test_who_a_client_is(peer: str, headers: Any, trusted: str, client: str) -> None:
    assert networks.find_client(peer, headers, networks.read_networks(trusted)) == client


def test_one_who_does_not_read_is_let_go(site: str) -> None:
    query = quote("SELECT * { ?a ?b ?c . ?d a ?e } LIMIT 20000")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(90)
    parts = urlsplit(site)
    client.connect((str(parts.hostname), int(parts.port or 0)))
    client.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    client.recv(1, socket.MSG_PEEK)  # the answer has begun to come
    assert is_held(client)
    wait_until(lambda: not is_held(client))
    reply = b""
    with client, contextlib.suppress(ConnectionError):
        while part := client.recv(65536):
            reply += part
    head, _, body = reply.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert len(body) < length


def send_long_formats(site: str, fetch: Any, number: int) -> None:
    """Forty megabytes of ?format=, each another one."""
    kind = "application/x-www-form-urlencoded"
    for each in range(20):
        body = f"query=ASK{{}}&format={number}-{each}{'x' * 2_000_000}"
        assert fetch(f"{site}sparql", "POST", body, Content_Type=kind).status == 406


def send_long_headers(site: str, fetch: Any, number: int) -> None:
    """Forty megabytes of Accept-Encoding, each another one."""
    with connect(site) as client:
        for each in range(320):
            wish = b"Accept-Encoding: %d-%d" % (number, each) + b"x" * 8000 + b"\r\n"
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + 15 * wish + b"\r\n")
            assert any(part.endswith(b"ok\n") for part in iter(lambda: client.recv(9999), b""))


def test_long_preferences_are_not_remembered(folder: Path, boot: Any, fetch: Any) -> None:
    """A cache of them would grow by forty megabytes each time."""
    with boot(folder, workers=1) as site:
        workers = find_workers(site)
        for send in (send_long_formats, send_long_headers):
            grown, before = [], settled_megabytes(workers)
            for number in range(4):
                send(site, fetch, number)
                after = proportional_megabytes(workers)
                grown.append(after - before)
                before = after
            assert statistics.median(grown[1:]) < 20, (send, grown)
