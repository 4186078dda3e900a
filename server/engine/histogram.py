"""Count how long things took, in the classes of a Prometheus histogram."""

import threading
from bisect import bisect_left

# Seconds; the longest is what a query may take by default (`server.settings`).
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CELLS = len(BOUNDS) + 2  # the class above all bounds, and the sum in microseconds


class Histogram:
    """How often something took how long; for any number of threads."""

    def __init__(self) -> None:
        self._numbers = [0] * CELLS
        self._lock = threading.Lock()

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        place = bisect_left(BOUNDS, seconds)
        with self._lock:
            self._numbers[place] += 1
            self._numbers[-1] += round(seconds * 1e6)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return how many took up to each bound and more than the one below, then microseconds."""
        with self._lock:
            return tuple(self._numbers)

    def begin_anew(self) -> None:
        """Count in a forked process, whatever thread of its parent was counting."""
        self._lock = threading.Lock()
