"""Wait for what must come about, where it does not matter how soon: a busy machine takes longer.

`tests.support.delay_probe` bounds how long something may take.
"""

import time
from collections.abc import Callable

SECONDS = 90.0  # an idle machine takes less than three for anything awaited here


def wait_until(holds: Callable[[], object], seconds: float = SECONDS, every: float = 0.05) -> None:
    """Check again and again until something holds; raises AssertionError when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"it did not come about in {seconds:g} s"
        time.sleep(every)
