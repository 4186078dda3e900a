"""Cut a text of a cell into paragraphs and lists, as its lines show them."""

import re
from typing import NamedTuple

# Signs with which people begin the items of a list, in cells that hold no markup.
_ITEM = re.compile(r"\s*(?:[-–—•·▪◦●*+]|\d{1,2}[.)])\s+(.*)", re.DOTALL)
_LINES = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")


class Block(NamedTuple):
    """A paragraph of lines, or a list of items."""

    is_list: bool
    lines: list[str]


def cut(text: str) -> list[Block]:
    """Return the blocks of a text; an empty line ends one."""
    blocks: list[Block] = []
    begins = True
    for line in _LINES.split(text):
        if not line.strip():
            begins = True
            continue
        item = _ITEM.fullmatch(line)
        is_list = item is not None
        goes_on = bool(blocks) and blocks[-1].is_list is is_list
        # Empty lines may stand between the items of one list.
        if not goes_on or (begins and not is_list):
            blocks.append(Block(is_list, []))
        blocks[-1].lines.append(item[1].strip() if item else line.strip())
        begins = False
    return blocks
