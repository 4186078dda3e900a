"""Hold the columns of a SELECT against its pattern and its groups."""

from dataclasses import dataclass, field

from server.engine.diagnostics.grammar import FIRST
from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import Token

AGGREGATES = FIRST["aggregate"]
_BEHIND_GROUPS = {"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "}", "end"}
Closing = dict[int, int]


@dataclass(slots=True)
class Columns:
    """What a SELECT gives: `plain` variables, `computed` ones by their new names, or all."""

    end: int = 0  # the place behind
    star: Token | None = None
    plain: list[Token] = field(default_factory=list)
    computed: list[Token] = field(default_factory=list)
    loose: list[tuple[Token, int]] = field(default_factory=list)
    aggregated: bool = False

    @property
    def names(self) -> set[str]:
        """Give the names that are seen outside."""
        return {token.text[1:] for token in (*self.plain, *self.computed)}


def read(tokens: list[Token], at: int, closing: Closing) -> Columns:
    """Read the columns behind a SELECT.

    `loose` are variables in no aggregate, each with the number of computed columns before it.
    """
    found = Columns()
    at += 1
    while (kind := tokens[at].kind) not in ("{", "WHERE", "FROM"):
        if kind == "*":
            found.star = tokens[at]
        elif kind == "var":
            found.plain.append(tokens[at])
        elif kind == "(":
            _read_computed(tokens, at, closing, found)
        at = closing.get(at, at) + 1
    found.end = at
    return found


def _read_computed(tokens: list[Token], at: int, closing: Closing, found: Columns) -> None:
    end = closing[at]
    before = len(found.computed)
    found.computed.append(tokens[end - 1])
    at += 1
    while at < end - 2:  # «AS ?name» ends it
        kind = tokens[at].kind
        if kind in AGGREGATES or kind == "EXISTS":
            found.aggregated = found.aggregated or kind != "EXISTS"
            at = closing.get(at + 1, at + 1)
        elif kind == "var":
            found.loose.append((tokens[at], before))
        at += 1


def find_mistake(
    columns: Columns, seen: set[str], tokens: list[Token], end: int, closing: Closing
) -> Mistake | None:
    """Give the first column that cannot be; `seen` has the pattern's names, `end` its place."""
    groups = _read_groups(tokens, end + 1, closing)
    if columns.star and groups is not None:
        told = "SELECT * cannot stand with GROUP BY: name the variables that are grouped"
        return Mistake(columns.star.start, told)
    alone = groups is None and not columns.aggregated
    repeated = _find_repeated(columns, seen if alone else set())
    return repeated or (None if alone else _find_ungrouped(columns, groups or set()))


def _find_repeated(columns: Columns, seen: set[str]) -> Mistake | None:
    taken: set[str] = set()
    for token in sorted((*columns.plain, *columns.computed), key=lambda token: token.start):
        name, told = token.text[1:], token.text[:80]
        if name in taken:
            return Mistake(token.start, f"{told} is selected twice")
        if name in seen and token in columns.computed:
            reason = f"{told} has a value already: give what is computed another name"
            return Mistake(token.start, reason)
        taken.add(name)
    return None


def _find_ungrouped(columns: Columns, groups: set[str]) -> Mistake | None:
    places: dict[str, int] = {}  # of names among the computed columns
    for place, token in enumerate(columns.computed):
        places.setdefault(token.text[1:], place)
    shown = [(token, 0) for token in columns.plain]
    for token, before in sorted((*shown, *columns.loose), key=lambda one: one[0].start):
        name = token.text[1:]
        if name not in groups and places.get(name, before) >= before:
            told = f"{token.text[:80]} is neither grouped nor in an aggregate"
            reason = f"{told}: add it to GROUP BY, or write (SAMPLE({token.text[:80]}) AS ?name)"
            return Mistake(token.start, reason)
    return None


def _read_groups(tokens: list[Token], at: int, closing: Closing) -> set[str] | None:
    """Give the names in GROUP BY behind a pattern, or None where there is no such words."""
    if tokens[at].kind != "GROUP":
        return None
    names: set[str] = set()
    while tokens[at].kind not in _BEHIND_GROUPS:
        last = closing.get(at, at)
        if tokens[at].kind == "var" or (last > at and tokens[last - 2].kind == "AS"):
            names.add(tokens[at if last == at else last - 1].text[1:])
        at = last + 1
    return names
