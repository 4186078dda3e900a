"""Write a line about each request, and each event, to standard error, as JSON.

Attributes are named as in the semantic conventions of OpenTelemetry for HTTP. Lines wait in
memory and are written by a thread, so that whoever does not read them holds up no request.
"""

import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable

from server.http.messages import Reply, Request
from server.http.process.logs import write_time
from server.networks import Network, find_client, name_network

_STDERR = 2
_AT_ONCE = 4096  # bytes that a pipe takes whole, whoever else writes to it (PIPE_BUF)
_WAITING = 1 << 22  # bytes of lines that may wait; those beyond are lost, and counted
_LONGEST = 1000  # characters of a path, a query string or the name of a client's software
_Write = Callable[[int, bytes], int]


class RequestLog:
    """The lines about the requests of a process that are not written yet.

    `addresses` says what a line holds of a client: `network` (the first 24 bits of an IPv4
    address, 48 of an IPv6 address), `full`, or `none`.
    """

    def __init__(
        self, addresses: str, trusted: tuple[Network, ...], write: _Write = os.write
    ) -> None:
        self.lost = 0
        self._addresses = addresses
        self._trusted = trusted
        self._write = write
        self._lines: deque[bytes] = deque()
        self._waiting = 0
        self._lock = threading.Lock()  # of the lines: events come from any thread
        self._wake = threading.Event()

    def add(self, request: Request | None, reply: Reply, size: int, whole: bool) -> None:
        """Add the line of a request, or of one that was refused before it was read whole."""
        now = time.time()
        attributes: dict[str, object] = {"timestamp": write_time(now), "level": "info"}
        attributes["event.name"] = "http.server.request"
        if request is not None:
            attributes |= self._describe(request)
        attributes["http.response.status_code"] = reply.status
        attributes["http.response.size"] = size
        if reply.kind:
            attributes["error.type"] = reply.kind
        if not whole:
            attributes["error.type"] = "broken-off"
        self.put(json.dumps(attributes, ensure_ascii=False))

    def put(self, text: str) -> None:
        """Add a line, from any thread."""
        line = text.encode("utf-8", "replace") + b"\n"
        with self._lock:
            if self._waiting + len(line) > _WAITING:
                self.lost += 1
                return
            self._waiting += len(line)
            self._lines.append(line)

    def _describe(self, request: Request) -> dict[str, object]:
        path, _, query = request.target.partition(b"?")
        described: dict[str, object] = {
            "http.request.id": request.id,
            "http.request.method": request.method,
            "url.path": _shorten(path),
        }
        if query:
            described["url.query"] = _shorten(query)
        if agent := request.headers.get(b"user-agent"):
            described["user_agent.original"] = _shorten(agent)
        if self._addresses != "none":
            client = find_client(request.peer, request.headers, self._trusted)
            described["client.address"] = name_network(client, self._addresses == "full")
        described["http.server.request.duration"] = round(time.monotonic() - request.begun, 6)
        if request.is_kept:
            described["cache.hit"] = True
        return described

    def begin(self) -> None:
        """Start the thread that writes; it ends with the process, also while nobody reads."""
        threading.Thread(target=self._keep_writing, name="log", daemon=True).start()

    def flush_soon(self) -> None:
        """Have the thread write the lines that wait."""
        self._wake.set()

    def finish(self, seconds: float) -> None:
        """Wait until the lines are written, so long at most."""
        end = time.monotonic() + seconds
        while self._lines and time.monotonic() < end:
            self._wake.set()
            time.sleep(0.01)

    def _keep_writing(self) -> None:
        while self._wake.wait():
            self._wake.clear()
            self.flush()

    def flush(self) -> None:
        """Write the lines that wait; lines that are added meanwhile too.

        Those that cannot be written are lost, and counted.
        """
        while part := self._take():
            number = part.count(b"\n")
            try:
                while part:
                    part = part[self._write(_STDERR, part) :]
            except OSError:  # nobody is left to read them
                self.lost += number

    def _take(self) -> bytes:
        """Take lines that wait, as many as a pipe takes at once; b"" where there is none."""
        part = b""
        with self._lock:
            while self._lines and (not part or len(part) + len(self._lines[0]) <= _AT_ONCE):
                part += self._lines.popleft()
            self._waiting -= len(part)
        return part


def _shorten(text: bytes) -> str:
    return text[:_LONGEST].decode("utf-8", "replace")
