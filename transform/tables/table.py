"""Hold the records of a file that was read, whatever its format, as raw text."""

from dataclasses import dataclass
from pathlib import Path

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Each row is filled up to the widest: a hundred thousand rows of 62 columns are six millions.
CELLS = 16_000_000

# All as wide as the widest.
Records = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's records: number n, counted from 1, is records[n - 1]; every cell is raw text."""

    path: Path
    raw_sha256: str
    bytes: int
    format: str
    encoding: str | None
    separator: str | None
    sheet: str | None
    records: Records
