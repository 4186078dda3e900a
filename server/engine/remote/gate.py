"""Refuse calls of functions that are not SPARQL's: on a store of others they may do anything."""

from server.engine.diagnostics.functions import refuse_call
from server.engine.remote.reading import ParsedQuery

_XSD = "http://www.w3.org/2001/XMLSchema#"
# What our own engine casts to: SPARQL 1.1, section 17.5, and what it has beyond.
CASTS = frozenset(
    _XSD + name
    for name in (
        "string", "boolean", "integer", "decimal", "double", "float", "date", "dateTime", "time",
        "gYear", "gYearMonth", "gMonth", "gDay", "gMonthDay", "duration", "dayTimeDuration",
        "yearMonthDuration",
    )
)  # fmt: skip


def refuse_foreign_calls(query: ParsedQuery, text: str) -> None:
    """Raise UnknownFunction where a query calls a function by an IRI that is no cast.

    Virtuoso's `bif:` and `sql:`, Jena's `java:` and their like are such IRIs.
    """
    for at, rules in enumerate(query.rules):
        if "arguments" in rules and (iri := query.name(at - 1)) not in CASTS:
            raise refuse_call(text, iri)
