"""Keep so many workers alive, each a process, until a signal says that it is enough."""

import logging
import mmap
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from server.http.process import load_balance, rate_limit
from transform.errors import CannotServe

log = logging.getLogger(__name__)

_LOOK_EVERY = 0.2
_END_SECONDS = 15.0  # more than a query may take by default
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0  # seconds before a worker is started again
_LASTING = 30.0  # seconds after which one that ends is no sign of trouble
_MOST_FAILURES = 3  # of the workers before any was ready
_ROOT = Path(__file__).resolve().parents[3]
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from server.http.process.worker import main; main()"
)


@dataclass(slots=True)
class _Post:
    """A worker's place: its process, since when, and when the next one may be started."""

    place: int
    process: "subprocess.Popen[bytes] | None" = None
    begun: float = 0.0
    due: float = 0.0
    pause: float = _FIRST_PAUSE


class Supervisor:
    """The workers: started, started again, ended."""

    def __init__(
        self, folder: Path, listener: socket.socket, shared: IO[bytes], given: dict[str, str]
    ) -> None:
        self._listener = listener
        self._inherited = (listener.fileno(), shared.fileno())
        code = [sys.executable, "-P", "-c", _START, str(_ROOT), str(folder)]
        self._command = [*code, *map(str, self._inherited), secrets.token_hex(16)]
        self._given = given
        self._told = False  # an event has a lock, for which a handler would wait for ever
        self._posts: list[_Post] = []
        self._shared = mmap.mmap(shared.fileno(), 0, access=mmap.ACCESS_READ)
        self._was_ready = False
        self._failures = 0

    def keep(self, number: int) -> None:
        """Keep so many workers alive; raises CannotServe when none ever becomes ready."""
        before = {name: signal.signal(name, self._stop) for name in (signal.SIGTERM, signal.SIGINT)}
        self._posts = [_Post(place) for place in range(number)]
        try:
            while not self._told:
                for post in self._posts:
                    self._look_after(post, time.monotonic())
                time.sleep(_LOOK_EVERY)
        finally:
            self._end()
            self._shared.close()
            for name, handler in before.items():
                signal.signal(name, handler)

    def _look_after(self, post: _Post, now: float) -> None:
        if post.process is None:
            if now >= post.due and not self._told:
                post.process, post.begun = self._start(post.place), now
            return
        ready = load_balance.last_told(self._shared, rate_limit.SIZE, post.place) > post.begun
        self._was_ready = self._was_ready or ready
        status = post.process.poll()
        if status is None:
            return
        post.process = None
        if now - post.begun > _LASTING:
            post.pause = _FIRST_PAUSE
        post.due, post.pause = now + post.pause, min(2 * post.pause, _LONGEST_PAUSE)
        log.error("a worker ended with status %d: another in %.1f s", status, post.due - now)
        self._failures += not self._was_ready
        if self._failures >= _MOST_FAILURES:
            raise CannotServe(
                f"{self._failures} HTTP processes ended before one was ready (the last with "
                f"status {status}); the lines above say why. Correct that and serve again."
            )

    def _start(self, place: int) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl-C at the terminal is for this process, which then ends them.
        return subprocess.Popen(
            [*self._command, str(place), str(os.getpid())],
            env=self._given,
            pass_fds=self._inherited,
            start_new_session=True,
        )

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self._told = True

    def _end(self) -> None:
        self._listener.close()  # else the system would take connections that nobody serves
        until = time.monotonic() + _END_SECONDS
        running = [post.process for post in self._posts if post.process]
        for worker in running:
            worker.terminate()
        for worker in running:
            try:
                worker.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
