"""Listen on a port, and have workers answer what comes."""

import ipaddress
import os
import resource
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from server.engine.disk_store import ensure_store
from server.http.connection.connections import MOST_CONNECTIONS
from server.http.process import memory_check
from server.http.process.supervisor import Supervisor
from server.http.process.worker import SHARED
from server.release.current import QUADS, find_current
from server.settings import ENGINE, PREFIX, read_settings
from transform.commands.terminal import progress
from transform.errors import MisusedCommand
from transform.release.manifest import read_manifest

_BACKLOG = 1024
# Bytes that the system keeps of a connection in each direction: it would take 6 MB for a client
# that does not read. Linux doubles them.
_SYSTEM_BUFFER = 1 << 17
_PER_MINUTE = f"{PREFIX}REQUESTS_PER_MINUTE"
_DEFAULT_PER_MINUTE = "600"


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
    engine of its own, a key of `server.engine.opening.ENGINES`, and is started again when it
    dies. `ready` is called once nothing speaks against it. Raises UnreadableRelease,
    MisusedCommand for a setting or an address that cannot be, or a release that this machine
    cannot hold, and CannotServe when no worker becomes ready.
    """
    release = find_current(folder)
    read_manifest(release)
    given = {**os.environ, f"{PREFIX}WORKERS": str(workers), ENGINE: engine}
    read_settings(given)
    if not given.get(_PER_MINUTE, "").strip() and not _is_loopback(host):
        given[_PER_MINUTE] = _DEFAULT_PER_MINUTE
    with _bind(host, port) as listener, tempfile.TemporaryFile() as shared:
        _make_ready(release / QUADS, engine, workers)
        shared.truncate(SHARED)
        ready()
        _allow_descriptors(2 * MOST_CONNECTIONS)
        Supervisor(folder.resolve(), listener, shared, given).keep(workers)


def _make_ready(release_file: Path, engine: str, workers: int) -> None:
    """Do once, on the terminal, what each worker would have to do or would fail at."""
    if engine == "memory":
        memory_check.refuse_what_does_not_fit(release_file, workers)
    elif engine == "disk":
        with progress() as step:
            ensure_store(release_file, step)


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
            for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):  # connections inherit them
                listener.setsockopt(socket.SOL_SOCKET, buffer, _SYSTEM_BUFFER)
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
