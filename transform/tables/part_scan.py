"""Scan a part of a workbook as a stream: count what it holds, and note what its values hide."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from transform.tables.marks import no_marks, position
from transform.tables.table import CELLS
from transform.text.message import Message, message

# The largest sheet: Microsoft, "Excel specifications and limits".
ROWS = 1_048_576
COLUMNS = 16_384
# Elements between two rows, and bytes of one text or tag: each is held whole in memory.
ELEMENTS = 2_000_000
TEXT = 2 << 20

_STYLE_BITS = 16
_TRUE = ("1", "true")
_TEXTS = ("str", "inlineStr")
# The lists of a workbook's styles; only those of cellXfs are styles of cells.
_SECTIONS = ("cellStyleXfs", "cellXfs", "cellStyles", "dxfs")


class TooMuchError(Exception):
    """The limit that an archive exceeds: `what` it unpacks to."""

    def __init__(self, what: Message) -> None:
        super().__init__(what)
        self.what = what


@dataclass(slots=True)
class SheetNotes:
    """What a sheet says of its cells beside their values; arrays hold one number a cell.

    `styled` and `errors` are sorted: a position, then the number of a style or of an error text.
    """

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    without_value: "array[int]" = field(default_factory=no_marks)
    styled: "array[int]" = field(default_factory=no_marks)
    errors: "array[int]" = field(default_factory=no_marks)
    error_texts: list[str] = field(default_factory=list)

    def sort(self) -> None:
        """Sort the arrays of a sheet whose rows do not ascend."""
        self.styled = _sorted(self.styled)
        self.errors = _sorted(self.errors)

    def style_of(self, number: int) -> int:
        """Return the style of a number's cell by its position, 0 where it has none."""
        return _look_up(self.styled, number) or 0

    def error_of(self, number: int) -> str | None:
        """Return the text of an error by the position of its cell, None where it has none."""
        kept = _look_up(self.errors, number)
        return None if kept is None else self.error_texts[kept]


def _look_up(marks: "array[int]", number: int) -> int | None:
    at = bisect_left(marks, number << _STYLE_BITS)
    if at < len(marks) and marks[at] >> _STYLE_BITS == number:
        return marks[at] & ((1 << _STYLE_BITS) - 1)
    return None


def _sorted(marks: "array[int]") -> "array[int]":
    ascending = all(one <= other for one, other in pairwise(marks))
    return marks if ascending else array("Q", sorted(marks))


@dataclass(slots=True)
class BookNotes:
    """What the parts of a workbook say of its sheets and of the formats of its numbers."""

    # Name and identifier of a relationship for each sheet, and the target of each identifier.
    sheets: list[tuple[str, str]] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    # The code of each declared number format, and the number format of each style of cells.
    codes: dict[int, str] = field(default_factory=dict)
    formats: list[int] = field(default_factory=list)


