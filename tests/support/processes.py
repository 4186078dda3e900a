"""Observe a site's processes from outside: their state, memory, processor time and files."""

import os
import re
import signal
import socket
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.waiting import SECONDS, wait_until


def server_process(site: str) -> int:
    """Return the process that listens on the site's port, the parent of the workers.

    It was started below this process, with the port as an argument.
    """
    port = str(urlsplit(site).port).encode()
    # Parents first: a child that has yet to begin its program has the arguments of its parent.
    for process in family(os.getpid()):
        with suppress(OSError):
            arguments = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            # A worker's last argument is the number of its parent, which may be that of a port.
            if port in arguments and not any(b"process.worker" in part for part in arguments):
                return process
    raise AssertionError("no server process")


def family(process: int) -> list[int]:
    """Return a process and all its descendants."""
    members, parents = [process], _parents()
    for member in members:  # grows as it goes
        members += [child for child, parent in parents.items() if parent == member]
    return members


def children(process: int) -> list[int]:
    """Return the direct children of a process."""
    return [child for child, parent in _parents().items() if parent == process]


def find_fork_servers() -> set[int]:
    """Return the processes that fork query processes for the engines of this one."""
    return {process for process in children(os.getpid()) if children(process)}


def lives(process: int) -> bool:
    """Check whether a process has not ended; a zombie has."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def sleeps(process: int) -> bool:
    """Check whether the first thread of a process waits for something."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "S"


def find_workers(site: str) -> list[int]:
    """Return the workers of a site once all have begun to serve."""
    server = server_process(site)
    wait_until(lambda: metric(site, "workers") == len(children(server)))
    return children(server)


def metric(site: str, name: str) -> int:
    """Return a metric of the whole site; the workers update it twice a second."""
    return int(_read(f"{site}metrics").partition(f"\nportrait_ia_{name} ".encode())[2].split()[0])


def query_processes(site: str) -> list[int]:
    """Return the processes that answer queries: workers start fork servers, which start them."""
    fork_servers = [
        fork_server for worker in children(server_process(site)) for fork_server in children(worker)
    ]
    return [process for fork_server in fork_servers for process in children(fork_server)]


def stop(processes: list[int]) -> list[int]:
    """Stop processes, wait until all their threads are stopped, and return those that live."""
    for process in processes:
        send(process, signal.SIGSTOP)
    wait_until(lambda: all(map(_stands_still, processes)))
    return [process for process in processes if lives(process)]


def send(process: int, number: int) -> None:
    """Send a signal to a process, which may have ended."""
    with suppress(ProcessLookupError):
        os.kill(process, number)


def _stands_still(process: int) -> bool:
    states = set()
    for stat in Path(f"/proc/{process}/task").glob("*/stat"):
        with suppress(OSError):  # it has just ended
            states.add(stat.read_text().rpartition(")")[2].split()[0])
    return states <= {"T", "Z", "X"}


def find_busy(site: str) -> int:
    """Wait for a query process that keeps working, and return its number."""
    before = {process: worked(process) for process in query_processes(site)}
    busy: list[int] = []

    def look() -> bool:
        now = query_processes(site)
        busy[:] = [process for process in now if worked(process) > before.get(process, 0) + 0.1]
        return bool(busy)

    wait_until(look)
    return busy[0]


def worked(process: int) -> float:
    """Return the processor time of a process in seconds, by its clock (clock_getcpuclockid(3))."""
    try:
        return time.clock_gettime(~process << 3 | 2)
    except OSError:  # it has ended
        return 0.0


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=SECONDS) as reply:
        body: bytes = reply.read()
        return body


def _parents() -> dict[int, int]:
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(
                (folder / "stat").read_text().rpartition(")")[2].split()[1]
            )
        except OSError:
            continue
    return parents


def settled_megabytes(processes: list[int]) -> float:
    """Return the proportional memory once it is stable for a second, as it is when idle."""
    seen = [proportional_megabytes(processes)]
    for _ in range(100):
        time.sleep(0.25)
        seen.append(proportional_megabytes(processes))
        if max(seen[-5:]) - min(seen[-5:]) < 1 and len(seen) >= 5:
            break
    return seen[-1]


def megabytes(processes: list[int]) -> float:
    """Return the resident memory."""
    total = 0
    for process in processes:
        try:
            total += int(Path(f"/proc/{process}/statm").read_text().split()[1])
        except OSError:
            continue
    return total * os.sysconf("SC_PAGE_SIZE") / 2**20


def proportional_megabytes(processes: list[int]) -> float:
    """Return the memory, with pages that several processes share counted once.

    The resident memory where the system reports that of none of them.
    """
    total = 0.0
    for process in processes:
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        match = re.search(r"\nPss:\s+(\d+)", rollup)
        total += int(match[1]) / 1024 if match else 0.0
    return total or megabytes(processes)


def cpu_seconds(processes: list[int]) -> float:
    """Return the processor time used so far, also by descendants that have ended."""
    ticks = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def descriptors(processes: list[int]) -> int:
    """Return the number of open files and sockets."""
    total = 0
    for process in processes:
        try:
            total += len(list(Path(f"/proc/{process}/fd").iterdir()))
        except OSError:
            continue
    return total


def is_held(client: socket.socket) -> bool:
    """Check whether the other side of a connection, a process here, keeps it open."""
    ours, theirs = (f":{at[1]:04X}" for at in (client.getsockname(), client.getpeername()))
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, remote, state = line.split()[1:4]
        if local.endswith(theirs) and remote.endswith(ours):
            return state == "01"  # ESTABLISHED: our own close may wait behind unread bytes
    return False
