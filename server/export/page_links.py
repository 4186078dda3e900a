"""Change the links of a page that our templates wrote."""

import re
from collections.abc import Callable
from html import escape, unescape

# Templates write «<» and «"» as entities wherever they are text, and JSON writes «<» as an escape:
# what looks like a tag is one, and ends with the first «>».
_TAG = re.compile(r"<(?:a|form|iframe|img|input|link|script|source)\s[^>]*>")
_LINK = re.compile(r'(\s(?:action|data-query|href|src|srcset)=")([^"]*)')


def change_links(page: str, change: Callable[[str], str | None]) -> str:
    """Return a page with each link as `change` returns it; None leaves it as it is."""

    def change_link(match: re.Match[str]) -> str:
        changed = change(unescape(match[2]))
        return match[0] if changed is None else match[1] + escape(changed)

    return _TAG.sub(lambda tag: _LINK.sub(change_link, tag[0]), page)
