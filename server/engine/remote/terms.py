"""Write IRIs and texts of a query so that every store reads them alike: whole, without escapes."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import pyoxigraph as ox

from server.engine.diagnostics.diagnose import locate
from server.engine.diagnostics.iris import why_no_iri
from server.engine.diagnostics.tokens import Token
from server.engine.faults import MalformedQuery
from server.engine.interface import BoundText
from transform.text.message import Message, message

_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_LOCAL_ESCAPE = re.compile(r"\\(.)")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_MEANT = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_TO_ESCAPE = re.compile(r"[\x00-\x1f\"\\\x7f]")
_ESCAPED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ANY = "a:a"


class Prologue:
    """The base and the prefixes of a query."""

    def __init__(self, text: str, base_iri: str, prologue: Sequence[Token]) -> None:
        """Read the prologue (SPARQL 1.1, section 4.1.1): each line counts for those behind it."""
        self._text = text
        self.base = base_iri
        self._namespaces: dict[str, str] = {}
        for at, token in enumerate(prologue):
            if token.kind == "BASE":
                self.base = self._resolve(prologue[at + 1])
            elif token.kind == "PREFIX":
                self._namespaces[prologue[at + 1].text] = self._resolve(prologue[at + 2])

    def expand(self, token: Token) -> str:
        """Return the absolute IRI that a token stands for; raises MalformedQuery."""
        if token.kind == "iriref":
            return self._resolve(token)
        prefix, colon, local = token.text.partition(":")
        namespace = self._namespaces.get(prefix + colon)
        if namespace is None:
            raise self._refuse(token, message("diagnostics.undeclared_here"))
        iri = namespace + _LOCAL_ESCAPE.sub(r"\1", local)
        if _NOT_IN_IRI.search(iri):
            raise self._refuse(token, message("diagnostics.no_iri_here"))
        return iri

    def _resolve(self, token: Token) -> str:
        iri = resolve(token.text, self.base)
        if iri is None:
            raise self._refuse(token, message("diagnostics.no_iri_at_all", iri=token.text[:80]))
        return iri

    def _refuse(self, token: Token, reason: Message) -> MalformedQuery:
        line, column = locate(self._text, token.start)
        detail = message("diagnostics.unreadable", line=line, column=column, reason=reason)
        return MalformedQuery(detail, line, column)


@lru_cache(4096)
def resolve(reference: str, base: str) -> str | None:
    """Return the IRI of a reference in angle brackets, as Turtle reads it; None for none."""
    try:
        quads = ox.parse(f"{reference} <{_ANY}> <{_ANY}> .", ox.RdfFormat.TURTLE, base_iri=base)
        subject = next(iter(quads)).subject
    except (SyntaxError, ValueError):
        return None
    iri = subject.value if isinstance(subject, ox.NamedNode) else ""
    return None if not iri or _NOT_IN_IRI.search(iri) else iri


def write_iri(iri: str) -> str:
    """Write an absolute IRI between angle brackets; raises MalformedQuery for none."""
    try:
        return str(ox.NamedNode(iri))
    except ValueError as error:
        detail = message("engine.no_absolute_iri", iri=iri, why=why_no_iri(error))
        raise MalformedQuery(detail) from error


def rewrite_text(quoted: str) -> str:
    """Write a text in quotes anew, with the only escapes that a store needs."""
    size = 3 if quoted[:3] in ('"""', "'''") else 1
    return write_text(_ESCAPE.sub(_character, quoted[size:-size]))


def write_text(value: str) -> str:
    """Write a text between quotes."""
    return f'"{_TO_ESCAPE.sub(_escape, value)}"'


def write_value(bound: str | BoundText) -> str:
    """Write an IRI, or a literal, as a term of a query; raises MalformedQuery for neither."""
    if isinstance(bound, str):
        return write_iri(bound)
    try:
        ox.Literal(bound.value, language=bound.language)
    except ValueError as error:
        detail = message("engine.unbindable", bound=repr(bound), why=why_no_iri(error))
        raise MalformedQuery(detail) from error
    if bound.language:
        return f"{write_text(bound.value)}@{bound.language}"
    datatype = f"^^{write_iri(bound.datatype)}" if bound.datatype else ""
    return write_text(bound.value) + datatype


def write_rows(names: Sequence[str], rows: Iterable[str]) -> str:
    """Write rows of values for a pattern: in a SELECT of their own where they have several columns.

    The names are written with their `?`; a row is its terms, with blanks between them. Why: see
    `rewriting`.
    """
    written = " ".join(f"({row})" for row in rows)
    columns = " ".join(names)
    values = f"VALUES ({columns}) {{ {written} }}"
    return f"{{ SELECT {columns} {{ {values} }} }}" if len(names) > 1 else values


def _character(escape: re.Match[str]) -> str:
    if escape[3]:
        return _MEANT.get(escape[3], escape[3])
    point = int(escape[1] or escape[2], 16)
    if 0xD800 <= point <= 0xDFFF or point > 0x10FFFF:
        raise MalformedQuery(message("engine.no_character", escape=escape[0]))
    return chr(point)


def _escape(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[0]) or f"\\u{ord(match[0]):04X}"
