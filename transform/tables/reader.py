"""Read a CSV, XLSX, XLS, ODS or JSON file into records of raw text."""

import hashlib
import re
from pathlib import Path

from transform.files import reason_message
from transform.layouts.model import Layout
from transform.tables.csv_reader import read_delimited
from transform.tables.encoding import EncodedText, decode
from transform.tables.faults import unreadable
from transform.tables.json_reader import find_longest_list, is_json, read_json
from transform.tables.table import Table
from transform.tables.zip_limits import open_package
from transform.text.message import message
from transform.text.printable import shown

LARGEST = 256 << 20
_HEAD = 4096

_AS_TABLE = message("tables.step_give_as_table")
_UNPACK = message("tables.step_unpack_first")
_IMAGE = message("tables.image")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"%PDF-", message("tables.pdf"), _AS_TABLE),
    (b"\x89PNG", _IMAGE, _AS_TABLE),
    (b"\xff\xd8\xff", _IMAGE, _AS_TABLE),
    (b"GIF8", _IMAGE, _AS_TABLE),
    (b"{\\rtf", message("tables.word_processor"), _AS_TABLE),
    (b"\x1f\x8b", message("tables.archive", kind="gzip"), _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", message("tables.archive", kind="7z"), _UNPACK),
    (b"Rar!\x1a", message("tables.archive", kind="RAR"), _UNPACK),
    (b"BZh", message("tables.archive", kind="bzip2"), _UNPACK),
    (b"PAR1", message("tables.parquet"), _AS_TABLE),
)
# A broken encoding shows as half surrogate pairs (PEP 383).
_UNFIT_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_PAGE = ("<!doctype html", "<html", "<head", "<body", "<script", "<meta", "<title", "<table")


def read_table(path: Path, layout: Layout, year: int | None = None) -> Table:
    """Read a file, whatever its name says it is; the layout tells header, separator and sheet."""
    raw = _bytes(path)
    digest = hashlib.sha256(raw).hexdigest()
    if raw.startswith(_ZIP):
        # It needs pandas, whose import takes longer than a file is read, in each process.
        from transform.tables.xlsx_reader import read_workbook

        form, sheet, records, marks = read_workbook(raw, path.name, layout, year)
        table = Table(path, digest, len(raw), form, None, None, sheet, records, marks)
    elif raw.startswith(OLE):
        from transform.tables.xls_reader import read_old_workbook

        sheet, records = read_old_workbook(raw, path.name, layout, year)
        table = Table(path, digest, len(raw), "xls", None, None, sheet, records)
    else:
        text = _text(raw, path.name)
        table = _read_text(text, path, layout, (digest, len(raw)))
    if not any(cell.strip() for record in table.records for cell in record):
        raise unreadable(path.name, message("tables.blanks"), _AS_TABLE)
    return table


def _read_text(text: EncodedText, path: Path, layout: Layout, measured: tuple[str, int]) -> Table:
    with text.lines() as lines:
        head = lines.read(_HEAD)
    if is_json(head):
        form, pointer, records = read_json(text, path.name, layout)
        return Table(path, *measured, form, text.encoding, None, None, records, pointer=pointer)
    separator, records = read_delimited(text, path.name, layout)
    return Table(path, *measured, "csv", text.encoding, separator, None, records)


def find_format(path: Path) -> str:
    """Return csv, json, ods, xls or xlsx by the content of a file.

    Raises UnreadableFile for any other.

    A workbook that unpacks to too much is refused, as it would be when it is read.
    """
    raw = _bytes(path)
    if raw.startswith(_ZIP):
        package = open_package(raw, path.name)
        names = package.names
        if package.content and package.content.tables:
            return "ods"
        if not any(name.casefold().startswith("xl/") for name in names):
            raise unreadable(path.name, message("tables.zip_only"), _AS_TABLE)
        return "xlsx"
    if raw.startswith(OLE):
        from transform.tables.xls_reader import refuse_others

        refuse_others(raw, path.name)
        return "xls"
    with _text(raw, path.name).lines() as lines:
        return "json" if is_json(lines.read(_HEAD)) else "csv"


def find_records_path(path: Path) -> str:
    """Return the path of the longest list of objects of a JSON document, "" for any other file."""
    raw = _bytes(path)
    if raw.startswith((*_ZIP, OLE)):
        return ""
    text = _text(raw, path.name)
    with text.lines() as lines:
        head = lines.read(_HEAD)
    return find_longest_list(text, path.name) if is_json(head) else ""


def _bytes(path: Path) -> bytes:
    if _UNFIT_NAME.search(path.name):
        unfit = message("tables.unfit_name")
        raise unreadable(shown(path.name), unfit, message("tables.step_rename"))
    try:
        if path.is_dir():
            raise unreadable(str(path), message("tables.folder"), message("tables.step_path"))
        if path.exists() and not path.is_file():
            raise unreadable(str(path), message("tables.no_regular_file"), _AS_TABLE)
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except FileNotFoundError:
        missing = message("tables.no_file")
        raise unreadable(str(path), missing, message("tables.step_check_path")) from None
    except (OSError, ValueError) as error:
        problem = message("tables.unreadable", reason=reason_message(error))
        raise unreadable(str(path), problem, message("tables.step_permissions")) from error
    if not raw:
        raise unreadable(path.name, message("tables.empty"), message("tables.step_file_again"))
    if len(raw) > LARGEST:
        raise unreadable(path.name, message("tables.large", number=LARGEST >> 20), _AS_TABLE)
    return raw


def _text(raw: bytes, file: str) -> EncodedText:
    """Refuse by their first bytes the files that are no table, and decode the others."""
    for mark, what, step in _FOREIGN:
        if raw.startswith(mark):
            raise unreadable(file, what, step)
    text = decode(raw, file)
    with text.lines() as lines:
        head = lines.read(_HEAD).lstrip().lower()
    if head.startswith(_PAGE) or (head.startswith("<") and "<html" in head):
        raise unreadable(file, message("tables.web_page"), message("tables.step_download"))
    if head.startswith(("<?xml", "<svg", "<workbook")):
        raise unreadable(file, message("tables.xml"), _AS_TABLE)
    return text
