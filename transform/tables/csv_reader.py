"""Read separated text: find the separator, and read the records once, refusing bad quoting."""

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice, tee

from transform.errors import Said, UnreadableFile
from transform.layouts.model import Layout
from transform.tables.encoding import EncodedText
from transform.tables.faults import unreadable
from transform.tables.header import SEARCHED, best_fit
from transform.tables.table import CELLS, Records
from transform.text.characters import marked_byte
from transform.text.message import Message, message
from transform.text.printable import shown

SEPARATORS = (",", ";", "\t", "|")
# A spreadsheet's cell holds 32,767 characters; an open quote swallows all that follows.
LONGEST_CELL = 1_000_000
WIDEST = 1_024


def read_delimited(text: EncodedText, file: str, layout: Layout) -> tuple[str, Records]:
    """Return the separator and the records, all as wide as the widest."""
    with _longest_cell():
        separator = _separator(text, layout)
        if text.broken:
            raise _broken(text, file, separator, layout)
        return separator, _records(text, file, separator, layout)


@contextmanager
def _longest_cell() -> Iterator[None]:
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _separator(text: EncodedText, layout: Layout) -> str:
    """Choose the separator under which a record names the most fields, then the most cells."""
    with text.lines() as lines:
        # The beginning is decoded once for all.
        copies = zip(SEPARATORS, tee(lines, len(SEPARATORS)), strict=True)
        heads = {separator: _head(copy, separator) for separator, copy in copies}

    def fitness(separator: str) -> tuple[int, int]:
        head = heads[separator]
        return len(best_fit(head, layout).fields), sum(map(len, head))

    return max(SEPARATORS, key=fitness)


def _head(lines: Iterable[str], separator: str) -> list[list[str]]:
    head: list[list[str]] = []
    with suppress(csv.Error):  # the strict pass says where and why
        head.extend(islice(csv.reader(lines, delimiter=separator), SEARCHED))
    return head


def _broken(text: EncodedText, file: str, separator: str, layout: Layout) -> UnreadableFile:
    """Return the error that names the cell of the first byte that the encoding cannot read."""
    with text.lines() as lines:
        for row, record in enumerate(csv.reader(lines, delimiter=separator), start=1):
            for at, cell in enumerate(record):
                if (byte := marked_byte(cell)) is not None:
                    column = _column(text, separator, layout, row, at)
                    return unreadable(
                        _place(message("tables.row", file=file, row=row), column),
                        message(
                            "tables.byte",
                            byte=f"0x{byte:02X}",
                            encoding=text.encoding,
                            text=_around(cell),
                        ),
                        message("tables.step_byte"),
                    )
    raise AssertionError("a broken text has a broken cell")


def _place(row: Message, column: Said) -> Message:
    return message("tables.row_column", row=row, column=column)


def _around(cell: str) -> str:
    at = next(at for at, sign in enumerate(cell) if marked_byte(sign) is not None)
    return shown(cell[max(at - 30, 0) : at + 30])


def _column(text: EncodedText, separator: str, layout: Layout, row: int, at: int) -> Said:
    """Name a column by its number and, below the header, by its header."""
    with text.lines() as lines:
        head = _head(lines, separator)
    fit = best_fit(head, layout)
    names = dict(enumerate(head[fit.row - 1])) if fit.fields and row > fit.row else {}
    if names.get(at):
        return message("tables.named_column", number=at + 1, name=shown(names[at]))
    return str(at + 1)


def _records(text: EncodedText, file: str, separator: str, layout: Layout) -> Records:
    """Read the records, filled up to the widest; refuse quotes open or out of place."""
    records: list[list[str]] = []
    width = line = 0
    texts: dict[str, str] = {}  # cells that are equal are one object
    with text.lines() as lines:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        try:
            for record in reader:
                records.append(list(map(texts.setdefault, record, record)))
                line, width = reader.line_num, max(width, len(record))
                if width > WIDEST:
                    wide = message("tables.much_row_cells", row=len(records), number=width)
                    raise _too_large(file, wide)
                if len(records) * width > CELLS:
                    rows = len(records)
                    many = message("tables.much_rows_cells", rows=rows, cells=width)
                    raise _too_large(file, many)
        except csv.Error as error:
            row = len(records) + 1
            if "field limit" in str(error):
                long = message("tables.much_cell", row=row, line=line + 1, number=LONGEST_CELL)
                raise _too_large(file, long) from None
            place = (row, line, reader.line_num)
            raise _misquoted(text, file, separator, layout, place) from None
    return [tuple(record) + ("",) * (width - len(record)) for record in records]


def _too_large(file: str, what: Message) -> UnreadableFile:
    problem = message("tables.too_much", what=what)
    return unreadable(file, problem, message("tables.step_separators"))


def _misquoted(
    text: EncodedText, file: str, separator: str, layout: Layout, place: tuple[int, int, int]
) -> UnreadableFile:
    """Return the error that names where the quote opens at which the strict reader failed."""
    row, before, line = place
    with text.lines() as lines:
        record = "".join(islice(lines, before, line))
    sound = re.compile(rf'(?:"(?:[^"]+|"")*+"|(?!")[^{separator}\r\n]*)(?:[{separator}\r\n]|\Z)')
    at = start = 0
    while (cell := sound.match(record, start)) and cell.end() > start:
        at, start = at + 1, cell.end()
    line_of_text = message("tables.row_of_text", file=file, row=row, line=before + 1)
    return UnreadableFile(
        message(
            "tables.fault_of_excerpt",
            where=_place(line_of_text, _column(text, separator, layout, row, at)),
            problem=message("tables.quote", text=shown(record[start : start + 40])),
            step=message("tables.step_quote"),
        )
    )
