"""Hold the release in memory and fork query processes from it: started by `link.Link`.

A release on disk (`disk.ensure_store`) is opened by each query process for itself: RocksDB starts
threads, and a process with threads cannot be forked. The keeper runs no query, has one thread, and
ends when the asking process closes or dies. What is asked on the control socket (SOCK_SEQPACKET,
one request a packet, one reply each, as JSON):

{"do": "fork"}            with one descriptor: fork a process that answers on it; {"process": 12}
{"do": "kill", "process"} end it now, reap it later; {}
{"do": "reap", "process"} wait for one that has closed its connection; {"status": -11}
"""

import contextlib
import gc
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph as ox

from server.engine.disk_loader import files_of
from server.engine.faults import STORE_GONE
from server.engine.process import sandbox, seccomp, serve
from transform.rdf import syntaxes

NO_STORE = 74  # how a query process ends that cannot open the store (EX_IOERR of sysexits.h)
_REAP_EVERY = 0.1
_STACK = 64 << 20  # the engine recurses: enough for what people write, not for what bombs nest


def main() -> None:
    """Run as `link.keeper_command` says."""
    control, source, base_uri, memory_mb = sys.argv[1:]
    run(socket.socket(fileno=int(control)), Path(source), base_uri, int(memory_mb))


def run(control: socket.socket, source: Path, base_uri: str, memory_mb: int) -> None:
    """Load the release, say so on the control socket, then do what is asked on it.

    `source` is a file of N-Quads, to be held in memory, or the folder of a store on disk.
    """
    try:
        held = None if source.is_dir() else _load(source)
        _open_what_opens(base_uri)
    except (OSError, SyntaxError, ValueError) as error:
        control.send(json.dumps({"unreadable": str(error)}).encode())
        return
    threading.stack_size(_STACK)
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page
    with contextlib.suppress(ConnectionError):  # who asks has ended, maybe before this has loaded
        control.send(b"{}")
        _ForkServer(control, source, held, base_uri, memory_mb).keep()


def _load(release_file: Path) -> ox.Store:
    store = ox.Store()
    for file in files_of(release_file):
        store.bulk_load(path=file, format=ox.RdfFormat.N_QUADS)
    return store


def _open_what_opens(base_uri: str) -> None:
    """Write nothing in every syntax, so that no sealed process has a file left to read."""
    for syntax in syntaxes.SYNTAXES:
        syntaxes.write_bytes([], syntax, base_uri)


class _ForkServer:
    def __init__(
        self,
        control: socket.socket,
        source: Path,
        held: ox.Store | None,
        base_uri: str,
        memory_mb: int,
    ) -> None:
        self._control = control
        self._source = source
        self._held = held
        self._base_uri = base_uri
        self._memory = memory_mb << 20
        self._processes: set[int] = set()
        self._dying: set[int] = set()

    def keep(self) -> None:
        while True:
            self._control.settimeout(_REAP_EVERY if self._dying else None)
            try:
                packet, descriptors, _, _ = socket.recv_fds(self._control, 1024, 1)
            except TimeoutError:
                self._reap_dying()
                continue
            if not packet:
                return
            self._control.settimeout(None)
            try:
                reply = self._do(json.loads(packet), descriptors)
            except OSError as error:
                reply = {"failed": str(error)}
            self._control.send(json.dumps(reply).encode())

    def _do(self, asked: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        if asked["do"] == "fork":
            with socket.socket(fileno=descriptors[0]) as connection:
                return {"process": self._fork(connection)}
        process: int = asked["process"]
        if process not in self._processes:
            return {"failed": f"{process} is none of this keeper's processes"}
        self._processes.remove(process)
        os.kill(process, signal.SIGKILL)  # not reaped yet, so the number is still its own
        if asked["do"] == "kill":
            self._dying.add(process)
            return {}
        _, status = os.waitpid(process, 0)
        return {"status": os.waitstatus_to_exitcode(status)}

    def _fork(self, connection: socket.socket) -> int:
        if self._held is None and not self._source.is_dir():
            raise FileNotFoundError(STORE_GONE)
        keeper = os.getpid()
        process = os.fork()
        if process == 0:
            self._be_a_query_process(connection, keeper)
        self._processes.add(process)
        return process

    def _be_a_query_process(self, connection: socket.socket, keeper: int) -> NoReturn:
        try:
            self._control.close()
            sandbox.seal(keeper)
            if self._held is None:
                # Before there are threads, so that it holds for all of them.
                seccomp.install_filter()
            # A thread of its own, because it allocates from a fresh heap: the main thread's has
            # gaps in every page that loading touched, and filling them copies those pages.
            # Measured on a million statements: a query 26 µs instead of 250, 1 MB instead of 200.
            thread = threading.Thread(target=self._answer, args=(connection,))
            thread.start()
            thread.join()
        except BaseException:
            sys.excepthook(*sys.exc_info())
        os._exit(70)

    def _answer(self, connection: socket.socket) -> None:
        try:
            store = self._open() if self._held is None else self._held
            sandbox.limit_memory(self._memory)
            if self._held is not None:
                sandbox.close_for_good()
            serve.serve(connection, store, self._base_uri)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(70)
        os._exit(0)

    def _open(self) -> ox.Store:
        try:
            return ox.Store.read_only(str(self._source))
        except (OSError, RuntimeError) as error:  # the second where some of its files are there
            sys.stderr.write(f"{self._source} cannot be read: {error}\n")
            os._exit(NO_STORE)

    def _reap_dying(self) -> None:
        for process in list(self._dying):
            if os.waitpid(process, os.WNOHANG)[0]:
                self._dying.discard(process)
