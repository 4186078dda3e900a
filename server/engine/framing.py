"""Cut the byte stream between the asking process and a query process into frames.

A frame is one letter, the payload's length (32 bits) and the payload:

Q  question, as JSON      towards the query process
H  form and media type    the answer begins
D  bytes of the answer
X  a fault, as JSON       in place of the rest
S  another endpoint is to be asked, as JSON: see `peers`; answered by R or X
R  what it answered: media type, line feed, body; nothing where it failed silently
E  nothing more comes; payload b"1": this process leaves now, take a fresh one
"""

import json
import socket
import struct
from typing import Any

from server.engine import Question, Text

QUESTION, HEAD, DATA, END, FAULT = b"Q", b"H", b"D", b"E", b"X"
SERVICE, REPLY = b"S", b"R"
_LETTER_AND_LENGTH = struct.Struct("!cI")
_PART = 1 << 16  # larger ones make the allocator map and unmap memory for each read


class ClosedError(EOFError):
    """The other side has gone."""


def frame(letter: bytes, payload: bytes | bytearray = b"") -> bytes:
    """Give the bytes of one frame."""
    return _LETTER_AND_LENGTH.pack(letter, len(payload)) + payload


class Frames:
    """The frames that arrive on a socket; a timeout of the socket loses nothing."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._arrived = bytearray()

    def next(self) -> tuple[bytes, bytes]:
        """Wait for the next frame; raises TimeoutError as the socket does, and ClosedError."""
        self._fill(_LETTER_AND_LENGTH.size)
        letter, length = _LETTER_AND_LENGTH.unpack_from(self._arrived)
        end = _LETTER_AND_LENGTH.size + length
        self._fill(end)
        payload = bytes(memoryview(self._arrived)[_LETTER_AND_LENGTH.size : end])
        del self._arrived[:end]
        return letter, payload

    def fill_at_once(self) -> None:
        """Take what has come, from a socket that does not block; raises ClosedError."""
        try:
            part = self._connection.recv(_PART)
        except BlockingIOError:
            return
        except OSError as broken:
            raise ClosedError from broken
        if not part:
            raise ClosedError
        self._arrived += part

    def next_at_once(self) -> tuple[bytes, bytes] | None:
        """Give the next frame if the whole of it has come."""
        if len(self._arrived) < _LETTER_AND_LENGTH.size:
            return None
        _, length = _LETTER_AND_LENGTH.unpack_from(self._arrived)
        return self.next() if len(self._arrived) >= _LETTER_AND_LENGTH.size + length else None

    def _fill(self, size: int) -> None:
        while len(self._arrived) < size:
            try:
                part = self._connection.recv(_PART)
            except (ConnectionError, OSError) as broken:
                if isinstance(broken, TimeoutError):
                    raise
                raise ClosedError from broken
            if not part:
                raise ClosedError
            self._arrived += part


def pack_question(question: Question) -> bytes:
    """Write a question as the payload of a Q frame."""
    told = {
        "text": question.text,
        "base_iri": question.base_iri,
        "solutions": question.solutions,
        "graph": question.graph,
        "default_graphs": question.default_graphs,
        "named_graphs": question.named_graphs,
        "bindings": {
            name: bound if isinstance(bound, str) else [bound.value, bound.language]
            for name, bound in question.bindings.items()
        },
    }
    return json.dumps(told).encode()


def unpack_question(payload: bytes) -> Question:
    """Read what `pack_question` wrote."""
    told: dict[str, Any] = json.loads(payload)
    told["default_graphs"] = tuple(told["default_graphs"])
    told["named_graphs"] = tuple(told["named_graphs"])
    told["bindings"] = {
        name: bound if isinstance(bound, str) else Text(*bound)
        for name, bound in told["bindings"].items()
    }
    return Question(**told)
