"""See what a site's processes use, from outside."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit


def server_process(site: str) -> int:
    """Find the process that listens on the site's port, the parent of the workers."""
    port = urlsplit(site).port
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(port).encode() in command:
            return int(folder.name)
    raise AssertionError("no server process")


def family(process: int) -> list[int]:
    """Give a process and all below it."""
    found = [process]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == process:
            found += family(int(folder.name))
    return found


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
    """Give the memory, in which what several processes share counts once."""
    total = 0.0
    for process in processes:
        try:
            told = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"\nPss:\s+(\d+)", told)
        total += int(found[1]) / 1024 if found else 0.0
    return total


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
