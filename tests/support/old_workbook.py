"""Write workbooks of old (.xls): BIFF 8 ([MS-XLS]) in a compound file of OLE 2 ([MS-CFB])."""

import struct
from collections.abc import Mapping, Sequence

Row = Sequence[str | float | None]
_SECTOR = 512
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SMALL = 4096  # a stream below it stands elsewhere


def as_xls(
    sheets: Mapping[str, Sequence[Row]], hidden: Sequence[str] = (), *, password: bool = False
) -> bytes:
    """Return a workbook of sheets of texts and numbers; `hidden` names those that are not shown."""
    return _compound(_workbook(sheets, hidden, password=password), "Workbook")


def as_corners(number: int) -> bytes:
    """Return a workbook of sheets in which only the first and the last possible cell is filled."""
    corner = _label(0, 0, "x") + _label(65535, 255, "x")
    sheet = _bof(0x10) + corner + _record(0x0A)
    return _compound(_with_sheets([(f"S{n}", 0, sheet) for n in range(number)]), "Workbook")


def as_document() -> bytes:
    """Return a compound file that is no workbook."""
    return _compound(b"\0" * _SMALL, "WordDocument")


def _workbook(
    sheets: Mapping[str, Sequence[Row]], hidden: Sequence[str], *, password: bool
) -> bytes:
    parts = [
        (name, int(name in hidden), _bof(0x10) + _cells(rows) + _record(0x0A))
        for name, rows in sheets.items()
    ]
    return _with_sheets(parts, _record(0x2F, b"\1\0" + b"\0" * 52) if password else b"")


def _with_sheets(parts: Sequence[tuple[str, int, bytes]], first: bytes = b"") -> bytes:
    head = _bof(0x05) + first + _record(0x42, struct.pack("<H", 1200))
    names = [name.encode("utf-16-le") for name, _, _ in parts]
    at = len(head) + sum(4 + 8 + len(name) for name in names) + 4
    for (_, seen, sheet), name in zip(parts, names, strict=True):
        head += _record(0x85, struct.pack("<IBBBB", at, seen, 0, len(name) // 2, 1) + name)
        at += len(sheet)
    return head + _record(0x0A) + b"".join(sheet for _, _, sheet in parts)


def _cells(rows: Sequence[Row]) -> bytes:
    written = b""
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                written += _label(number, at, cell)
            elif cell is not None:
                written += _record(0x0203, struct.pack("<HHHd", number, at, 0, cell))
    return written


def _label(row: int, at: int, text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return _record(0x0204, struct.pack("<HHHHB", row, at, 0, len(raw) // 2, 1) + raw)


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 1997, 0, 6))


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes, name: str) -> bytes:
    """Return a compound file with one stream: a sector of the allocation table, one of names."""
    stream = stream.ljust(_SMALL, b"\0")
    stream += b"\0" * (-len(stream) % _SECTOR)
    sectors = len(stream) // _SECTOR
    chain = [_FAT, _END, *range(3, 2 + sectors), _END]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    assert len(table) == _SECTOR, "a table of one sector has place for 64 KB"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, _SMALL, _END, 0, _END, 0, 0)
    head = head.ljust(_SECTOR, b"\xff")
    names = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _NONE, 2, len(stream))
    return head + table + names.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1)
    return head + struct.pack("<III36xIQ", _NONE, _NONE, child, start, size)
