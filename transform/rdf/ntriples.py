"""Write statements as N-Triples."""

from collections.abc import Iterable

from transform.rdf.namespaces import RDF_TYPE, XSD

# Subject, predicate and object of a statement, each as N-Triples writes it.
Line = tuple[str, str, str]
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def literal(text: str, language: str | None = None, datatype: str | None = None) -> str:
    """Return a literal in N-Triples (RDF 1.1 N-Triples, production STRING_LITERAL_QUOTE)."""
    quoted = f'"{text.translate(_ESCAPES)}"'
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
    type_iri = f"<{RDF_TYPE}>"
    ordered = sorted(set(lines), key=lambda line: (line[0], line[1] != type_iri, line[1], line[2]))
    return [f"{s} {p} {o} .\n" for s, p, o in ordered]
