"""Name the expected symbols at a place of a query in the field's words."""

from collections.abc import Iterable, Iterator

from server.engine.diagnostics.grammar import (
    EMPTY,
    FIRST,
    KEYWORDS,
    RULES,
)
from transform.errors import Said
from transform.text.message import Message, message


def sign(text: str) -> Message:
    """Return a sign, or a piece of a query, in quotes."""
    return message("diagnostics.sign", sign=text)


_EXPRESSION = (message("diagnostics.name_expression"),)
_PATH = (message("diagnostics.name_path"),)
# A symbol without an entry is described by those it may begin with; one with an empty entry is
# left out, because authors seldom mean it.
_NAMES: dict[str, tuple[Said, ...]] = {
    "annotation": (),
    "anon": (),
    "arguments": (message("diagnostics.name_arguments"),),
    "both": _EXPRESSION,
    "bracketed": (sign("("),),
    "call": (),
    "closing_values": (),
    "column": (message("diagnostics.name_column"),),
    "compared": _EXPRESSION,
    "comparison": (message("diagnostics.name_comparison"),),
    "condition": (message("diagnostics.name_condition"),),
    "declaration": (),
    "end": (message("diagnostics.the_end"),),
    "expression": _EXPRESSION,
    "grouped": (message("diagnostics.name_grouped"),),
    "integer": (message("diagnostics.name_integer"),),
    "iri": (message("diagnostics.name_iri"),),
    "iriref": (message("diagnostics.name_iri_in_brackets"),),
    "langtag": (),
    "more_and": ("&&",),
    "more_factors": (),
    "more_or": ("||",),
    "more_paths": (),
    "more_steps": (),
    "more_terms": (message("diagnostics.name_operator"),),
    "nil": (),
    "ns": (message("diagnostics.name_prefix"),),
    "object": (message("diagnostics.name_object"),),
    "often": (),
    "ordered": (message("diagnostics.name_ordered"),),
    "path": _PATH,
    "pattern": (message("diagnostics.name_pattern"),),
    "product": _EXPRESSION,
    "prologue": (),
    "query": ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK"),
    "signed": (),
    "step": _PATH,
    "string": (message("diagnostics.name_string"),),
    "sum": _EXPRESSION,
    "term": (message("diagnostics.name_term"),),
    "triple": (message("diagnostics.name_triple"),),
    "unary": _EXPRESSION,
    "value": (message("diagnostics.name_value"),),
    "var": (message("diagnostics.name_variable"),),
    "var_or_iri": (message("diagnostics.name_variable_or_iri"),),
    "verb": (message("diagnostics.name_verb"),),
}


def describe(symbols: Iterable[str]) -> list[Said]:
    """Return the names of symbols, each once: alternatives at one place."""
    symbols = list(symbols)
    names: list[Said] = []
    for name in (name for symbol in symbols for name in _name(symbol)):
        if name not in names:
            names.append(name)
    return names or [*sorted(list_kinds(symbols))]


def list_kinds(symbols: Iterable[str]) -> set[str]:
    """Return the kinds of tokens with which some symbols may begin."""
    return {kind for symbol in symbols for kind in FIRST.get(symbol, {symbol})}


def _name(symbol: str) -> Iterable[Said]:
    if symbol in _NAMES:
        return _NAMES[symbol]
    if symbol not in RULES:
        return [symbol if symbol in KEYWORDS else sign(symbol)]
    starts = dict.fromkeys(start for sequence in RULES[symbol] for start in _begin(sequence))
    return [name for start in starts if start != symbol for name in _name(start)]


def _begin(sequence: tuple[str, ...]) -> Iterator[str]:
    for symbol in sequence:
        yield symbol
        if symbol not in EMPTY:
            return
