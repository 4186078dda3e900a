"""Read a workbook of old (.xls) in a process of its own, which may be stopped or break.

calamine makes room for as many cells as a sheet declares, for all sheets at once: a few kilobytes
can ask for many gigabytes. Where that is refused it aborts, and on some damage it panics; here that
ends nobody else. The file comes on standard input, and one object of JSON goes out: `sheets`, each
with its name, whether it is visible, and its rows; or `fault`, what calamine says; or `excess`,
a key of the catalogue of texts.
"""

import io
import json
import resource
import sys

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from transform.tables.number_formats import GENERAL, display
from transform.tables.table import CELLS

MEMORY = 2 << 30
SECONDS = 60
TEXT = 256 << 20  # characters of all cells


def main() -> None:
    """Read the workbook on standard input; write what it holds."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        content = read_content(sys.stdin.buffer.read())
    except CalamineError as error:
        content = {"fault": str(error)}
    json.dump(content, sys.stdout)


def read_content(raw: bytes) -> dict[str, object]:
    """Return the cells of the worksheets of a workbook, or what there is too much of."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    sheets, cells, size = [], 0, 0
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(about.name)
        last_row, last_column = sheet.end or (-1, -1)
        cells += (last_row + 1) * (last_column + 1)
        if cells > CELLS:
            return {"excess": "tables.much_cells", "number": CELLS}
        rows = [
            [display(cell, GENERAL)[0] for cell in row]
            for row in sheet.to_python(skip_empty_area=False)
        ]
        size += sum(len(text) for row in rows for text in row)
        if size > TEXT:
            return {"excess": "tables.much_text", "number": TEXT >> 20}
        sheets.append((about.name, about.visible == SheetVisibleEnum.Visible, rows))
    return {"sheets": sheets}


if __name__ == "__main__":
    main()
