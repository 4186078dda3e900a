"""Wait for what a query process says, and look ten times a second whether it may go on."""

import time

from server.engine import faults
from server.engine.frames import UnreadError
from server.engine.pool.admission import TICK, Admission, Run
from server.engine.pool.fork_client import QueryProcess


class Watch:
    """The frames of a process, with a tick for its run however fast or slow they come."""

    def __init__(self, process: QueryProcess, run: Run, places: Admission) -> None:
        self._process = process
        self._run = run
        self._places = places
        self._ticked = run.begun

    def send(self, request: bytes, seconds: float) -> None:
        """Send a request; raises UnreadError, QueryTooSlow."""
        self._process.connection.settimeout(seconds)
        try:
            self._process.connection.sendall(request)
        except ConnectionError as broken:
            raise UnreadError from broken
        except TimeoutError as late:
            raise faults.QueryTooSlow(seconds) from late

    def next(self) -> tuple[bytes, bytes]:
        """Wait for the next frame of an answer."""
        while True:
            now = time.monotonic()
            if now - self._ticked >= TICK:
                self._ticked = now
                self._places.tick(self._run)
            self._process.connection.settimeout(max(0.001, min(TICK, self._places.left(self._run))))
            try:
                return self._process.frames.next()
            except TimeoutError:
                self._ticked = 0.0
