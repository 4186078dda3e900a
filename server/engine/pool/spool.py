"""Receive an answer whole before it is passed on.

So every failure of a query is still a clean fault, no slow reader holds a query process, and
the length is known. The price is that the first byte waits for the last: a fraction of a second
for each 100 MB. Small answers stay in memory; others go to a file without a name, which threads
write and read: an event loop that fills a spool never waits for a disk.
"""

import asyncio
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Self

from server.engine.faults import AnswerBroken, EngineBusy, ResultTooLarge
from server.engine.interface import Form, Limits
from transform.files import reason_message
from transform.text.message import message

_IN_MEMORY = 1 << 20
_MOST_UNWRITTEN = 1 << 20  # bytes of one answer that wait for a thread to write them
_PART = 1 << 16
_THREADS = 4


class SpoolSpace:
    """The bytes that all answers together may take until they are read; thread-safe."""

    def __init__(self, limits: Limits) -> None:
        self.one = limits.result_mb
        self.threads = ThreadPoolExecutor(_THREADS, "spool")
        self._limit = limits.total_result_mb << 20
        self._taken = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> None:
        """Take room, or raise EngineBusy."""
        with self._lock:
            if self._taken + size > self._limit:
                raise EngineBusy(message("engine.answers_unread"), 5)
            self._taken += size

    def free(self, size: int) -> None:
        """Free room."""
        with self._lock:
            self._taken -= size


class Spool:
    """An answer that is filled on an event loop, and then read: see `interface.Answer`.

    `changed` is called on the loop when a thread has written, or has failed and set `fault`.
    """

    def __init__(
        self,
        form: Form,
        media_type: str,
        space: SpoolSpace,
        loop: asyncio.AbstractEventLoop,
        changed: Callable[[], None],
    ) -> None:
        self.form: Form = form
        self.media_type = media_type
        self.length = 0
        self.fault: EngineBusy | None = None
        self._space = space
        self._loop = loop
        self._changed = changed
        self._parts: list[bytes] = []
        self._unwritten = 0
        self._file: IO[bytes] | None = None
        self.is_writing = self._closed = False

    def add(self, part: bytes) -> None:
        """Take the next bytes; raises ResultTooLarge, EngineBusy."""
        if self.length + len(part) > self._space.one << 20:
            raise ResultTooLarge(self._space.one)
        self._space.take(len(part))
        self.length += len(part)
        self._parts.append(part)
        self._unwritten += len(part)
        if self.length > _IN_MEMORY and not self.is_writing:
            self._begin_to_write()

    @property
    def is_behind(self) -> bool:
        """Return whether so much waits to be written that no more should come."""
        return self.is_writing and self._unwritten > _MOST_UNWRITTEN

    @property
    def body(self) -> Iterator[bytes]:
        """Yield the answer; raises AnswerBroken."""
        if self._file is None:
            yield from self._parts
            return
        yield from read_back(self._file, self.length)

    def close(self) -> None:
        """Close the file and free memory and room."""
        if self._closed:
            return
        self._closed = True
        self._parts.clear()
        if self._file is not None and not self.is_writing:
            self._file.close()
        self._space.free(self.length)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _begin_to_write(self) -> None:
        parts, self._parts, self._unwritten = self._parts, [], 0
        self.is_writing = True
        writing = self._space.threads.submit(self._write, parts)
        writing.add_done_callback(
            lambda done: self._loop.call_soon_threadsafe(self._end_writing, done)
        )

    def _write(self, parts: list[bytes]) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
        self._file.writelines(parts)
        self._file.flush()

    def _end_writing(self, done: "Future[None]") -> None:
        self.is_writing = False
        if self._closed:
            if self._file is not None:
                self._file.close()
            return
        if error := done.exception():
            detail = message("engine.unkept", reason=reason_message(error))
            self.fault = EngineBusy(detail, 60)
        elif self._parts:
            self._begin_to_write()
        self._changed()


def read_back(file: IO[bytes], length: int) -> Iterator[bytes]:
    """Yield so many bytes from the beginning of a file; raises AnswerBroken."""
    left = length
    try:
        file.seek(0)
        while left and (part := file.read(_PART)):
            left -= len(part)
            yield part
    except (OSError, ValueError) as error:
        raise AnswerBroken(message("engine.unread_back", reason=reason_message(error))) from error
    if left:
        raise AnswerBroken(message("engine.bytes_missing", left=left))
