"""Read separated text: find the separator, refuse bad quoting, and let pandas read the rest."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice, zip_longest

import pandas as pd

from transform.errors import UnreadableFile
from transform.layouts.model import Layout
from transform.tables.encoding import Text
from transform.tables.header import SEARCHED, best_fit
from transform.tables.table import CELLS, Records
from transform.text.characters import marked_byte
from transform.text.printable import shown

SEPARATORS = (",", ";", "\t", "|")
# A spreadsheet's cell holds 32,767 characters; an open quote swallows all that follows.
LONGEST_CELL = 1_000_000
WIDEST = 1_024


def read_delimited(text: Text, file: str, layout: Layout) -> tuple[str, Records]:
    """Give the separator and the records, all as wide as the widest."""
    with _longest_cell():
        separator = _separator(text, layout)
        if text.broken:
            raise _broken(text, file, separator, layout)
        extent = _extent(text, file, separator, layout)
        return separator, _records(text, file, separator, extent)


@contextmanager
def _longest_cell() -> Iterator[None]:
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _separator(text: Text, layout: Layout) -> str:
    """Choose the separator under which a record names the most fields, then the most cells."""

    def fitness(separator: str) -> tuple[int, int]:
        head = _head(text, separator)
        return len(best_fit(head, layout).fields), sum(map(len, head))

    return max(SEPARATORS, key=fitness)


def _head(text: Text, separator: str) -> list[list[str]]:
    head: list[list[str]] = []
    with text.lines() as lines, suppress(csv.Error):  # the strict pass says where and why
        head.extend(islice(csv.reader(lines, delimiter=separator), SEARCHED))
    return head


def _broken(text: Text, file: str, separator: str, layout: Layout) -> UnreadableFile:
    """Say in which cell the first byte stands that the encoding cannot read."""
    with text.lines() as lines:
        for row, record in enumerate(csv.reader(lines, delimiter=separator), start=1):
            for at, cell in enumerate(record):
                if (byte := marked_byte(cell)) is not None:
                    column = _column(text, separator, layout, row, at)
                    return UnreadableFile(
                        f"{file}, row {row}, column {column}: byte 0x{byte:02X} is not"
                        f' {text.encoding}, in "{_around(cell)}". Correct the cell,'
                        " or save the file again as UTF-8."
                    )
    raise AssertionError("a broken text has a broken cell")


def _around(cell: str) -> str:
    at = next(at for at, sign in enumerate(cell) if marked_byte(sign) is not None)
    return shown(cell[max(at - 30, 0) : at + 30])


def _column(text: Text, separator: str, layout: Layout, row: int, at: int) -> str:
    """Name a column by its number and, below the header, by its header."""
    head = _head(text, separator)
    fit = best_fit(head, layout)
    names = dict(enumerate(head[fit.row - 1])) if fit.fields and row > fit.row else {}
    return f'{at + 1} "{shown(names[at])}"' if names.get(at) else f"{at + 1}"


def _extent(text: Text, file: str, separator: str, layout: Layout) -> tuple[int, int]:
    """Count the records and the cells of the widest; refuse quotes open or out of place."""
    count = width = line = 0
    with text.lines() as lines:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        try:
            for record in reader:
                count, line = count + 1, reader.line_num
                width = max(width, len(record))
                if width > WIDEST:
                    raise _too_large(file, f"row {count} has {width:,} cells")
        except csv.Error as error:
            if "field limit" in str(error):
                raise _too_large(
                    file,
                    f"row {count + 1} (line {line + 1} of the text) has a cell of"
                    f" over {LONGEST_CELL:,} characters",
                ) from None
            place = (count + 1, line, reader.line_num)
            raise _misquoted(text, file, separator, layout, place) from None
    if count * width > CELLS:
        raise _too_large(file, f"{count:,} rows of up to {width:,} cells")
    return count, width


def _too_large(file: str, what: str) -> UnreadableFile:
    return UnreadableFile(
        f"{file}: {what}, more than a portrait can need. Check separators and quotes."
    )


def _misquoted(
    text: Text, file: str, separator: str, layout: Layout, place: tuple[int, int, int]
) -> UnreadableFile:
    """Say where the quote opens on which the strict reader stumbled."""
    row, before, line = place
    with text.lines() as lines:
        record = "".join(islice(lines, before, line))
    sound = re.compile(rf'(?:"(?:[^"]+|"")*+"|(?!")[^{separator}\r\n]*)(?:[{separator}\r\n]|\Z)')
    at = start = 0
    while (cell := sound.match(record, start)) and cell.end() > start:
        at, start = at + 1, cell.end()
    return UnreadableFile(
        f"{file}, row {row} (line {before + 1} of the text),"
        f" column {_column(text, separator, layout, row, at)}: a quote that opens here is not"
        f" closed, or not doubled inside the cell: {shown(record[start : start + 40])}"
        ' … Close it, or write "" for each quote inside the cell.'
    )


def _records(text: Text, file: str, separator: str, extent: tuple[int, int]) -> Records:
    """Let pandas read the records, and make sure that the strict reader saw the same."""
    count, width = extent
    if not width:
        return [()] * count
    with text.lines() as lines:
        frame = pd.read_csv(
            lines,
            sep=separator,
            header=None,
            names=range(width),
            dtype=object,
            na_filter=False,
            keep_default_na=False,
            skip_blank_lines=False,
            low_memory=False,
        )
    records: Records = list(zip(*(frame[at].tolist() for at in range(width)), strict=True))
    with text.lines() as lines:
        strict = csv.reader(lines, delimiter=separator, strict=True)
        for row, (record, other) in enumerate(zip_longest(records, strict, fillvalue=()), start=1):
            if record == tuple(other):
                continue
            if record[: len(other)] != tuple(other) or any(record[len(other) :]):
                raise UnreadableFile(
                    f"{file}, row {row}: two readers of CSV understand it differently."
                    " Save the file again from a spreadsheet, as .xlsx or as .csv in UTF-8."
                )
    return records
