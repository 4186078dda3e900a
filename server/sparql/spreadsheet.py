"""Write a table as CSV that spreadsheets open without running a cell.

Excel reads a file as Windows-1252 unless it begins with a byte order mark, and in French splits
columns at semicolons.
"""

import csv
import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from flask import Response

from server.engine.interface import Answer
from server.negotiation import CSV, EXCEL, Format
from server.web.release_scope import hold
from transform.text.csv_injection import SpreadsheetWriter

_IN_MEMORY = 1 << 20
_PART = 1 << 16


def send_excel(answer: Answer) -> Response:
    """Send an answer in CSV as a file for Excel."""
    response = _send(answer, EXCEL, ";", "utf-8-sig")
    response.headers["Content-Disposition"] = 'attachment; filename="reponse.csv"'
    return response


def send_csv(answer: Answer) -> Response:
    """Send an answer in CSV as CSV for any spreadsheet."""
    return _send(answer, CSV, ",", "utf-8")


def _send(answer: Answer, form: Format, delimiter: str, encoding: str) -> Response:
    file = hold(_spool())
    with _spool() as source:
        source.writelines(answer.body)
        source.seek(0)
        _write(source, file, delimiter, encoding)
    length = file.tell()
    file.seek(0)
    response = Response(_parts(file), content_type=form.content_type)
    response.content_length = length
    response.headers["Vary"] = "Accept"
    return response


def _spool() -> "SpooledTemporaryFile[bytes]":
    return SpooledTemporaryFile(_IN_MEMORY)


def _write(
    source: "SpooledTemporaryFile[bytes]",
    target: "SpooledTemporaryFile[bytes]",
    delimiter: str,
    encoding: str,
) -> None:
    rows = io.TextIOWrapper(source, "utf-8", newline="")
    out = io.TextIOWrapper(target, encoding, newline="")
    csv.field_size_limit(1 << 30)  # a cell may be as long as an answer
    SpreadsheetWriter(out, delimiter=delimiter).writerows(csv.reader(rows))
    out.flush()
    # Otherwise both wrappers would close their files.
    rows.detach()
    out.detach()


def _parts(file: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    while part := file.read(_PART):
        yield part
