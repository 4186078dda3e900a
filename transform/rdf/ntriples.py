"""Write statements as N-Triples."""

from collections.abc import Iterable

from transform.rdf.namespaces import RDF_TYPE, XSD

# Subject, predicate and object of a statement, each as N-Triples writes it.
Line = tuple[str, str, str]
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def literal(text: str, language: str | None = None, datatype: str | None = None) -> str:
    """Write a literal in N-Triples (RDF 1.1 N-Triples, production STRING_LITERAL_QUOTE)."""
    quoted = f'"{text.translate(_ESCAPES)}"'
    if language:
        return f"{quoted}@{language}"
    return f"{quoted}^^<{datatype}>" if datatype else quoted


def integer(number: int) -> str:
    """Write a whole number as a literal."""
    return literal(str(number), datatype=f"{XSD}integer")


def boolean(value: bool) -> str:
    """Write true or false as a literal."""
    return literal(str(value).lower(), datatype=f"{XSD}boolean")


def in_order(lines: Iterable[Line]) -> list[str]:
    """Give N-Triples lines by subject, what it is first, each once."""
    a = f"<{RDF_TYPE}>"
    ordered = sorted(set(lines), key=lambda line: (line[0], line[1] != a, line[1], line[2]))
    return [f"{s} {p} {o} .\n" for s, p, o in ordered]
