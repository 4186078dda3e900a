"""Keep a number of worker processes running until a signal asks to stop."""

import logging
import mmap
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from server.http.process import load_balance, shared_memory
from server.http.process.release_watch import Prepare, ReleaseWatch
from server.http.process.shared_choice import SharedChoice
from server.release.choice import Vet
from transform.errors import CannotServe
from transform.text.message import message

log = logging.getLogger(__name__)

_CHECK_EVERY = 0.2
_END_SECONDS = 15.0  # longer than a query may run by default
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0  # seconds before a worker is started again
_LASTING = 30.0  # a worker that ran so many seconds is started again without a longer pause
_MOST_FAILURES = 3  # of workers before one was ready
CANNOT_START = 78  # status of a worker that could not start and said why (sysexits.h, EX_CONFIG)
_ROOT = Path(__file__).resolve().parents[3]
START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from server.http.process.worker import main; main()"
)


@dataclass(slots=True)
class _WorkerState:
    """The process at one place, when it began, and when the next may start (monotonic seconds)."""

    place: int
    process: "subprocess.Popen[bytes] | None" = None
    begun: float = 0.0
    due: float = 0.0
    pause: float = _FIRST_PAUSE


class Supervisor:
    """Starts the workers, starts each again when it ends, and ends all on a signal.

    `ready` is called once, when the first worker answers.
    """

    def __init__(
        self,
        folder: Path,
        listener: socket.socket,
        shared: IO[bytes],
        variables: dict[str, str],
        ready: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._listener = listener
        self._inherited = (listener.fileno(), shared.fileno())
        code = [sys.executable, "-P", "-c", START, str(_ROOT), str(folder)]
        self._command = [*code, *map(str, self._inherited), secrets.token_hex(16)]
        self._variables = variables
        # No threading.Event: a signal handler could wait for its lock for ever.
        self._stopping = False
        self._workers: list[_WorkerState] = []
        self._shared = mmap.mmap(shared.fileno(), 0)
        self._ready = ready
        self._was_ready = False
        self._failures = 0

    def keep(self, number: int, prepare: Prepare, vet: Vet) -> None:
        """Keep so many workers running, which serve the release that is chosen here.

        `prepare` is called with the first release, `vet` with each. Raises UnreadableRelease
        without a release to serve, what `prepare` and at first `vet` raise, and CannotServe when
        no worker ever becomes ready.
        """
        before = {name: signal.signal(name, self._stop) for name in (signal.SIGTERM, signal.SIGINT)}
        self._workers = [_WorkerState(place) for place in range(number)]
        choice = SharedChoice(self._shared, shared_memory.CHOICE)
        watch = ReleaseWatch(self._folder, choice, number, prepare, vet)
        try:
            watch.start()
            while not self._stopping:
                watch.a_worker_was_ready = self._was_ready
                watch.check()
                for worker in self._workers:
                    self._check_worker(worker, time.monotonic())
                time.sleep(_CHECK_EVERY)
        finally:
            watch.close()
            self._end()
            for name, handler in before.items():
                signal.signal(name, handler)

    def _check_worker(self, worker: _WorkerState, now: float) -> None:
        if worker.process is None:
            if now >= worker.due and not self._stopping:
                worker.process, worker.begun = self._start(worker.place), now
            return
        ready = (
            load_balance.last_published(self._shared, shared_memory.BALANCE, worker.place)
            > worker.begun
        )
        if ready and not self._was_ready:
            self._was_ready = True
            self._ready()
        status = worker.process.poll()
        if status is None:
            return
        worker.process = None
        if status == CANNOT_START and not self._was_ready:
            raise CannotServe(message("server.engine_cannot_start"))
        if now - worker.begun > _LASTING:
            worker.pause = _FIRST_PAUSE
        worker.due, worker.pause = now + worker.pause, min(2 * worker.pause, _LONGEST_PAUSE)
        log.error("a worker ended with status %d: another in %.1f s", status, worker.due - now)
        self._failures += not self._was_ready
        if self._failures >= _MOST_FAILURES:
            raise CannotServe(message("server.workers_ended", number=self._failures, status=status))

    def _start(self, place: int) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl-C at the terminal reaches only this process, which ends them.
        return subprocess.Popen(
            [*self._command, str(place), str(os.getpid())],
            env=self._variables,
            pass_fds=self._inherited,
            start_new_session=True,
        )

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self._stopping = True

    def _end(self) -> None:
        self._listener.close()  # else the system would take connections that nobody serves
        until = time.monotonic() + _END_SECONDS
        running = [worker.process for worker in self._workers if worker.process]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
