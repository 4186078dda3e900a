"""Put what was written on the disk itself, so that a power cut does not take it back."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Flush a file, or the names that a folder holds; raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
