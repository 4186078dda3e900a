"""Read the sheet of a workbook that holds a portrait, each cell as a spreadsheet shows it."""

import datetime as dt
import io
import warnings
from collections.abc import Iterable, Sequence

import pandas as pd

from transform.errors import UnreadableFile
from transform.layouts.model import Layout
from transform.tables.header import SEARCHED, best_fit
from transform.tables.table import Records
from transform.tables.zip_limits import open_archive
from transform.text.printable import shown


def read_workbook(raw: bytes, file: str, layout: Layout) -> tuple[str, Records]:
    """Return the name of the sheet whose header fits, and its records.

    Raises UnreadableFile where no sheet or several fit, and for a damaged file.
    """
    _refuse_other_archives(raw, file)
    with warnings.catch_warnings():
        # openpyxl warns of styles and extensions that it leaves out; they hold no text.
        warnings.simplefilter("ignore")
        try:
            with pd.ExcelFile(io.BytesIO(raw), engine="openpyxl") as book:
                sheet = _choose(book, file, layout)
                return sheet, _records(book, sheet)
        except UnreadableFile:
            raise
        except Exception as error:  # openpyxl raises errors of many kinds on damaged parts
            reason = shown(f"{type(error).__name__}: {error}")
            raise UnreadableFile(
                f"{file}: a workbook that cannot be read ({reason})."
                " Open it in a spreadsheet and save it again as .xlsx, or as .csv in UTF-8."
            ) from error


def _refuse_other_archives(raw: bytes, file: str) -> None:
    names = set(open_archive(raw, file).namelist())
    if "xl/workbook.bin" in names:
        what = "a binary workbook (.xlsb)"
    elif "content.xml" in names:
        what = "an OpenDocument file"
    elif "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return
    else:
        what = "a zip archive that is no workbook"
    raise UnreadableFile(
        f"{file}: {what}. Unpack it, or open it in a spreadsheet and save it as .xlsx"
        " or as .csv in UTF-8."
    )


def _choose(book: pd.ExcelFile, file: str, layout: Layout) -> str:
    """Choose the one sheet whose header names all required fields, else the most fields."""
    names = [str(sheet.title) for sheet in book.book.worksheets]
    fits = {name: best_fit(_records(book, name, SEARCHED), layout) for name in names}
    whole = [name for name in names if fits[name].is_whole(layout)]
    most = max((len(fit.fields) for fit in fits.values()), default=0)
    nearest = [name for name in names if len(fits[name].fields) == most]
    chosen = whole or nearest
    if len(chosen) == 1:
        return chosen[0]
    listed = ", ".join(f'"{shown(name)}"' for name in names)
    fault = "several sheets have" if most else "no sheet has"
    raise UnreadableFile(
        f"{file}: {fault} a header that fits {layout.source} (sheets: {listed})."
        " Save the portrait's sheet alone, or declare its columns in the layout."
    )


def _records(book: pd.ExcelFile, sheet: str, rows: int | None = None) -> Records:
    frame = pd.read_excel(
        book,
        sheet_name=sheet,
        header=None,
        dtype=object,
        na_filter=False,
        keep_default_na=False,
        nrows=rows,
    )
    columns = [frame[at].tolist() for at in frame.columns]
    errors = _error_texts(book, sheet) if any(map(_has_error, columns)) else {}
    return list(
        zip(
            *(
                [
                    cell if type(cell) is str else _displayed(errors.get((row, at), cell))
                    for row, cell in enumerate(column)
                ]
                for at, column in enumerate(columns)
            ),
            strict=True,
        )
    )


def _has_error(column: Sequence[object]) -> bool:
    return any(cell != cell for cell in column if type(cell) is float)


def _error_texts(book: pd.ExcelFile, sheet: str) -> dict[tuple[int, int], str]:
    """Read the cells with errors such as #N/A again: pandas reads them as missing."""
    rows: Iterable[Sequence[object]] = book.book[sheet].iter_rows()
    return {
        (row, at): str(getattr(cell, "value", ""))
        for row, cells in enumerate(rows)
        for at, cell in enumerate(cells)
        if getattr(cell, "data_type", "") == "e"
    }


def _displayed(value: object) -> str:
    """Return a cell as a spreadsheet shows it: 5, not 5.0; dates as ISO 8601."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(value, ".15g")
    if isinstance(value, dt.datetime):
        whole_day = value.time() == dt.time()
        return value.date().isoformat() if whole_day else value.isoformat(timespec="seconds")
    return str(value)
