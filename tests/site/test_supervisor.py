"""Workers that die, that never become ready, and that are ended by a signal."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.conftest import COMMAND, PROJECT
from tests.site.conftest import list_anew
from tests.support.ports import take_port
from tests.support.processes import (
    children,
    family,
    lives,
    server_process,
)
from tests.support.waiting import wait_until

_SIGNALS = 2000


@pytest.fixture
def site_of_its_own(folder: Path, boot: Any) -> Iterator[str]:
    """A site that may be damaged."""
    with boot(folder, query_seconds="60") as site:
        yield site


def test_a_killed_worker_takes_its_processes_along_and_is_replaced(
    site_of_its_own: str, fetch: Any
) -> None:
    site = site_of_its_own
    server = server_process(site)
    wait_until(lambda: len(children(server)) == 2)
    wait_until(lambda: all(len(family(worker)) > 3 for worker in children(server)))
    killed, other = children(server)
    below = family(killed)
    statuses: list[object] = []
    over = threading.Event()

    def keep_asking() -> None:
        while not over.is_set():
            try:
                statuses.append(fetch(f"{site}sparql?query=ASK%7B%7D%23{len(statuses)}").status)
            except (OSError, HTTPException) as error:  # what the killed worker was just answering
                statuses.append(type(error).__name__)

    asker = threading.Thread(target=keep_asking)
    asker.start()
    time.sleep(0.3)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not any(map(lives, below)))
    before = len(statuses)
    wait_until(lambda: len(statuses) > before + 20)
    wait_until(
        lambda: len(children(server)) == 2 and all(len(family(w)) > 3 for w in children(server))
    )
    over.set()
    asker.join()
    assert other in children(server)
    assert len([status for status in statuses if status != 200]) <= 2, statuses


def test_workers_do_not_outlive_who_started_them(folder: Path, boot: Any) -> None:
    with boot(folder) as site:
        server = server_process(site)
        wait_until(lambda: len(children(server)) == 2)
        below = family(server)
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: not any(map(lives, below[1:])))


def test_answers_under_way_are_given_before_the_end(site_of_its_own: str) -> None:
    parts = urlsplit(site_of_its_own)
    query = quote("SELECT * { ?a ?b ?c . ?d a ?e } LIMIT 20000")
    server = server_process(site_of_its_own)
    with contextlib.ExitStack() as open_ones:
        clients = []
        for number in range(4):
            client = open_ones.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            client.settimeout(60)
            client.connect((str(parts.hostname), int(parts.port or 0)))
            ask = f"GET /sparql?query={query}%23{number}&format=csv HTTP/1.1\r\nHost: a\r\n\r\n"
            client.sendall(ask.encode())
            clients.append(client)
        for client in clients:
            client.recv(1, socket.MSG_PEEK)  # its answer has begun
        os.kill(server, signal.SIGTERM)
        # Nobody new is taken, although the answers under way are still to be read.
        wait_until(lambda: is_refused(str(parts.hostname), int(parts.port or 0)))
        assert lives(server)
        answers = [read(client) for client in clients]
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 200"] * 4
    assert [answer.partition(b"\r\n\r\n")[2].count(b"\n") for answer in answers] == [20_001] * 4
    wait_until(lambda: not lives(server))


def is_refused(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 10).close()
    except ConnectionError:
        return True
    return False


def read(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(1 << 16), b""))


BREAKING = """
import sys
from pathlib import Path
from server.http.process import supervisor
supervisor.START = "import sys; print('no engine today', file=sys.stderr); sys.exit(3)"
from server.http.process.listen import listen
from transform.errors import CannotServe
try:
    listen(Path(sys.argv[1]), "127.0.0.1", 0, 2, lambda: print("ready"))
except CannotServe as fault:
    sys.exit(str(fault))
"""


def test_workers_that_never_become_ready_are_given_up(folder: Path) -> None:
    command = [sys.executable, "-c", BREAKING, str(folder)]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=180)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "3 HTTP processes ended before one was ready (the last with status 3)" in ended.stderr
    assert ended.stderr.count("no engine today") in (3, 4)


@pytest.mark.parametrize(
    ("engine", "workers", "damage", "status", "reason"),
    [
        (
            "memory",
            2,
            "N-Quads",
            2,
            r"portraits\.nq cannot be loaded: .*line 1.*portrait-ia rollback",
        ),
        (
            "disk",
            2,
            "store",
            1,
            r"\.stores: .* cannot be written there: File exists.*--engine memory",
        ),
        (
            "memory",
            1,
            "memory",
            1,
            r"needs .* MB .*ulimit -v.* or lower PORTRAIT_IA_QUERY_MEMORY_MB",
        ),
    ],
)
def test_a_server_whose_engine_cannot_start_says_so_before_any_address(
    two_releases: Path, engine: str, workers: int, damage: str, status: int, reason: str
) -> None:
    settings = dict[str, str]()
    if damage == "N-Quads":
        (two_releases / "current" / "dumps" / "portraits.nq").write_text("no quads\n")
        list_anew(two_releases / "current", "dumps/portraits.nq")
    elif damage == "store":
        (two_releases / ".stores").touch()
    else:
        settings = {"PORTRAIT_IA_QUERY_MEMORY_MB": "9000"}
    port, reservation = take_port()
    with reservation:
        ended = subprocess.run(
        ["sh", "-c", 'ulimit -v 8000000; exec "$@"', "sh", COMMAND, "serve", str(two_releases),
         "--engine", engine, "--workers", str(workers), "--port", str(port)],
        env={**os.environ, **settings}, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (status, ""), ended.stderr
    assert re.search(reason, ended.stderr)
    assert "Traceback" not in ended.stderr


def test_a_server_that_is_told_to_end_many_times_over_ends(folder: Path, boot: Any) -> None:
    with boot(folder) as site:
        server = server_process(site)
        for _ in range(_SIGNALS):
            with contextlib.suppress(ProcessLookupError):
                os.kill(server, signal.SIGTERM)
        wait_until(lambda: not lives(server))
