"""Write an answer into frames, and mend what the engine's writer leaves broken in XML."""

import re
import socket

from server.engine.faults import Unwritable
from server.engine.frames import DATA, END, FAULT, HEAD, PART, WHOLE, frame
from transform.rdf.syntaxes import Sink
from transform.text.message import message

# XML 1.0, production 2 (Char): these UTF-8 sequences stand for what no document can hold.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


class FrameWriter:
    """A file that sends what is written to it; a small answer is one frame."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._kind = b""
        self._part = bytearray()
        self._sent = False

    def begin(self, form: str, media_type: str) -> None:
        """Begin an answer of this form and media type, before its first byte."""
        self._kind = f"{form} {media_type}".encode()
        self._sent = False

    def write(self, data: bytes, /) -> int:
        """Take bytes of the answer."""
        self._part += data
        if len(self._part) >= PART:
            self._send_part()
        return len(data)

    def flush(self) -> None:
        """Send nothing: full parts are sent by `write`, the last one by `end`."""

    def end(self, leaving: bool) -> None:
        """End this answer; `leaving`: this process takes no further question."""
        if self._sent or leaving:
            self._send_part()
            self.send(END, b"1" if leaving else b"")
        else:
            self.send(WHOLE, self._kind + b"\n" + self._part)
            self._part.clear()

    def fail(self, fault: bytes, leaving: bool) -> None:
        """Send a fault in place of what has not left yet."""
        self._part.clear()
        self._connection.sendall(frame(FAULT, fault) + frame(END, b"1" if leaving else b""))

    def send(self, letter: bytes, payload: bytes = b"") -> None:
        """Send one frame."""
        self._connection.sendall(frame(letter, payload))

    def _send_part(self) -> None:
        if not self._sent:
            self.send(HEAD, self._kind)
            self._sent = True
        for start in range(0, len(self._part), PART):
            self.send(DATA, bytes(self._part[start : start + PART]))
        self._part.clear()


class XmlFrameWriter:
    r"""Write `\r` as a reference and refuse what XML cannot hold.

    A parser turns a bare carriage return into a line feed (XML 1.0, section 2.11), and a
    document with U+0001 is not well-formed.
    """

    def __init__(self, outlet: Sink, media_type: str) -> None:
        self._outlet = outlet
        self._media_type = media_type
        self._before = b""

    def write(self, data: bytes, /) -> int:
        """Take bytes of the document, cut anywhere."""
        if match := _NOT_XML.search(self._before + data):
            character = ord(match[0].decode())
            detail = message("engine.not_xml", code=f"{character:04X}")
            raise Unwritable(detail, self._media_type)
        self._before = data[-2:]
        self._outlet.write(data.replace(b"\r", b"&#xD;"))
        return len(data)

    def flush(self) -> None:
        """Send nothing, as `FrameWriter.flush`."""