class PartScan:
    """Count rows, cells and texts of a stream of XML, and note what cells do not say.

    `cells` is the number of cells that the parts before had.
    """

    def __init__(self, cells: int) -> None:
        # The reader takes every part for UTF-8, as this parser does whatever the part declares.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.sheet, self.book = SheetNotes(), BookNotes()
        self.cells_before = cells
        self.rows = self.row = self.column = self.widest = self.tallest = 0
        self.visited = self.elements = self.length = self.size = 0
        self.digits = self.section = ""
        self.letters: dict[str, int] = {}
        # The cell that is being read: its position, None outside of one; the texts of its value.
        self.at: int | None = None
        self.kind: str | None = None
        self.style: str | None = None
        self.value: list[str] = []
        self._no_cell()

    def feed(self, block: bytes) -> None:
        """Parse the next block."""
        self.size += len(block)
        self.parser.Parse(block)
        if self.size - self.parser.CurrentByteIndex > TEXT:
            raise TooMuchError(message("tables.much_tag", number=TEXT >> 20))

    def finish(self) -> None:
        """Parse the end of the part."""
        self.parser.Parse(b"", True)
        self._end_cell()
        self.sheet.sort()

    @property
    def cells(self) -> int:
        """Return the number of cells of a table that holds all values."""
        return self.tallest * self.widest

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.length = 0
        self.keeping = False
        self.elements += 1
        if self.elements > ELEMENTS:
            raise TooMuchError(message("tables.much_elements", number=ELEMENTS))
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._row(attributes)
        elif name in ("v", "is"):
            self._value()
        elif name == "f":
            self.formula = True
        elif name == "xf" and self.section == "cellXfs":
            self.book.formats.append(int(attributes.get("numFmtId", "0")))
        elif name in _SECTIONS:
            self.section = name
        if attributes and name not in ("c", "row"):
            self._refuse_counts(attributes)
            self._note(name, attributes)

    def _row(self, attributes: Mapping[str, str]) -> None:
        self._end_cell()
        reference = attributes.get("r")
        self.rows += 1
        self.row = int(reference) if reference else self.row + 1
        self.digits = str(self.row)
        self.elements = self.column = 0
        if max(self.rows, self.row) > ROWS:
            raise TooMuchError(message("tables.much_rows", number=ROWS))
        if attributes.get("hidden") in _TRUE:
            self.sheet.hidden_rows.append(self.row)

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self._end_cell()
        before = self.column
        reference = attributes.get("r")
        row = self.row
        if reference:
            letters = reference.rstrip("0123456789")
            digits = reference[len(letters) :]
            self.column = self.letters.get(letters) or self._column(letters)
            # The reader places a cell by its own reference, whatever its row is.
            row = row if digits == self.digits else self._cell_row(digits)
        else:
            self.column += 1
        self.visited += max(self.column - before, 1)
        if self.column > COLUMNS:
            raise TooMuchError(message("tables.much_columns", number=COLUMNS))
        if self.visited > CELLS:
            raise TooMuchError(message("tables.much_cells", number=CELLS))
        self.at = position(row, self.column - 1)
        self.cell_row = row
        self.kind = attributes.get("t")
        self.style = attributes.get("s")

    def _column(self, letters: str) -> int:
        """Return the number of a column, counted from 1, by its letters."""
        if not 0 < len(letters) <= 3 or not (letters.isascii() and letters.isalpha()):
            raise ValueError(message("tables.xml_reference"))
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter.upper()) - 64
        self.letters[letters] = number
        return number

    def _cell_row(self, digits: str) -> int:
        if not digits or digits.strip("0") == "":
            raise ValueError(message("tables.xml_reference"))
        row = int(digits)
        if row > ROWS:
            raise TooMuchError(message("tables.much_rows", number=ROWS))
        return row

    def _value(self) -> None:
        if self.at is None:
            return
        self.valued = True
        if self.formula or self.kind == "e":
            self.keeping = True
        self.widest = max(self.widest, self.column)
        self.tallest = max(self.tallest, self.cell_row)
        if self.cells_before + self.tallest * self.widest > CELLS:
            raise TooMuchError(message("tables.much_cells", number=CELLS))

    def _end_cell(self) -> None:
        """Note of a cell that has ended what its value does not say."""
        if self.at is None:
            return
        value = "".join(self.value).strip()
        # A stored text may be "": its kind says that it is stored.
        if self.formula and not value and not (self.valued and self.kind in _TEXTS):
            self.sheet.without_value.append(self.at)
        elif self.kind == "e" and value:
            self._mark(self.sheet.errors, self._error_number(value))
        elif self.valued and self.style and self.kind in (None, "n"):
            self._mark(self.sheet.styled, int(self.style))
        self._no_cell()

    def _no_cell(self) -> None:
        self.at = self.kind = self.style = None
        self.cell_row = 0
        self.formula = self.valued = self.keeping = False
        self.value = []

    def _mark(self, marks: "array[int]", number: int) -> None:
        if self.at is not None and 0 <= number < 1 << _STYLE_BITS:
            marks.append(self.at << _STYLE_BITS | number)

    def _error_number(self, text: str) -> int:
        texts = self.sheet.error_texts
        if text not in texts:
            if len(texts) == 50:
                raise ValueError(message("tables.xml_errors"))
            texts.append(text)
        return texts.index(text)

    def _text(self, text: str) -> None:
        self.length += len(text)
        if self.length > TEXT:
            raise TooMuchError(message("tables.much_text", number=TEXT >> 20))
        if self.keeping:
            self.value.append(text)

    def _note(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "col":
            if attributes.get("hidden") in _TRUE:
                first, last = int(attributes["min"]), int(attributes["max"])
                self.sheet.hidden_columns.append((first - 1, min(last, COLUMNS) - 1))
        elif name == "sheet":
            # The prefix of the identifier is the writer's own.
            ids = [value for key, value in attributes.items() if key.endswith(":id")]
            self.book.sheets.append((attributes.get("name", ""), ids[0] if ids else ""))
        elif name == "Relationship":
            self.book.targets[attributes.get("Id", "")] = attributes.get("Target", "")
        elif name == "numFmt":
            self.book.codes[int(attributes["numFmtId"])] = attributes["formatCode"]

    def _refuse_counts(self, attributes: Mapping[str, str]) -> None:
        """Refuse a list that declares more entries than it can have: all get memory."""
        for name in ("count", "uniqueCount"):
            digits = attributes.get(name, "").strip().lstrip("+")
            if digits.isdecimal() and int(digits) > CELLS:
                raise TooMuchError(message("tables.much_entries", number=int(digits)))

    def _doctype(self, *_: object) -> None:
        # No part may have one (ECMA-376 part 2, 9.1.4): its entities can expand without limit.
        raise expat.ExpatError(message("tables.xml_doctype"))
