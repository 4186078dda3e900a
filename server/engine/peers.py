"""Ask other endpoints, those that the publisher allows, on behalf of query processes.

Runs in the asking process: a query process says what it wants (`server.engine.federation`), and
this decides. Nothing but an endpoint of the list is ever connected to: redirects are not followed,
no proxy is used, and what comes back is bounded in time and bytes and given on unread.
"""

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from server.engine import JSON, XML, Limits
from server.engine.faults import (
    EngineFault,
    ServiceFailed,
    ServiceRefused,
    ServiceTooSlow,
    dump_fault,
)
from server.engine.framing import FAULT, REPLY, frame

_TYPES = (JSON, XML)
_MOST = 10 << 20  # bytes of one answer
_TICK = 0.1
_HEADERS = {
    "Accept": f"{JSON}, {XML};q=0.9",
    "Accept-Encoding": "identity",
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "portrait-ia",
}


class Peers:
    """The endpoints that may be asked; safe for many threads."""

    def __init__(self, limits: Limits) -> None:
        self._endpoints = limits.services

    def may_concern(self, text: str) -> bool:
        """Say whether a query may have another endpoint asked, which takes long."""
        return bool(self._endpoints) and ("service" in text.lower() or "\\u" in text.lower())

    def answer(self, payload: bytes, seconds: float, tick: Callable[[], None]) -> bytes:
        """Give the frame that answers a S frame; raises what `tick` raises, meanwhile."""
        asked = json.loads(payload)
        endpoint = asked["endpoint"]
        try:
            if endpoint not in self._endpoints:
                raise ServiceRefused(
                    f"This endpoint does not ask <{endpoint}>; a query may ask, by its whole IRI:"
                    f" {', '.join(f'<{known}>' for known in self._endpoints)}."
                )
            return frame(REPLY, _Fetch(endpoint, asked["query"], seconds).wait(tick))
        except (ServiceFailed, ServiceTooSlow) as fault:
            return frame(REPLY) if asked["silent"] else frame(FAULT, dump_fault(fault))
        except ServiceRefused as fault:
            return frame(FAULT, dump_fault(fault))


class _Fetch:
    """One request to an endpoint, in a thread of its own, so that who waits can leave."""

    def __init__(self, endpoint: str, query: str, seconds: float) -> None:
        self._endpoint = endpoint
        self._query = query
        self._seconds = seconds
        parts = urlsplit(endpoint)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._connection = kind(parts.netloc, timeout=seconds)
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._socket: socket.socket | None = None
        self._came: bytes | EngineFault | None = None
        self._done = threading.Event()

    def wait(self, tick: Callable[[], None]) -> bytes:
        """Give media type, line feed and body; raises ServiceFailed, ServiceTooSlow."""
        threading.Thread(target=self._run, name="peer", daemon=True).start()
        left = self._seconds
        try:
            while not self._done.wait(_TICK):
                tick()
                left -= _TICK
                if left <= 0:
                    raise self._too_slow()
        finally:
            self._hang_up()
        assert self._came is not None  # noqa: S101  # the event says so
        if isinstance(self._came, EngineFault):
            raise self._came
        return self._came

    def _run(self) -> None:
        try:
            self._came = self._fetch()
        except TimeoutError:
            self._came = self._too_slow()
        except EngineFault as fault:
            self._came = fault
        except Exception as error:  # also what a hung-up connection raises, nobody waits then
            self._came = self._failed(f"cannot be asked: {error or type(error).__name__}")
        finally:
            self._done.set()
            self._connection.close()

    def _fetch(self) -> bytes:
        body = urlencode({"query": self._query})
        self._connection.connect()
        self._socket = self._connection.sock  # the connection forgets it when the head has come
        self._connection.request("POST", self._target, body, _HEADERS)
        with contextlib.closing(self._connection.getresponse()) as reply:
            return self._read(reply)

    def _read(self, reply: http.client.HTTPResponse) -> bytes:
        if reply.status != http.client.OK:
            raise self._failed(f"answered {reply.status} {reply.reason}"[:200])
        kind = reply.headers.get_content_type()
        coding = reply.headers.get("Content-Encoding", "identity")
        if kind not in _TYPES or coding != "identity":
            raise self._failed(f"answered with {kind}, coded as {coding}; {JSON} was asked for")
        read = reply.read(_MOST + 1)
        if len(read) > _MOST:
            raise self._failed(f"answered with more than {_MOST >> 20} MB")
        if reply.length:  # as http.client leaves it when the connection ends too soon
            raise self._failed("broke its answer off")
        return kind.encode() + b"\n" + read

    def _hang_up(self) -> None:
        if not self._done.is_set() and self._socket is not None:
            with contextlib.suppress(OSError):  # it has just ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)

    def _failed(self, what: str) -> ServiceFailed:
        return ServiceFailed(f"<{self._endpoint}> {what}. SERVICE SILENT goes on without it.")

    def _too_slow(self) -> ServiceTooSlow:
        return ServiceTooSlow(
            f"<{self._endpoint}> did not answer within {self._seconds:.1f} s, half of the time that"
            " was left for the query. SERVICE SILENT goes on without it."
        )
