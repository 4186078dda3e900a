"""Run a command on a terminal of its own, and talk to it."""

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.support.processes import sleeps
from tests.support.waiting import SECONDS, wait_until


class Terminal:
    """A command on a pseudo-terminal, and all that it has written there.

    `text` has the line ends of a file, and what was typed where the terminal shows it.
    """

    def __init__(self, command: Sequence[object]) -> None:
        self._own, theirs = pty.openpty()
        # Who runs the tests in the background has them, and what they start, ignore interrupts.
        whole = ["env", "--default-signal=INT", *map(str, command)]
        self.process = subprocess.Popen(whole, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self._written = b""
        self._read_to = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._own)

    @property
    def text(self) -> str:
        """Return everything that was written so far."""
        return self._written.decode(errors="replace").replace("\r\n", "\n")

    def write(self, text: str) -> None:
        """Type a text."""
        os.write(self._own, text.encode())

    def wait_for(self, text: str) -> None:
        """Wait until a text is written, behind those that were waited for before."""
        end = time.monotonic() + SECONDS
        while (at := self.text.find(text, self._read_to)) < 0:
            assert self._read(end), f"{text!r} was not written, but: {self.text}"
        self._read_to = at + len(text)

    def interrupt(self) -> None:
        """Interrupt the command once it waits for what is typed.

        Before it waits, between its question and its reading, an interrupt is only noted, and
        told when something is typed: https://docs.python.org/3/library/signal.html
        """
        wait_until(lambda: sleeps(self.process.pid))
        self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Wait for the end of the command, and return its exit code."""
        end = time.monotonic() + SECONDS
        while self._read(end):
            pass
        return self.process.wait(SECONDS)

    def _read(self, end: float) -> bool:
        """Read what is written next; return whether there will be more."""
        if not select.select([self._own], [], [], max(end - time.monotonic(), 0))[0]:
            return False
        block = b""
        with suppress(OSError):  # EIO once the last process has closed it
            block = os.read(self._own, 1 << 16)
        self._written += block
        return bool(block)
