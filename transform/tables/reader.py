"""Read a CSV, XLSX or JSON file into records of raw text."""

import hashlib
import re
from pathlib import Path

from transform.errors import UnreadableFile
from transform.files import reason_of
from transform.layouts.model import Layout
from transform.tables.csv_reader import read_delimited
from transform.tables.encoding import Text, decode
from transform.tables.json_reader import find_longest_list, is_json, read_json
from transform.tables.table import Table
from transform.tables.xlsx_reader import read_workbook
from transform.tables.zip_limits import open_package
from transform.text.printable import shown

LARGEST = 256 << 20
_HEAD = 4096

_AS_TABLE = "Give the portrait as .csv in UTF-8, as .xlsx or as .json."
_DOWNLOAD = "Download the file itself, not the page that shows it."
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"%PDF-", f"a PDF document. {_AS_TABLE}"),
    (b"\x89PNG", f"an image. {_AS_TABLE}"),
    (b"\xff\xd8\xff", f"an image. {_AS_TABLE}"),
    (b"GIF8", f"an image. {_AS_TABLE}"),
    (b"{\\rtf", f"a word processor's document. {_AS_TABLE}"),
    (b"\x1f\x8b", "a gzip archive. Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive. Unpack it first."),
    (b"Rar!\x1a", "a RAR archive. Unpack it first."),
    (b"BZh", "a bzip2 archive. Unpack it first."),
    (b"PAR1", f"a Parquet file. {_AS_TABLE}"),
)
# A broken encoding shows as half surrogate pairs (PEP 383).
_UNFIT_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_PAGE = ("<!doctype html", "<html", "<head", "<body", "<script", "<meta", "<title", "<table")


def read_table(path: Path, layout: Layout, year: int | None = None) -> Table:
    """Read a file, whatever its name says it is; the layout tells header, separator and sheet."""
    raw = _bytes(path)
    digest = hashlib.sha256(raw).hexdigest()
    if raw.startswith(_ZIP):
        sheet, records, marks = read_workbook(raw, path.name, layout, year)
        table = Table(path, digest, len(raw), "xlsx", None, None, sheet, records, marks)
    else:
        text = _text(raw, path.name)
        table = _read_text(text, path, layout, (digest, len(raw)))
    if not any(cell.strip() for record in table.records for cell in record):
        raise UnreadableFile(f"{path.name}: holds nothing but blanks. {_AS_TABLE}")
    return table


def _read_text(text: Text, path: Path, layout: Layout, measured: tuple[str, int]) -> Table:
    with text.lines() as lines:
        head = lines.read(_HEAD)
    if is_json(head):
        form, pointer, records = read_json(text, path.name, layout)
        return Table(path, *measured, form, text.encoding, None, None, records, pointer=pointer)
    separator, records = read_delimited(text, path.name, layout)
    return Table(path, *measured, "csv", text.encoding, separator, None, records)


def find_format(path: Path) -> str:
    """Return csv, json or xlsx by the content of a file; raises UnreadableFile for any other.

    A workbook that unpacks to too much is refused, as it would be when it is read.
    """
    raw = _bytes(path)
    if raw.startswith(_ZIP):
        names = open_package(raw, path.name).names
        if not any(name.casefold().startswith("xl/") for name in names):
            raise UnreadableFile(f"{path.name}: a zip archive, no workbook. {_AS_TABLE}")
        return "xlsx"
    with _text(raw, path.name).lines() as lines:
        return "json" if is_json(lines.read(_HEAD)) else "csv"


def find_records_path(path: Path) -> str:
    """Return the path of the longest list of objects of a JSON document, "" for any other file."""
    raw = _bytes(path)
    if raw.startswith(_ZIP):
        return ""
    text = _text(raw, path.name)
    with text.lines() as lines:
        head = lines.read(_HEAD)
    return find_longest_list(text, path.name) if is_json(head) else ""


def _bytes(path: Path) -> bytes:
    if _UNFIT_NAME.search(path.name):
        raise UnreadableFile(
            f"{shown(path.name)}: a name with a control character or broken encoding, under which"
            " the file could not be published. Rename it."
        )
    try:
        if path.is_dir():
            raise UnreadableFile(f"{path}: a folder. Give the path of one .csv or .xlsx file.")
        if path.exists() and not path.is_file():
            raise UnreadableFile(f"{path}: no regular file. {_AS_TABLE}")
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise UnreadableFile(f"{path}: no such file. Check the path.") from None
    except (OSError, ValueError) as error:
        raise UnreadableFile(
            f"{path}: cannot be read ({reason_of(error)}). Check its permissions."
        ) from error
    if not raw:
        raise UnreadableFile(f"{path.name}: an empty file. Download or save it again.")
    if len(raw) > LARGEST:
        raise UnreadableFile(
            f"{path.name}: larger than {LARGEST >> 20} MB, more than a portrait can need."
            f" {_AS_TABLE}"
        )
    return raw


def _text(raw: bytes, file: str) -> Text:
    """Refuse by their first bytes the files that are no table, and decode the others."""
    if raw.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in raw
        what = "a workbook with a password" if locked else "an old Office file, such as .xls"
        raise UnreadableFile(
            f"{file}: {what}. Save it from a spreadsheet as .xlsx without password,"
            " or as .csv in UTF-8."
        )
    for mark, what in _FOREIGN:
        if raw.startswith(mark):
            raise UnreadableFile(f"{file}: {what}")
    text = decode(raw, file)
    with text.lines() as lines:
        head = lines.read(_HEAD).lstrip().lower()
    if head.startswith(_PAGE) or (head.startswith("<") and "<html" in head):
        raise UnreadableFile(f"{file}: a web page. {_DOWNLOAD}")
    if head.startswith(("<?xml", "<svg", "<workbook")):
        raise UnreadableFile(f"{file}: an XML document. {_AS_TABLE}")
    return text
