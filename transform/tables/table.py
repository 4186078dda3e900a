"""Define a table: the records of a file, whatever its format, as raw text."""

from dataclasses import dataclass, field
from pathlib import Path

from transform.tables.marks import Marks

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# All rows are as long as the widest: a hundred thousand rows of 62 columns are six million.
CELLS = 16_000_000

# All records have the length of the longest.
Records = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's records: number n, counted from 1, is records[n - 1]; every cell is raw text.

    `marks` are what a workbook says of its cells beside their values.
    """

    path: Path
    raw_sha256: str
    bytes: int
    format: str
    encoding: str | None
    separator: str | None
    sheet: str | None
    records: Records
    marks: Marks = field(default_factory=Marks)
