"""Where there is a worker for each core, it shares one with the processes that it asks."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.site.processes import family, server_process
from tests.site.test_crew import SLOW, children, until

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
        with boot(folder, query_seconds="4") as site:
            until(lambda: len(children(server_process(site))) == 2)
            yield site
    finally:
        os.sched_setaffinity(0, before)


def cores(process: int) -> set[tuple[int, ...]]:
    """Give the cores that each thread of a process may run on."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return {tuple(sorted(os.sched_getaffinity(int(task.name)))) for task in tasks}


def test_each_worker_has_a_core_with_its_seats(on_two_cores: str, fetch: Any) -> None:
    workers = children(server_process(on_two_cores))
    until(lambda: all(len(os.sched_getaffinity(worker)) == 1 for worker in workers))
    owned = {worker: tuple(os.sched_getaffinity(worker)) for worker in workers}
    assert len(set(owned.values())) == 2

    def shared() -> int:
        """Ask something new, and give how many processes share the core of their worker."""
        assert fetch(f"{on_two_cores}sparql?query=ASK%7B%7D%23{time.monotonic()}").status == 200
        return sum(cores(m) == {owned[w]} for w in workers for m in family(w) if m != w)

    until(lambda: shared() == 4)  # two seats of each
    roaming = [found for w in workers for m in family(w) if m != w for found in cores(m)]
    assert {len(found) for found in roaming} == {1, 2}  # the keeper, what waits for slow queries


def test_a_slow_query_goes_where_there_is_room(on_two_cores: str, fetch: Any) -> None:
    asking = threading.Thread(target=fetch, args=(f"{on_two_cores}sparql?query={quote(SLOW)}",))
    asking.start()

    def roams() -> bool:
        busy = [member for worker in children(server_process(on_two_cores))
                for member in family(worker)
                if member != worker and _worked(member) > 0.3]  # fmt: skip
        return bool(busy) and all(len(found) == 2 for m in busy for found in cores(m))

    until(roams)
    asking.join()


def _worked(process: int) -> float:
    try:
        return time.clock_gettime(~process << 3 | 2)
    except OSError:
        return 0.0
