"""Workers that die, that never live, and that are told to end."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bystander import Bystander
from tests.conftest import PROJECT
from tests.site.processes import family, server_process

_SIGNALS = 2000
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?d && ?d != ?g) }"


@pytest.fixture
def site_of_its_own(folder: Path, boot: Any) -> Iterator[str]:
    """A site that may be damaged."""
    with boot(folder, query_seconds="2") as site:
        yield site


def children(process: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == process:
                found.append(int(stat.parent.name))
    return found


def until(holds: Any, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_killed_worker_takes_its_processes_along_and_is_replaced(
    site_of_its_own: str, fetch: Any, bystander: Bystander
) -> None:
    site = site_of_its_own
    server = server_process(site)
    until(lambda: len(children(server)) == 2)
    until(lambda: all(len(family(worker)) > 3 for worker in children(server)))
    killed, other = children(server)
    below = family(killed)
    statuses: list[object] = []
    over = threading.Event()

    def keep_asking() -> None:
        while not over.is_set():
            try:
                statuses.append(fetch(f"{site}sparql?query=ASK%7B%7D%23{len(statuses)}").status)
            except OSError as error:  # what the killed worker was just answering
                statuses.append(type(error).__name__)

    asker = threading.Thread(target=keep_asking)
    asker.start()
    time.sleep(0.3)
    os.kill(killed, signal.SIGKILL)
    gone = [Path(f"/proc/{process}") for process in below]
    assert bystander.until(lambda: not any(map(Path.exists, gone)), 3)
    before = len(statuses)
    until(lambda: len(statuses) > before + 20)
    until(lambda: len(children(server)) == 2 and all(len(family(w)) > 3 for w in children(server)))
    over.set()
    asker.join()
    assert other in children(server)
    assert len([status for status in statuses if status != 200]) <= 2, statuses


def test_workers_do_not_outlive_who_started_them(
    folder: Path, boot: Any, bystander: Bystander
) -> None:
    with boot(folder) as site:
        server = server_process(site)
        until(lambda: len(children(server)) == 2)
        below = family(server)
        os.kill(server, signal.SIGKILL)
        assert bystander.until(lambda: not any(map(_lives, below[1:])), 5)


def _lives(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_answers_under_way_are_given_before_the_end(
    site_of_its_own: str, fetch: Any, bystander: Bystander
) -> None:
    query = "SELECT * { ?a ?b ?c . ?d a ?e } LIMIT 60000"
    answered: list[Any] = []
    params = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}

    def ask(number: int) -> None:
        text = f"{query} # {number}"
        answered.append(fetch(f"{site_of_its_own}sparql", "POST", text.encode(), params))

    askers = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for asker in askers:
        asker.start()
    time.sleep(bystander.allow(0.15, time.monotonic() - 1))
    server = server_process(site_of_its_own)
    os.kill(server, signal.SIGTERM)
    for asker in askers:
        asker.join()
    assert [(reply.status, reply.body.count(b"\n")) for reply in answered] == [(200, 60_001)] * 4
    until(lambda: not _lives(server), 10)


BREAKING = """
import sys
from pathlib import Path
import server.crew
server.crew._START = "import sys; print('no engine today', file=sys.stderr); sys.exit(3)"
from server.listen import listen
from transform.errors import CannotServe
try:
    listen(Path(sys.argv[1]), "127.0.0.1", 0, 2)
except CannotServe as fault:
    sys.exit(str(fault))
"""


def test_workers_that_never_become_ready_are_given_up(folder: Path) -> None:
    command = [sys.executable, "-c", BREAKING, str(folder)]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert "3 HTTP processes ended before one was ready (the last with status 3)" in ended.stderr
    assert ended.stderr.count("no engine today") in (3, 4)


def test_a_server_that_is_told_to_end_many_times_over_ends(folder: Path, boot: Any) -> None:
    with boot(folder) as site:
        server = server_process(site)
        for _ in range(_SIGNALS):
            with contextlib.suppress(ProcessLookupError):
                os.kill(server, signal.SIGTERM)
        until(lambda: not _lives(server))
