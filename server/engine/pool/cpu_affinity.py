"""Keep an event loop and the query processes that it watches on one core, where cores are scarce.

With a worker for each core, to hand a question to another core gains nothing: all are busy, and
what one has read is far from the other. On the same core the two take turns, and each finds more
waiting when its turn comes. A query longer than a moment may run on any core.
"""

import contextlib
import os
from collections.abc import Set as AbstractSet
from pathlib import Path


class CpuAffinity:
    """The core of one worker, or all cores, where there are more than workers."""

    def __init__(self, place: int, workers: int) -> None:
        """Choose the core of the worker at `place` of `workers`, before any thread is bound."""
        # Not every system has this call.
        allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self._all = frozenset(allowed)
        self.scarce = 1 < len(allowed) <= workers
        self._own = {allowed[place % len(allowed)]} if self.scarce else self._all

    def settle(self) -> None:
        """Bind this thread to the core, and the threads it starts, until they call `roam`."""
        self._place(0, self._own)

    def roam(self) -> None:
        """Let this thread run on any core."""
        self._place(0, self._all)

    def bind(self, process: int) -> None:
        """Bind a process to the core, with all its threads."""
        self._move(process, self._own)

    def release(self, process: int) -> None:
        """Let a process run on any core."""
        self._move(process, self._all)

    def _move(self, process: int, cores: AbstractSet[int]) -> None:
        if not self.scarce:
            return
        with contextlib.suppress(OSError):  # it has ended: whoever reads from it will see that
            for thread in Path(f"/proc/{process}/task").iterdir():
                self._place(int(thread.name), cores)

    def _place(self, thread: int, cores: AbstractSet[int]) -> None:
        """Bind a thread, 0 for this one, unless it has ended or the cores were taken away."""
        if self.scarce:
            with contextlib.suppress(OSError):  # the kernel has placed it already, where it may
                os.sched_setaffinity(thread, cores)
