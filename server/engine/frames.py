"""Cut the byte stream between the asking process and a query process into frames.

A frame is one letter, the payload's length (32 bits) and the payload:

Q  question, marshalled   towards the query process
O  a question again, on which the engine's sort failed: its ORDER BY is to be rewritten
C  the questions before this that have not begun are cancelled; answered with C, in its turn
W  a small answer, whole: form and media type, a line feed, its bytes; nothing more comes
H  form and media type    the answer begins
D  bytes of the answer
X  a fault, as JSON       in place of the rest
E  nothing more comes; payload b"1": this process leaves now, take a fresh one

A query process answers in order, and sends an answer before it begins the next question: each
frame belongs to the first question that has not been answered.
"""

import contextlib
import marshal
import socket
import struct

from server.engine.interface import BoundText, Question

QUESTION, CANCEL, WHOLE, HEAD, DATA, END, FAULT = b"Q", b"C", b"W", b"H", b"D", b"E", b"X"
ORDERED = b"O"
LETTER_AND_LENGTH = struct.Struct("!cI")
_SIZE = LETTER_AND_LENGTH.size
_NOTHING_BOUND: dict[str, str | BoundText] = {}
PART = 1 << 16  # larger ones make the allocator map and unmap memory for each read


class ClosedError(EOFError):
    """The other side closed the connection."""


def frame(letter: bytes, payload: bytes | bytearray = b"") -> bytes:
    """Return the bytes of one frame."""
    return LETTER_AND_LENGTH.pack(letter, len(payload)) + payload


class Questions:
    """The questions that arrive in a query process."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._arrived = bytearray()

    def next(self) -> tuple[bytes, bytes]:
        """Wait for the next question, or for a C that leaves none; raises ClosedError."""
        while (end := self._end_of_frame(0)) is None:
            self._receive()
        if len(self._arrived) > end:
            self._receive_at_once()
            self._cancel()
            end = self._end_of_frame(0) or end
        letter = bytes(self._arrived[:1])
        payload = bytes(memoryview(self._arrived)[_SIZE:end])
        del self._arrived[:end]
        return letter, payload

    def _cancel(self) -> None:
        """Drop the questions that stand before the last C."""
        start: int | None = 0
        while start is not None:
            if self._arrived.startswith(CANCEL, start):
                del self._arrived[:start]
                start = 0
            start = self._end_of_frame(start)

    def _end_of_frame(self, start: int) -> int | None:
        if len(self._arrived) < start + _SIZE:
            return None
        end = start + _SIZE + int(LETTER_AND_LENGTH.unpack_from(self._arrived, start)[1])
        return end if len(self._arrived) >= end else None

    def _receive_at_once(self) -> None:
        """Receive the bytes that have arrived already, without waiting."""
        with contextlib.suppress(BlockingIOError):
            self._receive(socket.MSG_DONTWAIT)

    def _receive(self, flags: int = 0) -> None:
        try:
            part = self._connection.recv(PART, flags)
        except BlockingIOError:
            raise
        except OSError as broken:
            raise ClosedError from broken
        if not part:
            raise ClosedError
        self._arrived += part


def frame_question(question: Question) -> bytes:
    """Return the Q frame of a question.

    It is marshalled, ten times as quick as JSON. Only query processes unmarshal; what they write,
    which a query may have chosen, is never unmarshalled.
    """
    bindings = question.bindings and [
        (name, bound if isinstance(bound, str) else (bound.value, bound.language, bound.datatype))
        for name, bound in question.bindings.items()
    ]
    fields = (
        question.text,
        question.base_iri and str(question.base_iri),  # no subclass can be marshalled
        question.solutions,
        question.graph,
        question.default_graphs,
        question.named_graphs,
        bindings or None,
    )
    payload = marshal.dumps(fields)
    return LETTER_AND_LENGTH.pack(QUESTION, len(payload)) + payload


def unpack_question(payload: bytes) -> Question:
    """Read the payload of a frame that `frame_question` returned."""
    # Only the asking process, which runs no foreign code, writes it.
    text, base, solutions, graph, default, named, bindings = marshal.loads(payload)  # noqa: S302
    bound = _NOTHING_BOUND
    if bindings:
        bound = {name: v if isinstance(v, str) else BoundText(*v) for name, v in bindings}
    return Question(text, base, solutions, graph, default, named, bound)
