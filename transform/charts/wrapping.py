"""Estimate the width of texts, and break them into lines.

A chart is shown in whichever font its reader has: the estimate is of a wide one (DejaVu Sans,
Verdana), so that what fits by it fits in others.
"""

import re
import unicodedata
from functools import lru_cache

from transform.text.characters import UNWRITABLE

_NARROW, _LARGE = frozenset("iljI|!.,:;'’`·"), frozenset("mwMW%@")
_SMALL = frozenset("ftr()[]{}-/ \u00a0")
# Directions and what breaks a line: a label is one line of text, whatever is in it.
_ACTING = re.compile("[\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_LONGEST = 400  # characters that are looked at


@lru_cache(maxsize=4096)
def _width(sign: str) -> float:
    """Return the width of a character in ems."""
    if unicodedata.combining(sign):
        return 0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.05
    plain = unicodedata.normalize("NFD", sign)[0]
    if plain in _NARROW:
        return 0.34
    if plain in _SMALL:
        return 0.42
    if plain in _LARGE:
        return 1.0
    return 0.75 if plain.isupper() else 0.64


def width_of(text: str, size: float) -> float:
    """Return the width that a text takes at most, at a size of its font."""
    return size * sum(map(_width, text))


def clean(text: str, most: int = _LONGEST) -> str:
    """Return a text as one line of characters that XML can hold and a reader can see."""
    visible = _ACTING.sub("", UNWRITABLE.sub("", text[:most]))
    # No-break spaces stay, as French is set with them.
    return re.sub("[^\\S\u00a0\u202f]+", " ", visible).strip()


def wrap(text: str, size: float, width: float, most: int = 3) -> list[str]:
    """Return the lines of a text, at most so many; what is left out ends in «…»."""
    words = clean(text).split(" ")
    lines: list[str] = []
    line = ""
    for number, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if width_of(longer, size) <= width:
            line = longer
            continue
        rest = " ".join(words[number:])
        if line and len(lines) == most - 1:
            return [*lines, _cut(f"{line} {rest}", size, width)]
        if line:
            lines.append(line)
        line = word
        while width_of(line, size) > width:
            if len(lines) == most - 1:
                return [*lines, _cut(" ".join([line, *words[number + 1 :]]), size, width)]
            head = _head(line, size, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line]


def _cut(text: str, size: float, width: float) -> str:
    return _head(text, size, width - size).rstrip() + "…"


def _head(text: str, size: float, width: float) -> str:
    """Return the beginning of a text that fits, a character at least."""
    room = width / size
    for place, sign in enumerate(text):
        room -= _width(sign)
        if room < 0:
            return text[: max(place, 1)]
    return text
