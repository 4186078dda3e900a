"""Write statements as parts of documents, so that one part can stand in several of them.

A document is a head, its parts with a separator between, and a tail. Parts of Turtle make TriG too.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import pyoxigraph as ox

from transform.rdf.namespaces import RDF_TYPE
from transform.rdf.syntaxes import BY_SUFFIX, write_bytes

# The syntaxes whose documents have parts; N-Triples and N-Quads are lines.
SUFFIXES = ("ttl", "jsonld", "rdf")
_BETWEEN = {"jsonld": b","}
_TAILS = {"jsonld": b"\n]}\n", "rdf": b"\n</rdf:RDF>"}
_FIRST_STATEMENT = re.compile(rb"(?m)^(?!@prefix).")


class Frame(NamedTuple):
    """What stands before, between and behind the parts of a document."""

    head: bytes
    between: bytes
    tail: bytes


@cache
def frame(suffix: str, base_uri: str) -> Frame:
    """Return what stands around the parts of a document in a syntax."""
    tail = _TAILS.get(suffix, b"")
    if suffix == "ttl":
        thing = ox.NamedNode(base_uri)
        one = ox.Triple(thing, ox.NamedNode(RDF_TYPE), thing)
        # The prefixes are declared with the first statement.
        document = write_bytes([one], BY_SUFFIX[suffix], base_uri)
        statement = _FIRST_STATEMENT.search(document)
        head = document[: statement.start() if statement else None]
    else:
        head = write_bytes([], BY_SUFFIX[suffix], base_uri).removesuffix(tail)
    return Frame(head, _BETWEEN.get(suffix, b""), tail)


def write_fragment(triples: Sequence[ox.Triple], suffix: str, base_uri: str) -> bytes:
    """Return the part of a document that triples make; all of a subject must stand together.

    Raises NotExpressible where the syntax cannot carry a statement.
    """
    around = frame(suffix, base_uri)
    document = write_bytes(triples, BY_SUFFIX[suffix], base_uri)
    return document.removeprefix(around.head).removesuffix(around.tail)


def indent_turtle(part: bytes) -> bytes:
    """Return a part of a Turtle document as it stands inside the braces of a TriG document."""
    # A literal has no line end of its own: the serializer escapes it.
    return (b"\t" + part.replace(b"\n", b"\n\t")).removesuffix(b"\t")
