"""Listen on a port, and start the workers that answer its connections."""

import ipaddress
import logging
import os
import resource
import socket
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from server.engine import memory_check
from server.engine.disk_store import ensure_store
from server.engine.vetting import vet_of
from server.http.connection.connections import MOST_CONNECTIONS
from server.http.process import logs, shared_memory
from server.http.process.supervisor import Supervisor
from server.settings import ENGINE, PREFIX, STORE, read_settings
from transform.commands.terminal import progress
from transform.errors import CannotServe, MisusedCommand, UnreadableRelease
from transform.files import no_room_for_scratch, reason_message
from transform.release.paths import QUADS
from transform.text.message import message

_BACKLOG = 1024
# Bytes that the system buffers for a connection in each direction, which Linux doubles: by
# default it would buffer 6 MB for a client that does not read.
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
    stores: Path | None = None,
) -> None:
    """Serve the current release of a folder until SIGTERM or SIGINT.

    Settings come from the environment (`server.settings`). Each worker is a process with an
    engine of its own, as `server.engine.opening.opener_of` names it, and is started again when it
    dies. On disk its stores are in `stores`, by default beside the releases. `ready` is called
    once the first of them answers; while a large release is being checked that answer is 503.
    Raises UnreadableRelease where there is no release, MisusedCommand for an impossible setting
    or address, StoreFailed for a remote store that does not hold the release, and CannotServe for
    an engine that cannot start.
    """
    variables = {**os.environ, f"{PREFIX}WORKERS": str(workers), ENGINE: engine}
    variables[STORE] = str(stores.resolve()) if stores else ""
    logs.configure(read_settings(variables).log, logging.WARNING)  # a command says what matters
    if not variables.get(_PER_MINUTE, "").strip() and not _is_loopback(host):
        variables[_PER_MINUTE] = _DEFAULT_PER_MINUTE
    with _bind(host, port) as listener, _open_shared() as shared:
        shared.truncate(shared_memory.SIZE)
        _allow_descriptors(2 * MOST_CONNECTIONS)
        supervisor = Supervisor(folder.resolve(), listener, shared, variables, ready)
        prepare = partial(_prepare_release, engine, workers, stores)
        supervisor.keep(workers, prepare, vet_of(engine))


def _open_shared() -> IO[bytes]:
    """Open the file without a name that all workers map into their memory."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise no_room_for_scratch(error) from error


def _prepare_release(
    engine: str, workers: int, stores: Path | None, release: Path, go_on: Callable[[], None]
) -> None:
    """Check or build once what each worker would do for itself or fail at."""
    release_file = release / QUADS
    try:
        if engine == "memory":
            memory_check.refuse_what_does_not_fit(release_file, workers)
        elif engine == "disk":
            with progress() as show:

                def step(what: str, done: int, total: int) -> None:
                    go_on()
                    show(what, done, total)

                ensure_store(release_file, step, stores)
    except (MisusedCommand, UnreadableRelease) as fault:
        raise CannotServe(fault.args[0]) from fault


def _allow_descriptors(number: int) -> None:
    """Raise the limit of open files and sockets to `number`, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        number = min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))


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
        reason = reason_message(error)
        raise MisusedCommand(
            message("server.address", host=host, port=port, reason=reason)
        ) from error
    return listener


def try_address(host: str, port: int) -> None:
    """Raise MisusedCommand before a long build where the address cannot be bound."""
    _bind(host, port).close()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
