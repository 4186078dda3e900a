"""Put together the requests that come on a connection."""

from collections.abc import Callable
from typing import Protocol

import httptools

from server.front.message import Request

HEAD_BYTES = 131_072  # a longer query goes into a body


class HeadTooLong(Exception):
    """A head of more bytes than one may have."""


class Taker(Protocol):
    """What requests are for: the connection."""

    peer: str

    def take(self, request: Request, last: bool) -> None:
        """Answer a request; after the `last` nothing more is read."""
        ...

    def begin_phase(self, phase: str) -> None:
        """Wait for a head or a body."""
        ...

    def drain(self, size: int) -> None:
        """Take bytes that nobody wants."""
        ...

    def encourage(self) -> None:
        """Let the client send its body."""
        ...

    def is_lost(self) -> bool:
        """Say whether the client has hung up."""
        ...


class Incoming:
    """The parser's callbacks; a body of more than `most` bytes is handed on cut, and so refused."""

    headers: dict[bytes, bytes]

    def __init__(self, taker: Taker, most: int) -> None:
        self._taker = taker
        self._most = most
        self._parser = httptools.HttpRequestParser(self)
        self.feed: Callable[[bytes], None] = self._parser.feed_data
        self._begin()

    def _begin(self) -> None:
        self._url = bytearray()
        self.headers = {}
        self._body = bytearray()
        self._length: int | None = None
        self._handed_on = False

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._begin()
        self._taker.begin_phase("head")

    def on_url(self, url: bytes) -> None:
        """Take a part of the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header line."""
        name = name.lower()
        told = self.headers.get(name)
        self.headers[name] = value if told is None else told + b", " + value

    def on_headers_complete(self) -> None:
        """Decide about the body before it comes."""
        if sum(map(len, self.headers.values())) + len(self._url) > HEAD_BYTES:
            raise HeadTooLong
        declared = self.headers.get(b"content-length")
        if declared is None and b"transfer-encoding" not in self.headers:
            return
        self._taker.begin_phase("body")
        self._length = int(declared) if declared and declared.isdigit() else None
        if self._length is not None and self._length > self._most:
            self.hand_on(last=True)
        elif self.headers.get(b"expect", b"").lower() == b"100-continue":
            self._taker.encourage()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        if self._handed_on:
            self._taker.drain(len(body))
            return
        self._body += body
        if len(self._body) > self._most:
            self.hand_on(last=True)

    def on_message_complete(self) -> None:
        """Hand the request on, unless that was done."""
        if not self._handed_on:
            alive = self._parser.should_keep_alive() and self._parser.get_http_version() == "1.1"
            self.hand_on(last=not alive)

    def hand_on(self, last: bool) -> None:
        """Make a request of what has come."""
        self._handed_on = True
        body = bytes(self._body)
        request = Request(
            self._parser.get_method().decode("latin-1"),
            bytes(self._url),
            self.headers,
            self._taker.peer,
            body,
            self._length if self._length is not None else len(body) or None,
            self._taker.is_lost,
        )
        self._taker.take(request, last)
