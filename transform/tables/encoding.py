"""Detect the encoding of a text file, and mark bytes that it cannot decode."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from transform.errors import UnreadableFile
from transform.tables.faults import unreadable
from transform.text.characters import MARKING, marked_byte
from transform.text.message import message

# Sequences that are rare outside UTF-8 (RFC 3629, section 4, without the finer limits).
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
# UTF-8 by chance: a French capital before a closing sign of Windows-1252 (É» É’ É… É–).
_CHANCE = re.compile(rb"[\xc7-\xcb\xce\xcf\xd4\xd9\xdb][\x85\x91-\x97\x99\x9b\xa0\xae\xb0\xb7\xbb]")
_HIGH = re.compile(rb"[\x80-\xff]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text file, undecoded.

    `encoding` is the name that is shown and published, `codec` the Python codec that reads what
    follows the byte order mark, from `start` on. `broken`: some bytes cannot be decoded.
    """

    raw: bytes
    encoding: str
    codec: str
    start: int
    broken: bool

    def lines(self) -> io.TextIOWrapper:
        """Return a reader of the text that keeps line ends and marks broken bytes."""
        buffer = io.BytesIO(self.raw)
        buffer.seek(self.start)
        return io.TextIOWrapper(buffer, self.codec, errors=MARKING, newline="")


def decode(raw: bytes, file: str) -> EncodedText:
    """Detect UTF-8, UTF-16 or Windows-1252, with or without a byte order mark.

    Raises UnreadableFile for a file with NUL characters.
    """
    for mark, encoding, codec in _MARKS:
        if raw.startswith(mark):
            start = len(mark)
            while raw.startswith(mark, start):
                start += len(mark)
            return _text(raw, encoding, codec, start, file)
    if b"\0" in raw:
        codec = _utf16_by_nul(raw[:4096], file)
        return _text(raw, codec, codec, 0, file)
    if _is_utf8(raw):
        return EncodedText(raw, "utf-8", "utf-8", 0, broken=False)
    multibyte, alone = _count_high_bytes(raw)
    # Windows-1252 hardly ever looks like UTF-8. More than one such sequence for ten other accents
    # means UTF-8 with damaged bytes, which must not become «Ã©» without a warning.
    if multibyte * 10 > alone:
        return _text(raw, "utf-8", "utf-8", 0, file)
    return _text(raw, "windows-1252", "cp1252", 0, file)


def _text(raw: bytes, encoding: str, codec: str, start: int, file: str) -> EncodedText:
    text = EncodedText(raw, encoding, codec, start, broken=False)
    broken = False
    with text.lines() as lines:
        while block := lines.read(_BLOCK):
            if "\0" in block:
                raise _no_text(file)
            broken = broken or (not block.isascii() and marked_byte(block) is not None)
    return EncodedText(raw, encoding, codec, start, broken)


def _is_utf8(raw: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(raw):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _count_high_bytes(raw: bytes) -> tuple[int, int]:
    """Count sequences of UTF-8, but for those by chance, and the high bytes outside of them."""
    multibyte = alone = 0
    for block in _blocks(raw):
        left, count = _MULTIBYTE.subn(b"", _CHANCE.sub(b"", block))
        multibyte += count
        alone += len(_HIGH.findall(left))
    return multibyte, alone


def _blocks(raw: bytes) -> Iterator[bytes]:
    return (raw[at : at + _BLOCK] for at in range(0, len(raw), _BLOCK))


def _utf16_by_nul(sample: bytes, file: str) -> str:
    """Detect UTF-16 without a mark by its NULs: Latin letters have one in each pair of bytes."""
    pairs = len(sample) // 2 or 1
    even = sample[0::2].count(0) / pairs
    odd = sample[1::2].count(0) / pairs
    if odd > 0.6 and even < 0.05:
        return "utf-16-le"
    if even > 0.6 and odd < 0.05:
        return "utf-16-be"
    raise _no_text(file)


def _no_text(file: str) -> UnreadableFile:
    return unreadable(file, message("tables.nul"), message("tables.step_give_as_table"))
