"""Keep temporary files in a folder of TMPDIR; the next command removes it where one was killed.

The process that made such a folder has it locked, and the system frees the lock when it ends,
however it does.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from transform.files import no_room_for_scratch

_PREFIX = "portrait-ia-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Create a folder for temporary files, and remove it afterwards.

    Those that this user's commands left where they were killed are removed first. Raises
    MisusedCommand where none can be made.
    """
    try:
        for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
            _remove_ended(left)
        folder, handle = _new_folder()
    except OSError as error:
        raise no_room_for_scratch(error) from error
    try:
        yield folder
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)
        os.close(handle)


def _new_folder() -> tuple[Path, int]:
    """Return a new folder and the descriptor by which it is locked; raises OSError."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        if (handle := _locked(folder)) is not None:
            return folder, handle
        # Another command found it before it was locked, and removes it.


def _remove_ended(folder: Path) -> None:
    # What cannot be opened or removed is not ours, or another command is just removing it.
    with suppress(OSError):
        handle = _locked(folder)
        if handle is None:
            return
        try:
            if os.fstat(handle).st_uid == os.geteuid():
                shutil.rmtree(folder)
        finally:
            os.close(handle)


def _locked(folder: Path) -> int | None:
    """Lock a folder; returns its descriptor, None where another process has the lock or removed it.

    Raises OSError for what is no folder, or one that may not be opened.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), folder.lstat()):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        os.close(handle)
        raise
    os.close(handle)
    return None
