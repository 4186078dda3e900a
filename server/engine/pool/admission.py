"""Measure the queries that run, and decide which of them must end so that others can run."""

import math
from collections.abc import Collection

from server.engine.faults import EngineBusy, EngineFault, QueryTooSlow
from server.engine.interface import Limits
from server.engine.process import sandbox
from transform.text.message import message

MOMENT = 0.05  # seconds of work; what takes less is a short query
# By the clock alone, a busy machine would make short queries pass for long ones; what waits, as
# for a disk, works little however long it takes.
MOST_MOMENTS = 10


class Run:
    """One query that a process works on: for how long, how much it has worked and taken."""

    def __init__(self, process: int, question: object, now: float, resident: int = 0) -> None:
        """Begin; `resident` are the bytes that the process took before any query."""
        self.question = question
        self.age = self.worked = 0.0  # seconds
        self.grown = 0  # bytes
        self._process = process
        self._begun = now
        self._resident = resident
        self._worked_before = sandbox.worked(process)

    def measure(self, now: float, memory: bool) -> None:
        """Measure time and work anew, and with `memory` also the memory, which reads a file."""
        self.age = now - self._begun
        self.worked = sandbox.worked(self._process) - self._worked_before
        if memory:
            self.grown = max(0, sandbox.resident(self._process) - self._resident)


def refuse_to_go_on(
    run: Run, runs: Collection[Run], long: set[Run], crowded: bool, limits: Limits
) -> EngineFault | None:
    """Return the fault that ends a query, or None.

    `long` are the queries that have a place for long ones, which this one may join; `crowded`:
    others wait, and no process may be started for them.
    """
    retry_after = math.ceil(limits.seconds)
    if run.age >= limits.seconds:
        return QueryTooSlow(limits.seconds)
    taken = sum(other.grown for other in runs)
    if taken > limits.total_memory_mb << 20 and run is max(runs, key=lambda other: other.grown):
        return EngineBusy(message("engine.takes_most"), retry_after)
    if run in long or run.age < limits.patience:
        return None
    if run.worked < MOMENT and run.age < limits.patience * MOST_MOMENTS:
        return None
    if len(long) < limits.long:
        long.add(run)
        return None
    if not crowded:
        return None
    return EngineBusy(message("engine.gave_way"), retry_after)
