"""Read the sheet of a workbook that holds a portrait, each cell as a spreadsheet shows it."""

import io
import posixpath
from collections.abc import Mapping

import pandas as pd
from python_calamine import SheetTypeEnum, SheetVisibleEnum

from transform.errors import Said, UnreadableFile
from transform.layouts.model import Layout
from transform.tables.faults import unreadable
from transform.tables.header import SEARCHED, Fit, best_fit
from transform.tables.marks import Marks, no_marks, position
from transform.tables.number_formats import GENERAL, code_of, display
from transform.tables.part_scan import BookNotes, SheetNotes
from transform.tables.table import Records
from transform.tables.zip_limits import Package, open_package
from transform.text.message import Message, message
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
            sheet, frame = _Choice(book, file, layout, year).choose()
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


class _Choice:
    """The choice of the sheet that holds a portrait, among those of a workbook."""

    def __init__(self, book: pd.ExcelFile, file: str, layout: Layout, year: int | None) -> None:
        self._book, self._file, self._layout = book, file, layout
        facts = layout.portraits.get(year) if year else None
        self._named = facts.sheet if facts else None
        of_year: Said = str(year) if year else message("tables.any_year")
        self._key = message("tables.key_of_year", year=of_year, layout=layout.to_edit)
        sheets = [s for s in book.book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
        self._names = [str(sheet.name) for sheet in sheets]
        self._visible = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible]

    def choose(self) -> tuple[str, pd.DataFrame]:
        """Return the sheet that the layout names, else the visible one that fits, and its cells."""
        if self._named in self._names:
            return self._named, self._frame(self._named)
        if self._named:
            raise self._refusal(
                message("tables.sheet_not_there", name=shown(self._named)),
                message("tables.step_sheet_key", key=self._key),
            )
        frames = {name: self._frame(name) for name in self._visible}
        fits = {name: self._fit(frame) for name, frame in frames.items()}
        whole = self._whole(fits)
        most = max((len(fit.fields) for fit in fits.values()), default=0)
        chosen = whole or [name for name in fits if len(fits[name].fields) == most]
        if not whole:
            self._refuse_hidden()
        if len(chosen) == 1:
            return chosen[0], frames[chosen[0]]
        if most:
            raise self._refusal(
                message("tables.sheets_several", layout=self._layout.source),
                message("tables.step_sheet_named", key=self._key),
            )
        raise self._refusal(
            message("tables.sheets_none", layout=self._layout.source),
            message("tables.step_sheet_columns", layout=self._layout.to_edit),
        )

    def _frame(self, name: str) -> pd.DataFrame:
        return pd.read_excel(
            self._book,
            sheet_name=name,
            header=None,
            dtype=object,
            na_filter=False,
            keep_default_na=False,
        )

    def _fit(self, frame: pd.DataFrame) -> Fit:
        head = frame.head(SEARCHED).itertuples(index=False, name=None)
        return best_fit(([str(cell) for cell in row] for row in head), self._layout)

    def _whole(self, fits: Mapping[str, Fit]) -> list[str]:
        return [name for name, fit in fits.items() if fit.is_whole(self._layout)]

    def _refuse_hidden(self) -> None:
        """Refuse a workbook of which only a hidden sheet fits: it may be an older portrait."""
        hidden = (name for name in self._names if name not in self._visible)
        if whole := self._whole({name: self._fit(self._frame(name)) for name in hidden}):
            raise self._refusal(
                message("tables.sheet_hidden", name=shown(whole[0]), layout=self._layout.source),
                message("tables.step_sheet_unhide", key=self._key),
            )

    def _refusal(self, problem: Message, step: Message) -> UnreadableFile:
        sheets = [message("text.quoted", text=shown(name)) for name in self._names]
        listed = message("tables.sheets", problem=problem, sheets=sheets)
        return unreadable(self._file, listed, step)


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
