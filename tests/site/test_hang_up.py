"""A client that hangs up frees its query process within a second."""

import contextlib
import os
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?d && ?d != ?g) }"


def connect(site: str, text: str) -> socket.socket:
    parts = urlsplit(site)
    client = socket.create_connection((str(parts.hostname), int(parts.port or 0)))
    client.sendall(text.encode())
    return client


def test_hanging_up_ends_the_query(site: str, fetch: Any) -> None:
    for number, method in enumerate(("GET", "POST")):
        query = ENDLESS + f" # {number} {time.time()}"
        if method == "GET":
            text = f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n"
        else:
            text = (
                "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
                f"Content-Length: {len(query)}\r\n\r\n{query}"
            )
        with connect(site, text):
            time.sleep(1)
            assert processes(query_time=0.05), "the query runs"
        time.sleep(1)
        assert not processes(query_time=0.05), "the query was ended"
        assert fetch(f"{site}healthz").status == 200


def processes(query_time: float) -> list[int]:
    """The processes that burn a core for the next half second."""
    before = _times()
    time.sleep(0.5)
    return [name for name, used in _times().items() if used - before.get(name, used) > query_time]


def _times() -> dict[int, float]:
    """The processor time of each process below this one: others may test beside us."""
    parents, times = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)] = int(fields[1])
            if b"from server.engine import keeper" in (folder / "cmdline").read_bytes():
                times[int(folder.name)] = (int(fields[11]) + int(fields[12])) / 100
    return {number: time for number, time in times.items() if _is_ours(number, parents)}


def _is_ours(number: int, parents: dict[int, int]) -> bool:
    while number in parents and number != os.getpid():
        number = parents[number]
    return number == os.getpid()
