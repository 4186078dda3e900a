"""Write an answer into frames, and mend what the engine's writer leaves broken in XML."""

import re
import socket
import time

from server.engine.faults import Unwritable
from server.engine.frames import (
    DATA,
    END,
    FAULT,
    HEAD,
    WHOLE,
    frame,
)

_PART = 1 << 16
_HOLD = 0.003  # seconds
# XML 1.0, production 2 (Char): these UTF-8 sequences stand for what no document can hold.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


class FrameWriter:
    """A file that sends what is written to it.

    A small answer is one frame, and is held back while the next question is there already: to
    wake its reader once for several answers costs both sides half as much.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held = bytearray()
        self._since = 0.0
        self._told = b""
        self._part = bytearray()
        self._sent = False

    def begin(self, form: str, media_type: str) -> None:
        """Say what the answer is, before its first byte."""
        self._told = f"{form} {media_type}".encode()
        self._sent = False
        if not self._held:
            self._since = time.monotonic()

    def write(self, data: bytes, /) -> int:
        """Take bytes of the answer."""
        self._part += data
        if len(self._part) >= _PART:
            self._send_part()
            self.send_held()
        return len(data)

    def flush(self) -> None:
        """Do nothing: parts of full size leave by themselves, the last one after `end`."""

    def end(self, leaving: bool) -> None:
        """Take no more of this answer; `leaving` says that this process takes no question."""
        if self._sent or leaving:
            self._send_part()
            self._held += _end(leaving)
        else:
            self._held += frame(WHOLE, self._told + b"\n" + self._part)
            self._part.clear()
        if len(self._held) >= _PART or time.monotonic() > self._since + _HOLD:
            self.send_held()

    def fail(self, fault: bytes, leaving: bool) -> None:
        """Send a fault in place of what has not left yet."""
        self._part.clear()
        self._held += frame(FAULT, fault) + _end(leaving)
        self.send_held()

    def send_held(self) -> None:
        """Send what was held back."""
        if self._held:
            self._connection.sendall(self._held)
            self._held.clear()

    def _send_part(self) -> None:
        if not self._sent:
            self._held += frame(HEAD, self._told)
            self._sent = True
        if self._part:
            self._held += frame(DATA, self._part)
            self._part.clear()


def _end(leaving: bool) -> bytes:
    return frame(END, b"1" if leaving else b"")


class XmlFrameWriter:
    r"""Write `\r` as a reference and refuse what XML cannot hold.

    A parser turns a bare carriage return into a line feed (XML 1.0, section 2.11), and a
    document with U+0001 is none.
    """

    def __init__(self, outlet: FrameWriter, media_type: str) -> None:
        self._outlet = outlet
        self._media_type = media_type
        self._before = b""

    def write(self, data: bytes, /) -> int:
        """Take bytes of the document, cut anywhere."""
        if found := _NOT_XML.search(self._before + data):
            character = ord(found[0].decode())
            raise Unwritable(
                f"The result holds the character U+{character:04X}, which XML 1.0 cannot carry: "
                "ask for JSON, CSV or TSV.",
                self._media_type,
            )
        self._before = data[-2:]
        self._outlet.write(data.replace(b"\r", b"&#xD;"))
        return len(data)

    def flush(self) -> None:
        """Do nothing, as `Outlet.flush`."""
