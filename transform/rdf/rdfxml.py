"""Refuse statements that RDF/XML cannot express; the engine's writer would write nonsense.

Source: RDF 1.1 XML Syntax, sections 5 and 6.1; XML 1.0 (fifth edition); Namespaces in XML.
"""

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from transform.rdf.namespaces import RDF, RDF_TYPE
from transform.text.message import Message, message

# RDF/XML, 5.1: the names of the syntax are no properties, nor are those that it once had, and
# rdf:li would be read as rdf:_1.
_NO_PROPERTIES = frozenset(
    RDF + name
    for name in [
        "RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li",
        "aboutEach", "aboutEachPrefix", "bagID", "version", "annotation", "annotationNodeID",
    ]
)  # fmt: skip
# XML 1.0, production 2 (Char): what no XML document can hold, not even as a reference.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# XML 1.0, productions 4 and 4a, without the colon (Namespaces in XML, production 4).
_STARTS = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_ENDS_WITH_NAME = re.compile(f"[{_STARTS}][{_STARTS}\\-.0-9\xb7\u0300-\u036f\u203f\u2040]*$")


class NotExpressible(ValueError):
    """A statement that the requested syntax cannot express; `problem` says which and why."""

    def __init__(self, problem: Message) -> None:
        super().__init__(problem)
        self.problem = problem


def expressible(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Pass on triples; raises NotExpressible at the first that RDF/XML cannot carry."""
    sound: set[str] = set()  # properties that can be written; rows share fifteen of them
    for triple in triples:
        predicate, value = triple.predicate.value, triple.object
        reason = None if predicate in sound else _why_no_property(predicate)
        if reason := reason or _why_no_value(value, predicate):
            raise NotExpressible(message("rdf.no_rdfxml", reason=reason))
        sound.add(predicate)
        yield triple


def _why_no_value(value: object, predicate: str) -> Message | None:
    if isinstance(value, ox.Literal):
        return _why_no_literal(value, predicate)
    if isinstance(value, ox.Triple):
        return message("rdf.triple_term", term=str(value))
    # A type is written as the name of an element.
    if (
        predicate == RDF_TYPE
        and isinstance(value, ox.NamedNode)
        and not _ENDS_WITH_NAME.search(value.value)
    ):
        return message("rdf.class_without_name", iri=value.value)
    return None


def _why_no_property(predicate: str) -> Message | None:
    if predicate in _NO_PROPERTIES:
        return message("rdf.property_of_syntax", iri=predicate)
    if not _ENDS_WITH_NAME.search(predicate):
        return message("rdf.property_without_name", iri=predicate)
    return None


def _why_no_literal(value: ox.Literal, predicate: str) -> Message | None:
    text = value.value
    # XML can hold all that can be printed, as nearly all texts can.
    if not text.isprintable() and (match := _NOT_XML.search(text)):
        code = f"{ord(match[0]):04X}"
        return message("rdf.control_character", code=code, iri=predicate)
    # RDF 1.2 has an attribute for it, which a reader of RDF 1.1 takes for a property.
    return message("rdf.base_direction", value=str(value)) if value.direction else None
