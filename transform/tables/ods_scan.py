"""Scan the content of an OpenDocument spreadsheet: count its cells, and note what values hide."""

from array import array
from collections.abc import Mapping
from xml.parsers import expat

from transform.tables.marks import no_marks, position
from transform.tables.part_scan import COLUMNS, ELEMENTS, ROWS, TEXT, SheetNotes, TooMuchError
from transform.tables.table import CELLS
from transform.text.message import message

# Elements and attributes by the prefixes that the reader knows them by.
_CELLS = ("table:table-cell", "table:covered-table-cell")
_COLUMNS_REPEATED, _ROWS_REPEATED = "table:number-columns-repeated", "table:number-rows-repeated"
_HIDDEN = ("collapse", "filter")
_NUMBERS = ("float", "percentage", "currency")
_INDEX_BITS = 16


class OdsScan:
    """Count the cells of all tables that hold something, and note what a sheet does not show.

    A row or cell that repeats is written once, however often it comes (ODF 1.3, part 3, 19.675).
    """

    def __init__(self) -> None:
        # The reader takes every part for UTF-8, as this parser does whatever the part declares.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.tables: dict[str, SheetNotes] = {}
        # How a spreadsheet shows numbers whose values say something else.
        self.shown: list[str] = []
        self._numbers: dict[str, int] = {}
        self._open: list[str] = []
        self._sheet = SheetNotes()
        self._size = self._elements = self._length = self._before = 0
        self._no_table()

    @property
    def cells(self) -> int:
        """Return the number of cells of tables that hold all values."""
        return self._before + self._tallest * self._widest

    def feed(self, block: bytes) -> None:
        """Parse the next block."""
        self._size += len(block)
        self.parser.Parse(block)
        if self._size - self.parser.CurrentByteIndex > TEXT:
            raise TooMuchError(message("tables.much_tag", number=TEXT >> 20))

    def finish(self) -> None:
        """Parse the end of the part."""
        self.parser.Parse(b"", True)
        for sheet in self.tables.values():
            sheet.sort()

    def _no_table(self) -> None:
        self._row = self._column = self._columns = self._tallest = self._widest = 0
        self._no_row()
        self._no_cell()

    def _no_row(self) -> None:
        self._row_repeats, self._row_hidden, self._row_filled = 1, False, False

    def _no_cell(self) -> None:
        self._cell: Mapping[str, str] | None = None
        self._error = False
        self._paragraphs: list[str] = []

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._length = 0
        self._elements += 1
        if self._elements > ELEMENTS:
            raise TooMuchError(message("tables.much_elements", number=ELEMENTS))
        self._open.append(tag)
        if tag == "table:table":
            if tag in self._open[:-1]:
                raise ValueError(message("tables.ods_nested"))
            name = attributes.get("table:name", "")
            self._sheet = self.tables.setdefault(name, SheetNotes())
            self._no_table()
        elif tag == "table:table-column":
            repeats = _repeats(attributes, _COLUMNS_REPEATED)
            if attributes.get("table:visibility") in _HIDDEN and self._columns < COLUMNS:
                last = min(self._columns + repeats, COLUMNS) - 1
                self._sheet.hidden_columns.append((self._columns, last))
            self._columns += repeats
        elif tag == "table:table-row":
            self._elements = self._column = 0
            self._row_repeats = _repeats(attributes, _ROWS_REPEATED)
            self._row_hidden = attributes.get("table:visibility") in _HIDDEN
        elif tag in _CELLS:
            self._cell = attributes
            self._error = attributes.get("calcext:value-type") == "error"

    def _end(self, tag: str) -> None:
        self._open.pop()
        if tag in _CELLS:
            self._end_cell()
        elif tag == "table:table-row":
            self._end_row()
        elif tag == "table:table":
            self._before += self._tallest * self._widest
            self._tallest = self._widest = 0
        elif tag == "text:p" and self._cell is not None:
            self._paragraphs.append("\n")

    def _text(self, text: str) -> None:
        self._length += len(text)
        if self._length > TEXT:
            raise TooMuchError(message("tables.much_text", number=TEXT >> 20))
        if self._cell is not None and "office:annotation" not in self._open:
            self._paragraphs.append(text)

    def _end_cell(self) -> None:
        cell, shown = self._cell or {}, "".join(self._paragraphs).strip()
        repeats = _repeats(cell, _COLUMNS_REPEATED)
        kind, first = cell.get("office:value-type"), self._column
        formula = "table:formula" in cell
        self._column += repeats
        if kind or shown or formula:
            self._row_filled = True
            self._widest = max(self._widest, self._column)
            self._refuse_excess()
            row = self._row + 1
            if formula and not kind and not shown:
                self._sheet.without_value.extend(self._places(row, first, repeats))
            elif self._error and shown:
                self._mark(self._sheet.errors, self._error_number(shown), row, first, repeats)
            elif kind in _NUMBERS and not _says(cell.get("office:value", ""), shown):
                self._mark(self._sheet.styled, self._shown_number(shown), row, first, repeats)
        self._no_cell()

    def _end_row(self) -> None:
        if self._row_filled:
            self._tallest = self._row + self._row_repeats
            self._refuse_excess()
            if self._row_hidden:
                self._sheet.hidden_rows.extend(range(self._row + 1, self._tallest + 1))
        self._row += self._row_repeats
        self._no_row()

    def _refuse_excess(self) -> None:
        if self._row + self._row_repeats > ROWS:
            raise TooMuchError(message("tables.much_rows", number=ROWS))
        if self._column > COLUMNS:
            raise TooMuchError(message("tables.much_columns", number=COLUMNS))
        if self._before + (self._row + self._row_repeats) * self._widest > CELLS:
            raise TooMuchError(message("tables.much_cells", number=CELLS))

    def _places(self, row: int, first: int, repeats: int) -> "array[int]":
        """Return the positions of a cell in all rows and columns that it stands for."""
        places = no_marks()
        for at_row in range(row, row + self._row_repeats):
            places.extend(position(at_row, at) for at in range(first, first + repeats))
        return places

    def _mark(self, marks: "array[int]", number: int, row: int, first: int, repeats: int) -> None:
        marks.extend(p << _INDEX_BITS | number for p in self._places(row, first, repeats))

    def _shown_number(self, shown: str) -> int:
        """Return the number, from 1, of a text as which a number is shown."""
        if shown not in self._numbers and len(self.shown) < (1 << _INDEX_BITS) - 2:
            self.shown.append(shown)
            self._numbers[shown] = len(self.shown)
        return self._numbers.get(shown, len(self.shown))

    def _error_number(self, text: str) -> int:
        texts = self._sheet.error_texts
        if text not in texts:
            if len(texts) == 50:
                raise ValueError(message("tables.xml_errors"))
            texts.append(text)
        return texts.index(text)

    def _doctype(self, *_: object) -> None:
        # Its entities can expand without limit.
        raise expat.ExpatError(message("tables.xml_doctype"))


def _repeats(attributes: Mapping[str, str], name: str) -> int:
    return max(int(attributes.get(name, "1")), 1)


def _says(value: str, shown: str) -> bool:
    """Return whether a number is shown as its value says, with either decimal sign."""
    try:
        return format(float(value), ".15g") == shown.replace(",", ".")
    except ValueError:
        return True  # the reader says what it is
