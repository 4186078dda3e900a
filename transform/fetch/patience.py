"""Try again what may pass, with growing pauses, until a time that nothing outlasts."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple, TypeVar

from transform.fetch.faults import Passing, failed

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0

Said = TypeVar("Said")
Say = Callable[[str], None]


class Bounds(NamedTuple):
    """How many bytes a file may have, how many seconds it may take, how often it is retried."""

    bytes: int
    seconds: float
    retries: int


@contextmanager
def deadline(where: str, seconds: float) -> Iterator[None]:
    """End what runs within once the time is over, whatever it waits for.

    A server that sends a byte now and then outlasts the time limits of sockets, which begin anew
    with each byte, in headers too; so a timer of the process ends it. Main thread only.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        raise failed(where, f"not done after {seconds:g} s (--seconds)")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def patiently(where: str, bounds: Bounds, say: Say, once: Callable[[], Said]) -> Said:
    """Call until it succeeds; raises FetchFailed when the tries or the time are used up."""
    with deadline(where, bounds.seconds):
        for number in range(bounds.retries):
            try:
                return once()
            except Passing as passing:
                pause = _FIRST_PAUSE * 2**number if passing.wait is None else passing.wait
                pause = min(pause, _LONGEST_PAUSE)
                say(f"{passing.where}: {passing}; again in {pause:g} s")
                time.sleep(pause)
        try:
            return once()
        except Passing as passing:
            raise failed(passing.where, str(passing)) from passing
