"""Mark a release as in use, so that nobody removes it: by a shared lock on its folder.

The system frees it when a process ends, however that comes. Where a file system has no locks
(flock(2)), nothing is marked, and nothing is seen to be in use.
"""

import fcntl
import os
from pathlib import Path


class Use:
    """The use of a release by this process, until it ends; a process that is forked shares it."""

    def __init__(self, release: Path) -> None:
        """Begin to use a release; raises OSError where there is no such folder."""
        self._handle: int | None = os.open(release, os.O_RDONLY | os.O_DIRECTORY)
        _lock(self._handle, fcntl.LOCK_SH)

    def end(self) -> None:
        """End it, for the processes that were forked meanwhile, too."""
        if self._handle is not None:
            _lock(self._handle, fcntl.LOCK_UN)
            os.close(self._handle)
            self._handle = None


def is_used(release: Path) -> bool:
    """Check whether a process uses a release; raises OSError where there is no such folder."""
    handle = os.open(release, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return not _lock(handle, fcntl.LOCK_EX)
    finally:
        os.close(handle)


def _lock(handle: int, kind: int) -> bool:
    """Lock or unlock a folder; return whether others allow it."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks here: what is used cannot be told from what is not
        return True
    return True
