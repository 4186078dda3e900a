"""Hold the questions that run and wait, and end them at their limits of time."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from server.engine.faults import Abandoned, EngineBusy, EngineFault
from server.engine.interface import Outcome, Question
from server.engine.remote.exchange import RemoteExchange
from transform.text.message import message

_LOOK_EVERY = 0.05  # seconds between two looks


class Task:
    """One question: it waits for a thread, runs in one, and ends once, or is withdrawn."""

    def __init__(self, question: Question, over: "Callable[[Task], None]", seconds: float) -> None:
        """Wait so many seconds at most; `over` is called once there is an outcome to take."""
        self.question = question
        self.exchange: RemoteExchange
        self.running = False
        self._over = over
        self._seconds = seconds
        self._begun = time.monotonic()
        self._lock = threading.Lock()
        self._outcome: Outcome | None = None
        self._ended = False

    def start(self, exchange: RemoteExchange) -> bool:
        """Begin to run; return whether it is still to be answered."""
        with self._lock:
            if not self._ended:
                self.exchange, self.running = exchange, True
            return self.running

    def look(self, now: float) -> None:
        """End at the limit of time: of waiting, or of running."""
        if self.running:
            self.exchange.look(now)
            if self.exchange.stopped is not None:
                self.end(self.exchange.stopped)
        elif now > self._begun + self._seconds:
            detail = message("engine.no_place_became_free", seconds=self._seconds)
            self.end(EngineBusy(detail, max(1, math.ceil(self._seconds))))

    def stop(self, fault: EngineFault) -> None:
        """End with a fault, now."""
        if self.running:
            self.exchange.stop(fault)
        self.end(fault)

    def withdraw(self) -> None:
        """See `interface.Ticket.withdraw`."""
        with self._lock:
            outcome, self._outcome = self._outcome, None
            self._ended = True
        if self.running:
            self.exchange.stop(Abandoned(message("engine.client_gone")))
        if outcome is not None and not isinstance(outcome, EngineFault):
            outcome.close()

    def end(self, outcome: Outcome) -> None:
        """Report the outcome, unless there was one or the question was withdrawn."""
        with self._lock:
            late, self._ended = self._ended, True
            if not late:
                self._outcome = outcome
        if not late:
            self._over(self)
        elif not isinstance(outcome, EngineFault):
            outcome.close()

    def take(self) -> Outcome:
        """Return the outcome; raises Abandoned where the question was withdrawn meanwhile."""
        with self._lock:
            outcome, self._outcome = self._outcome, None
        return outcome if outcome is not None else Abandoned(message("engine.client_gone"))


def report(task: Task, over: Callable[[Outcome], None]) -> None:
    """Report an outcome on the loop, unless the question was withdrawn meanwhile."""
    outcome = task.take()
    if not isinstance(outcome, Abandoned):
        over(outcome)


class Watch:
    """A thread that ends what has reached a limit of time; it rests while there is nothing."""

    def __init__(self) -> None:
        self._looked_at: set[Task | RemoteExchange] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, item: Task | RemoteExchange) -> None:
        """Look at a question, or an exchange, from now on."""
        with self._changed:
            self._looked_at.add(item)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="store watch", daemon=True)
                self._thread.start()
            self._changed.notify()

    def remove(self, item: Task | RemoteExchange) -> None:
        """Look at it no more."""
        with self._changed:
            self._looked_at.discard(item)

    @contextmanager
    def looking(self, exchange: RemoteExchange) -> Iterator[None]:
        """Look at an exchange within a `with`."""
        self.add(exchange)
        try:
            yield
        finally:
            self.remove(exchange)

    def count(self) -> tuple[int, int]:
        """Return how many questions run, and how many wait."""
        with self._changed:
            tasks = [item for item in self._looked_at if isinstance(item, Task)]
        running = sum(task.running for task in tasks)
        return running, len(tasks) - running

    def close(self, fault: EngineFault) -> None:
        """End all questions with a fault, and the thread."""
        with self._changed:
            items, self._closed = list(self._looked_at), True
            self._changed.notify()
        for item in items:
            item.stop(fault)

    def _look(self) -> None:
        while True:
            with self._changed:
                while not self._looked_at and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                items = list(self._looked_at)
            now = time.monotonic()
            for item in items:
                item.look(now)
            time.sleep(_LOOK_EVERY)
