"""Put one query to a store over HTTP (SPARQL 1.1 Protocol, 2.1.2), and check what comes back."""

import io
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from urllib.parse import urlencode

import urllib3
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from server.engine.faults import (
    EngineBusy,
    EngineFault,
    ResultCapped,
    ResultTooLarge,
    StoreDown,
    StoreRefused,
    StoreTooSlow,
    StoreUnfit,
)
from server.engine.remote.address import EndpointAddress
from server.engine.remote.connections import CONNECT_SECONDS, IdleConnections, cut
from transform import __version__
from transform.files import reason_of
from transform.push.authentication import Login, choose_challenge, read_challenges
from transform.text.message import message

_log = logging.getLogger(__name__)
JSON = "application/sparql-results+json"
_HEADERS = {
    "Accept": JSON,
    # A body that grows when it is read could grow without bound.
    "Accept-Encoding": "identity",
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": f"portrait-ia/{__version__}",
}
_LONGEST_WAIT = 600  # seconds that a store may ask to wait
_MOST_SHOWN = 1000  # bytes of a refusal that the log shows
# Virtuoso gives its own faults as a 500 or a 400: an interrupted query, one that it does not read,
# cannot compile, or expects to take too long, and values that it cannot compute with.
_SQL_STATE = re.compile(rb"Virtuoso (S1T00|S0022|37000|42000|22\w{3}) Error")
_NETWORK = (OSError, HTTPException, HTTPError)
_FULL, _REFUSING = (429, 503), (400, 413, 414, 422, 501)


class Door:
    """A store and the connections to it: what all exchanges with it share."""

    def __init__(self, store: EndpointAddress, most: int) -> None:
        """Open nothing yet; at most so many idle connections are kept."""
        self.store = store
        self.connections = IdleConnections(store, most)
        self._login: Login | None = None

    def take_challenge(self, values: list[str]) -> bool:
        """Take the values of WWW-Authenticate; return whether they can be answered."""
        chosen = choose_challenge(read_challenges(values))
        if chosen is None or self.store.credentials is None:
            return False
        self._login = Login(self.store.credentials, chosen)
        return True

    def authorize(self, method: str, target: str) -> dict[str, str]:
        """Return the header that says who asks; none before the store has wanted to know."""
        return {"Authorization": self._login.header(method, target)} if self._login else {}


