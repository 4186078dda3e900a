"""Cut a query into words and signs, also one that cannot be read."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from server.engine.diagnostics.grammar import KEYWORDS

_ESCAPE = r"\\(?:[tbnrf\"'\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"
_PREFIX = r"(?:[^\W\d_][\w.\-·]*+(?<!\.))?:"
_LOCAL_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
# The first that matches is taken, so what begins like another stands before it. Strings, names and
# numbers give back nothing of what they took, so that one token is found in linear time.
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
_TOKEN = re.compile("|".join(f"(?P<{kind}>{told})" for kind, told in _KINDS.items()), re.DOTALL)
CLOSING = {"(": ")", "{": "}", "[": "]", "{|": "|}", "<<": ">>", "<<(": ")>>"}


class Token(NamedTuple):
    """A word or sign; its `kind` is itself where the grammar knows it."""

    kind: str
    text: str
    start: int


def cut(text: str) -> Iterator[Token]:
    """Give the tokens of a query one by one, and one for its end."""
    for found in _TOKEN.finditer(text):
        kind, told = found.lastgroup or "", found[0]
        if kind == "space":
            continue
        if kind == "sign":
            kind = told
        elif kind == "word":
            kind = told if told == "a" else told.upper()
            if kind not in KEYWORDS and kind != "a":
                kind = "word"
        yield Token(kind, told, found.start())
    yield Token("end", "", len(text))


def find_open(tokens: list[Token]) -> list[Token]:
    """Give the brackets that are still open after some tokens, the innermost last."""
    opened: list[Token] = []
    for token in tokens:
        if token.kind in CLOSING:
            opened.append(token)
        elif opened and token.kind == CLOSING[opened[-1].kind]:
            opened.pop()
    return opened
