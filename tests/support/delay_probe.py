"""A bare process beside a test, which says how much of the machine others leave.

A test that says how long something may take means a machine that does nothing else. What a process
that hardly does anything had to wait for meanwhile is not the fault of what is tested.
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
with open(sys.argv[1], "wb", buffering=0) as told:
    while True:
        begun = time.monotonic()
        time.sleep({NAP})
        enough = time.thread_time() + {WORK}
        while time.thread_time() < enough:
            pass
        told.write(struct.pack("dd", begun, time.monotonic()))
"""


class Slowness(NamedTuple):
    """How many times as long as it should the bare process took, and how late it was at most."""

    times: float
    seconds: float


class Bystander:
    """What the bare process has told so far."""

    def __init__(self, told: Path) -> None:
        self._told = told

    def allow(self, seconds: float, since: float) -> float:
        """Give how long may take, since a moment, what may take `seconds` on a quiet machine."""
        slow = self.slowness(since)
        return seconds * slow.times + slow.seconds

    def until(self, holds: Callable[[], object], seconds: float) -> bool:
        """Wait for something that may take `seconds` on a quiet machine; say whether it came."""
        begun = time.monotonic()
        while not holds():
            if time.monotonic() > begun + self.allow(seconds, begun):
                return False
            time.sleep(0.02)
        return True

    def slowness(self, since: float) -> Slowness:
        """Measure by the rounds that ended since then, and the one that has not."""
        rounds = list(self._rounds())
        took = [end - begun for begun, end in rounds if end > since]
        took.append(max(time.monotonic() - rounds[-1][1], NAP + WORK))
        return Slowness(max(1.0, sum(took) / len(took) / (NAP + WORK)), max(took) - NAP - WORK)

    def _rounds(self) -> Iterator[tuple[float, float]]:
        told = self._told.read_bytes()
        yield from _ROUND.iter_unpack(told[: len(told) // _ROUND.size * _ROUND.size])


@contextmanager
def stand_by(folder: Path) -> Iterator[Bystander]:
    """Start the bare process, and end it."""
    told = folder / "bystander"
    bare = subprocess.Popen([sys.executable, "-I", "-S", "-c", _BARE, str(told)])
    try:
        while not (told.exists() and told.stat().st_size >= _ROUND.size):
            assert bare.poll() is None, "the bare process ended"
            time.sleep(0.01)
        yield Bystander(told)
    finally:
        bare.kill()
        bare.wait()
