"""Keep an answer whole, in memory or in a file, while threads write and read it."""

import tempfile
from collections.abc import Iterator
from typing import IO, Self

from server.engine.faults import EngineBusy, ResultTooLarge
from server.engine.interface import Form
from server.engine.pool.spool import SpoolSpace, read_back
from transform.files import reason_message
from transform.text.message import message

_IN_MEMORY = 1 << 20
_PART = 1 << 16  # bytes


class Spooled:
    """An answer that a thread writes, and that is then read: see `interface.Answer`.

    A large one goes to a file without a name.
    """

    def __init__(self, form: Form, media_type: str, space: SpoolSpace) -> None:
        self.form: Form = form
        self.media_type = media_type
        self.length = 0
        self._space = space
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._closed = False

    def write(self, part: bytes, /) -> int:
        """Take the next bytes; raises ResultTooLarge, EngineBusy."""
        if self.length + len(part) > self._space.one << 20:
            raise ResultTooLarge(self._space.one)
        self._space.take(len(part))
        self.length += len(part)
        self._memory += part
        if self.length > _IN_MEMORY and len(self._memory) >= _PART:
            self._keep()
        return len(part)

    def flush(self) -> None:
        """Write nothing: `finish` does."""

    def finish(self) -> None:
        """Write the rest of an answer that is whole; raises EngineBusy."""
        if self._file is not None:
            self._keep()

    @property
    def body(self) -> Iterator[bytes]:
        """Yield the answer; raises AnswerBroken."""
        if self._file is None:
            yield bytes(self._memory)
            return
        yield from read_back(self._file, self.length)

    def close(self) -> None:
        """Free memory, file and room."""
        if self._closed:
            return
        self._closed = True
        self._memory.clear()
        if self._file is not None:
            self._file.close()
        self._space.free(self.length)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _keep(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
            self._file.write(self._memory)
            self._file.flush()
        except OSError as error:
            detail = message("engine.unkept", reason=reason_message(error))
            raise EngineBusy(detail, 60) from error
        self._memory.clear()
