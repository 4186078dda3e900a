"""Run a bare process next to a test, which measures how much of the machine others leave.

A bound on how long something may take assumes an idle machine. The time that a process which
does next to nothing had to wait meanwhile is not the fault of what is tested.
"""

import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

NAP, WORK = 0.018, 0.002  # seconds
_ROUND = struct.Struct("dd")  # when it began and when it ended
_BARE = f"""
import struct, sys, time
with open(sys.argv[1], "wb", buffering=0) as rounds_file:
    while True:
        begun = time.monotonic()
        time.sleep({NAP})
        enough = time.thread_time() + {WORK}
        while time.thread_time() < enough:
            pass
        rounds_file.write(struct.pack("dd", begun, time.monotonic()))
"""


class Slowness(NamedTuple):
    """How many times too long the rounds of the bare process took, and its greatest delay."""

    times: float
    seconds: float


class DelayProbe:
    """Reads the rounds that the bare process has written so far."""

    def __init__(self, rounds_file: Path) -> None:
        self._rounds_file = rounds_file

    def allow(self, seconds: float, since: float) -> float:
        """Return how long may take, since a moment, what may take `seconds` on an idle machine."""
        slow = self.slowness(since)
        return seconds * slow.times + slow.seconds

    def until(self, holds: Callable[[], object], seconds: float) -> bool:
        """Wait for what may take `seconds` on an idle machine; return whether it came about."""
        begun = time.monotonic()
        while not holds():
            if time.monotonic() > begun + self.allow(seconds, begun):
                return False
            time.sleep(0.02)
        return True

    def slowness(self, since: float) -> Slowness:
        """Measure by the rounds that ended since then, and the one that has not ended."""
        rounds = list(self._rounds())
        took = [end - begun for begun, end in rounds if end > since]
        took.append(max(time.monotonic() - rounds[-1][1], NAP + WORK))
        return Slowness(max(1.0, sum(took) / len(took) / (NAP + WORK)), max(took) - NAP - WORK)

    def _rounds(self) -> Iterator[tuple[float, float]]:
        raw = self._rounds_file.read_bytes()
        yield from _ROUND.iter_unpack(raw[: len(raw) // _ROUND.size * _ROUND.size])


@contextmanager
def start_probe(folder: Path) -> Iterator[DelayProbe]:
    """Start the bare process, and end it with the block."""
    rounds_file = folder / "rounds"
    bare = subprocess.Popen([sys.executable, "-I", "-S", "-c", _BARE, str(rounds_file)])
    try:
        while not (rounds_file.exists() and rounds_file.stat().st_size >= _ROUND.size):
            assert bare.poll() is None, "the bare process ended"
            time.sleep(0.01)
        yield DelayProbe(rounds_file)
    finally:
        bare.kill()
        bare.wait()
