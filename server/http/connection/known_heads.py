"""Remember the header lines that clients repeat, so that they are parsed and checked once.

A client on a kept connection, and a program in a loop, sends the same lines with each request;
only the target differs. The same lines, byte for byte, need no parser the next time. Remembered
are the lines of a GET without body, where no other bytes came with them.
"""

from server.http.messages import HeaderLines

_MOST = 256
_LONGEST = 1024  # bytes of the lines
_VERSION = b" HTTP/1.1\r\n"
# Of these is a target that the parser and `head_rules.judge` return unchanged: without fragment.
_OF_TARGET = bytes({*range(ord("!"), ord("~") + 1)} - {ord("#")})
# Headers about the connection or a body are left to the parser.
_UNKNOWN = frozenset(
    (b"connection", b"content-length", b"transfer-encoding", b"expect", b"upgrade")
)

# A target, headers that several requests share and none may change, and the bytes of both.
Head = tuple[bytes, HeaderLines, int]


class KnownHeads:
    """Header lines with the headers parsed from them; for one thread."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[HeaderLines, int]] = {}

    def recognise(self, data: bytes) -> Head | None:
        """Return the head of one whole request whose lines are known, else None."""
        if not data.startswith(b"GET /"):
            return None
        first, _, lines = data.partition(_VERSION)
        known = self._known.get(lines)
        if known is None:
            return None
        target, (headers, size) = first[4:], known
        if target.translate(None, _OF_TARGET):
            return None
        return target, headers, size + len(target)

    def remember(self, data: bytes, headers: HeaderLines, size: int) -> None:
        """Keep the lines of a parsed GET without body; `size` is the bytes of its headers."""
        first, _, lines = data.partition(_VERSION)
        # A target with a host has changed the headers (`head_rules.judge`): not remembered.
        whole = first.startswith(b"GET /") and lines.find(b"\r\n\r\n") == len(lines) - 4
        if not whole or len(lines) > _LONGEST or _UNKNOWN & headers.keys():
            return
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        self._known[lines] = headers, size
