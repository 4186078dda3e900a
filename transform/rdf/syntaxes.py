"""Write RDF in each syntax that is offered.

A new syntax has a row in `SYNTAXES`; what else it touches stands in CONTRIBUTING.md.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import IO, NamedTuple, Protocol

import pyoxigraph as ox

import ontology
from transform.rdf import jsonld, rdfxml, turtle_writer
from transform.rdf.namespaces import W3C_FORMATS, vocabulary_of
from transform.rdf.rdfxml import NotExpressible as NotExpressible


class Syntax(NamedTuple):
    """An RDF syntax: suffix, media type, name for people, whether it holds named graphs."""

    suffix: str
    media_type: str
    name: str
    rdf: ox.RdfFormat
    named_graphs: bool

    @property
    def iri(self) -> str:
        """Return the IRI of the syntax (W3C, «Unique URIs for file formats»)."""
        return W3C_FORMATS + self.name.replace("/", "_")


SYNTAXES = (
    Syntax("ttl", "text/turtle", "Turtle", ox.RdfFormat.TURTLE, False),
    Syntax("jsonld", "application/ld+json", "JSON-LD", ox.RdfFormat.JSON_LD, False),
    Syntax("nt", "application/n-triples", "N-Triples", ox.RdfFormat.N_TRIPLES, False),
    Syntax("rdf", "application/rdf+xml", "RDF/XML", ox.RdfFormat.RDF_XML, False),
    Syntax("nq", "application/n-quads", "N-Quads", ox.RdfFormat.N_QUADS, True),
    Syntax("trig", "application/trig", "TriG", ox.RdfFormat.TRIG, True),
)
BY_SUFFIX = {syntax.suffix: syntax for syntax in SYNTAXES}
BY_MEDIA_TYPE = {syntax.media_type: syntax for syntax in SYNTAXES}
_TURTLES = ("ttl", "trig")

# The element that declares the prefixes of RDF/XML, and one declaration in it.
_XML_HEAD = re.compile(rb"<rdf:RDF[^>]*>")
_XML_PREFIX = re.compile(rb"xmlns:\S+=\"[^\"]*\"")


class Sink(Protocol):
    """What the writers need of a file: `write` of bytes."""

    def write(self, data: bytes, /) -> int:
        """Write bytes."""


def prefixes(base_uri: str) -> Mapping[str, str]:
    """Return the prefixes under which our data is written: those of the JSON-LD context."""
    return _read_vocabulary(vocabulary_of(base_uri)).prefixes


@lru_cache(maxsize=16)
def _read_vocabulary(vocabulary_uri: str) -> jsonld.ContextTerms:
    return jsonld.read_context(ontology.context(vocabulary_uri))


def write(
    statements: Iterable[ox.Triple] | Iterable[ox.Quad],
    syntax: Syntax,
    out: Sink,
    base_uri: str,
    context_link: str | None = None,
) -> None:
    """Write triples, or quads where the syntax holds named graphs, as they come.

    Statements about one subject that stand together are grouped. JSON-LD holds its context, or
    the link to it. Raises NotExpressible.
    """
    if syntax.suffix == "jsonld":
        jsonld.write(
            _triples(statements), out, _read_vocabulary(vocabulary_of(base_uri)), context_link
        )
        return
    chosen: Iterable[ox.Triple] | Iterable[ox.Quad] = statements
    if not syntax.named_graphs:
        chosen = _triples(statements)
    if syntax.suffix in _TURTLES:
        turtle_writer.write(chosen, syntax.rdf, out, prefixes(base_uri))
    elif syntax.suffix == "rdf":
        steady = _SteadyXml(_KeepCarriageReturns(out))
        chosen = rdfxml.expressible(_triples(statements))
        ox.serialize(chosen, _as_file(steady), format=syntax.rdf, prefixes=dict(prefixes(base_uri)))
        steady.flush()
    else:
        ox.serialize(chosen, _as_file(out), format=syntax.rdf)


def write_bytes(
    statements: Iterable[ox.Triple], syntax: Syntax, base_uri: str, context_link: str | None = None
) -> bytes:
    """Return the bytes that `write` writes."""
    out = io.BytesIO()
    write(statements, syntax, out, base_uri, context_link)
    return out.getvalue()


def _triples(statements: Iterable[ox.Triple] | Iterable[ox.Quad]) -> Iterator[ox.Triple]:
    for statement in statements:
        yield statement.triple if isinstance(statement, ox.Quad) else statement


class _SteadyXml:
    """Write an element rdf:RDF that declares prefixes in the order of their names.

    The serializer declares them in an order that changes from run to run.
    """

    def __init__(self, out: Sink) -> None:
        self._out = out
        self._head: bytes | None = b""

    def write(self, data: bytes, /) -> int:
        if self._head is None:
            self._out.write(data)
        else:
            self._head += data
            if match := _XML_HEAD.search(self._head):
                self._write_head(match.end())
        return len(data)

    def flush(self) -> None:
        """Write the rest of a document that is all head."""
        if self._head is not None:
            self._write_head(len(self._head))

    def _write_head(self, end: int) -> None:
        head, rest = (self._head or b"")[:end], (self._head or b"")[end:]
        ordered = iter(sorted(_XML_PREFIX.findall(head)))
        self._out.write(_XML_PREFIX.sub(lambda _: next(ordered), head) + rest)
        self._head = None


class _KeepCarriageReturns:
    """Write «\\r» as a reference: an XML parser makes a bare one a line feed (XML 1.0, 2.11)."""

    def __init__(self, out: Sink) -> None:
        self._out = out

    def write(self, data: bytes, /) -> int:
        self._out.write(data.replace(b"\r", b"&#xD;"))
        return len(data)


def _as_file(out: Sink) -> IO[bytes]:
    return out  # type: ignore[return-value]  # pyoxigraph calls write and flush only
