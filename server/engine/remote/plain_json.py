"""Read SPARQL 1.1 Query Results JSON as the standard has it, from stores that write it otherwise.

Virtuoso gives 1 and 0 as values of `xsd:boolean`; Comunica adds a member to the end.
"""

import io
import re

# As Virtuoso writes a value; within a text, each of these quotes would have a backslash.
_NUMBER = re.compile(
    rb'("datatype": "http://www\.w3\.org/2001/XMLSchema#boolean", "value": )"([01])"'
)
_MORE = re.compile(rb'\}\s*,\s*"metadata"\s*:\s*\{[^{}"]*(?:"[^"\\{}]*"[^{}"]*)*\}\s*\}\s*\Z')
_HELD = 512  # bytes at the end that are looked at last: longer than what is looked for
_PART = 1 << 16


class PlainJson(io.RawIOBase):
    """The bytes of results as the standard has them."""

    def __init__(self, body: io.RawIOBase) -> None:
        self._body = body
        self._unread = b""  # not looked at yet
        self._written = b""
        self._ended = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        """Read some bytes; raises what the body raises."""
        while not self._written and not self._ended:
            self._fill()
        part = self._written[: len(buffer)]
        self._written = self._written[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def _fill(self) -> None:
        more = self._body.read(_PART) or b""
        self._ended = not more
        data = self._unread + more
        end = len(data) if self._ended else max(0, len(data) - _HELD)
        for match in _NUMBER.finditer(data):
            end = max(end, match.end())
        self._unread = data[end:]
        self._written = _NUMBER.sub(_truth, data[:end])
        if self._ended:
            self._written = _MORE.sub(b"}}", self._written)


def _truth(match: re.Match[bytes]) -> bytes:
    return match[1] + (b'"true"' if match[2] == b"1" else b'"false"')
