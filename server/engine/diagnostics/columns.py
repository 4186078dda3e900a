"""Check the columns of a SELECT against its pattern and its GROUP BY."""

from dataclasses import dataclass, field

from server.engine.diagnostics.grammar import FIRST
from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import Token
from transform.errors import Said
from transform.text.message import message

AGGREGATES = FIRST["aggregate"]
_BEHIND_GROUPS = {"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "}", "end"}
_LONGEST_SHOWN = 80  # characters of an expression
_UNREAD = ("EXISTS", "BOUND")  # the engine lets these name any variable
Closing = dict[int, int]


@dataclass(slots=True)
class Columns:
    """The columns of a SELECT: `plain` variables, the names of `computed` ones, or `*`.

    `expressions` are those of the computed columns, as indexes of their first token and of AS.
    `loose` are variables outside aggregates, each with the number of computed columns before it.
    """

    end: int = 0  # the index after the columns
    star: Token | None = None
    plain: list[Token] = field(default_factory=list)
    computed: list[Token] = field(default_factory=list)
    expressions: list[tuple[int, int]] = field(default_factory=list)
    loose: list[tuple[Token, int]] = field(default_factory=list)
    aggregated: bool = False

    @property
    def names(self) -> set[str]:
        """Return the names that are visible outside the SELECT."""
        return {token.text[1:] for token in (*self.plain, *self.computed)}


def read(tokens: list[Token], at: int, closing: Closing) -> Columns:
    """Parse the columns of the SELECT at index `at`."""
    columns = Columns()
    at += 1
    while (kind := tokens[at].kind) not in ("{", "WHERE", "FROM"):
        if kind == "*":
            columns.star = tokens[at]
        elif kind == "var":
            columns.plain.append(tokens[at])
        elif kind == "(":
            _read_computed(tokens, at, closing, columns)
        at = closing.get(at, at) + 1
    columns.end = at
    return columns


def _read_computed(tokens: list[Token], at: int, closing: Closing, columns: Columns) -> None:
    end = closing[at]
    before = len(columns.computed)
    columns.computed.append(tokens[end - 1])
    columns.expressions.append((at + 1, end - 2))
    at += 1
    while at < end - 2:  # the last two tokens are «AS ?name»
        kind = tokens[at].kind
        if kind in AGGREGATES or kind in _UNREAD:
            columns.aggregated = columns.aggregated or kind in AGGREGATES
            at = closing.get(at + 1, at + 1)
        elif kind == "var":
            columns.loose.append((tokens[at], before))
        at += 1


def find_mistake(
    columns: Columns, seen: set[str], tokens: list[Token], end: int, closing: Closing
) -> Mistake | None:
    """Return the first wrong column.

    `seen` are the names in the pattern, `end` is the index of its closing brace.
    """
    groups = _read_groups(tokens, end + 1, closing)
    if columns.star and groups is not None:
        return Mistake(columns.star.start, message("diagnostics.star_with_groups"))
    ungrouped = groups is None and not columns.aggregated
    repeated = _find_repeated(columns, seen if ungrouped else set())
    return repeated or (None if ungrouped else _find_ungrouped(columns, groups or set()))


def find_reused(
    columns: Columns, tokens: list[Token], end: int, closing: Closing
) -> Mistake | None:
    """Return the first computed column that another reads in a SELECT that groups.

    SPARQL 1.1, section 18.2.4.4, allows that. `end` is the index of the pattern's closing brace.
    """
    groups = _read_groups(tokens, end + 1, closing)
    if groups is None and not columns.aggregated:
        return None
    places = {token.text[1:]: place for place, token in enumerate(columns.computed)}
    for token, before in columns.loose:
        name, shown = token.text[1:], token.text[:80]
        if name not in (groups or set()) and places.get(name, before) < before:
            expression = _show(tokens, *columns.expressions[places[name]], closing)
            reason = message("diagnostics.reused_column", expression=expression, name=shown)
            return Mistake(token.start, reason)
    return None


def _show(tokens: list[Token], start: int, end: int, closing: Closing) -> Said:
    """Write an expression again, in brackets unless it is one call; a long one is only named."""
    text, last = "", 0
    for token in tokens[start:end]:
        text += " " * (0 < last < token.start) + token.text
        last = token.start + len(token.text)
        if len(text) > _LONGEST_SHOWN:
            return message("diagnostics.its_expression")
    single = end == start + 1 or closing.get(start + 1, start) == end - 1
    return text if single else f"({text})"


def _find_repeated(columns: Columns, seen: set[str]) -> Mistake | None:
    names: set[str] = set()
    for token in sorted((*columns.plain, *columns.computed), key=lambda token: token.start):
        name, shown = token.text[1:], token.text[:80]
        if name in names:
            return Mistake(token.start, message("diagnostics.selected_twice", name=shown))
        if name in seen and token in columns.computed:
            return Mistake(token.start, message("diagnostics.column_in_use", name=shown))
        names.add(name)
    return None


def _find_ungrouped(columns: Columns, groups: set[str]) -> Mistake | None:
    places: dict[str, int] = {}  # of the names of computed columns
    for place, token in enumerate(columns.computed):
        places.setdefault(token.text[1:], place)
    plain = [(token, 0) for token in columns.plain]
    for token, before in sorted((*plain, *columns.loose), key=lambda item: item[0].start):
        name = token.text[1:]
        if name not in groups and places.get(name, before) >= before:
            return Mistake(token.start, message("diagnostics.ungrouped", name=token.text[:80]))
    return None


def _read_groups(tokens: list[Token], at: int, closing: Closing) -> set[str] | None:
    """Return the names in the GROUP BY after a pattern, or None without GROUP BY."""
    if tokens[at].kind != "GROUP":
        return None
    names: set[str] = set()
    while tokens[at].kind not in _BEHIND_GROUPS:
        last = closing.get(at, at)
        if tokens[at].kind == "var" or (last > at and tokens[last - 2].kind == "AS"):
            names.add(tokens[at if last == at else last - 1].text[1:])
        at = last + 1
    return names
