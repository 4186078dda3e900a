"""Killed while they are idle, query processes leave a question unread: the next one answers it."""

import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.processes import (
    find_workers,
    query_processes,
    send,
    stop,
)
from tests.support.waiting import wait_until

QUERY = "SELECT ({} AS ?n) {{}} # {}"


@pytest.fixture(scope="module")
def own(folder: Path, boot: Any) -> Iterator[str]:
    """A site of these tests, for they stop what others would ask."""
    with boot(folder, query_seconds="60") as site:
        yield site


@pytest.mark.parametrize(
    ("clients", "seconds"), [(1, 0.3), (1, 1.5), (6, 0.4)], ids=["short", "late", "several"]
)
def test_clients_are_answered_by_the_next_process(
    own: str, fetch: Any, clients: int, seconds: float
) -> None:
    with ThreadPoolExecutor(clients) as pool:
        find_workers(own)
        wait_until(lambda: query_processes(own))
        stopped = stop(query_processes(own))
        answers: list[Future[Any]] = []
        left: set[Future[Any]] = set()
        while not left:  # who is answered was asked of a process that came later
            queries = [
                quote(QUERY.format(len(answers) + number, seconds)) for number in range(clients)
            ]
            answers += [pool.submit(fetch, f"{own}sparql?query={query}") for query in queries]
            left = wait(answers, seconds).not_done
        for process in stopped:
            send(process, signal.SIGKILL)
        for number, reply in enumerate(one.result() for one in answers):
            assert (reply.status, reply.body.count(b'"value":"%d"' % number)) == (200, 1)
