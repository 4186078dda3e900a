"""Write a whole list as a file: CSV, CSV for Excel, or JSON."""

import io
import json
from collections.abc import Iterator, Sequence

from server.lists.kind import Cell
from server.lists.listed import ListedThings
from server.lists.names import TableNames
from server.negotiation import CSV, Format
from transform.release.csv_dialects import FLAVOURS
from transform.text.csv_injection import SpreadsheetWriter


def write_file(listed: ListedThings, names: TableNames, form: Format) -> Iterator[bytes]:
    """Yield the list in a format, a part of it at a time."""
    kind, shape = listed.query.kind, listed.shape
    columns = kind.columns(shape)
    lines = (kind.cells(row, shape, names) for row in listed.rows(listed.keys(), names))
    if form.media_type == CSV.media_type:
        yield from _write_csv(columns, lines, form)
    else:
        before = "[\n"
        for line in lines:
            cells = dict(zip(columns, line, strict=True))
            yield (before + json.dumps(cells, ensure_ascii=False)).encode()
            before = ",\n"
        yield b"[]\n" if before == "[\n" else b"\n]\n"


def _write_csv(
    columns: Sequence[str], lines: Iterator[list[Cell]], form: Format
) -> Iterator[bytes]:
    flavour = FLAVOURS[form is not CSV]
    out = io.StringIO(newline="")
    writer = SpreadsheetWriter(out, delimiter=flavour.separator)
    writer.writerow(columns)
    encoding = flavour.encoding
    for line in lines:
        writer.writerow(["" if cell is None else str(cell) for cell in line])
        if out.tell() > 1 << 16:
            yield out.getvalue().encode(encoding)
            encoding = "utf-8"  # a byte order mark stands at the beginning only
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode(encoding)
