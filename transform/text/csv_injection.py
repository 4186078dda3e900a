"""Keep spreadsheets from running what stands in a cell (OWASP, «CSV Injection»)."""

import re

# What a spreadsheet may take for a formula, also behind blanks, or in full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def harmless(cell: str) -> str:
    """Give a cell that no spreadsheet runs: an apostrophe stands before what may be a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
