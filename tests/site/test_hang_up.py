"""A client that hangs up frees its query process within a second."""

import contextlib
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.support.delay_probe import DelayProbe
from tests.support.processes import find_busy, lives

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?d && ?d != ?g) }"


def connect(site: str, text: str) -> socket.socket:
    parts = urlsplit(site)
    client = socket.create_connection((str(parts.hostname), int(parts.port or 0)))
    client.sendall(text.encode())
    return client


def write(method: str, query: str) -> str:
    if method == "POST":
        return (
            "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            f"Content-Length: {len(query)}\r\n\r\n{query}"
        )
    return f"{method} /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n"


BEHIND = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "behind", "half"),
    [
        ("GET", "", False),
        ("POST", "", False),
        ("HEAD", "", False),
        ("GET", "", True),
        ("GET", BEHIND, False),
        ("GET", BEHIND * 4_000, False),  # more than is read while a request is answered
    ],
    ids=["GET", "POST", "HEAD", "half", "with more behind", "with much more behind"],
)
def test_hanging_up_ends_the_query(
    patient: str, fetch: Any, delay_probe: DelayProbe, method: str, behind: str, half: bool
) -> None:
    query = f"{ENDLESS} # {method} {len(behind)} {half}"
    with connect(patient, write(method, query)) as client:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.sendall(behind.encode())
        busy = find_busy(patient)
        if half:
            client.shutdown(socket.SHUT_WR)
            assert delay_probe.until(lambda: not lives(busy), 1.7), "it was ended"
    assert delay_probe.until(lambda: not lives(busy), 1.7), "it was ended"
    assert fetch(f"{patient}healthz").status == 200


def test_those_who_wait_may_hang_up_too(
    folder: Path, boot: Any, fetch: Any, delay_probe: DelayProbe
) -> None:
    """Their queries are never begun: who comes behind them has the place."""
    given = {"queries_at_once": "2", "queries_waiting": "40", "query_seconds": "4"}
    with boot(folder, **given, queue_seconds="20") as site, contextlib.ExitStack() as stay:
        for number in range(2):
            stay.enter_context(connect(site, write("GET", f"{ENDLESS} # {number}")))
        time.sleep(0.3)
        waiting = [connect(site, write("GET", f"{ENDLESS} # {n}")) for n in range(2, 12)]
        time.sleep(0.5)
        for client in waiting:
            client.close()
        begun = time.monotonic()
        assert fetch(f"{site}sparql?query=ASK%7B%7D").status == 200
        # Beside the two that run for 4 s, not behind the ten that would have had 4 s each.
        assert time.monotonic() - begun < delay_probe.allow(10, begun)
