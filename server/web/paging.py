"""Read the number of the requested page of a long list."""

import re

from server.faults import UnknownPage


def read_page_number(text: str) -> int:
    """Parse the number of a page; raises UnknownPage."""
    if not re.fullmatch("[1-9][0-9]{0,6}", text):
        raise UnknownPage(f"There is no page {text[:40]!r}: pages are counted from 1.")
    return int(text)
