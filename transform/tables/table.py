"""Define a table: the records of a file, whatever its format, as raw text."""

from dataclasses import dataclass, field
from pathlib import Path

from transform.tables.marks import Marks

MEDIA_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    # Not registered; the media type that tools state.
    "ndjson": "application/x-ndjson",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# All rows are as long as the widest: a hundred thousand rows of 62 columns are six million.
CELLS = 16_000_000

# All records have the length of the longest.
Records = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's records: number n, counted from 1, is records[n - 1]; every cell is raw text.

    `marks` are what a workbook says of its cells beside their values. In JSON the first record is
    made of the keys, so that the rows of the file are counted from the second; `pointer` is the
    JSON Pointer of their list.
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
    pointer: str = ""

    @property
    def made_header(self) -> bool:
        """Return whether the first record is none of the file."""
        return self.format in ("json", "ndjson")

    def fragment(self, number: int) -> str:
        """Return the fragment that names a row of the file by its number, from 1.

        For CSV that of RFC 7111, section 2.1, and for workbooks the same; for a JSON document a
        JSON Pointer (RFC 6901, section 6), for one line by line that of RFC 5147, section 3.
        """
        if self.format == "json":
            return f"{self.pointer}/{number - 1}"
        return f"line={number - 1},{number}" if self.format == "ndjson" else f"row={number}"


def row_of(iri: str) -> int:
    """Return the number of the row that the fragment of an IRI names."""
    fragment = iri.rpartition("#")[2]
    if fragment.startswith("/"):
        return int(fragment.rpartition("/")[2]) + 1
    return int(fragment.removeprefix("row=").rpartition(",")[2])
