"""Write CSV that a spreadsheet opens without running a cell (OWASP, «CSV Injection»).

Every CSV of this project that people open in a spreadsheet is written here. Exact, and not for
spreadsheets, are the results of the SPARQL Protocol and the copies of files that others wrote.
"""

import csv
import re
from collections.abc import Iterable
from typing import Any

# The beginning of a formula, for some spreadsheet: also after blanks and controls, or in full
# width. Apostrophes before it are counted in, so that `original_cell` can tell ours from theirs.
_FORMULA = re.compile(r"'*(?:[\s\x00-\x1f\x7f\ufeff]*[=+\-@＝＋－＠]|[\t\r\n])")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)

Cell = str | int | float | None


def safe_cell(cell: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe before what may be a formula.

    A number stays one, a negative one too.
    """
    return f"'{cell}" if _may_be_formula(cell) else cell


def original_cell(cell: str) -> str:
    """Return the cell that `safe_cell` was called with, of the one that it returned."""
    return cell[1:] if cell.startswith("'") and _may_be_formula(cell) else cell


def _may_be_formula(cell: str) -> bool:
    return _FORMULA.match(cell) is not None and _NUMBER.fullmatch(cell.lstrip("'")) is None


class SpreadsheetWriter:
    """A writer of CSV as `csv.writer` returns it, all of whose cells are safe."""

    def __init__(self, out: Any, *, delimiter: str = ",", lineterminator: str = "\r\n") -> None:
        self._writer = csv.writer(out, delimiter=delimiter, lineterminator=lineterminator)

    def writerow(self, cells: Iterable[Cell]) -> None:
        """Write one row."""
        self._writer.writerow(_safe_row(cells))

    def writerows(self, rows: Iterable[Iterable[Cell]]) -> None:
        """Write several rows."""
        self._writer.writerows(map(_safe_row, rows))


def _safe_row(cells: Iterable[Cell]) -> list[Cell]:
    # A text that is no formula, as nearly all are, costs one look at its first characters.
    looks_like_formula = _FORMULA.match
    return [
        safe_cell(cell) if isinstance(cell, str) and looks_like_formula(cell) else cell
        for cell in cells
    ]
