"""Let so many queries run at once, the others wait in order, and none hold up the rest."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from server.engine.faults import (
    Abandoned,
    EngineBusy,
    EngineFault,
    QueryTooSlow,
)
from server.engine.interface import Limits
from server.engine.process import sandbox

_log = logging.getLogger(__name__)
TICK = 0.1


class Run:
    """One query under way: its process, since when, and how much memory it has taken."""

    def __init__(self, gone: Callable[[], bool]) -> None:
        self.gone = gone
        self.process = 0
        self.resident = 0
        self.grown = 0
        self.yielding = False  # the kernel prefers younger queries; that cannot be taken back
        self.begun = time.monotonic()
        self._worked = 0.0

    @property
    def worked(self) -> float:
        """Give the seconds that its process has computed for it."""
        return sandbox.worked(self.process) - self._worked

    @property
    def age(self) -> float:
        """Give the seconds since a process took the query."""
        return time.monotonic() - self.begun

    def begin(self, process: int, resident: int) -> None:
        """Note that a process takes the query now, and what memory it has at that time."""
        self.process, self.resident = process, resident
        self.grown, self.yielding = 0, False
        self.begun = time.monotonic()
        self._worked = sandbox.worked(process)


class Admission:
    """The places for queries that run at once; safe for many threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._free = limits.processes
        self._queue: deque[threading.Event] = deque()
        self._runs: set[Run] = set()
        self._long: set[Run] = set()

    @contextmanager
    def place(self, gone: Callable[[], bool]) -> Iterator[Run]:
        """Hold a place for a query, as soon as there is one; raises EngineBusy, Abandoned."""
        self._enter(gone)
        run = Run(gone)
        with self._lock:
            self._runs.add(run)
        try:
            yield run
        finally:
            self.leave(run)

    def enter_at_once(self) -> Run | None:
        """Take a place if there is one; it is given back with `leave`."""
        with self._lock:
            if not self._free:
                return None
            self._free -= 1
            run = Run(lambda: False)
            self._runs.add(run)
        return run

    def tick(self, run: Run) -> None:
        """Raise the fault that ends a query which may not go on, some ten times a second."""
        if run.gone():
            raise Abandoned("The client has gone.")
        if run.age >= self._limits.seconds:
            raise QueryTooSlow(self._limits.seconds)
        if not run.yielding:
            _yield_to_younger(run)
        run.grown = max(0, sandbox.resident(run.process) - run.resident)
        if fault := self._in_the_way(run):
            raise fault

    @property
    def taken(self) -> tuple[int, int]:
        """Give how many queries run and how many wait."""
        return len(self._runs), len(self._queue)

    def left(self, run: Run) -> float:
        """Give the seconds until the query's time is over."""
        return self._limits.seconds - run.age

    def _in_the_way(self, run: Run) -> EngineFault | None:
        retry_after = math.ceil(self._limits.seconds)
        with self._lock:
            taken = sum(other.grown for other in self._runs)
            if taken > self._limits.total_memory_mb << 20 and run is max(
                self._runs, key=lambda other: other.grown
            ):
                return EngineBusy(
                    "The queries under way take all memory, and this one takes most.", retry_after
                )
            if run in self._long or run.age < self._limits.patience:
                return None
            if len(self._long) < self._limits.long:
                self._long.add(run)
                return None
            if not self._queue:
                return None
        return EngineBusy(
            "Other long queries are under way and short ones wait: this one was ended.",
            retry_after,
        )

    def _enter(self, gone: Callable[[], bool]) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if len(self._queue) >= self._limits.waiting:
                raise EngineBusy("Too many queries wait already.", self._retry_after())
            turn = threading.Event()
            self._queue.append(turn)
        until = time.monotonic() + self._limits.waiting_seconds
        while not turn.wait(max(0.0, min(TICK, until - time.monotonic()))):
            late = time.monotonic() >= until
            if not late and not gone():
                continue
            with self._lock:
                if turn.is_set():  # the place came at the last moment
                    return
                self._queue.remove(turn)
            if late:
                raise EngineBusy(
                    f"No query process became free in {self._limits.waiting_seconds:g} seconds.",
                    self._retry_after(),
                )
            raise Abandoned("The client has gone.")

    def leave(self, run: Run) -> None:
        """Give a place back: whoever has waited longest takes it."""
        with self._lock:
            self._runs.discard(run)
            self._long.discard(run)
            if self._queue:
                self._queue.popleft().set()
            else:
                self._free += 1

    def _retry_after(self) -> int:
        return max(1, math.ceil(self._limits.waiting_seconds))


def _yield_to_younger(run: Run) -> None:
    run.yielding = True
    try:
        sandbox.yield_to_younger(run.process)
    except OSError as error:  # it has just ended: whoever reads from it will see that
        _log.debug("query process %d cannot be made to yield: %s", run.process, error)
