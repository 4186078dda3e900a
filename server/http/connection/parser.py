"""Parse the bytes of a connection into requests."""

import logging
import re
from collections import deque
from collections.abc import Callable
from typing import Literal

import httptools

from server.bounds import HEAD_BYTES, LINE_BYTES, MOST_HEADERS
from server.http.connection import head_rules as rules
from server.http.connection.known_heads import KnownHeads
from server.http.messages import HeaderLines, Request
from server.http.refusals import Refused
from transform.text.message import message

log = logging.getLogger(__name__)

# Chunks of one byte make a body six times as long in transfer; extensions and trailers longer.
_CHUNKS = 8

_SLICE = 4096  # bytes parsed at once, so that few parsed requests wait for the application
_LINE_ENDS = re.compile(rb"[\r\n]+")
# Empty lines in a body of chunks after each of which it may end. Beyond them nobody looks for its
# end, and nothing is read behind it.
_EMPTY_LINES = 64

known_heads = KnownHeads()

Phase = Literal["idle", "head", "body"]


class RequestParser:
    """The callbacks of httptools; `ready` holds each whole request, and whether it is the last."""

    def __init__(self, peer: str, gone: Callable[[], bool], most: int) -> None:
        self.ready: deque[tuple[Request, bool]] = deque()
        self.number = 0  # of requests begun
        self.rest = b""  # bytes not parsed yet
        self._peer = peer
        self._gone = gone
        self._most = most
        self._restart()

    def _restart(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._clear()

    def _clear(self) -> None:
        self.phase: Phase = "idle"
        self.wants_leave = False  # the client waits for 100 Continue (RFC 9110, 10.1.1)
        self.headers = HeaderLines()
        self._line = bytearray()  # the request line, as far as it has come
        self._url = bytearray()
        self._body = bytearray()
        self._size = self._lines = self._came = self._empty_lines = 0

    @property
    def size(self) -> int:
        """Return the bytes held of a request that is not whole yet."""
        return self._size + len(self._body) + len(self.rest)

    @property
    def accept(self) -> bytes | None:
        """Return the Accept header, None where none has come yet."""
        return self.headers.get(b"accept")

    @property
    def is_head(self) -> bool:
        """Return whether the request is a HEAD, whose reply has no body."""
        return self.phase != "idle" and self._parser.get_method() == b"HEAD"

    def forget(self) -> None:
        """Drop all bytes held."""
        self.rest = b""
        self._clear()

    def parse(self) -> None:
        """Parse the next slice; raises Refused, after which nothing more can be parsed."""
        data, self.rest = self.rest[:_SLICE], self.rest[_SLICE:]
        if self.phase != "idle":
            return self._feed_pieces(data)
        if head := known_heads.recognise(data):
            target, headers, size = head
            self.number += 1
            request = Request("GET", target, headers, self._peer, b"", None, self._gone, None, size)
            return self.ready.append((request, False))
        before = self.number
        self._feed_pieces(data)
        if self.phase == "idle" and self.number == before + 1:
            request, last = self.ready[-1]
            if request.method == "GET" and request.length is None and not last:
                size = request.head_size - len(request.target)
                known_heads.remember(data, request.headers, size)
        return None

    def _feed_pieces(self, data: bytes) -> None:
        """Feed the parser no further than to where a request may end.

        So that the line of the next one, which the parser does not pass on, begins a piece.
        """
        at = 0
        while at < len(data):
            end = self._may_end(data, at)
            piece = data[at:end]
            if self.phase == "idle" or self._line:
                self._check_line(piece)
            self._feed(piece)
            at = end

    def _may_end(self, data: bytes, at: int) -> int:
        """Return where the request may end that `data` goes on with at a place."""
        if self.phase == "body" and (length := self.headers.get(b"content-length")):
            return at + int(length) - len(self._body)
        # Heads, and bodies in chunks, end with an empty line, which may have begun before `data`.
        if self._empty_lines > _EMPTY_LINES:
            return len(data)
        if ends := _LINE_ENDS.match(data, at):
            end = ends.end()
        elif (end := data.find(b"\r\n\r\n", at) + 4) < 4:
            return len(data)
        self._empty_lines += self.phase == "body"
        return end

    def _check_line(self, piece: bytes) -> None:
        """Check the line that a request begins with, once all of it has come."""
        end = piece.find(b"\n")
        self._line += piece if end < 0 else piece[:end]
        if end >= 0:
            rules.judge_line(self._line)
            self._line.clear()

    def _feed(self, data: bytes) -> None:
        offered: int | None = None
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            offered = offer.args[0]
        except httptools.HttpParserCallbackError as error:
            if isinstance(error.__context__, Refused):
                raise error.__context__ from None
            log.exception("a defect in reading a request")
            raise Refused(500, "defect", message("http.our_side")) from error
        except httptools.HttpParserError as error:
            detail = message("http.no_request", words=str(error))
            raise Refused(400, "malformed-request", detail) from error
        if offered is not None:
            # Outside the handler above, whose exception would hide those of the callbacks.
            self._ignore_upgrade(data[offered:])
        elif self.phase != "idle":
            self._count(len(data))

    def _count(self, size: int) -> None:
        """Limit what is parsed and not kept: blank lines, chunk extensions, trailers."""
        self._came += size
        if self.phase == "head" and self._came > 2 * HEAD_BYTES:
            raise rules.too_long(len(self._url))
        if self._came > _CHUNKS * self._most + 2 * HEAD_BYTES:
            raise Refused(400, "malformed-request", message("http.wrapping"))

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Parse the request again without its Upgrade header (RFC 9110, 7.8)."""
        version = b" HTTP/" + self._version.encode() + b"\r\n"
        head = bytearray(self._parser.get_method() + b" " + self._url + version)
        for name, value in self.headers.items():
            if name != b"upgrade":
                head += name + b": " + value + b"\r\n"
        self.number -= 1
        self._restart()
        self._feed(bytes(head + b"\r\n") + rest)

    # The callbacks of httptools.

    def on_message_begin(self) -> None:
        """Begin a request; the fields of the one before are cleared already."""
        self.phase = "head"
        self.number += 1

    def on_url(self, url: bytes) -> None:
        """Add a part of the target."""
        self._url += url
        self._size += len(url)
        if self._size > HEAD_BYTES:
            raise rules.too_long(len(self._url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header line; trailers, which could only mislead, are checked and ignored."""
        self._lines += 1
        if self._lines > MOST_HEADERS or len(value) > LINE_BYTES:
            detail = message("http.header_lines", lines=MOST_HEADERS, most=LINE_BYTES)
            raise Refused(431, "headers-too-long", detail)
        if self.phase == "body":
            return
        name, value = name.lower(), value.strip(b" \t")
        self._size += len(name) + len(value)
        if self._size > HEAD_BYTES:
            raise rules.too_long(len(self._url))
        if (earlier := self.headers.get(name)) is not None:
            rules.judge_repeated(name)
            value = earlier + b", " + value
        self.headers[name] = value

    def on_headers_complete(self) -> None:
        """Check the head, and decide about the body before it comes."""
        self._method = method = self._parser.get_method().decode("latin-1")
        self._version = version = self._parser.get_http_version()
        self._url[:] = rules.judge(method, version, bytes(self._url), self.headers)
        if version == "1.0":  # it has no chunks, in which a compressed answer may be sent
            self.headers.pop(b"accept-encoding", None)
        self.phase = "body"
        self._came = 0
        if int(self.headers.get(b"content-length") or 0) > self._most:
            raise self._too_large()
        self.wants_leave = b"expect" in self.headers and version == "1.1"

    def on_body(self, body: bytes) -> None:
        """Add a part of the body."""
        self.wants_leave = False
        self._body += body
        if len(self._body) > self._most:
            raise self._too_large()

    def on_message_complete(self) -> None:
        """Add the whole request to `ready`."""
        if self._parser.should_upgrade():
            return
        alive = self._parser.should_keep_alive() and self._version == "1.1"
        alive = alive and self._empty_lines <= _EMPTY_LINES
        declared = b"content-length" in self.headers or b"transfer-encoding" in self.headers
        body = bytes(self._body)
        length = len(body) if declared else None
        target, peer, size = bytes(self._url), self._peer, self._size
        request = Request(
            self._method, target, self.headers, peer, body, length, self._gone, None, size
        )
        self.ready.append((request, not alive))
        self._clear()

    def _too_large(self) -> Refused:
        return Refused(413, "query-too-long", message("http.body_too_long", most=self._most))
