"""Keep spreadsheets from running the text of a cell (OWASP, «CSV Injection»)."""

import re

# The beginning of a formula, for some spreadsheet: also after blanks, or in full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def safe_cell(cell: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe before what may be a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
