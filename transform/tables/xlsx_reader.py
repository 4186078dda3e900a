"""Read the sheet of a workbook that holds a portrait, each cell as a spreadsheet shows it."""

import io
import posixpath

import pandas as pd
from python_calamine import SheetTypeEnum, SheetVisibleEnum

from transform.errors import UnreadableFile
from transform.layouts.model import Layout
from transform.tables.faults import unreadable
from transform.tables.marks import Marks, no_marks, position
from transform.tables.number_formats import GENERAL, code_of, display
from transform.tables.part_scan import BookNotes, SheetNotes
from transform.tables.sheet_choice import Sheets, choose_sheet
from transform.tables.table import Records
from transform.tables.zip_limits import Package, open_package
from transform.text.message import message
from transform.text.printable import shown

_WORKBOOK = "xl/workbook.xml"


def read_workbook(
    raw: bytes, file: str, layout: Layout, year: int | None = None
) -> tuple[str, str, Records, Marks]:
    """Return xlsx or ods, the name of the portrait's sheet, its records, and their marks.

    The sheet is the one that the layout names for the year, else the visible one whose header
    fits. Raises UnreadableFile where there is none or are several, and for a damaged file.
    """
    package = open_package(raw, file)
    _refuse_other_archives(package, file)
    try:
        with pd.ExcelFile(io.BytesIO(package.parts), engine="calamine") as book:
            sheet, frame = choose_sheet(_sheets(book), file, layout, year)
    except UnreadableFile:
        raise
    except Exception as error:  # calamine has one family, pandas raises others on odd values
        reason = shown(f"{type(error).__name__}: {error}")
        problem = message("tables.workbook_unreadable", reason=reason)
        raise unreadable(file, problem, message("tables.step_workbook_again")) from error
    form = "ods" if package.content else "xlsx"
    return form, sheet, *_Display(package, sheet).records(frame)


def _refuse_other_archives(package: Package, file: str) -> None:
    names = {name.casefold() for name in package.names}
    office = "[content_types].xml" in names or any(name.startswith("xl/") for name in names)
    if "xl/workbook.bin" in names:
        what = message("tables.workbook_binary")
    elif package.content and office:
        what = message("tables.workbook_two")
    elif package.content and package.content.tables:
        return
    elif package.content:
        what = message("tables.workbook_opendocument")
    elif "[content_types].xml" in names and any(name.startswith("xl/") for name in names):
        return
    else:
        what = message("tables.zip_no_workbook")
    raise unreadable(file, what, message("tables.step_unpack"))


def _sheets(book: pd.ExcelFile) -> Sheets:
    def read_frame(name: str) -> pd.DataFrame:
        return pd.read_excel(
            book,
            sheet_name=name,
            header=None,
            dtype=object,
            na_filter=False,
            keep_default_na=False,
        )

    sheets = [s for s in book.book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    visible = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible]
    return Sheets([str(sheet.name) for sheet in sheets], visible, read_frame)


class _Display:
    """What a spreadsheet shows in the cells of a sheet."""

    def __init__(self, package: Package, sheet: str) -> None:
        self._book = _book_notes(package)
        self._content = package.content
        self._sheet = (
            package.content.tables.get(sheet, SheetNotes())
            if package.content
            else _sheet_notes(package, self._book, sheet)
        )
        self._codes: dict[int, str] = {}
        self._shown, self._shown_as = no_marks(), no_marks()

    def records(self, frame: pd.DataFrame) -> tuple[Records, Marks]:
        """Return the text of all cells, and the marks of those that do not say all."""
        errors = bool(self._sheet.errors)
        columns = [
            [
                cell if type(cell) is str and (cell or not errors) else self._text(row, at, cell)
                for row, cell in enumerate(frame.iloc[:, at].tolist(), start=1)
            ]
            for at in range(frame.shape[1])
        ]
        sheet = self._sheet
        marks = Marks(
            sheet.hidden_rows,
            sheet.hidden_columns,
            sheet.without_value,
            self._shown,
            self._shown_as,
            [self._codes.get(style, "") for style in range(max(self._codes, default=-1) + 1)],
        )
        return list(zip(*columns, strict=True)), marks

    def _text(self, row: int, at: int, cell: object) -> str:
        number = position(row, at)
        if cell == "":  # calamine reads errors such as #N/A as blank
            return self._sheet.error_of(number) or ""
        style = self._sheet.style_of(number)
        if style not in self._codes:
            self._codes[style] = self._code(style)
        text, same = display(cell, self._codes[style])
        if self._content:  # which says how a number is shown, where its value does not
            same = not style
        if not same:
            self._shown.append(number)
            self._shown_as.append(style)
        return text

    def _code(self, style: int) -> str:
        if self._content:
            return self._content.shown[style - 1] if style else GENERAL
        return code_of(style, self._book.formats, self._book.codes)


def _book_notes(package: Package) -> BookNotes:
    """Return what the parts that a workbook has once say of it."""
    notes = BookNotes()
    for name, scan in package.scans.items():
        if name == _WORKBOOK:
            notes.sheets = scan.book.sheets
        elif name == "xl/_rels/workbook.xml.rels":
            notes.targets = scan.book.targets
        elif name == "xl/styles.xml":
            notes.codes, notes.formats = scan.book.codes, scan.book.formats
    return notes


def _sheet_notes(package: Package, book: BookNotes, sheet: str) -> SheetNotes:
    """Return what was noted in the part that a sheet is."""
    identifier = next((id_ for name, id_ in book.sheets if name == sheet), "")
    # A target is relative to the workbook's part, unless it begins with a slash.
    path = posixpath.normpath(posixpath.join("/xl", book.targets.get(identifier, "")))
    scan = package.scans.get(path.lstrip("/").casefold())
    return scan.sheet if scan else SheetNotes()
