"""Find the plainest mistakes in a query that the engine could not read.

The engine's parser names the furthest place that it reached and one of the words that would have
gone on from there: for a misspelt first word, or a brace that is never closed, that helps nobody.
"""

import re

from server.engine.faults import MalformedQuery

_SPACE = r"(?:\s|#[^\n\r]*)"
_PROLOGUE = re.compile(
    rf"(?:{_SPACE}|PREFIX{_SPACE}+[^\s:<>]*:{_SPACE}*<[^<>\s]*>|BASE{_SPACE}*<[^<>\s]*>"
    rf"|VERSION{_SPACE}*(?:\"[^\"\n]*\"|'[^'\n]*'))*",
    re.IGNORECASE,
)
_FORMS = "SELECT or CONSTRUCT or DESCRIBE or ASK"
_WORD = re.compile(r"\w+")
# What may hold a bracket that is none. What is never closed runs to its end: this stays linear.
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'(?:[^\\]|\\.)*?(?:\'\'\'|\Z)'
    r'|"(?:[^"\\\n\r]|\\.)*"?|\'(?:[^\'\\\n\r]|\\.)*\'?'
    r"|<[^<>\"{}|^`\\\x00-\x20]*>|#[^\n\r]*|(?P<bracket>[(){}\[\]])",
    re.DOTALL,
)
_CLOSING = {"(": ")", "{": "}", "[": "]"}


def find_mistake(text: str) -> MalformedQuery | None:
    """Give the fault for a query without a form, or with brackets that do not match."""
    if mistaken := _begins_wrong(text):
        return mistaken
    opened: list[int] = []
    for found in _TOKEN.finditer(text):
        bracket = found["bracket"]
        if bracket is None:
            continue
        if bracket in _CLOSING:
            opened.append(found.start())
        elif not opened:
            return _fault(text, found.start(), f"this {bracket!r} closes nothing")
        elif _CLOSING[text[opened[-1]]] != bracket:
            return _unclosed(text, opened[-1], found.start(), repr(bracket))
        else:
            opened.pop()
    return _unclosed(text, opened[-1], len(text), "the end") if opened else None


def _begins_wrong(text: str) -> MalformedQuery | None:
    begun = _PROLOGUE.match(text)
    place = begun.end() if begun else 0
    word = _WORD.match(text, place)
    if word is None:
        return None if text[place:] else _fault(text, place, f"expected {_FORMS}, not the end")
    known = (*_FORMS.split(" or "), "PREFIX", "BASE", "VERSION")
    if word[0].upper().startswith(known):  # «SELECT?x» and «ASK{}» need no blank
        return None
    return _fault(text, place, f"expected {_FORMS}, not {word[0][:40]!r}")


def _unclosed(text: str, opened: int, place: int, found: str) -> MalformedQuery:
    line, column = _position(text, opened)
    bracket, wanted = text[opened], _CLOSING[text[opened]]
    reason = f"expected {wanted!r} for the {bracket!r} of line {line}, column {column}"
    return _fault(text, place, f"{reason}, not {found}")


def _fault(text: str, place: int, reason: str) -> MalformedQuery:
    line, column = _position(text, place)
    told = f"The query cannot be read at line {line}, column {column}: {reason}."
    return MalformedQuery(told, line, column)


def _position(text: str, place: int) -> tuple[int, int]:
    before = text[:place]
    return before.count("\n") + 1, place - before.rfind("\n")
