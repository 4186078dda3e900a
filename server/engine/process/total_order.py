"""Rewrite ORDER BY so that any two values have an order, where the engine's own order fails.

The engine's comparison is no total order where a number meets `xsd:hexBinary` or a datatype that
it does not know; its sort notices that in some orders of the rows, and ends the process. A
condition is rewritten to keys of which each is a total order: the kind of the value, the number or
moment that it stands for, its text. They keep what SPARQL 1.1, section 15.1, demands: no value,
blank nodes, IRIs, literals; numbers and moments by value, strings by codepoints.
"""

from collections.abc import Iterator

from server.engine.diagnostics.tokens import CLOSING, Token, tokenize

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBER = (
    f"<{_XSD}double>({{0}})"  # one datatype for all, as decimals and doubles round differently
)
_MOMENT = f'{{0}}-"1970-01-01T00:00:00Z"^^<{_XSD}dateTime>'  # a duration; none without a time zone
_KEYS = (
    f"IF(isBLANK({{0}}),1,IF(isIRI({{0}}),2,IF(isNUMERIC({{0}}),IF({_NUMBER}={_NUMBER},4,3),"
    f"IF(DATATYPE({{0}})=<{_XSD}dateTime>,5,6))))",  # 3 is NaN
    f"IF(isNUMERIC({{0}}),IF({_NUMBER}={_NUMBER},{_NUMBER},0),"
    f"IF(DATATYPE({{0}})=<{_XSD}dateTime>,{_MOMENT},0))",
    "STR({0})",
)
_CALLED = ("(", "{", "nil")


def order_totally(text: str) -> str | None:
    """Return a query with each condition of each ORDER BY rewritten; None where none is found.

    The result may be no query where a text is spelt as no one writes it: parse it before it runs.
    """
    tokens = list(tokenize(text))
    parts, end = list[str](), 0
    for first, last in _conditions(tokens):
        start, after = tokens[first].start, tokens[last].start + len(tokens[last].text)
        has_direction = tokens[first].kind in ("ASC", "DESC")
        direction = tokens[first].kind if has_direction else "ASC"
        value = f"({text[tokens[first + has_direction].start : after]})"
        keys = " ".join(f"{direction}({key.format(value)})" for key in _KEYS)
        parts += (text[end:start], f" {keys} ")
        end = after
    return "".join((*parts, text[end:])) if parts else None


def _conditions(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last token of each condition (SPARQL 1.1, grammar, rule 24)."""
    first = 0
    for place, token in enumerate(tokens):
        # An ORDER BY inside a condition (EXISTS) orders nothing that anybody sees.
        if place < first or token.kind != "BY" or tokens[place - 1].kind != "ORDER":
            continue
        first = place + 1
        while (last := _last_of_condition(tokens, first)) is not None:
            yield first, last
            first = last + 1


def _last_of_condition(tokens: list[Token], first: int) -> int | None:
    """Return the last token of the condition that begins at one; None where none begins."""
    kind = tokens[first].kind
    if kind == "var":
        return first
    if kind in ("LIMIT", "OFFSET", "VALUES", "}", "end"):
        return None
    place = first if kind == "(" else first + (2 if kind == "NOT" else 1)
    if place >= len(tokens) or tokens[place].kind not in _CALLED:
        return None
    depth = 0
    for last in range(place, len(tokens)):
        depth += (tokens[last].kind in CLOSING) - (tokens[last].kind in CLOSING.values())
        if depth == 0:
            return last
    return None
