"""Find where a query calls a function by its IRI, and refuse it."""

import re
from itertools import pairwise

from server.engine.diagnostics.diagnose import locate, parse
from server.engine.diagnostics.tokens import Token
from server.engine.faults import UnknownFunction
from transform.text.message import message

_ESCAPED = re.compile(r"\\(.)")


def refuse_call(text: str, iri: str) -> UnknownFunction:
    """Return the fault of a query that calls a function that is not here, with its place."""
    place = find_call(text, iri)
    if place is None:
        return UnknownFunction(message("diagnostics.no_function", iri=iri))
    line, column = place
    detail = message("diagnostics.no_function_at", line=line, column=column, iri=iri)
    return UnknownFunction(detail, line, column)


def find_call(text: str, iri: str) -> tuple[int, int] | None:
    """Return line and column of the first call of an absolute IRI.

    None where it is written relative to a base, or the text cannot be parsed in time.
    """
    tokens = parse(text)
    namespaces = _read_namespaces(tokens)
    for name, bracket in pairwise(tokens):
        if bracket.kind in ("(", "nil") and _expand(name, namespaces) == iri:
            return locate(text, name.start)
    return None


def _read_namespaces(tokens: list[Token]) -> dict[str, str]:
    declarations = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return {
        prefix.text: namespace.text[1:-1]
        for keyword, prefix, namespace in declarations
        if keyword.kind == "PREFIX"
    }


def _expand(token: Token, namespaces: dict[str, str]) -> str | None:
    if token.kind == "iriref":
        return token.text[1:-1]
    if token.kind not in ("pname", "ns"):
        return None
    prefix, colon, local = token.text.partition(":")
    return namespaces.get(prefix + colon, "") + _ESCAPED.sub(r"\1", local)
