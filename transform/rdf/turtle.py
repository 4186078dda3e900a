"""Read Turtle files of ontology/, or beside a layout, as statements of a release."""

from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph as ox

import ontology
from transform.rdf.namespaces import XSD, at_home
from transform.rdf.ntriples import Line, literal
from transform.text.characters import UNWRITABLE
from transform.text.message import message

_LARGEST = 256 << 20


def read_turtle(name: str, base_uri: str) -> list[Line]:
    """Return the triples of a file of ontology/, its IRIs resolved against the base URI."""
    parsed = ox.parse(read_bytes(name, base_uri), format=ox.RdfFormat.TURTLE, base_iri=base_uri)
    return [(str(q.subject), str(q.predicate), _absolute(q.object, base_uri)) for q in parsed]


def _absolute(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, base_uri: str) -> str:
    """Return an object in N-Triples; the parser leaves an xsd:anyURI, a literal, relative."""
    if isinstance(node, ox.Literal) and node.datatype.value == f"{XSD}anyURI":
        return literal(urljoin(str(base_uri), node.value), datatype=f"{XSD}anyURI")
    return str(node)


def read_bytes(name: str, base_uri: str) -> bytes:
    """Return a file of ontology/, or the Turtle file at a path, with the vocabulary at home.

    Raises OSError or ValueError for a path that cannot be read.
    """
    if name in ontology.NAMES:
        return at_home(ontology.read(name), base_uri)
    path = Path(name)
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise ValueError(message("errors.no_file_of_size", number=_LARGEST >> 20))
    return at_home(path.read_bytes(), base_uri)


def parse_publishable(data: bytes, base_uri: str) -> list[ox.Triple]:
    """Parse Turtle; raises SyntaxError with the line, ValueError for what no release may hold."""
    quads = ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri=base_uri)
    return [_publishable(quad.triple) for quad in quads]


def find_line(data: bytes, triple: ox.Triple, base_uri: str) -> int:
    """Return the line of a Turtle document, from 1, on which a triple that it holds is complete.

    The parser tells no places: it is asked for ever shorter beginnings of the document.
    """
    lines = data.splitlines(keepends=True)
    first, last = 1, len(lines)
    while first < last:
        middle = (first + last) // 2
        if _holds(b"".join(lines[:middle]), triple, base_uri):
            last = middle
        else:
            first = middle + 1
    return first


def _holds(data: bytes, triple: ox.Triple, base_uri: str) -> bool:
    """Check whether a document, which may break off, holds a triple."""
    quads = ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri=base_uri)
    try:
        return any(quad.triple == triple for quad in quads)
    except SyntaxError:
        return False


def _publishable(triple: ox.Triple) -> ox.Triple:
    for node in (triple.subject, triple.object):
        if not isinstance(node, ox.NamedNode | ox.Literal):
            raise ValueError(message("errors.blank_node", predicate=str(triple.predicate)))
        if isinstance(node, ox.Literal) and (match := UNWRITABLE.search(node.value)):
            code = f"U+{ord(match[0]):04X}"
            subject = str(triple.subject)
            raise ValueError(message("errors.turtle_character", code=code, subject=subject))
    return triple
