"""Change the links of a page that our templates wrote."""

import re
from collections.abc import Callable
from html import escape, unescape

# Templates write «<» and «"» as entities wherever they are text, and JSON writes «<» as an escape:
# what looks like a tag is one, and ends with the first «>».
_TAG = re.compile(
    r"<(?!link rel=\"canonical\")(?:a|form|iframe|img|input|link|script|source)\s[^>]*>"
)
_LINK = re.compile(r'(\s(?:action|data-query|href|src|srcset)=")([^"]*)')
# Where the page, and the picture of it, are at home, for engines and for other sites.
_AT_HOME = re.compile(
    r'(<(?:link rel="canonical" href|meta property="og:(?:image|url)" content)=")([^"]*)'
)


def change_addresses(page: str, change: Callable[[str], str]) -> str:
    """Return a page with the addresses at which other sites find it as `change` returns them."""
    return _AT_HOME.sub(lambda found: found[1] + escape(change(unescape(found[2]))), page)


def change_links(page: str, change: Callable[[str], str | None]) -> str:
    """Return a page with each link as `change` returns it; None leaves it as it is."""

    def change_link(match: re.Match[str]) -> str:
        changed = change(unescape(match[2]))
        return match[0] if changed is None else match[1] + escape(changed)

    return _TAG.sub(lambda tag: _LINK.sub(change_link, tag[0]), page)
