"""Write statements as N-Triples."""

from collections.abc import Iterable

from transform.rdf.namespaces import RDF_TYPE, XSD

# Subject, predicate and object of a statement, each as N-Triples writes it.
Line = tuple[str, str, str]
# What a literal escapes; the backslash first, as the others are escaped by it.
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
_TYPE = f"<{RDF_TYPE}>"


def literal(text: str, language: str | None = None, datatype: str | None = None) -> str:
    """Return a literal in N-Triples (RDF 1.1 N-Triples, production STRING_LITERAL_QUOTE)."""
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    quoted = f'"{text}"'
    if language:
        return f"{quoted}@{language}"
    return f"{quoted}^^<{datatype}>" if datatype else quoted


def integer(number: int) -> str:
    """Return a whole number as a literal."""
    return literal(str(number), datatype=f"{XSD}integer")


def boolean(value: bool) -> str:
    """Return true or false as a literal."""
    return literal(str(value).lower(), datatype=f"{XSD}boolean")


def in_order(lines: Iterable[Line]) -> list[str]:
    """Return lines of N-Triples sorted by subject, types first, without duplicates."""
    ordered = sorted(set(lines), key=lambda line: (line[0], line[1] != _TYPE, line[1], line[2]))
    return [f"{s} {p} {o} .\n" for s, p, o in ordered]
