"""A client that hangs up frees its query process."""

import contextlib
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.support.processes import find_busy, lives, metric
from tests.support.waiting import wait_until

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
    patient: str, fetch: Any, method: str, behind: str, half: bool
) -> None:
    query = f"{ENDLESS} # {method} {len(behind)} {half}"
    with connect(patient, write(method, query)) as client:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.sendall(behind.encode())
        busy = find_busy(patient)
        if half:
            client.shutdown(socket.SHUT_WR)
            wait_until(lambda: not lives(busy))
    wait_until(lambda: not lives(busy))
    assert fetch(f"{patient}healthz").status == 200


def test_those_who_wait_may_hang_up_too(folder: Path, boot: Any, fetch: Any) -> None:
    """Their queries are never begun, and have no place among those that wait any more."""
    given = {"queries_at_once": "2", "queries_waiting": "40", "query_seconds": "600"}
    with boot(folder, **given, queue_seconds="600") as site:
        with contextlib.ExitStack() as stay:
            for number in range(12):
                stay.enter_context(connect(site, write("GET", f"{ENDLESS} # {number}")))
            wait_until(lambda: metric(site, "queries_waiting") >= 10)
        wait_until(lambda: metric(site, "queries_waiting") == metric(site, "queries_running") == 0)
        assert metric(site, "query_processes_started_total") <= 6  # two at first, two in reserve
        assert fetch(f"{site}sparql?query=ASK%7B%7D").status == 200
