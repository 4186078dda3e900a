"""Share the choice of the release: the supervisor writes it, workers read it and may refuse it.

Each record has a place of its own in memory that all share, with its length and its checksum: one
that is just being written is read as it was before.
"""

import json
import mmap
import struct
import zlib
from typing import Any

from server.http.process.load_balance import MOST_WORKERS
from server.release.choice import ReleaseChoice

_HEAD = struct.Struct("II")  # bytes of the record, its CRC-32
_PLACE = 16 << 10  # a path has up to 4096 bytes, and JSON writes one in up to six
_LONGEST = 1000  # characters of a text for people
SIZE = (1 + MOST_WORKERS) * _PLACE


class SharedChoice:
    """The choice, in the memory that the supervisor and its workers share."""

    def __init__(self, shared: mmap.mmap, offset: int) -> None:
        self._shared = shared
        self._offset = offset
        self._choice = ReleaseChoice()

    def publish(self, choice: ReleaseChoice) -> None:
        """Write the choice for the workers to read."""
        texts = {name: getattr(choice, name)[:_LONGEST] for name in ("trouble", "checking")}
        self._write(0, choice._replace(**texts))

    def read(self) -> ReleaseChoice:
        """Return the choice; one without a release until the first is published."""
        if (record := self._read(0)) is not None:
            self._choice = ReleaseChoice(*record)
        return self._choice

    def list_refused(self, workers: int) -> list[tuple[str, str, str]]:
        """List what workers could not open: release, fingerprint and reason."""
        records = (self._read(1 + place) for place in range(workers))
        return [(record[0], record[1], record[2]) for record in records if record]

    def refuse(self, place: int, release: str, checked: str, reason: str) -> None:
        """Write what the worker of a place could not open."""
        self._write(1 + place, (release, checked, reason[:_LONGEST]))

    def _write(self, number: int, record: tuple[str, ...]) -> None:
        content = json.dumps(record).encode()
        head = _HEAD.pack(len(content), zlib.crc32(content))
        at = self._offset + number * _PLACE
        self._shared[at : at + len(head) + len(content)] = head + content

    def _read(self, number: int) -> Any:
        at = self._offset + number * _PLACE
        length, checksum = _HEAD.unpack_from(self._shared, at)
        content = self._shared[at + _HEAD.size : at + min(_HEAD.size + length, _PLACE)]
        if not content or zlib.crc32(content) != checksum:
            return None
        return json.loads(content)


class WorkerChooser:
    """Chooses what the supervisor has chosen, in the worker of a place."""

    def __init__(self, choice: SharedChoice, place: int) -> None:
        self._choice = choice
        self._place = place

    def choose(self) -> ReleaseChoice:
        """See `server.release.choice.Chooser.choose`."""
        return self._choice.read()

    def refuse(self, release: str, checked: str, reason: str) -> None:
        """See `server.release.choice.Chooser.refuse`; the supervisor then chooses another."""
        self._choice.refuse(self._place, release, checked, reason)
