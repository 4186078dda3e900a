"""Remember the header lines that clients repeat: what was parsed and judged once stays so.

A client on a kept connection, and a program in a loop, sends the same lines with each request;
only the target differs. Those lines, byte for byte, need no parser the next time. Only of a GET
without body are they remembered, and only where nothing else came with them.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

_MOST = 256
_LONGEST = 1024  # bytes of the lines
_VERSION = b" HTTP/1.1\r\n"
# What the parser and `head.judge` take as it stands: a path, and no fragment.
_TARGET = re.compile(rb"/[!\"$-~]*")
# What speaks of the connection or of a body is for the parser.
_UNKNOWN = frozenset(
    (b"connection", b"content-length", b"transfer-encoding", b"expect", b"upgrade")
)


class Head(NamedTuple):
    """A target, and headers that several requests share: nobody may change them."""

    target: bytes
    headers: Mapping[bytes, bytes]
    size: int  # bytes of both


class KnownHeads:
    """Header lines with what they hold; for one thread."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Mapping[bytes, bytes], int]] = {}

    def recognise(self, data: bytes) -> Head | None:
        """Give the head of one whole request whose lines are known."""
        if not data.startswith(b"GET /"):
            return None
        end = data.find(_VERSION)
        known = self._known.get(data[end + len(_VERSION) :])
        if known is None or not _TARGET.fullmatch(data, 4, end):
            return None
        return Head(data[4:end], known[0], known[1] + end - 4)

    def remember(self, data: bytes, headers: Mapping[bytes, bytes], size: int) -> None:
        """Note the lines of a GET without body that was parsed; `size`: that of its headers."""
        first, _, lines = data.partition(_VERSION)
        # A target with a host of its own has changed the headers (`head.judge`).
        whole = first.startswith(b"GET /") and lines.find(b"\r\n\r\n") == len(lines) - 4
        if not whole or len(lines) > _LONGEST or _UNKNOWN & headers.keys():
            return
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        self._known[lines] = headers, size
