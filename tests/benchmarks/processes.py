"""Measure a running site by its processes."""

from pathlib import Path
from typing import NamedTuple

from tests.support.processes import (
    cpu_seconds,
    descriptors,
    family,
    proportional_megabytes,
)


class Family(NamedTuple):
    """A site at one moment; its idle query processes are `stock`, and no part of the others."""

    processes: int
    stock: int
    descriptors: int
    megabytes: float  # proportional, all processes
    cpu_seconds: float
    busy: float = 0.0


def find_family(process: int) -> Family:
    """Measure a process and all below it."""
    members = family(process)
    parents = {member: _parent(member) for member in members}
    # The server starts workers; each starts a fork server, which forks the query processes.
    stock = [m for m in members if _depth(m, process, parents) == 3]
    others = [m for m in members if m not in stock]
    return Family(
        len(others),
        len(stock),
        descriptors(others) - len(stock),
        proportional_megabytes(members),
        cpu_seconds(members),
    )


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _depth(process: int, root: int, parents: dict[int, int]) -> int:
    depth = 0
    while process != root and process in parents:
        process, depth = parents[process], depth + 1
    return depth