class RemoteExchange:
    """One query under way, which another thread may end by `stop`."""

    def __init__(self, door: Door, seconds: float) -> None:
        """Allow so many seconds from now until the answer is read."""
        self._door = door
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._connection: HTTPConnection | None = None
        self._lock = threading.Lock()
        self.stopped: EngineFault | None = None

    def look(self, now: float) -> None:
        """Stop at the time limit."""
        if now > self._until:
            self.stop(StoreTooSlow(self._seconds))

    def stop(self, fault: EngineFault) -> None:
        """End the exchange: whoever waits in it gets this fault."""
        with self._lock:
            self.stopped = self.stopped or fault
            if self._connection is not None:
                cut(self._connection.sock)

    @contextmanager
    def ask(self, text: str, most: int) -> Iterator["AnswerBytes"]:
        """Yield the body of the answer, of so many bytes at most, whose type was checked.

        Raises StoreDown, StoreUnfit, StoreTooSlow, StoreRefused, ResultCapped, EngineBusy.
        """
        connection, response = self._send(urlencode({"query": text}).encode())
        body = AnswerBytes(response, most, self._raise_stopped)
        try:
            self._check(response, body)
            yield body
            body.drain()
        except BaseException as fault:
            response.close()
            connection.close()
            if self.stopped is not None:
                raise self.stopped from fault
            if isinstance(body.broken, EngineFault):
                raise body.broken from fault
            if body.broken is not None:
                raise self._broken(body.broken) from fault
            if isinstance(fault, _NETWORK):
                raise self._broken(fault) from fault
            raise
        finally:
            body.broken = None  # whose calls hold this body: nothing is to free them later
            with self._lock:
                self._connection = None
        self._door.connections.give_back(connection)

    def _send(self, form: bytes) -> tuple[HTTPConnection, urllib3.BaseHTTPResponse]:
        """Send the form; a kept connection that the store has closed is replaced, once."""
        asked_who = False
        while True:
            connection, kept = self._door.connections.take()
            try:
                response = self._send_on(connection, form)
            except BaseException as error:
                connection.close()
                self._raise_stopped(error)
                if not isinstance(error, _NETWORK):
                    raise
                if kept:  # a query changes nothing: it may be sent twice
                    self._door.connections.drop()  # the others are as old
                    continue
                raise self._unreachable(error) from error
            if response.status != 401 or asked_who:
                return connection, response
            if not self._door.take_challenge(response.headers.getlist("WWW-Authenticate")):
                return connection, response
            asked_who = True
            response.close()
            connection.close()

    def _send_on(self, connection: HTTPConnection, form: bytes) -> urllib3.BaseHTTPResponse:
        if connection.sock is None:
            connection.timeout = max(0.05, min(CONNECT_SECONDS, self._until - time.monotonic()))
            connection.connect()
        with self._lock:
            self._connection = connection
        self._raise_stopped()
        connection.timeout = max(0.05, self._until - time.monotonic() + 1)
        target = self._door.store.target
        headers = {**_HEADERS, **self._door.authorize("POST", target)}
        connection.request(
            "POST", target, form, headers, preload_content=False, decode_content=False
        )
        return connection.getresponse()

    def _check(self, response: urllib3.BaseHTTPResponse, body: "AnswerBytes") -> None:
        """Refuse all but a whole 200 of the type that was asked for."""
        status, headers = response.status, response.headers
        if status != 200 or "S1TAT" in headers.get("X-SQL-State", ""):
            self._refuse(response, body)
        if "X-SPARQL-MaxRows" in headers:  # Virtuoso's ResultSetMaxRows
            raise ResultCapped
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != JSON:
            if not kind:
                raise StoreUnfit(message("engine.store_without_type"))
            raise StoreUnfit(message("engine.store_type", type=kind[:80]))

    def _refuse(self, response: urllib3.BaseHTTPResponse, body: "AnswerBytes") -> None:
        status, headers = response.status, response.headers
        shown = body.read_some(_MOST_SHOWN)
        _log.info("%s answers %d: %r", self._door.store.host, status, shown)
        if status in (200, 203, 206):  # of 200, Virtuoso's «anytime»: what it has found so far
            raise ResultCapped
        if state := _SQL_STATE.match(shown):
            raise StoreTooSlow(self._seconds) if state[1] == b"S1T00" else StoreRefused
        if status in _FULL:
            wait = headers.get("Retry-After", "")
            seconds = int(wait) if wait.isascii() and wait.isdigit() else 5
            raise EngineBusy(message("engine.store_full"), min(seconds, _LONGEST_WAIT))
        if status in _REFUSING:
            raise StoreRefused
        if status == 504:
            raise StoreTooSlow(self._seconds)
        if status in (401, 403):
            raise StoreUnfit(message("engine.store_refuses_us", status=status))
        if 300 <= status < 400:
            raise StoreUnfit(message("engine.store_moved", status=status))
        raise StoreUnfit(message("engine.store_status", status=status))

    def _raise_stopped(self, cause: BaseException | None = None) -> None:
        if self.stopped is not None:
            raise self.stopped from cause
        if time.monotonic() > self._until:
            raise StoreTooSlow(self._seconds) from cause

    def _unreachable(self, error: BaseException) -> EngineFault:
        _log.info("%s cannot be asked: %s", self._door.store.host, _reason(error))
        return StoreDown(message("engine.store_unreached"))

    def _broken(self, error: BaseException) -> EngineFault:
        if self.stopped is not None:
            return self.stopped
        if time.monotonic() > self._until:
            return StoreTooSlow(self._seconds)
        _log.info("%s breaks off: %s", self._door.store.host, _reason(error))
        return StoreUnfit(message("engine.store_broke_off"))


class AnswerBytes(io.RawIOBase):
    """The bytes of an answer; `broken` is what kept them from being read to their end."""

    def __init__(
        self, response: urllib3.BaseHTTPResponse, most: int, check: Callable[[], None]
    ) -> None:
        """Read at most so many bytes; `check` raises the fault of an exchange that was stopped."""
        self._check = check
        self._response = response
        self._left = most
        self._most = most
        self.broken: BaseException | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        """Read some bytes; raises ResultTooLarge beyond the limit."""
        if self.broken is not None:
            raise self.broken
        try:
            self._check()
            part = self._response.read1(len(buffer))
            self._left -= len(part)
            if self._left < 0:
                raise ResultTooLarge(self._most >> 20)
        except BaseException as error:
            self.broken = error
            raise
        buffer[: len(part)] = part
        return len(part)

    def read_some(self, size: int) -> bytes:
        """Read the first bytes of what is no result."""
        return self._response.read(size) or b""

    def drain(self) -> None:
        """Read what stands behind the results, so that the connection can be used again."""
        buffer = bytearray(4096)
        while self.readinto(buffer):
            pass


def _reason(error: BaseException) -> str:
    return reason_of(error) if isinstance(error, OSError) else str(error)
