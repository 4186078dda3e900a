"""Find what SPARQL's grammar allows and its rules on names do not.

Source: SPARQL 1.1 Query Language, section 19.8, notes 6 to 15. The tokens are those of a query that
the grammar can read.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from server.engine.diagnostics import columns
from server.engine.diagnostics.columns import AGGREGATES, Columns
from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import CLOSING, Token

_APART = ("MINUS", "EXISTS")  # whose variables are not seen outside


@dataclass(slots=True)
class _Group:
    """A pattern in braces: before it, the columns or the word that it belongs to."""

    word: str = ""
    columns: Columns | None = None
    seen: set[str] = field(default_factory=set)
    block: object = field(default_factory=object)  # the triples that stand together


class _Walk:
    """One way through the tokens, with the groups that are open."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.closing = _match(tokens)
        self.groups = [_Group()]
        self.columns: Columns | None = None  # of a SELECT whose pattern has not begun
        self.blank: dict[str, object] = {}  # label → the block that it stands in

    def go(self) -> Mistake | None:
        at = 0
        while at < len(self.tokens):
            turn = _TURNS.get(self.tokens[at].kind)
            at, mistake = turn(self, at) if turn else (at + 1, None)
            if mistake:
                return mistake
        return None

    def select(self, at: int) -> tuple[int, Mistake | None]:
        self.columns = columns.read(self.tokens, at, self.closing)
        return self.columns.end, None

    def open(self, at: int) -> tuple[int, Mistake | None]:
        word = self.tokens[at - 1].kind
        if word == "CONSTRUCT":  # a template: its names are seen nowhere else
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
            seen = seen if group.columns.star else group.columns.names
        if group.word not in _APART:
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
        told = f"the blank node {token.text[:80]} stands in two groups of triples: use a variable"
        return at + 1, Mistake(token.start, told)

    def filter(self, at: int) -> tuple[int, Mistake | None]:
        begun = self._bracket(at)
        return self.closing[begun] + 1, self._aggregate(at, begun)

    def bind(self, at: int) -> tuple[int, Mistake | None]:
        begun = at + 1
        end = self.closing[begun]
        name, group = self.tokens[end - 1], self.groups[-1]
        mistake = self._aggregate(at, begun)
        if name.text[1:] in group.seen:
            told = f"{name.text[:80]} has a value before this BIND: give the new one another name"
            mistake = mistake or Mistake(name.start, told)
        group.seen.add(name.text[1:])
        return end + 1, mistake

    def values(self, at: int) -> tuple[int, Mistake | None]:
        begun = at + 1
        while self.tokens[begun].kind != "{":
            if self.tokens[begun].kind == "var":
                self.see(begun)
            begun += 1
        width = sum(token.kind == "var" for token in self.tokens[at:begun])
        end = self.closing[begun]
        return end + 1, self._wrong_row(begun, end, width) if begun != at + 2 else None

    def _wrong_row(self, begun: int, end: int, width: int) -> Mistake | None:
        at = begun + 1
        while at < end:
            row = self.tokens[at : self.closing.get(at, at) + 1]
            number = sum(
                token.kind not in ("(", ")", "nil", "langtag", "^^") and before.kind != "^^"
                for before, token in pairwise(row)
            )
            if number != width and all(token.kind != "<<(" for token in row):
                told = f"this row has {number} values for {width} variables; UNDEF stands for none"
                return Mistake(row[0].start, told)
            at += len(row)
        return None

    def _aggregate(self, at: int, begun: int) -> Mistake | None:
        region = self.tokens[at : self.closing[begun]]
        if any(token.kind == "SELECT" for token in region):
            return None
        for token in region:
            if token.kind in AGGREGATES:
                told = f"{token.kind} cannot stand in {region[0].kind}"
                return Mistake(token.start, f"{told}: use HAVING(…), or a SELECT within {{ }}")
        return None

    def _bracket(self, at: int) -> int:
        while at not in self.closing and self.tokens[at].kind != "nil":
            at += 1
        self.closing.setdefault(at, at)  # a function without arguments
        return at


_TURNS = {
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
    """Give the first broken rule on variables, blank nodes, aggregates and rows of values."""
    return _Walk(tokens).go()


def _match(tokens: list[Token]) -> dict[int, int]:
    """Give the place of the closing bracket for that of each opening one."""
    opened: list[int] = []
    closing: dict[int, int] = {}
    for at, token in enumerate(tokens):
        if token.kind in CLOSING:
            opened.append(at)
        elif opened and token.kind == CLOSING[tokens[opened[-1]].kind]:
            closing[opened.pop()] = at
    return closing
