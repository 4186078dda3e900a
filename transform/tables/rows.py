"""Read the rows of a portrait, and list its other lines."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from transform.errors import UnreadableFile
from transform.layouts.model import FIELDS, LISTS, Layout
from transform.tables.columns import Header, find_header
from transform.tables.faults import unreadable
from transform.tables.marks import Marks
from transform.tables.reader import read_table
from transform.tables.table import Table
from transform.tables.texts import RowTexts, Slot, TextReader
from transform.text.message import message
from transform.text.normal_form import normal_form
from transform.text.printable import shown

# In normal form: «Total», «Sous-total : 12», «Total général», «Total des initiatives = 1 248».
_TOTAL = re.compile(
    r"(?:(?:grand|nombre|sous|sub)[ -]?)?(?:totals?|totaux|sommes?|sum)"
    r"(?: (?:g[ée]n[ée]ral|global|cumul[ée]))?(?: (?:de|des|of)(?: [\w'-]+){1,4})?"
    r"(?: ?[:=])?(?: ?\d[\d .,]*)?"
)
_TOTAL_BEGINS = re.compile(r"\W*(?:grand|nombre|so|sub|sum|tota)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d[\d .,]*%?")


class Cells(NamedTuple):
    """The raw text of each field of a row, "" for a field without a column."""

    nom: str
    categorie: str
    organisme: str
    portefeuille: str
    benefices: str
    statut: str


class Row(NamedTuple):
    """One initiative as the file writes it.

    `others` are its texts beside the six cells, one for each slot of the reading; `whole` are the
    cells, by field, of which `cells` hold a part only. `identifier` is by what the row is known,
    where the layout says that its identifier is, else "".

    The number counts the file's records from 1, titles and header included, as the fragment
    row=N does (RFC 7111, section 2.1; in the tests of CSV on the Web, the first row
    below the header is #row=2).
    """

    number: int
    cells: Cells
    others: tuple[str, ...] = ()
    whole: tuple[tuple[str, str], ...] = ()
    identifier: str = ""

    def written(self) -> Cells:
        """Return the cells of the six fields as they were written."""
        return self.cells._replace(**dict(self.whole)) if self.whole else self.cells


class SkippedLine(NamedTuple):
    """A line that is no row; its kind is title, blank, note, header or total."""

    row: int
    kind: str
    text: str


class Remark(NamedTuple):
    """What the text of a row or column does not say: hidden, formula, format or uncut.

    `row` is None for a column as a whole, and `field` "" for a row as a whole or one without an
    initiative; `text` is the name of a column, or the format by which a spreadsheet shows a cell.
    """

    kind: str
    row: int | None
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows and other lines of one year's file.

    `borrowed`: by row number and field, the fallback column from which a cell was taken. `slots`
    are those of the texts that rows have beside their six cells.
    """

    table: Table
    header: Header
    year: int
    rows: list[Row]
    listed: list[SkippedLine]
    borrowed: dict[tuple[int, str], int]
    remarks: list[Remark] = dataclasses.field(default_factory=list)
    slots: tuple[Slot, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields that the file has a column for."""
        return tuple(name for name in FIELDS if self.header.columns[name])

    @property
    def lists(self) -> tuple[str, ...]:
        """Return the lists that the file names values of."""
        return tuple(name for name in LISTS if self.header.columns[name])

    @property
    def read(self) -> int:
        """Return the number of records of the file, without the header."""
        return len(self.rows) + len(self.listed)

    def column(self, row: Row, field: str) -> str:
        """Return the name of the column from which a field of a row was read, "" for none."""
        return self.header.names.get(self.source(row.number, field), "")

    def source(self, number: int, field: str) -> int:
        """Return the column from which a field of a row was read, from 0; -1 for none."""
        columns = self.header.columns.get(field) or self.header.columns.get(field.split("@")[0])
        return self.borrowed.get((number, field), columns[0] if columns else -1)


def read_rows(path: Path, year: int, layout: Layout) -> Reading:
    """Read the rows of a file; the table of the reading has no records.

    Raises UnreadableFile where no row is below the header.
    """
    table = read_table(path, layout, year)
    header = find_header(table, layout)
    # Rows use the texts of six columns; keeping those of sixty others would cost ten times more.
    reader = TextReader(header, layout)
    bare = replace(table, records=[], marks=Marks())
    reading = Reading(bare, header, year, [], [], {}, slots=reader.slots)
    _sort(table, reading, reader)
    reading.remarks.extend(_remarks(table.marks, reading))
    if not reading.rows:
        below = message("tables.no_rows_below", row=header.row)
        problem = message("tables.no_rows") if table.made_header else below
        raise unreadable(path.name, problem, message("tables.step_again"))
    return reading


def _remarks(marks: Marks, reading: Reading) -> Iterator[Remark]:
    """Yield what a workbook says of the rows and of the cells that fields are read from."""
    header = reading.header
    fields = {at: name for name, columns in header.columns.items() for at in columns}
    numbers = {row.number for row in reading.rows}
    for first, last in marks.hidden_columns:
        for at in sorted(fields.keys() & range(first, last + 1)):
            yield Remark("hidden", None, fields[at], header.names[at])
    for number in marks.hidden_rows:
        if number in numbers:
            yield Remark("hidden", number, "", "")
    for number, at in marks.formulas():
        if number > header.row and at in fields:
            yield Remark(
                "formula", number, fields[at] if number in numbers else "", header.names[at]
            )
    for number, at, code in marks.formatted():
        if number in numbers and at == reading.source(number, fields.get(at, "")):
            yield Remark("format", number, fields[at], code)


def is_blank(cell: str) -> bool:
    """Return whether a cell shows no text."""
    return not cell or (not cell[0].isalnum() and not normal_form(cell))


def _sort(table: Table, reading: Reading, reader: TextReader) -> None:
    """Sort records into rows, titles, blanks, notes, totals and repeated headers."""
    header = reading.header
    titles = [] if table.made_header else table.records[: header.row - 1]
    reading.listed.extend(_listed(at, "title", line) for at, line in enumerate(titles, start=1))
    pick = _picker(header)
    (probe, probed), *others = _names_to_repeat(header)
    nameless = [at for at in range(len(table.records[0])) if at not in header.names]
    several = _with_several_columns(header)
    first = header.row + 1 - table.made_header
    for number, record in enumerate(table.records[header.row :], start=first):
        cells = pick(record)
        if _is_total(record):
            reading.listed.append(_listed(number, "total", record))
            continue
        if _is_sparse(cells) and _is_note(record, header):
            reading.listed.append(_listed(number, "note", record))
            continue
        if normal_form(record[probe]) == probed and all(
            normal_form(record[at]) == name for at, name in others
        ):
            reading.listed.append(_listed(number, "header", record))
            continue
        for at in nameless:
            if not is_blank(record[at]):
                raise _overflow(table.path.name, number, at, record[at])
        if several:
            cells = _with_fallback(number, cells, record, several, reading.borrowed)
        if reader.reads_more():
            reading.rows.append(_with_texts(number, cells, reader.read(record), reading.remarks))
        else:
            reading.rows.append(Row(number, cells))


def _with_texts(number: int, cells: Cells, texts: RowTexts, remarks: list[Remark]) -> Row:
    """Return a row with all its texts, noting the cells that do not hold one for each language."""
    remarks += [Remark("uncut", number, field, "") for field in texts.uncut]
    cells, whole = cells._replace(**texts.replaced), tuple(texts.whole.items())
    return Row(number, cells, texts.others, whole, texts.identifier)


def _with_several_columns(header: Header) -> dict[str, tuple[int, ...]]:
    """Return those of the six fields that take the first of several cells, with their columns."""
    return {
        field: header.columns[field]
        for field in FIELDS
        if len(header.columns[field]) > 1 and field not in header.joined
    }


def _listed(number: int, kind: str, record: Sequence[str]) -> SkippedLine:
    filled = [cell for cell in record if not is_blank(cell)]
    return SkippedLine(number, kind if filled else "blank", " | ".join(filled))


def _is_sparse(cells: Cells) -> bool:
    """Return whether fewer than two cells are filled; most rows need but two first letters."""
    if cells.nom[:1].isalnum() and (cells.categorie[:1].isalnum() or cells.statut[:1].isalnum()):
        return False
    return sum(not is_blank(cell) for cell in cells) < 2


def _is_note(record: Sequence[str], header: Header) -> bool:
    """Return whether no cell, or only the first, is filled: a source, a remark below the rows."""
    filled = [at for at, cell in enumerate(record) if not is_blank(cell)]
    return not filled or (len(filled) == 1 and filled[0] <= min(header.names))


def _is_total(record: Sequence[str]) -> bool:
    """Return whether a record holds the word total, or a sum, and beside it only numbers."""
    if not any(map(_TOTAL_BEGINS.match, record)):
        return False
    filled = [normal_form(cell) for cell in record if not is_blank(cell)]
    totals = [bool(_TOTAL.fullmatch(cell)) for cell in filled]
    return any(totals) and all(
        total or _NUMBER.fullmatch(cell) for total, cell in zip(totals, filled, strict=True)
    )


def _picker(header: Header) -> Callable[[tuple[str, ...]], Cells]:
    """Return a function that picks the six main cells of a record, "" for a missing column."""
    columns = [header.columns[field] for field in FIELDS]
    take = itemgetter(*(places[0] if places else -1 for places in columns))
    if all(columns):
        return lambda record: Cells._make(take(record))
    return lambda record: Cells._make(take((*record, "")))


def _names_to_repeat(header: Header) -> list[tuple[int, str]]:
    """Return columns and normal forms of the header, those of lists first.

    Lists have few texts, whose normal forms are cached.
    """
    first = [at for field in LISTS for at in header.columns[field]]
    order = dict.fromkeys([*first, *header.names])
    return [(at, normal_form(header.names[at])) for at in order]


def _with_fallback(
    number: int,
    cells: Cells,
    record: Sequence[str],
    several: Mapping[str, tuple[int, ...]],
    borrowed: dict[tuple[int, str], int],
) -> Cells:
    """Replace each blank cell by its first fallback that is not blank, and note which."""
    for field, (main, *fallbacks) in several.items():
        if is_blank(record[main]):
            source = next((at for at in fallbacks if not is_blank(record[at])), None)
            if source is not None:
                borrowed[number, field] = source
                cells = cells._replace(**{field: record[source]})
    return cells


def _overflow(file: str, number: int, at: int, cell: str) -> UnreadableFile:
    row = message("tables.row", file=file, row=number)
    where = message("tables.row_column", row=row, column=at + 1)
    problem = message("tables.overflow", text=shown(cell)[:60])
    return unreadable(where, problem, message("tables.step_overflow"))
