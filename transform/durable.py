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


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name never stands for a part of it, not even after a power cut."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
    sync(path.parent)
