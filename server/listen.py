"""Listen on a port: run the application under the production WSGI server."""

import importlib
import logging
import os
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from server.settings import read_settings
from server.shelf import find_current
from transform.errors import MisusedCommand
from transform.manifest import read_manifest

log = logging.getLogger(__name__)

# More than the queries that run at once in a worker (Limits.processes): those beyond must reach
# the engine, which makes slow ones give way only to questions that it sees waiting.
THREADS = 32
# Open connections in a worker, also those that ask nothing: browsers keep some for later.
CONNECTIONS = 2048
_LOG = {
    "loggers": {},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}


def listen(
    folder: Path, host: str, port: int, workers: int, ready: Callable[[], None] = lambda: None
) -> None:
    """Serve the current release of a folder until the process is told to stop.

    Settings come from the environment (`server.settings`). Each worker is a process with an
    engine of its own, and is started again when it dies. `ready` is called once nothing speaks
    against it. Raises UnreadableRelease, or MisusedCommand for a setting or an address that
    cannot be.
    """
    read_manifest(find_current(folder))
    if read_settings(os.environ).requests_per_minute:
        log.warning("PORTRAIT_IA_REQUESTS_PER_MINUTE is not held to yet: limit at the proxy")
    try_address(host, port)
    ready()
    os.environ["PORTRAIT_IA_FOLDER"] = str(folder.resolve())
    _allow_descriptors(2 * CONNECTIONS)
    Granian(
        "server.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=_LOG,
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=10,
        # A query of 1 MB in the address is no request that a browser or proxy would carry.
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=131_072),
    ).serve(target_loader=_load)


def _allow_descriptors(wanted: int) -> None:
    """Let the workers open so many files and sockets, as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _load(target: str) -> Any:
    """Import the application in a worker, which until it listens must still be able to be ended.

    It inherits the handler of the process that started it, which would swallow the signal.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def try_address(host: str, port: int) -> None:
    """Find out before the workers do whether the address can be had."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except (OSError, OverflowError) as error:
        raise MisusedCommand(f"{host}:{port}: {error}; choose another --host or --port.") from error
