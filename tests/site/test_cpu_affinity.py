"""Where there is a worker for each core, it shares one with the processes that it asks."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.support.processes import (
    children,
    family,
    find_busy,
    lives,
    server_process,
)
from tests.support.waiting import wait_until

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?d && ?d != ?g) }"

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs a machine with two cores, whose system tells them apart",
)


@pytest.fixture
def on_two_cores(folder: Path, boot: Any) -> Iterator[str]:
    """A site with two workers, which the system lets run on two cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:2])
    try:
        with boot(folder, query_seconds="600") as site:
            wait_until(lambda: len(children(server_process(site))) == 2)
            yield site
    finally:
        os.sched_setaffinity(0, before)


def cores(process: int) -> set[tuple[int, ...]]:
    """Return the cores that each thread of a process may run on."""
    placements = set()
    with contextlib.suppress(OSError):  # what has ended runs on none
        for task in Path(f"/proc/{process}/task").iterdir():
            placements.add(tuple(sorted(os.sched_getaffinity(int(task.name)))))
    return placements


def test_each_worker_has_a_core_with_its_query_processes(on_two_cores: str, fetch: Any) -> None:
    workers = children(server_process(on_two_cores))
    wait_until(lambda: all(len(os.sched_getaffinity(worker)) == 1 for worker in workers))
    owned = {worker: tuple(os.sched_getaffinity(worker)) for worker in workers}
    assert len(set(owned.values())) == 2

    def shared() -> int:
        """Ask something new, and return how many processes share the core of their worker."""
        assert fetch(f"{on_two_cores}sparql?query=ASK%7B%7D%23{time.monotonic()}").status == 200
        return sum(cores(m) == {owned[w]} for w in workers for m in family(w) if m != w)

    wait_until(lambda: shared() == 4)  # two query processes of each
    roaming = [placement for w in workers for m in family(w) if m != w for placement in cores(m)]
    # The fork server, and what waits for slow queries.
    assert {len(placement) for placement in roaming} == {1, 2}


def test_a_slow_query_goes_where_there_is_room(on_two_cores: str) -> None:
    parts = urlsplit(on_two_cores)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0))) as client:
        client.sendall(f"GET /sparql?query={quote(SLOW)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        busy = find_busy(on_two_cores)
        wait_until(lambda: all(len(placement) == 2 for placement in cores(busy)))
        assert lives(busy)
