"""Refuse a zip archive of XML that unpacks to more than the file of a year can need."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from transform.tables.faults import unreadable
from transform.tables.ods_scan import OdsScan
from transform.tables.part_scan import PartScan, TooMuchError
from transform.text.message import message
from transform.text.printable import shown

UNPACKED = 256 << 20
MEMBERS = 2_000

_BLOCK = 1 << 16
# Of an OpenDocument spreadsheet: its cells, and what says that it is one.
_CONTENT, _MIMETYPE = "content.xml", "mimetype"
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, OSError, EOFError),
    *(RuntimeError, NotImplementedError, ValueError, OverflowError, KeyError),
)


@dataclass(frozen=True, slots=True)
class Package:
    """A zip archive within the limits: the names of all members, and its parts of XML.

    `parts` is an archive of these parts alone, so that a reader can reach nothing that was not
    scanned; `scans` holds what was noted in each, by its name in small letters, and `content` what
    was in that of an OpenDocument spreadsheet.
    """

    names: tuple[str, ...]
    parts: bytes
    scans: Mapping[str, PartScan]
    content: OdsScan | None = None


def open_package(raw: bytes, file: str) -> Package:
    """Unpack a zip archive whose sizes, declared and real, are within the limits.

    Raises UnreadableFile for any other, and for a damaged one.
    """
    try:
        if raw.count(b"PK\x01\x02") > MEMBERS:
            raise TooMuchError(message("tables.much_files", number=MEMBERS))
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            refuse_declared(archive)
            return _scan(archive)
    except TooMuchError as error:
        problem = message("tables.unpacks_to", what=error.what)
        raise unreadable(file, problem, message("tables.step_sheet_alone")) from None
    except _DAMAGE as error:
        reason = shown(str(error.args[0] if error.args else error))
        problem = message("tables.zip_damaged", reason=reason)
        raise unreadable(file, problem, message("tables.step_again")) from error


def refuse_declared(archive: zipfile.ZipFile) -> None:
    """Refuse what the directory of an archive declares. Raises TooMuchError, BadZipFile."""
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if size > UNPACKED:
        raise TooMuchError(message("tables.much_size", number=size >> 20))
    # Office Open XML allows no other (ECMA-376 part 2, annex on mapping to ZIP).
    if any(member.compress_type not in (0, 8) for member in members):
        raise zipfile.BadZipFile(message("tables.zip_compression"))
    # Names of parts are compared without regard to case (ECMA-376 part 2, 6.2.2.3).
    if len({member.filename.casefold() for member in members}) < len(members):
        raise zipfile.BadZipFile(message("tables.zip_two_names"))


def _scan(archive: zipfile.ZipFile) -> Package:
    """Unpack every member, and keep the parts of XML."""
    kept = io.BytesIO()
    scans: dict[str, PartScan] = {}
    left, cells = UNPACKED, 0
    content: OdsScan | None = None
    with zipfile.ZipFile(kept, "w") as parts:
        for member in archive.infolist():
            if not member.filename.casefold().endswith((".xml", ".rels")) and (
                member.filename != _MIMETYPE
            ):
                left -= _unpack(archive, member, left)
                continue
            if member.filename == _MIMETYPE:
                with parts.open(zipfile.ZipInfo(member.filename), "w") as target:
                    left -= _unpack(archive, member, left, None, target)
                continue
            if member.filename == _CONTENT:
                scan: PartScan | OdsScan = (content := OdsScan())
            else:
                scan = scans.setdefault(member.filename.casefold(), PartScan(cells))
            with parts.open(zipfile.ZipInfo(member.filename), "w") as target:
                left -= _unpack(archive, member, left, scan, target)
            scan.finish()
            cells += scan.cells
    return Package(tuple(archive.namelist()), kept.getvalue(), scans, content)


def _unpack(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    left: int,
    scan: PartScan | OdsScan | None = None,
    target: IO[bytes] | None = None,
) -> int:
    """Unpack a member, through a scan and into a target where given; return its size in bytes."""
    size = 0
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > left:
                raise TooMuchError(message("tables.much_bytes", number=UNPACKED >> 20))
            if scan:
                scan.feed(block)
            if target:
                target.write(block)
    return size
