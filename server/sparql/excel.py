"""Write a table as CSV that Excel opens with its accents and columns.

Excel reads a file as Windows-1252 unless it begins with a byte order mark, and in French splits
columns at semicolons.
"""

import csv
import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from flask import Response

from server.engine.interface import Answer
from server.negotiation import EXCEL
from server.web.release_scope import hold

_IN_MEMORY = 1 << 20
_PART = 1 << 16


def send(answer: Answer) -> Response:
    """Send an answer in CSV as a file for Excel; the cells stay unchanged."""
    file = hold(_spool())
    with _spool() as source:
        source.writelines(answer.body)
        source.seek(0)
        _write(source, file)
    length = file.tell()
    file.seek(0)
    response = Response(_parts(file), content_type=EXCEL.content_type)
    response.content_length = length
    response.headers["Vary"] = "Accept"
    response.headers["Content-Disposition"] = 'attachment; filename="reponse.csv"'
    return response


def _spool() -> "SpooledTemporaryFile[bytes]":
    return SpooledTemporaryFile(_IN_MEMORY)


def _write(source: "SpooledTemporaryFile[bytes]", target: "SpooledTemporaryFile[bytes]") -> None:
    rows = io.TextIOWrapper(source, "utf-8", newline="")
    out = io.TextIOWrapper(target, "utf-8-sig", newline="")
    csv.field_size_limit(1 << 30)  # a cell may be as long as an answer
    csv.writer(out, delimiter=";").writerows(csv.reader(rows))
    out.flush()
    # Otherwise both wrappers would close their files.
    rows.detach()
    out.detach()


def _parts(file: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    while part := file.read(_PART):
        yield part
