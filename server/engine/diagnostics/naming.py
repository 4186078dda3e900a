"""Describe the expected symbols at a place of a query in plain English."""

from collections.abc import Iterable, Iterator

from server.engine.diagnostics.grammar import (
    EMPTY,
    FIRST,
    KEYWORDS,
    RULES,
)

# A symbol without a name is described by those it may begin with; one with an empty name is
# left out, because authors seldom mean it.
_NAMES = {
    "annotation": "",
    "anon": "",
    "arguments": "the arguments in brackets",
    "both": "an expression",
    "bracketed": "'('",
    "builtin": "a function",
    "call": "",
    "closing_values": "",
    "column": "a variable or (expression AS ?name)",
    "compared": "an expression",
    "comparison": "a comparison such as =",
    "condition": "a condition in brackets or a function",
    "declaration": "",
    "end": "the end",
    "expression": "an expression",
    "grouped": "a variable, a function or an expression in brackets",
    "integer": "a whole number",
    "iri": "an IRI or a prefixed name",
    "iriref": "an IRI between < and >",
    "langtag": "",
    "more_and": "&&",
    "more_factors": "",
    "more_or": "||",
    "more_paths": "",
    "more_steps": "",
    "more_terms": "an operator such as +",
    "nil": "",
    "ns": "a prefix with its colon",
    "object": "an object: an IRI, a prefixed name, a literal, a variable or a blank node",
    "often": "",
    "ordered": "a variable, ASC(…), DESC(…), a function or an expression in brackets",
    "path": "a property: an IRI, a prefixed name or a path",
    "pattern": "a pattern such as FILTER or OPTIONAL",
    "product": "an expression",
    "prologue": "",
    "query": "SELECT or CONSTRUCT or DESCRIBE or ASK",
    "signed": "",
    "step": "a property: an IRI, a prefixed name or a path",
    "string": "a text in quotes",
    "sum": "an expression",
    "term": "an IRI, a prefixed name, a literal, a variable or a blank node",
    "triple": "a triple",
    "unary": "an expression",
    "value": "an IRI, a prefixed name, a literal or UNDEF",
    "var": "a variable",
    "var_or_iri": "a variable, an IRI or a prefixed name",
    "verb": "a property: an IRI, a prefixed name, the word a, a variable or a path",
}


def describe(symbols: Iterable[str]) -> str:
    """Describe symbols as alternatives, joined by «or»."""
    symbols = list(symbols)
    names = list(dict.fromkeys(name for symbol in symbols for name in _name(symbol)))
    return " or ".join(names or sorted(list_kinds(symbols)))


def list_kinds(symbols: Iterable[str]) -> set[str]:
    """Return the kinds of tokens with which some symbols may begin."""
    return {kind for symbol in symbols for kind in FIRST.get(symbol, {symbol})}


def _name(symbol: str) -> Iterable[str]:
    if symbol in _NAMES:
        return [_NAMES[symbol]] if _NAMES[symbol] else []
    if symbol not in RULES:
        return [symbol if symbol in KEYWORDS else repr(symbol)]
    starts = dict.fromkeys(start for sequence in RULES[symbol] for start in _begin(sequence))
    return [name for start in starts if start != symbol for name in _name(start)]


def _begin(sequence: tuple[str, ...]) -> Iterator[str]:
    for symbol in sequence:
        yield symbol
        if symbol not in EMPTY:
            return
