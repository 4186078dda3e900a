"""Find what SPARQL 1.1 allows and the engine does not read, in a query without mistakes."""

from server.engine.diagnostics import scopes
from server.engine.diagnostics.grammar import FIRST
from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import Token
from transform.text.message import message


def find_first(tokens: list[Token]) -> Mistake | None:
    """Return the first construct that the engine does not read, and what to write instead."""
    return scopes.find_reused_column(tokens) or _find_custom_aggregate(tokens)


def _find_custom_aggregate(tokens: list[Token]) -> Mistake | None:
    """Return the first function with an IRI for a name that takes DISTINCT."""
    for name, bracket, word in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if name.kind in FIRST["iri"] and (bracket.kind, word.kind) == ("(", "DISTINCT"):
            return Mistake(name.start, message("diagnostics.no_aggregate", name=name.text[:80]))
    return None
