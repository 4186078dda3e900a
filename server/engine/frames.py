"""Cut the byte stream between the asking process and a query process into frames.

A frame is one letter, the payload's length (32 bits) and the payload:

Q  question, marshalled   towards the query process
W  a small answer, whole: form and media type, a line feed, its bytes; nothing more comes
H  form and media type    the answer begins
D  bytes of the answer
X  a fault, as JSON       in place of the rest
E  nothing more comes; payload b"1": this process leaves now, take a fresh one
"""

import marshal
import socket
import struct

from server.engine.interface import Question, Text

QUESTION, WHOLE, HEAD, DATA, END, FAULT = b"Q", b"W", b"H", b"D", b"E", b"X"
_LETTER_AND_LENGTH = struct.Struct("!cI")
_SIZE = _LETTER_AND_LENGTH.size
_NOTHING_BOUND: dict[str, str | Text] = {}
PART = 1 << 16  # larger ones make the allocator map and unmap memory for each read


class ClosedError(EOFError):
    """The other side has gone."""


class UnreadError(ClosedError):
    """The other side has gone before it read all that was sent to it, so that is not why.

    Linux resets the connection then: unix_release_sock in net/unix/af_unix.c.
    """


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
        arrived = self._arrived
        if len(arrived) < _SIZE:
            self._fill(_SIZE)
        letter, length = _LETTER_AND_LENGTH.unpack_from(arrived)
        end = _SIZE + length
        if len(arrived) < end:
            self._fill(end)
        payload = bytes(memoryview(arrived)[_SIZE:end])
        del arrived[:end]
        return letter, payload

    def add(self, data: bytes) -> None:
        """Take bytes that were read from the socket elsewhere."""
        self._arrived += data

    def has_next(self) -> bool:
        """Say whether the whole of the next frame has come."""
        if len(self._arrived) < _SIZE:
            return False
        _, length = _LETTER_AND_LENGTH.unpack_from(self._arrived)
        return len(self._arrived) >= _SIZE + int(length)

    def next_at_once(self) -> tuple[bytes, bytes] | None:
        """Give the next frame if the whole of it has come."""
        return self.next() if self.has_next() else None

    def _fill(self, size: int) -> None:
        while len(self._arrived) < size:
            try:
                part = self._connection.recv(PART)
            except TimeoutError:
                raise
            except ConnectionError as broken:
                raise UnreadError from broken
            except OSError as broken:
                raise ClosedError from broken
            if not part:
                raise ClosedError
            self._arrived += part


def read_wholes(data: bytes) -> tuple[list[bytes], bytes]:
    """Give the payloads of the W frames that the data begin with, and what follows them."""
    start, payloads = 0, list[bytes]()
    while len(data) - start >= _SIZE and data.startswith(WHOLE, start):
        end = start + _SIZE + _LETTER_AND_LENGTH.unpack_from(data, start)[1]
        if end > len(data):
            break
        payloads.append(data[start + _SIZE : end])
        start = end
    return payloads, data[start:]


def cut_whole(payload: bytes) -> tuple[str, bytes]:
    """Give form and media type, and the bytes, that a W frame holds."""
    told, _, body = payload.partition(b"\n")
    return told.decode(), body


def frame_question(question: Question) -> bytes:
    """Give the Q frame of a question.

    Marshalled, which is ten times as quick as JSON. Only a query process reads it: what one of
    them writes, which a query may have made it write, is never unmarshalled.
    """
    bindings = question.bindings and [
        (name, bound if isinstance(bound, str) else (bound.value, bound.language))
        for name, bound in question.bindings.items()
    ]
    told = (
        question.text,
        question.base_iri,
        question.solutions,
        question.graph,
        question.default_graphs,
        question.named_graphs,
        bindings or None,
    )
    payload = marshal.dumps(told)
    return _LETTER_AND_LENGTH.pack(QUESTION, len(payload)) + payload


def unpack_question(payload: bytes) -> Question:
    """Read the payload of what `frame_question` gave."""
    # Only the asking process, which runs no foreign code, writes it.
    text, base, solutions, graph, default, named, bindings = marshal.loads(payload)  # noqa: S302
    bound = _NOTHING_BOUND
    if bindings:
        bound = {name: v if isinstance(v, str) else Text(*v) for name, v in bindings}
    return Question(text, base, solutions, graph, default, named, bound)
