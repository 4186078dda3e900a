"""Load the release into memory and fork query processes from it: started by `fork_client`.

Each query process opens a release on disk (`disk_store.ensure_store`) for itself: RocksDB starts
threads, and a process with threads cannot be forked. The fork server runs no query, has one
thread, and ends when its client closes the control socket or dies. The requests on that socket
(SOCK_SEQPACKET, one request a packet, one reply each, as JSON) and their replies:

{"do": "fork"}            with one descriptor: fork a process that answers on it; {"process": 12}
{"do": "kill", "process"} end a process now, reap it later; {}
{"do": "reap", "process"} wait for a process that has closed its connection;
                          {"status": -11, "words": the end of its standard error, "peak": bytes}
"""

import contextlib
import errno
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
from transform.files import reason_of
from transform.rdf import syntaxes
from transform.rdf.namespaces import BaseUri

NO_STORE = 74  # exit code of a query process that cannot open the store (EX_IOERR of sysexits.h)
_REAP_EVERY = 0.1
_LAST_WORDS = 4000  # bytes
STACK = 64 << 20  # the engine recurses: enough for what people write, not for hostile nesting


def main() -> None:
    """Run with the arguments that `fork_client` passes."""
    control, source, base, vocabulary, memory_mb = sys.argv[1:]
    base_uri = BaseUri(base, vocabulary)
    # A panic's first lines say what it was; a backtrace would take memory and bury them.
    os.environ["RUST_BACKTRACE"] = "0"
    run(socket.socket(fileno=int(control)), Path(source), base_uri, int(memory_mb))


def run(control: socket.socket, source: Path, base_uri: str, memory_mb: int) -> None:
    """Load the release, reply on the control socket, then answer its requests.

    `source` is a file of N-Quads, loaded into memory, or the folder of a store on disk.
    """
    try:
        store = None if source.is_dir() else _load(source)
        _open_writers(base_uri)
    except (OSError, SyntaxError, ValueError) as error:
        control.send(json.dumps({"unreadable": str(error)}).encode())
        return
    threading.stack_size(STACK)
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page
    with contextlib.suppress(ConnectionError):  # the client has ended, maybe during the load
        control.send(b"{}")
        ForkServer(control, source, store, base_uri, memory_mb).answer_requests()


def _load(release_file: Path) -> ox.Store:
    store = ox.Store()
    for file in files_of(release_file):
        store.bulk_load(path=file, format=ox.RdfFormat.N_QUADS)
    return store


def _open_writers(base_uri: str) -> None:
    """Write no triples in every syntax, so that a sealed process has no file left to read."""
    for syntax in syntaxes.SYNTAXES:
        syntaxes.write_bytes([], syntax, base_uri)


class ForkServer:
    """Forks query processes when it is asked to on its control socket, and reaps them."""

    def __init__(
        self,
        control: socket.socket,
        source: Path,
        store: ox.Store | None,
        base_uri: str,
        memory_mb: int,
    ) -> None:
        self._control = control
        self._source = source
        self._store = store
        self._base_uri = base_uri
        self._memory = memory_mb << 20
        self._processes: dict[int, int] = {}  # by process, where its standard error is read
        self._dying: set[int] = set()

    def answer_requests(self) -> None:
        """Answer the requests on the control socket until the other side closes it."""
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
                reply = {"failed": reason_of(error)}
            self._control.send(json.dumps(reply).encode())

    def _do(self, request: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        if request["do"] == "fork":
            if not descriptors:  # the kernel drops those for which there is no room
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            with socket.socket(fileno=descriptors[0]) as connection:
                return {"process": self._fork(connection)}
        process: int = request["process"]
        if process not in self._processes:
            return {"failed": f"{process} is not a process of this fork server"}
        words = self._processes.pop(process)
        try:
            os.kill(process, signal.SIGKILL)  # not reaped yet: no other process has its id
            if request["do"] == "kill":
                self._dying.add(process)
                return {}
            _, status, usage = os.wait4(process, 0)
            return {
                "status": os.waitstatus_to_exitcode(status),
                "words": _read_last_words(words),
                "peak": usage.ru_maxrss * 1024,
            }
        finally:
            os.close(words)

    def _fork(self, connection: socket.socket) -> int:
        if self._store is None and not self._source.is_dir():
            raise FileNotFoundError(STORE_GONE)
        fork_server = os.getpid()
        words, last_words = os.pipe()
        os.set_blocking(last_words, False)  # who writes much loses it, and never waits
        try:
            process = os.fork()
            if process == 0:
                self._run_query_process(connection, fork_server, last_words)
        except OSError:
            os.close(words)
            raise
        finally:
            os.close(last_words)
        self._processes[process] = words
        return process

    def _run_query_process(
        self, connection: socket.socket, fork_server: int, last_words: int
    ) -> NoReturn:
        try:
            self._control.close()
            for words in self._processes.values():  # those of its siblings
                os.close(words)
            sandbox.seal(fork_server, last_words)
            if self._store is None:
                # Before there are threads, so that the filter applies to all of them.
                seccomp.install_filter()
            # A thread of its own, because it allocates from a fresh heap: the main thread's has
            # gaps in every page that loading touched, and filling them copies those pages.
            # Measured on a million statements: a query 26 µs instead of 250, 1 MB instead of 200.
            thread = threading.Thread(target=self.answer, args=(connection,))
            thread.start()
            thread.join()
        except BaseException:
            sys.excepthook(*sys.exc_info())
        os._exit(70)

    def answer(self, connection: socket.socket) -> None:
        """Answer the questions of a connection, in the thread of a sealed process."""
        try:
            store = self._open() if self._store is None else self._store
            try:
                sandbox.limit_memory(self._memory)
            except MemoryError as error:
                sys.stderr.write(f"{error}\n")
                os._exit(70)
            if self._store is not None:
                sandbox.close_for_good()
            serve.serve(connection, store, self._base_uri)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(70)
        os._exit(0)

    def _open(self) -> ox.Store:
        try:
            return ox.Store.read_only(str(self._source))
        except (OSError, RuntimeError) as error:  # RuntimeError where some of its files are there
            sys.stderr.write(f"{self._source} cannot be read: {error}\n")
            os._exit(NO_STORE)

    def _reap_dying(self) -> None:
        for process in list(self._dying):
            if os.waitpid(process, os.WNOHANG)[0]:
                self._dying.discard(process)


def _read_last_words(words: int) -> str:
    """Return the end of what an ended process wrote to standard error."""
    written = b""
    while part := os.read(words, 1 << 16):  # nobody else has the other end
        written += part
    return written[-_LAST_WORDS:].decode("utf-8", "replace")
