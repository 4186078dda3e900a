"""Fill a folder once for all test processes: the first one fills it, the others wait."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path


def make_once(target: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` fills where it is missing; it never exists half filled."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the system releases it, also when this process is killed
        if not target.exists():
            making = target.with_name(f"{target.name}.making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(target)
    return target
