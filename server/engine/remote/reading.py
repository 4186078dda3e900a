"""Read a query by our grammar: its form, its groups and scopes, its dataset."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from server.engine import query_text
from server.engine.diagnostics.diagnose import Examined, examine
from server.engine.diagnostics.grammar import FIRST
from server.engine.diagnostics.tokens import CLOSING, Token, tokenize
from server.engine.faults import (
    EngineFault,
    MalformedQuery,
    QueryTooDeep,
    ServiceRefused,
    UpdateRefused,
)
from server.engine.remote.terms import Prologue
from transform.text.message import message

FORMS = ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK")
IRIS = FIRST["iri"]
_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
)
_APART = ("MINUS", "EXISTS")  # the variables of their groups are not visible outside
# Beyond them a store that recurses uses up its stack, and some end: Oxigraph's server does.
MOST_NESTED = 100
MOST_TOKENS = 5_000  # outside VALUES
MOST_CHAINED = 300  # within one pair of brackets
_LINKS = frozenset(
    ("||", "&&", "+", "-", "signed", "*", "/", "|", "UNION", ".", ";", "OPTIONAL", "MINUS",
     "FILTER", "BIND", "GRAPH", "LATERAL")
)  # fmt: skip
_MOST_SIGNS = 50  # as in !!!!?x
_KEPT, _LONGEST_KEPT = 256, 16_384  # texts, characters


@dataclass(slots=True, eq=False)
class Scope:
    """A SELECT: the query's own, or one within a pattern, with the names that it shows."""

    outer: "Scope | None" = None
    names: dict[str, None] = field(default_factory=dict)
    star: bool = False
    where: int = 0  # the bracket that opens its pattern


@dataclass(slots=True, eq=False)
class GroupPattern:
    """A pattern in braces, from `start` to `end`, indexes of its brackets.

    `select`: it holds a SELECT, whose columns and modifiers are tokens of it.
    """

    start: int
    end: int
    scope: Scope
    word: str = ""  # that stands before it
    select: Scope | None = None
    seen: dict[str, None] = field(default_factory=dict)  # the variables visible in it, in order


@dataclass(slots=True, eq=False)
class ParsedQuery:
    """A query that follows the grammar and has no mistake that is known here.

    `within[i]` is the group whose pattern the token `i` is part of; None for templates, columns,
    modifiers, and all outside the outermost pattern. Groups are listed by their start.
    """

    tokens: Sequence[Token]
    rules: Sequence[tuple[str, ...]]
    names: Prologue
    form: str
    body: int  # the first token behind the prologue
    scope: Scope = field(default_factory=Scope)
    clause: int = 0  # before which a FROM may stand
    short: bool = False  # CONSTRUCT WHERE { … }
    template: tuple[int, int] | None = None  # the brackets of a CONSTRUCT
    default_graphs: list[str] = field(default_factory=list)
    named_graphs: list[str] = field(default_factory=list)
    datasets: set[int] = field(default_factory=set)  # the tokens of its FROM clauses
    closing: dict[int, int] = field(default_factory=dict)
    groups: dict[int, GroupPattern] = field(default_factory=dict)
    within: list[GroupPattern | None] = field(default_factory=list)

    def name(self, at: int) -> str:
        """Return the IRI that a token stands for."""
        return self.names.expand(self.tokens[at])


def read_query(text: str, base_iri: str, ours: str = "def#") -> ParsedQuery:
    """Read a query; raises the fault of one that does not leave. See `diagnose.examine`."""
    if len(text) > _LONGEST_KEPT:
        return _read(text, base_iri, ours)
    return _read_short(text, base_iri, ours)


@lru_cache(_KEPT)
def _read_short(text: str, base_iri: str, ours: str) -> ParsedQuery:
    return _read(text, base_iri, ours)


def _read(text: str, base_iri: str, ours: str) -> ParsedQuery:
    examined = _examine(text, ours)
    tokens = examined.tokens
    if any(token.kind == "SERVICE" for token in tokens):
        raise ServiceRefused
    body = next(at for at, token in enumerate(tokens) if token.kind in FORMS)
    names = Prologue(text, base_iri, tokens[:body])
    query = ParsedQuery(tokens, examined.rules, names, tokens[body].kind, body)
    query.closing = _match(tokens)
    query.within = [None] * len(tokens)
    _Walk(query).walk()
    return query


def _examine(text: str, ours: str) -> Examined:
    fault: EngineFault | None = None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise MalformedQuery(message("engine.half_a_pair")) from error
    for spelling in query_text.spellings(text):
        try:
            return examine(spelling, ours)
        except MalformedQuery as malformed:
            fault = malformed
            if _is_update(spelling):
                raise UpdateRefused from malformed
        except TimeoutError as error:
            raise QueryTooDeep from error
    assert fault is not None  # noqa: S101  # there is at least one spelling
    raise fault


def _is_update(text: str) -> bool:
    """Return whether the first word behind a prologue is that of an update."""
    skipped = 0
    for token in tokenize(text):
        if skipped:
            skipped -= 1
        elif token.kind in ("PREFIX", "BASE", "VERSION"):
            skipped = 2 if token.kind == "PREFIX" else 1
        else:
            return token.text.upper() in _UPDATES
    return False


