"""Write statements as parts of documents, so that one part can stand in several of them.

A document is a head, its parts with a separator between, and a tail. Parts of Turtle make TriG too.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import pyoxigraph as ox

from transform.rdf import turtle_writer
from transform.rdf.syntaxes import BY_SUFFIX, prefixes, write_bytes

# The syntaxes whose documents have parts; N-Triples and N-Quads are lines.
SUFFIXES = ("ttl", "jsonld", "rdf")
TURTLE = "ttl"
_BETWEEN = {"jsonld": b",", TURTLE: b"\n"}
_TAILS = {"jsonld": b"\n]}\n", "rdf": b"\n</rdf:RDF>"}


class Frame(NamedTuple):
    """What stands before, between and behind the parts of a document."""

    head: bytes
    between: bytes
    tail: bytes


def frame(suffix: str, base_uri: str, used: Iterable[str]) -> Frame:
    """Return what stands around the parts of a document in a syntax.

    `used` are the names of the prefixes in parts of Turtle; the other syntaxes declare all.
    """
    if suffix != TURTLE:
        return _frame(suffix, base_uri)
    known = prefixes(base_uri)
    head = turtle_writer.write_head({name: known[name] for name in used})
    return Frame(head, _BETWEEN[suffix], b"")


@cache
def _frame(suffix: str, base_uri: str) -> Frame:
    tail = _TAILS[suffix]
    head = write_bytes([], BY_SUFFIX[suffix], base_uri).removesuffix(tail)
    return Frame(head, _BETWEEN.get(suffix, b""), tail)


def write_fragment(triples: Sequence[ox.Triple], suffix: str, base_uri: str) -> bytes:
    """Return the part of a document that triples make; all of a subject must stand together.

    Raises NotExpressible where the syntax cannot carry a statement.
    """
    syntax = BY_SUFFIX[suffix]
    if suffix == TURTLE:
        return turtle_writer.write_body(triples, syntax.rdf, prefixes(base_uri))
    around = _frame(suffix, base_uri)
    document = write_bytes(triples, syntax, base_uri)
    return document.removeprefix(around.head).removesuffix(around.tail)


def indent_turtle(part: bytes) -> bytes:
    """Return a part of a Turtle document as it stands inside the braces of a TriG document."""
    # A literal has no line end of its own: the serializer escapes it.
    indented = (b"\t" + part.replace(b"\n", b"\n\t")).removesuffix(b"\t")
    return indented.replace(b"\n\t\n", b"\n\n")
