"""Find the first mistake in a query that the engine could not read, and say it to a person.

The engine's parser names the furthest place that it reached and one of the words that would have
gone on from there. This reads the query again by the standard's own grammar, without recursion and
only so long, in the query process: what a hostile text does here it does to itself.
"""

import time

from server.engine.diagnostics import (
    grammar,
    hints,
    iris,
    naming,
    prefixes,
    scopes,
)
from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import (
    CLOSING,
    Token,
    cut,
    find_open,
)
from server.engine.faults import MalformedQuery

_SECONDS = 0.25  # of the processor, after which the engine's own words must do


def find_mistake(text: str) -> MalformedQuery | None:
    """Give the fault for the first mistake; None where no rule known here is broken."""
    tokens: list[Token] = []
    try:
        mistake = _read(text, tokens)
    except TimeoutError:
        return None
    undeclared = prefixes.find_undeclared(tokens)  # it stands before what could not be read
    mistake = undeclared or mistake or scopes.find_mistake(tokens) or iris.find_wrong(tokens)
    if mistake is None:
        return None
    line, column = locate(text, mistake.start)
    told = f"The query cannot be read at line {line}, column {column}: {mistake.reason}"
    return MalformedQuery(told if told.endswith("?") else f"{told}.", line, column)


def locate(text: str, place: int) -> tuple[int, int]:
    """Give line and column, from 1, of a place."""
    before = text[:place]
    return before.count("\n") + 1, place - before.rfind("\n")


def _read(text: str, tokens: list[Token]) -> Mistake | None:
    """Collect the tokens up to the first that cannot stand where it stands, and say why."""
    until = time.thread_time() + _SECONDS
    stack = ["query"]
    for token in cut(text):
        if time.thread_time() > until:
            raise TimeoutError
        wanted = _take(stack, token.kind)
        if wanted:
            return _tell(text, tokens, token, wanted)
        tokens.append(token)
    return None


def _take(stack: list[str], kind: str) -> list[str]:
    """Go on by a token; gives what could have stood there if this could not, else nothing."""
    passed: list[str] = []
    while True:
        symbol = stack.pop()
        passed.append(symbol)
        turns = grammar.TABLE.get(symbol)
        if turns is None:
            if symbol == kind:
                return []
            return passed
        if kind in turns:
            passed.pop()
            stack.extend(turns[kind])
        elif symbol not in grammar.EMPTY:
            return passed


def _tell(text: str, tokens: list[Token], found: Token, wanted: list[str]) -> Mistake:
    could = naming.list_kinds(wanted)
    told = repr(found.text[:40]) if found.text else "the end"
    opened = find_open(tokens)
    ends = found.kind == "end" or found.kind in CLOSING.values()
    if ends and opened and found.kind != CLOSING[opened[-1].kind]:
        bracket = opened[-1]
        line, column = locate(text, bracket.start)
        closing = f"{CLOSING[bracket.kind]!r} for the {bracket.text!r} of line {line}"
        reason = f"expected {closing}, column {column}, not {told}"
        if CLOSING[bracket.kind] not in could:
            reason += f", and before it {naming.describe(wanted)}"
    elif ends and found.text and not opened:
        reason = f"this {told} closes nothing"
    else:
        reason = f"expected {naming.describe(wanted)}, not {told}"
    hint = hints.give(hints.Place(tokens, found, frozenset(could), frozenset(wanted)))
    return Mistake(found.start, f"{reason}{': ' if hint else ''}{hint or ''}")
