"""Run the application in threads, and return its answer whole or part by part."""

import asyncio
import io
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote_to_bytes

from server.engine.pool.cpu_affinity import CpuAffinity
from server.http.messages import Headers, Request
from server.http.responses.compression import compress_stream
from server.web.release_scope import GONE, KIND, RELEASE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_T = TypeVar("_T")
WHOLE = 1 << 20  # bytes; a longer body streams
# More than the queries that run at once in a worker (Limits.processes): those beyond must reach
# the engine, which makes slow ones give way only to questions that it sees waiting.
THREADS = 32
_READERS = 4  # they only pass on what is ready


class Threads:
    """The threads that the application runs in, and those that read long answers."""

    def __init__(self, core: CpuAffinity) -> None:
        self.core = core
        self._running = ThreadPoolExecutor(THREADS, "request", core.roam)
        self._reading = ThreadPoolExecutor(_READERS, "reader", core.roam)
        self.busy = 0

    def run(self, work: Callable[[], _T], then: "Callable[[asyncio.Future[_T]], None]") -> None:
        """Run the work of a request to its end, even when nobody waits for it any more."""
        self.busy += 1
        doing = asyncio.get_running_loop().run_in_executor(self._running, work)
        doing.add_done_callback(self._note_done)
        doing.add_done_callback(then)

    def begin(self, work: Callable[[], _T]) -> "asyncio.Future[_T]":
        """Run work that takes no longer than to pass on a part of an answer."""
        return asyncio.get_running_loop().run_in_executor(self._reading, work)

    def _note_done(self, doing: "asyncio.Future[Any]") -> None:  # noqa: ARG002
        self.busy -= 1


@dataclass(slots=True, eq=False)
class WsgiResult:
    """The answer of the application; `rest` is set where the body is not whole."""

    status: int
    headers: Headers
    body: bytes = b""
    rest: Iterable[bytes] | None = None
    kind: str = ""  # of the fault that it reports
    release: str = ""  # the name of the release that it was made from

    def header(self, name: str) -> str | None:
        """Return the value of a header; `name` in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def make_whole(self) -> None:
        """Take all of the body into memory."""
        try:
            self.body = b"".join(self.rest or ())
        finally:
            self.close()
        self.rest = None

    def close(self) -> None:
        """Close the body."""
        if hasattr(self.rest, "close"):
            self.rest.close()  # type: ignore[union-attr]


class LongBody:
    """A body that threads read while the connection has room for it."""

    def __init__(self, result: WsgiResult, threads: Threads, coding: str | None) -> None:
        self._result = result
        self._threads = threads
        parts = iter(result.rest or ())
        self._parts: Iterator[bytes] = compress_stream(parts, coding) if coding else parts
        # A part that nobody waits for any more is still being read when the body is closed.
        self._reading = threading.Lock()

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield the parts."""
        while (part := await self._threads.begin(self._next)) is not None:
            yield part

    async def close(self) -> None:
        """Close the answer, once no thread reads from it."""
        await self._threads.begin(self._close)

    def _next(self) -> bytes | None:
        with self._reading:
            return next(self._parts, None)

    def _close(self) -> None:
        with self._reading:
            self._result.close()


def call(app: "WSGIApplication", request: Request, environ: dict[str, Any]) -> WsgiResult:
    """Call the application (PEP 3333); runs in a thread."""
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Any:  # noqa: ARG001
        started[:] = [(status, headers)]

    body = app(environ, start_response)
    status, sent = started[0]
    # Date is written anew each time the answer is given.
    headers = [pair for pair in sent if pair[0].lower() not in ("date", "connection")]
    result = WsgiResult(int(status[:3]), headers, rest=body, release=environ[RELEASE].name)
    if int(result.header("content-length") or 0) <= WHOLE or request.method == "HEAD":
        result.make_whole()
    result.kind = environ.get(KIND, "")
    return result


def write_environ(request: Request, leave_out: frozenset[bytes]) -> dict[str, Any]:
    """Return the environ of a request, without some of its headers."""
    path, _, query = request.target.partition(b"?")
    host = request.headers.get(b"host", b"localhost").decode("latin-1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "RAW_URI": request.target.decode("latin-1"),
        "SERVER_NAME": host.rpartition(":")[0] or host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.peer,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        GONE: request.gone,
    }
    if request.length is not None:
        environ["CONTENT_LENGTH"] = str(request.length)
    for name, value in request.headers.items():
        if name == b"content-type":
            environ["CONTENT_TYPE"] = value.decode("latin-1")
        elif name not in leave_out and b"_" not in name:
            key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
            environ[key] = value.decode("latin-1")
    return environ
