"""Show foreign text so that a reader sees every character and none acts on the terminal."""

import re

from transform.text.characters import marked_byte

# Characters that act on a terminal: controls, and marks that turn the direction of writing; and
# lone surrogates, which JSON can hold and no terminal can show.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_NO_BREAK = "\u00a0\u202f"
_BLANKS = re.compile(rf"[^\S{_NO_BREAK}]+")


def visible(text: str, most: int = 80) -> str:
    """Escape the characters of a raw text that act on a terminal or are unseen; cut a long text."""
    shown = _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def shown(text: str) -> str:
    """Show a text on one line: broken bytes as \\xNN, and no sign that acts on a terminal.

    Runs of blanks are one space; no-break spaces stay, as French is set with them.
    """
    return "".join(map(_escaped, _BLANKS.sub(" ", text).strip()))


def _escaped(sign: str) -> str:
    if sign.isprintable() or sign in _NO_BREAK:
        return sign
    byte = marked_byte(sign)
    return ascii(sign)[1:-1] if byte is None else f"\\x{byte:02x}"
