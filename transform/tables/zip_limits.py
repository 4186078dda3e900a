"""Refuse a zip archive of XML that unpacks to more than a portrait can need."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from xml.parsers import expat

from transform.errors import UnreadableFile
from transform.tables.table import CELLS
from transform.text.printable import shown

UNPACKED = 256 << 20
MEMBERS = 2_000
# The largest sheet: Microsoft, "Excel specifications and limits".
ROWS = 1_048_576
COLUMNS = 16_384
# Elements between two rows, and bytes of one text or tag: each is held whole in memory.
ELEMENTS = 2_000_000
TEXT = 2 << 20

_BLOCK = 1 << 16
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, OSError, EOFError),
    *(RuntimeError, NotImplementedError, ValueError, OverflowError),
)


class _TooMuchError(Exception):
    """The limit that an archive exceeds; the message goes after «unpacks to»."""


def open_archive(raw: bytes, file: str) -> zipfile.ZipFile:
    """Open a zip archive whose sizes, declared and real, are within the limits.

    Raises UnreadableFile for any other, and for a damaged one.
    """
    try:
        if raw.count(b"PK\x01\x02") > MEMBERS:
            raise _TooMuchError(f"more than {MEMBERS:,} files")
        archive = zipfile.ZipFile(io.BytesIO(raw))
        _refuse_declared(archive)
        left = UNPACKED
        for member in archive.infolist():
            left -= _read(archive, member, left)
    except _TooMuchError as error:
        raise UnreadableFile(
            f"{file}: unpacks to {error}, more than a portrait can need."
            " Save only the portrait's sheet as a new .xlsx, or as .csv in UTF-8."
        ) from None
    except _DAMAGE as error:
        raise UnreadableFile(
            f"{file}: a damaged or protected zip archive ({shown(str(error))})."
            " Download or save the file again."
        ) from error
    return archive


def _refuse_declared(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if size > UNPACKED:
        raise _TooMuchError(f"{size >> 20:,} MB")
    # Office Open XML allows no other (ECMA-376 part 2, annex on mapping to ZIP).
    if any(member.compress_type not in (0, 8) for member in members):
        raise zipfile.BadZipFile("neither stored nor deflated")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """Unpack a member without keeping it, and return its size in bytes; scan it if it is XML."""
    scan = _Scan()
    size = 0
    is_xml = member.filename.endswith((".xml", ".rels"))
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > left:
                raise _TooMuchError(f"more than {UNPACKED >> 20:,} MB")
            try:
                scan.feed(block)
            except expat.ExpatError:
                if is_xml:
                    raise
    if is_xml:
        scan.parser.Parse(b"", True)
    return size


class _Scan:
    """Count rows, cells and texts of a stream of XML without keeping it."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.rows = self.row = self.column = self.widest = 0
        self.visited = self.elements = self.length = self.size = 0

    def feed(self, block: bytes) -> None:
        """Parse the next block."""
        self.size += len(block)
        self.parser.Parse(block)
        if self.size - self.parser.CurrentByteIndex > TEXT:
            raise _TooMuchError(f"a tag of more than {TEXT >> 20} MB")

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.length = 0
        self.elements += 1
        if self.elements > ELEMENTS:
            raise _TooMuchError(f"more than {ELEMENTS:,} elements outside of rows")
        if name == "c":
            self._cell(attributes.get("r"))
        elif name == "row":
            self._row(attributes.get("r"))
        elif name in ("v", "is"):
            self.widest = max(self.widest, self.column)
            if self.row * self.widest > CELLS:
                raise _TooMuchError(f"more than {CELLS:,} cells")

    def _row(self, reference: str | None) -> None:
        self.rows += 1
        self.row = int(reference) if reference else self.row + 1
        self.elements = self.column = 0
        if max(self.rows, self.row) > ROWS:
            raise _TooMuchError(f"more than {ROWS:,} rows")

    def _cell(self, reference: str | None) -> None:
        before = self.column
        self.column = _column(reference) if reference else before + 1
        self.visited += max(self.column - before, 1)
        if self.column > COLUMNS:
            raise _TooMuchError(f"more than {COLUMNS:,} columns")
        if self.visited > CELLS:
            raise _TooMuchError(f"more than {CELLS:,} cells")

    def _text(self, text: str) -> None:
        self.length += len(text)
        if self.length > TEXT:
            raise _TooMuchError(f"a text of more than {TEXT >> 20} MB")

    def _doctype(self, *_: object) -> None:
        # No part may have one (ECMA-376 part 2, 9.1.4): its entities can expand without limit.
        raise expat.ExpatError("a document type declaration")


def _column(reference: str) -> int:
    """Return the number of a column, counted from 1, from a cell's reference such as AB12."""
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - 64
    return number
