"""Listen on a port: hold the socket, and keep so many workers alive behind it."""

import ipaddress
import logging
import os
import resource
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO

from server import machine
from server.engine.disk import ensure_store
from server.front import gate, sharing
from server.front.wire import MOST_CONNECTIONS
from server.settings import ENGINE, PREFIX, read_settings
from server.shelf import QUADS, find_current
from transform.errors import MisusedCommand
from transform.manifest import read_manifest
from transform.terminal import progress

log = logging.getLogger(__name__)

_BACKLOG = 1024
_RESPAWN_SECONDS = 1.0
_END_SECONDS = 10.0
_PER_MINUTE = f"{PREFIX}REQUESTS_PER_MINUTE"
_DEFAULT_PER_MINUTE = "600"
_ROOT = Path(__file__).resolve().parents[1]
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from server.front.worker import main; main()"
)


def listen(
    folder: Path,
    host: str,
    port: int,
    workers: int,
    ready: Callable[[], None] = lambda: None,
    engine: str = "memory",
) -> None:
    """Serve the current release of a folder until the process is told to stop.

    Settings come from the environment (`server.settings`). Each worker is a process with an
    engine of its own, a key of `server.engine.ENGINES`, and is started again when it dies. `ready`
    is called once nothing speaks against it. Raises UnreadableRelease, or MisusedCommand for a
    setting or an address that cannot be, or a release that this machine cannot hold.
    """
    release = find_current(folder)
    read_manifest(release)
    read_settings(os.environ)
    given = {**os.environ, ENGINE: engine}
    if not given.get(_PER_MINUTE, "").strip() and not _is_loopback(host):
        given[_PER_MINUTE] = _DEFAULT_PER_MINUTE
    with _bind(host, port) as listener, tempfile.TemporaryFile() as shared:
        _make_ready(release / QUADS, engine, workers)
        shared.truncate(gate.SIZE + sharing.SIZE)
        ready()
        _allow_descriptors(2 * MOST_CONNECTIONS)
        _Crew(folder.resolve(), listener, shared, given).keep(workers)


def _make_ready(release_file: Path, engine: str, workers: int) -> None:
    """Do once, on the terminal, what each worker would have to do or would fail at."""
    if engine == "memory":
        machine.refuse_what_does_not_fit(release_file, workers)
    elif engine == "disk":
        with progress() as step:
            ensure_store(release_file, step)


class _Crew:
    """The workers: started, started again, ended."""

    def __init__(
        self, folder: Path, listener: socket.socket, shared: IO[bytes], given: dict[str, str]
    ) -> None:
        self._inherited = (listener.fileno(), shared.fileno())
        code = [sys.executable, "-P", "-c", _START, str(_ROOT), str(folder)]
        self._command = [*code, *map(str, self._inherited), secrets.token_hex(16)]
        self._given = given
        self._told = threading.Event()
        self._workers: list[subprocess.Popen[bytes]] = []

    def keep(self, number: int) -> None:
        """Keep so many workers alive until a signal says that it is enough."""
        before = {name: signal.signal(name, self._stop) for name in (signal.SIGTERM, signal.SIGINT)}
        try:
            self._workers = [self._start(place) for place in range(number)]
            while not self._told.wait(_RESPAWN_SECONDS):
                for place, worker in enumerate(self._workers):
                    if worker.poll() is not None and not self._told.is_set():
                        log.error("a worker ended with status %d: starting another", worker.poll())
                        self._workers[place] = self._start(place)
        finally:
            self._end()
            for name, handler in before.items():
                signal.signal(name, handler)

    def _start(self, place: int) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C at the terminal is for this process, which then ends them.
        return subprocess.Popen(
            [*self._command, str(place)],
            env=self._given,
            pass_fds=self._inherited,
            start_new_session=True,
        )

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self._told.set()

    def _end(self) -> None:
        until = time.monotonic() + _END_SECONDS
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            try:
                worker.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


def _allow_descriptors(wanted: int) -> None:
    """Let the workers open so many files and sockets, as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
    except (OSError, OverflowError) as error:
        raise MisusedCommand(f"{host}:{port}: {error}; choose another --host or --port.") from error
    return listener


def try_address(host: str, port: int) -> None:
    """Find out before a long build whether the address can be had."""
    _bind(host, port).close()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
