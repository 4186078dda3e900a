"""Find the first mistake in a query that the engine could not parse, and explain it.

The engine's parser reports the furthest place that it reached and one of the tokens expected there.
This module parses the query again by the grammar of the standard, without recursion and within a
time limit. It runs in the query process, so that a hostile text harms only its own query.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

from server.engine.diagnostics import (
    grammar,
    hints,
    iris,
    naming,
    prefixes,
    scopes,
    unsupported,
)
from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import (
    CLOSING,
    Token,
    find_open,
    tokenize,
)
from server.engine.faults import MalformedQuery, UnsupportedQuery
from transform.text.message import message

SECONDS = 0.25  # of processor time; beyond it, the message of the engine must do


class Examined(NamedTuple):
    """The tokens of a query; for each, the rules of the grammar that it begins, the outer first."""

    tokens: Sequence[Token]
    rules: Sequence[tuple[str, ...]]


def examine(text: str, ours: str = "def#") -> Examined:
    """Return a query as the grammar reads it; raises its first fault, as `find_mistake` finds it.

    Raises TimeoutError for a text that takes too long.
    """
    tokens: list[Token] = []
    rules: list[tuple[str, ...]] = []
    if fault := _find_fault(text, ours, tokens, rules):
        raise fault
    return Examined(tokens, rules)


def find_mistake(text: str, ours: str = "def#") -> MalformedQuery | UnsupportedQuery | None:
    """Return the fault for the first mistake, or for what SPARQL allows and the engine does not.

    None where no rule known here is broken. `ours` is the namespace of the prefix pia.
    """
    try:
        return _find_fault(text, ours, [], [])
    except TimeoutError:
        return None


def _find_fault(
    text: str, ours: str, tokens: list[Token], rules: list[tuple[str, ...]]
) -> MalformedQuery | UnsupportedQuery | None:
    mistake = _read(text, tokens, rules)
    undeclared = prefixes.find_undeclared(tokens, ours)  # precedes the unreadable token
    mistake = undeclared or mistake or scopes.find_mistake(tokens) or iris.find_wrong(tokens)
    if mistake is None:
        return _find_unsupported(text, tokens)
    line, column = locate(text, mistake.start)
    detail = message("diagnostics.unreadable", line=line, column=column, reason=mistake.reason)
    return MalformedQuery(detail, line, column)


def _find_unsupported(text: str, tokens: list[Token]) -> UnsupportedQuery | None:
    construct = unsupported.find_first(tokens)
    if construct is None:
        return None
    line, column = locate(text, construct.start)
    detail = message("diagnostics.unsupported", line=line, column=column, reason=construct.reason)
    return UnsupportedQuery(detail, line, column)


def parse(text: str) -> list[Token]:
    """Return the tokens of a text that follows the grammar, in time; [] for any other."""
    tokens: list[Token] = []
    try:
        mistake = _read(text, tokens, [])
    except TimeoutError:
        return []
    return [] if mistake else tokens


def locate(text: str, place: int) -> tuple[int, int]:
    """Return the line and the column, from 1, of an offset."""
    before = text[:place]
    return before.count("\n") + 1, place - before.rfind("\n")


def _read(text: str, tokens: list[Token], rules: list[tuple[str, ...]]) -> Mistake | None:
    """Collect the tokens up to the first unexpected one; return the mistake there, or None.

    `rules` collects the rules that each of them begins.
    """
    deadline = time.thread_time() + SECONDS
    stack = ["query"]
    for token in tokenize(text):
        if time.thread_time() > deadline:
            raise TimeoutError
        begun: list[str] = []
        expected = _advance(stack, token.kind, begun)
        if expected:
            return _explain(text, tokens, token, expected)
        tokens.append(token)
        rules.append(tuple(begun))
    return None


def _advance(stack: list[str], kind: str, begun: list[str]) -> list[str]:
    """Advance the parser by a token; return the expected symbols if it does not fit, else [].

    `begun` collects the rules that the token begins.
    """
    passed: list[str] = []
    while True:
        symbol = stack.pop()
        passed.append(symbol)
        choices = grammar.TABLE.get(symbol)
        if choices is None:
            if symbol == kind:
                return []
            return passed
        if kind in choices:
            begun.append(passed.pop())
            stack.extend(choices[kind])
        elif symbol not in grammar.EMPTY:
            return passed


def _explain(text: str, tokens: list[Token], token: Token, expected: list[str]) -> Mistake:
    kinds = naming.list_kinds(expected)
    names = naming.describe(expected)
    found = naming.sign(token.text[:40]) if token.text else message("diagnostics.the_end")
    opened = find_open(tokens)
    closes = token.kind == "end" or token.kind in CLOSING.values()
    if closes and opened and token.kind != CLOSING[opened[-1].kind]:
        bracket = opened[-1]
        line, column = locate(text, bracket.start)
        reason = message(
            "diagnostics.expected_closing",
            closing=CLOSING[bracket.kind],
            opening=bracket.text,
            line=line,
            column=column,
            found=found,
        )
        if CLOSING[bracket.kind] not in kinds:
            reason = message("diagnostics.and_before_it", reason=reason, names=names)
    elif closes and token.text and not opened:
        reason = message("diagnostics.closes_nothing", found=found)
    else:
        reason = message("diagnostics.expected", names=names, found=found)
    hint = hints.find_hint(hints.MistakePlace(tokens, token, frozenset(kinds), frozenset(expected)))
    if hint is None:
        return Mistake(token.start, message("diagnostics.without_hint", reason=reason))
    return Mistake(token.start, message("diagnostics.with_hint", reason=reason, hint=hint))
