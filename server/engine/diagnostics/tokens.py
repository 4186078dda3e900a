"""Split a query into tokens, also one that is not valid."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from server.engine.diagnostics.grammar import KEYWORDS

_ESCAPE = r"\\(?:[tbnrf\"'\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"
_PREFIX = r"(?:[^\W\d_][\w.\-·]*+(?<!\.))?:"
_LOCAL_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
# The first kind that matches wins, so a longer form stands before its beginning. Possessive
# quantifiers in strings, names and numbers keep the time for a token linear.
_KINDS = {
    "space": r"(?:[ \t\r\n]|#[^\r\n]*)+",
    "var": r"[?$]\w+",
    "pname": rf"{_PREFIX}(?:[\w:]|{_LOCAL_ESCAPE})(?:\.*(?:[\w:\-·]|{_LOCAL_ESCAPE}))*+",
    "ns": _PREFIX,
    "blank": r"_:\w(?:[\w.\-·]*[\w\-·])?",
    "signed": r"[+-](?:\d++\.?\d*+|\.\d++)[eE][+-]?\d+|[+-]\d*+\.\d+|[+-]\d+",
    "number": r"(?:\d++\.?\d*+|\.\d++)[eE][+-]?\d+|\d*+\.\d+",
    "integer": r"\d+",
    "word": r"[^\W\d]\w*",
    "iriref": r"<(?:[^<>\"{}|^`\\\x00-\x20]|\\u\w{4}|\\U\w{8})*+>",
    "string": rf'"""(?:[^"\\]|{_ESCAPE}|"(?!""))*+"""'
    rf"|\'\'\'(?:[^\'\\]|{_ESCAPE}|\'(?!\'\'))*+\'\'\'"
    rf'|"(?!"")(?:[^"\\\n\r]|{_ESCAPE})*+"|\'(?!\'\')(?:[^\'\\\n\r]|{_ESCAPE})*+\'',
    "wrong": r'"(?!"")(?:[^"\\\n\r]|\\.)*+"|\'(?!\'\')(?:[^\'\\\n\r]|\\.)*+\'',
    "open": r"[\"']",
    "langtag": r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?",
    "nil": r"\([ \t\r\n]*\)(?!>>)",
    "anon": r"\[[ \t\r\n]*\]",
    "sign": r"<<\(|\)>>|<<|>>|\{\||\|\}|\^\^|&&|\|\||!=|<=|>=|[{}()\[\].;,|/^*+?!=<>~-]",
    "other": r".",
}
_TOKEN = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()), re.DOTALL
)
CLOSING = {"(": ")", "{": "}", "[": "]", "{|": "|}", "<<": ">>", "<<(": ")>>"}


class Token(NamedTuple):
    """A word or sign; a keyword or sign of the grammar is its own `kind`."""

    kind: str
    text: str
    start: int


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a query, and one for its end."""
    for match in _TOKEN.finditer(text):
        kind, matched = match.lastgroup or "", match[0]
        if kind == "space":
            continue
        if kind == "sign":
            kind = matched
        elif kind == "word":
            kind = matched if matched == "a" else matched.upper()
            if kind not in KEYWORDS and kind != "a":
                kind = "word"
        yield Token(kind, matched, match.start())
    yield Token("end", "", len(text))


def find_open(tokens: list[Token]) -> list[Token]:
    """Return the brackets that are still open after some tokens, the innermost last."""
    opened: list[Token] = []
    for token in tokens:
        if token.kind in CLOSING:
            opened.append(token)
        elif opened and token.kind == CLOSING[opened[-1].kind]:
            opened.pop()
    return opened
