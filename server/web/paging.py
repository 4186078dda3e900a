"""Read the number of the requested page of a long list."""

import re

from server.faults import UnknownPage
from transform.text.message import message


def read_page_number(text: str) -> int:
    """Parse the number of a page; raises UnknownPage."""
    if not re.fullmatch("[1-9][0-9]{0,6}", text):
        raise UnknownPage(message("pages.page_number", number=text[:40]))
    return int(text)