def _match(tokens: Sequence[Token]) -> dict[int, int]:
    """Return the closing bracket of each; raises QueryTooDeep beyond what a store can follow."""
    opened: list[int] = []
    chained = [0]  # links within each open bracket
    closing: dict[int, int] = {}
    data = signs = counted = 0
    for at, token in enumerate(tokens):
        chained[-1] += token.kind in _LINKS
        signs = signs + 1 if token.kind in ("!", "+", "-") else 0
        counted += not data
        if token.kind in CLOSING:
            opened.append(at)
            chained.append(0)
            if token.kind == "{" and not data and _opens_data(tokens, at):
                data = len(opened)
        elif opened and token.kind == CLOSING[tokens[opened[-1]].kind]:
            if data == len(opened):
                data = 0
            closing[opened.pop()] = at
            chained.pop()
        long = counted > MOST_TOKENS or chained[-1] > MOST_CHAINED or signs > _MOST_SIGNS
        if long or len(opened) > MOST_NESTED:
            raise QueryTooDeep
    return closing


def _opens_data(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a brace opens the rows of VALUES: a name or names in brackets before it."""
    at -= 1
    if tokens[at].kind == ")":
        at -= 1
        while tokens[at].kind == "var":
            at -= 1
        return tokens[at].kind == "(" and tokens[at - 1].kind == "VALUES"
    return tokens[at].kind in ("var", "nil") and tokens[at - 1].kind == "VALUES"


class _Walk:
    """A walk through the tokens, with the open braces."""

    def __init__(self, query: ParsedQuery) -> None:
        self.query = query
        self.tokens = query.tokens
        self.open: list[GroupPattern | None] = []  # None: a template or rows of VALUES
        self.at = query.body

    def walk(self) -> None:
        query, last = self.query, len(self.tokens) - 1
        if query.form in ("SELECT", "DESCRIBE"):
            self._read_columns(query.scope)
        else:
            query.scope.star = True
        while self.at < last:
            self._step()
        if not query.clause:
            query.clause = self._find_modifiers() if query.form == "DESCRIBE" else query.body + 1

    def _find_modifiers(self) -> int:
        """Return the end of a DESCRIBE without a pattern: before its modifiers or at its end."""
        at = self.query.body + 1
        while self.query.rules[at] and {"var_or_iri"} & set(self.query.rules[at]):
            at += 1
        at += self.tokens[at].kind == "*"
        while at in self.query.datasets:
            at += 1
        return at

    def _read_columns(self, scope: Scope) -> None:
        """Read the names that a SELECT shows; `at` is on its first word, and stays there."""
        at, depth = self.at + 1, 0
        while True:
            token, rules = self.tokens[at], self.query.rules[at]
            if depth == 0 and (token.kind in ("{", "WHERE", "FROM", "end")):
                return
            if depth == 0 and token.kind == "*":
                scope.star = True
            if token.kind == "var" and (
                "column" in rules or self.tokens[at - 1].kind == "AS" or "var_or_iri" in rules
            ):
                scope.names.setdefault(token.text[1:])
            if token.kind in CLOSING:
                depth += 1
            elif token.kind in CLOSING.values():
                depth -= 1
            if token.kind == "{":
                at = self.query.closing[at]
                depth -= 1
            elif token.kind in ("LIMIT", "ORDER", "GROUP", "HAVING", "OFFSET", "VALUES"):
                return
            at += 1

    def _step(self) -> None:
        at, token, rules = self.at, self.tokens[self.at], self.query.rules[self.at]
        group = self.open[-1] if self.open else None
        if token.kind == "FROM":
            self._read_dataset()
            return
        if token.kind == "WHERE" and "where" not in rules and self.query.form == "CONSTRUCT":
            self.query.short = True
        if not self.open and not self.query.clause and ("where" in rules or self.query.short):
            self.query.clause = at
        if token.kind == "{":
            self._open(rules)
        elif token.kind == "}":
            self._close()
        elif group is not None and token.kind == "SELECT":
            group.select = Scope(group.scope)
            self._read_columns(group.select)
        elif group is not None and group.select is None:
            self.query.within[at] = group
            if token.kind == "var" and self._is_seen(at, rules):
                group.seen.setdefault(token.text[1:])
        self.at += 1

    def _is_seen(self, at: int, rules: tuple[str, ...]) -> bool:
        """Return whether a variable is one that the pattern gives a value."""
        in_expression = "unary" in rules or self.tokens[at - 2].kind == "BOUND"
        return not in_expression

    def _open(self, rules: tuple[str, ...]) -> None:
        query, at = self.query, self.at
        if "template" in rules:
            query.template = at, query.closing[at]
            if not query.short:
                self.open.append(None)
                return
        elif "group" not in rules:
            self.open.append(None)
            return
        outer, word = self._outer(), self.tokens[at - 1].kind
        scope = query.scope if outer is None else outer.select or outer.scope
        query.groups[at] = group = GroupPattern(at, query.closing[at], scope, word)
        if not scope.where and ("where" in rules or word == "WHERE"):
            scope.where = at
        self.open.append(group)

    def _outer(self) -> GroupPattern | None:
        return next((group for group in reversed(self.open) if group is not None), None)

    def _close(self) -> None:
        group = self.open.pop()
        if group is None:
            return
        if group.select is not None and not group.select.star:
            group.seen = dict(group.select.names)
        outer = self._outer()
        if outer is None:
            if self.query.scope.star and group.start == self.query.scope.where:
                self.query.scope.names.update(group.seen)
        elif group.word not in _APART:
            outer.seen.update(group.seen)

    def _read_dataset(self) -> None:
        query, at = self.query, self.at
        named = self.tokens[at + 1].kind == "NAMED"
        name = at + 1 + named
        (query.named_graphs if named else query.default_graphs).append(query.name(name))
        query.datasets.update(range(at, name + 1))
        self.at = name + 1
