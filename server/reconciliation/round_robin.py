"""Run the work of requests in one thread, a step of each in turn, while its client waits.

Python runs one thread at a time, so names that are matched in many threads would keep the event
loop, and with it every other client, waiting behind all of them. Here they are matched in one
thread, in short steps such as one query of a batch: whoever has few queries is not kept by those
who have many, and between two steps a request ends at its deadline or when its client has left.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from server.engine.faults import Abandoned, EngineBusy
from transform.text.message import message

# Others need the threads of requests too (`server.http.responses.wsgi.THREADS`).
MOST_AT_ONCE = 16
_RETRY_AFTER = 2  # seconds
_LOOK_EVERY = 0.1  # seconds between two checks while a step waits
_T = TypeVar("_T")
_places = threading.BoundedSemaphore(MOST_AT_ONCE)
_steps = ThreadPoolExecutor(1, "reconciliation")  # its queue is in the order of arrival


class Work:
    """The work of one request, which runs in steps."""

    def __init__(self, seconds: float, gone: Callable[[], bool] | None) -> None:
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._gone = gone

    def run(self, step: Callable[[], _T]) -> _T:
        """Run a step when its turn comes; raises as `check` does."""
        self.check()
        running = _steps.submit(step)
        try:
            while not wait((running,), _LOOK_EVERY).done:
                self.check()
        finally:
            running.cancel()
        return running.result()

    def check(self) -> None:
        """Raise Abandoned when the client has left, and EngineBusy beyond the deadline."""
        if self._gone and self._gone():
            raise Abandoned(message("engine.client_gone"))
        if time.monotonic() > self._ends:
            detail = message("reconciliation.not_in_time", seconds=self._seconds)
            raise EngineBusy(detail, math.ceil(self._seconds))


@contextmanager
def admit(seconds: float, gone: Callable[[], bool] | None) -> Iterator[Work]:
    """Admit a request for so many seconds; raises EngineBusy where too many are under way."""
    if not _places.acquire(blocking=False):
        raise EngineBusy(message("reconciliation.too_many_match"), _RETRY_AFTER)
    try:
        yield Work(seconds, gone)
    finally:
        _places.release()
