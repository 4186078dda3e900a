"""Check the rules on names and scopes, which the grammar does not express.

Source: SPARQL 1.1 Query Language, section 19.8, notes 6 to 15. The tokens are those of a query that
follows the grammar.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from server.engine.diagnostics import columns
from server.engine.diagnostics.columns import AGGREGATES, Columns
from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import CLOSING, Token
from transform.text.message import message

_SEPARATE = ("MINUS", "EXISTS")  # their variables are not visible outside


@dataclass(slots=True)
class _Group:
    """A pattern in braces, with the word before it or the columns of its SELECT."""

    word: str = ""
    columns: Columns | None = None
    seen: set[str] = field(default_factory=set)
    block: object = field(default_factory=object)  # identifies adjacent triples


class _Walk:
    """A walk through the tokens, with the open groups."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.closing = _match_brackets(tokens)
        self.groups = [_Group()]
        self.columns: Columns | None = None  # of a SELECT whose pattern has not begun
        self.blank: dict[str, object] = {}  # label → the block that uses it
        self.reused: Mistake | None = None  # the first column that the engine does not read again

    def check(self) -> Mistake | None:
        at = 0
        while at < len(self.tokens):
            step = _STEPS.get(self.tokens[at].kind)
            at, mistake = step(self, at) if step else (at + 1, None)
            if mistake:
                return mistake
        return None

    def select(self, at: int) -> tuple[int, Mistake | None]:
        self.columns = columns.read(self.tokens, at, self.closing)
        return self.columns.end, None

    def open(self, at: int) -> tuple[int, Mistake | None]:
        word = self.tokens[at - 1].kind
        if word == "CONSTRUCT":  # a template: its names have a scope of their own
            return self.closing[at] + 1, None
        self.groups.append(_Group(word, self.columns))
        self.columns = None
        return at + 1, None

    def close(self, at: int) -> tuple[int, Mistake | None]:
        group, outer = self.groups.pop(), self.groups[-1]
        outer.block = object()
        mistake, seen = None, group.seen
        if group.columns:
            mistake = columns.find_mistake(group.columns, seen, self.tokens, at, self.closing)
            self.reused = self.reused or columns.find_reused(
                group.columns, self.tokens, at, self.closing
            )
            seen = seen if group.columns.star else group.columns.names
        if group.word not in _SEPARATE:
            small, large = sorted((seen, outer.seen), key=len)
            large |= small
            outer.seen = large
        return at + 1, mistake

    def see(self, at: int) -> tuple[int, Mistake | None]:
        self.groups[-1].seen.add(self.tokens[at].text[1:])
        return at + 1, None

    def label(self, at: int) -> tuple[int, Mistake | None]:
        token, block = self.tokens[at], self.groups[-1].block
        if self.blank.setdefault(token.text, block) is block:
            return at + 1, None
        reason = message("diagnostics.blank_in_two_groups", label=token.text[:80])
        return at + 1, Mistake(token.start, reason)

    def filter(self, at: int) -> tuple[int, Mistake | None]:
        opening = self._find_bracket(at)
        return self.closing[opening] + 1, self._find_aggregate(at, opening)

    def bind(self, at: int) -> tuple[int, Mistake | None]:
        opening = at + 1
        end = self.closing[opening]
        name, group = self.tokens[end - 1], self.groups[-1]
        mistake = self._find_aggregate(at, opening)
        if name.text[1:] in group.seen:
            reason = message("diagnostics.bound_before", name=name.text[:80])
            mistake = mistake or Mistake(name.start, reason)
        group.seen.add(name.text[1:])
        return end + 1, mistake

    def values(self, at: int) -> tuple[int, Mistake | None]:
        opening = at + 1
        while self.tokens[opening].kind != "{":
            if self.tokens[opening].kind == "var":
                self.see(opening)
            opening += 1
        width = sum(token.kind == "var" for token in self.tokens[at:opening])
        end = self.closing[opening]
        return end + 1, self._find_wrong_row(opening, end, width) if opening != at + 2 else None

    def _find_wrong_row(self, opening: int, end: int, width: int) -> Mistake | None:
        at = opening + 1
        while at < end:
            row = self.tokens[at : self.closing.get(at, at) + 1]
            number = sum(
                token.kind not in ("(", ")", "nil", "langtag", "^^") and before.kind != "^^"
                for before, token in pairwise(row)
            )
            if number != width and all(token.kind != "<<(" for token in row):
                reason = message("diagnostics.wrong_row", values=number, variables=width)
                return Mistake(row[0].start, reason)
            at += len(row)
        return None

    def _find_aggregate(self, at: int, opening: int) -> Mistake | None:
        region = self.tokens[at : self.closing[opening]]
        if any(token.kind == "SELECT" for token in region):
            return None
        for token in region:
            if token.kind in AGGREGATES:
                reason = message("diagnostics.aggregate_in_bind", aggregate=token.kind)
                if region[0].kind == "FILTER":
                    reason = message("diagnostics.aggregate_in_filter", aggregate=token.kind)
                return Mistake(token.start, reason)
        return None

    def _find_bracket(self, at: int) -> int:
        while at not in self.closing and self.tokens[at].kind != "nil":
            at += 1
        self.closing.setdefault(at, at)  # a function without arguments
        return at


_STEPS = {
    "SELECT": _Walk.select,
    "{": _Walk.open,
    "}": _Walk.close,
    "var": _Walk.see,
    "blank": _Walk.label,
    "FILTER": _Walk.filter,
    "BIND": _Walk.bind,
    "VALUES": _Walk.values,
}


def find_mistake(tokens: list[Token]) -> Mistake | None:
    """Return the first mistake in variables, blank nodes, aggregates or rows of VALUES."""
    return _Walk(tokens).check()


def find_reused_column(tokens: list[Token]) -> Mistake | None:
    """Return the first column that reads another one beside an aggregate or GROUP BY."""
    walk = _Walk(tokens)
    walk.check()
    return walk.reused


def _match_brackets(tokens: list[Token]) -> dict[int, int]:
    """Return the index of the closing bracket for that of each opening one."""
    opened: list[int] = []
    closing: dict[int, int] = {}
    for at, token in enumerate(tokens):
        if token.kind in CLOSING:
            opened.append(at)
        elif opened and token.kind == CLOSING[tokens[opened[-1]].kind]:
            closing[opened.pop()] = at
    return closing
