"""Read the number of the requested page of a long list.

A number beyond the last page is for the list to answer, with UnknownPage.
"""

import re

from server.faults import UnreadableRequest
from transform.text.message import message


def read_page_number(text: str, way: str) -> int:
    """Parse the number of a page; raises UnreadableRequest, with the path of the first page."""
    if not re.fullmatch("[1-9][0-9]{0,6}", text):
        raise UnreadableRequest(message("pages.page_number", number=text[:40]), way)
    return int(text)
