"""Write an answer into frames, and mend what the engine's writer leaves broken in XML."""

import re
import socket

from server.engine.faults import Unwritable
from server.engine.framing import DATA, HEAD, frame

_PART = 1 << 16
# XML 1.0, production 2 (Char): these UTF-8 sequences stand for what no document can hold.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


class Outlet:
    """A file that sends what is written to it; small answers leave in one piece."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._frames = bytearray()
        self._part = bytearray()

    def begin(self, form: str, media_type: str) -> None:
        """Say what the answer is, before its first byte."""
        self._frames += frame(HEAD, f"{form} {media_type}".encode())

    def write(self, data: bytes, /) -> int:
        """Take bytes of the answer."""
        self._part += data
        if len(self._part) >= _PART:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Do nothing: parts of full size leave by themselves, the last one with `end`."""

    def end(self, last: bytes) -> None:
        """Send what is left, and a last frame."""
        if self._part:
            self._frames += frame(DATA, self._part)
            self._part.clear()
        self._connection.sendall(self._frames + last)
        self._frames.clear()

    def drop(self) -> None:
        """Forget what has not left yet: a fault comes in its stead."""
        self._part.clear()
        self._frames.clear()

    def _send(self) -> None:
        self.end(b"")


class XmlOutlet:
    r"""Write `\r` as a reference and refuse what XML cannot hold.

    A parser turns a bare carriage return into a line feed (XML 1.0, section 2.11), and a
    document with U+0001 is none.
    """

    def __init__(self, outlet: Outlet, media_type: str) -> None:
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
