"""Take an answer in whole before it is given on.

So every failure of a query is still a clean fault, no slow reader holds a query process, and
the length is known. The price is that the first byte waits for the last: a fraction of a second
for each 100 MB. Small answers stay in memory, others go to a file without a name.
"""

import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Self

from server.engine.faults import AnswerBroken, EngineBusy, ResultTooLarge
from server.engine.interface import Form, Limits

_IN_MEMORY = 1 << 20
_PART = 1 << 16


class SpoolSpace:
    """The bytes that all answers together may take until they are read; thread-safe."""

    def __init__(self, limits: Limits) -> None:
        self.one = limits.result_mb
        self._limit = limits.total_result_mb << 20
        self._taken = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> None:
        """Take room, or raise EngineBusy."""
        with self._lock:
            if self._taken + size > self._limit:
                raise EngineBusy("Clients have too many large answers still to read.", 5)
            self._taken += size

    def give_back(self, size: int) -> None:
        """Give room back."""
        with self._lock:
            self._taken -= size


class SpooledAnswer:
    """An answer that is filled with `add`, and then read: see `server.engine.interface.Answer`."""

    def __init__(self, form: Form, media_type: str, room: SpoolSpace) -> None:
        self.form: Form = form
        self.media_type = media_type
        self.length = 0
        self._room = room
        self._parts: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._closed = False

    def add(self, part: bytes) -> None:
        """Take the next bytes; raises ResultTooLarge, EngineBusy."""
        if self.length + len(part) > self._room.one << 20:
            raise ResultTooLarge(self._room.one)
        self._room.take(len(part))
        self.length += len(part)
        if self._file is None and self.length <= _IN_MEMORY:
            self._parts.append(part)
            return
        try:
            self._write(part)
        except OSError as error:
            raise _no_room(error) from error

    def finish(self) -> None:
        """Take no more; raises EngineBusy when the end cannot be kept."""
        if self._file is not None:
            try:
                self._file.flush()
            except OSError as error:
                raise _no_room(error) from error

    @property
    def body(self) -> Iterator[bytes]:
        """Yield the answer; raises AnswerBroken."""
        if self._file is None:
            yield from self._parts
            return
        left = self.length
        try:
            self._file.seek(0)
            while left and (part := self._file.read(_PART)):
                left -= len(part)
                yield part
        except (OSError, ValueError) as error:
            raise AnswerBroken(f"The answer cannot be read back: {error}.") from error
        if left:
            raise AnswerBroken(f"The answer cannot be read back: {left} bytes are missing.")

    def close(self) -> None:
        """Give file, memory and room back."""
        if self._closed:
            return
        self._closed = True
        self._parts.clear()
        if self._file is not None:
            self._file.close()
        self._room.give_back(self.length)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _write(self, part: bytes) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
            self._file.writelines(self._parts)
            self._parts.clear()
        self._file.write(part)


def _no_room(error: OSError) -> EngineBusy:
    return EngineBusy(f"The answer cannot be kept: {error.strerror}.", 60)
