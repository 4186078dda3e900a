"""Detect text that was garbled before it came, and guess what it was; change nothing."""

import re
from html import unescape
from html.entities import name2codepoint

# UTF-8 that was read as Windows-1252 or Latin-1: a first byte, then what follows one. A plain
# blank does not: «Ã la carte» is Portuguese.
_MISREAD = re.compile(
    "[\u00c2-\u00f4]["
    "\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
)
# An escape of Office Open XML (ECMA-376 part 1, 22.4.2.4), as text.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ENTITY = re.compile(f"&(?:#[0-9]{{2,7}}|#[xX][0-9A-Fa-f]{{2,6}}|{'|'.join(name2codepoint)});")


def probable_original(text: str) -> str | None:
    """Return what a garbled text probably was; None for one that shows no sign of it.

    Signs are UTF-8 that was read as Windows-1252 or Latin-1, entities of HTML 4 and escapes of
    Office Open XML.
    """
    original = text
    if not text.isascii() and _MISREAD.search(text):
        original = _fix_encoding(original)
    if "&" in text:
        original = _ENTITY.sub(lambda match: unescape(match[0]), original)
    if "_x" in text:
        original = _ESCAPED.sub(_unescaped, original)
    return original if original != text else None


def _fix_encoding(text: str) -> str:
    import ftfy  # takes a while, and hardly a file has such a text

    return ftfy.fix_encoding(
        text,
        unescape_html=False,
        remove_terminal_escapes=False,
        restore_byte_a0=False,
        replace_lossy_sequences=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code < 0xE000 else chr(code)
