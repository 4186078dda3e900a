"""Set the blanks of French in a page: no line ends before a colon or a closing quotation mark.

What a page says comes from the catalogue of texts, the templates of help, the vocabulary, the
framework and the words of a layout. All of them are written with plain blanks, and pass here when
the page is whole. What a register wrote in its cells stays as it is, as do code and answers to
queries: they stand in elements of `_AS_THEY_ARE`, in one that a template marks by `data-as-is`, or
in a link to an initiative, whose name is a cell.
"""

import re
from typing import NamedTuple

from transform.text.message import set_blanks

# A tag: whether it closes, its name, its attributes, in quotes of which `>` may stand.
_TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_LANGUAGE = re.compile(r'\slang="([^"]*)"')
_INITIATIVE = re.compile(r'\shref="[^"]*\b(?:id|doc)/initiative/')
_AS_THEY_ARE = frozenset(("code", "kbd", "pre", "script", "style", "textarea"))
_WITHOUT_END = frozenset(("br", "circle", "hr", "img", "input", "link", "meta", "path", "rect"))
_IN_FRENCH = "fr"


class _Element(NamedTuple):
    """An open element: its name, and whether its text is French and ours to write."""

    name: str
    is_french: bool
    is_ours: bool


def set_blanks_of_page(page: str) -> str:
    """Return a page of HTML with the blanks of its French texts set."""
    pieces: list[str] = []
    open_elements = [_Element("", False, True)]
    end = 0
    for tag in _TAG.finditer(page):
        start = tag.start()
        if start > end:
            pieces.append(_write(page[end:start], open_elements[-1]))
        end = tag.end()
        pieces.append(tag[0])
        closes, name, attributes = tag.groups()
        if closes:
            _close(open_elements, name)
        elif name not in _WITHOUT_END and not attributes.endswith("/"):
            open_elements.append(_open(name, attributes, open_elements[-1]))
    pieces.append(page[end:])
    return "".join(pieces)


def _write(text: str, within: _Element) -> str:
    return set_blanks(text, _IN_FRENCH) if within.is_french and within.is_ours else text


def _open(name: str, attributes: str, within: _Element) -> _Element:
    _, is_french, is_ours = within
    if language := _LANGUAGE.search(attributes):
        is_french = language[1].partition("-")[0] == _IN_FRENCH
    is_cell = " data-as-is" in attributes or (name == "a" and _INITIATIVE.search(attributes))
    return _Element(name, is_french, is_ours and not is_cell and name not in _AS_THEY_ARE)


def _close(open_elements: list[_Element], name: str) -> None:
    """Close the last open element of a name, and those that stand open within it."""
    for place in range(len(open_elements) - 1, 0, -1):
        if open_elements[place].name == name:
            del open_elements[place:]
            return
