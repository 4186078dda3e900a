"""Wait for what must come about, where it does not matter how soon: a busy machine takes longer."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

SECONDS = 90.0  # an idle machine takes less than three for anything awaited here


def wait_until(holds: Callable[[], object], seconds: float = SECONDS, every: float = 0.05) -> None:
    """Check again and again until something holds; raises AssertionError when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"it did not come about in {seconds:g} s"
        time.sleep(every)


@contextlib.contextmanager
def ends(seconds: float = SECONDS) -> Iterator[None]:
    """Interrupt a block that goes on without end: what takes some seconds, or else hours."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise AssertionError(f"it had not ended after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
