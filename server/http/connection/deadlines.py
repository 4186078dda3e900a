"""Wait for a client in each phase for so long, and no longer."""

import time

from server.bounds import BODY_SECONDS, HEAD_SECONDS

# Before the first request, too, for as long as a head may take.
_SECONDS = {
    "": HEAD_SECONDS,
    "idle": 30.0,
    "head": HEAD_SECONDS,
    "body": BODY_SECONDS,
    "linger": 5.0,
}


class Deadlines:
    """What a connection waits for, since when, and until when."""

    def __init__(self) -> None:
        self._seen = ("idle", 0)
        self.since = time.monotonic()
        self._until = self.since + _SECONDS[""]

    def wait(self, phase: str, number: int = 0) -> bool:
        """Wait for a phase of the request of a number; says whether that is a new one."""
        if (phase, number) == self._seen:
            return False
        self._seen = (phase, number)
        self.since = time.monotonic()
        self._until = self.since + _SECONDS[phase]
        return True

    def is_over(self, now: float) -> bool:
        """Say whether the client took too long."""
        return now > self._until
