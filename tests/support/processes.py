"""See what a site's processes use, from outside."""

import os
import re
import signal
import socket
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.waiting import wait_until


def server_process(site: str) -> int:
    """Find the process that listens on the site's port, the parent of the workers."""
    port = urlsplit(site).port
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        # A worker's arguments end with the number of its parent, which may be that of a port.
        if str(port).encode() in command and not any(b"front.worker" in part for part in command):
            return int(folder.name)
    raise AssertionError("no server process")


def family(process: int) -> list[int]:
    """Give a process and all below it."""
    found, parents = [process], _parents()
    for member in found:  # grows as it goes
        found += [child for child, parent in parents.items() if parent == member]
    return found


def children(process: int) -> list[int]:
    """Give the processes that one has started itself."""
    return [child for child, parent in _parents().items() if parent == process]


def lives(process: int) -> bool:
    """Say whether a process has not ended; nobody need have asked yet how it did."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def find_workers(site: str) -> list[int]:
    """Give the two workers of a site (`boot`) once both have begun to serve."""
    server = server_process(site)
    wait_until(lambda: b"portrait_ia_workers 2" in _read(f"{site}metrics"))
    return children(server)


def metric(site: str, name: str) -> int:
    """Give a number of the whole site; workers tell each other twice a second."""
    return int(_read(f"{site}metrics").partition(f"\nportrait_ia_{name} ".encode())[2].split()[0])


def query_processes(site: str) -> list[int]:
    """Give those that answer queries: below the server are workers, below each its keeper."""
    keepers = [keeper for worker in children(server_process(site)) for keeper in children(worker)]
    return [found for keeper in keepers for found in children(keeper)]


def stop(processes: list[int]) -> list[int]:
    """Stop processes, and wait until all their threads stand still; gives those that live."""
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
    """Wait for a query process that works on and on; gives its number."""
    before = {process: worked(process) for process in query_processes(site)}
    found: list[int] = []

    def look() -> bool:
        now = query_processes(site)
        found[:] = [process for process in now if worked(process) > before.get(process, 0) + 0.1]
        return bool(found)

    wait_until(look)
    return found[0]


def worked(process: int) -> float:
    """Give the processor time of a process in seconds, by its clock (clock_getcpuclockid(3))."""
    try:
        return time.clock_gettime(~process << 3 | 2)
    except OSError:  # it has ended
        return 0.0


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as reply:
        body: bytes = reply.read()
        return body


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found[int(folder.name)] = int(
                (folder / "stat").read_text().rpartition(")")[2].split()[1]
            )
        except OSError:
            continue
    return found


def settled_megabytes(processes: list[int]) -> float:
    """Give the proportional memory once it is the same for a second, which it is when idle."""
    seen = [proportional_megabytes(processes)]
    for _ in range(100):
        time.sleep(0.25)
        seen.append(proportional_megabytes(processes))
        if max(seen[-5:]) - min(seen[-5:]) < 1 and len(seen) >= 5:
            break
    return seen[-1]


def megabytes(processes: list[int]) -> float:
    """Give the resident memory."""
    total = 0
    for process in processes:
        try:
            total += int(Path(f"/proc/{process}/statm").read_text().split()[1])
        except OSError:
            continue
    return total * os.sysconf("SC_PAGE_SIZE") / 2**20


def proportional_megabytes(processes: list[int]) -> float:
    """Give the memory, in which what several processes share counts once.

    Where the system tells that of none of them: the resident memory.
    """
    total = 0.0
    for process in processes:
        try:
            told = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"\nPss:\s+(\d+)", told)
        total += int(found[1]) / 1024 if found else 0.0
    return total or megabytes(processes)


def cpu_seconds(processes: list[int]) -> float:
    """Give the processor time used so far, also by those below them that have ended."""
    ticks = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def descriptors(processes: list[int]) -> int:
    """Give the number of open files and sockets."""
    total = 0
    for process in processes:
        try:
            total += len(list(Path(f"/proc/{process}/fd").iterdir()))
        except OSError:
            continue
    return total


def is_held(client: socket.socket) -> bool:
    """Say whether the other side of a connection, a process here, has not closed it."""
    ours, theirs = (f":{at[1]:04X}" for at in (client.getsockname(), client.getpeername()))
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, remote, state = line.split()[1:4]
        if local.endswith(theirs) and remote.endswith(ours):
            return state == "01"  # ESTABLISHED; behind what is not read yet waits our end of it
    return False
