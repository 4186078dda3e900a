"""Bind variables of a query: their values stand in its patterns, and join its solutions."""

from collections.abc import Callable, Iterator, Mapping

from server.engine.interface import BoundText
from server.engine.remote import terms
from server.engine.remote.reading import ParsedQuery, Scope

Value = str | BoundText


class Bindings:
    """The values of some variables, in each scope that sees them.

    Where the grammar takes a term, the value stands in place of the variable, for a store finds
    statements by it; `VALUES` at the end of the pattern gives the variable the same value for all
    that is computed outside. Both mean what the initial bindings of our own engine mean.
    """

    def __init__(self, query: ParsedQuery, values: Mapping[str, Value]) -> None:
        """Bind variables by their names without `?`; raises MalformedQuery for no term."""
        self._query = query
        self._values = values
        self._written = {name: terms.write_value(value) for name, value in values.items()}

    def iri_at(self, at: int) -> str | None:
        """Return the IRI that the variable at a token is bound to, None for any other."""
        group, token = self._query.within[at], self._query.tokens[at]
        if token.kind != "var" or group is None or not self._is_bound(token.text[1:], group.scope):
            return None
        value = self._values[token.text[1:]]
        return value if isinstance(value, str) else None

    def fill_in(
        self,
        replaced: dict[int, str],
        is_property: Callable[[int], bool],
        used: Callable[[str], str],
    ) -> None:
        """Put the values in place of the variables, but where something was already put."""
        if not self._values:
            return
        for at, group in enumerate(self._query.within):
            token = self._query.tokens[at]
            if group is None or token.kind != "var" or at in replaced:
                continue
            if not self._is_bound(token.text[1:], group.scope):
                continue
            if self._query.tokens[at - 2].kind == "BOUND":
                replaced.update({at - 2: "true", at - 1: "", at: "", at + 1: ""})
                continue
            value = self._values[token.text[1:]]
            if is_property(at):
                if isinstance(value, str):
                    replaced[at] = terms.write_iri(used(value))
            elif self._takes(at, value):
                replaced[at] = self._written[token.text[1:]]

    def rows(self) -> Iterator[tuple[int, str]]:
        """Yield the pattern of each scope that sees bound variables, and their VALUES."""
        scopes: dict[Scope, None] = {self._query.scope: None}
        scopes.update({group.scope: None for group in self._query.groups.values()})
        for scope in scopes:
            names = [name for name in self._values if self._is_bound(name, scope)]
            if names and scope.where and (scope.outer is None or not scope.star):
                row = " ".join(self._written[name] for name in names)
                yield scope.where, terms.write_rows([f"?{name}" for name in names], [row])

    def _is_bound(self, name: str, scope: Scope) -> bool:
        """Return whether a scope sees a bound variable: all around it show it (12, 18.2.1)."""
        if name not in self._values:
            return False
        while scope.outer is not None:
            if not (scope.star or name in scope.names):
                return False
            scope = scope.outer
        return True

    def _takes(self, at: int, value: Value) -> bool:
        """Return whether the grammar takes a value in place of a variable."""
        rules = self._query.rules[at]
        if "unary" in rules:
            return True
        return "term" in rules and ("object" in rules or isinstance(value, str))
