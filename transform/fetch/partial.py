"""Keep the first part of a download so that another try, or another process, goes on from it.

The part stands beside a note of which version of the file it is the beginning of. The note goes
before the part is begun anew and comes back before its first byte, so that a part with a note is
the beginning of that very version, whenever a process was killed.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, NamedTuple

from transform.durable import sync
from transform.manifest import as_json


class Note(NamedTuple):
    """Which version a part begins: its validator (RFC 9110, 13.1.5) and whole length in bytes."""

    validator: str
    length: int | None


class Partial:
    """The part of one URL's file in a folder."""

    def __init__(self, folder: Path, url: str) -> None:
        name = hashlib.sha256(url.encode()).hexdigest()[:16]
        self.path = folder / f"{name}.part"
        self._note = folder / f"{name}.json"

    def begun(self) -> tuple[int, Note] | None:
        """Give how many bytes are there and of what, None where there is nothing to go on from."""
        try:
            note = Note(**json.loads(self._note.read_bytes()))
            have = self.path.stat().st_size
        except (OSError, ValueError, TypeError):
            return None
        return (have, note) if have else None

    def begin(self, headers: Mapping[str, str], length: int | None) -> IO[bytes]:
        """Open an empty part for the version that an answer's headers tell of."""
        self.drop()
        part = self.path.open("wb")
        if validator := strong_validator(headers):
            write_whole(self._note, as_json(Note(validator, length)._asdict()))
        return part

    def resume(self) -> IO[bytes]:
        """Open the part to go on behind what is there."""
        return self.path.open("ab")

    def drop(self) -> None:
        """Forget the part, its note first."""
        self._note.unlink(missing_ok=True)
        sync(self._note.parent)
        self.path.unlink(missing_ok=True)


def strong_validator(headers: Mapping[str, str]) -> str | None:
    """Give what names one version byte for byte: a strong ETag, or a Last-Modified long past.

    A date is strong when the answer's own is at least a second later (RFC 9110, 8.8.2.2).
    """
    tag = headers.get("ETag", "")
    if tag.startswith('"'):
        return tag
    try:
        modified = parsedate_to_datetime(headers["Last-Modified"])
        answered = parsedate_to_datetime(headers["Date"])
        return headers["Last-Modified"] if answered - modified >= timedelta(seconds=1) else None
    except (KeyError, ValueError, TypeError):
        return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name never stands for a part of it, not even after a power cut."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
    sync(path.parent)
