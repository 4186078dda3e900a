"""Compare and order the values of a dimension as the engine does, where that is beyond doubt."""

import re
from collections.abc import Sequence

from server.engine.cubes.slices import Filter

# As SPARQL 1.1 Query Results JSON Format, section 3.2.2, writes an RDF term.
Term = dict[str, str]

_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
_YEAR = "http://www.w3.org/2001/XMLSchema#gYear"
_DIGITS = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_FOUR_DIGITS = re.compile(r"[0-9]{4}", re.ASCII)


class UnsureError(Exception):
    """The engine must be asked."""


def holds(asked: Filter, term: Term | None) -> bool:
    """Say whether a filter lets a value pass; an error of SPARQL does not. Raises UnsureError.

    Of the equality of literals (SPARQL 1.1, section 17.4.1.7) only that of strings is looked at
    here: numbers and dates are equal in more ways than one.
    """
    if term is None or (asked.of_language and term["type"] == "uri"):
        return False
    if asked.of_language:
        written = f'"{term.get("xml:lang", "")}"'
    elif "datatype" in term and not asked.constant.startswith("<"):
        raise UnsureError
    else:
        written = _write(term)
    return (written == asked.constant) != asked.negated


def rank(terms: Sequence[Term | None]) -> list[str] | list[int]:
    """Give what orders values of one kind (SPARQL 1.1, section 15.1); raises UnsureError."""
    values = [term["value"] for term in terms if term]
    kinds = {(term["type"], term.get("xml:lang"), term.get("datatype")) for term in terms if term}
    if len(values) < len(terms) or len(kinds) > 1:
        raise UnsureError
    datatype = next((kind[2] for kind in kinds), None)
    if datatype is None:
        return values
    shape = {_INTEGER: _DIGITS, _YEAR: _FOUR_DIGITS}.get(datatype)
    if shape is None or not all(map(shape.fullmatch, values)):
        raise UnsureError
    return [int(value) for value in values]


def _write(term: Term) -> str:
    if term["type"] == "uri":
        return f"<{term['value']}>"
    language = term.get("xml:lang")
    return f'"{term["value"]}"' + (f"@{language}" if language else "")
