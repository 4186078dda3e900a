"""Limit how long a connection waits for its client in each phase."""

import time

from server.bounds import BODY_SECONDS, HEAD_SECONDS

# The key "" is the time before the first request.
_SECONDS = {
    "": HEAD_SECONDS,
    "idle": 30.0,
    "head": HEAD_SECONDS,
    "body": BODY_SECONDS,
    "linger": 5.0,
}


class Deadlines:
    """The wait of a connection: its phase, its begin and its end (monotonic seconds)."""

    def __init__(self) -> None:
        self._seen = ("idle", 0)
        self.since = time.monotonic()
        self._until = self.since + _SECONDS[""]

    def wait(self, phase: str, number: int = 0) -> bool:
        """Start the wait for a phase of a request; return False where it had started already."""
        if (phase, number) == self._seen:
            return False
        self._seen = (phase, number)
        self.since = time.monotonic()
        self._until = self.since + _SECONDS[phase]
        return True

    def is_over(self, now: float) -> bool:
        """Return whether the client took too long."""
        return now > self._until
