"""Read the governance framework under which the portraits are made."""

from dataclasses import dataclass
from pathlib import Path

import ontology
from transform.errors import UnreadableFramework
from transform.files import reason_message
from transform.layouts.model import Layout
from transform.rdf.namespaces import RDF_TYPE, vocabulary_of
from transform.rdf.ntriples import Line
from transform.rdf.turtle import parse_publishable, read_bytes
from transform.text.message import message


@dataclass(frozen=True, slots=True)
class Framework:
    """The statements of a framework, and the Turtle file that they were read from."""

    file: str
    turtle: bytes
    lines: tuple[Line, ...]


def read_framework(layout: Layout, base_uri: str) -> Framework | None:
    """Read the framework that a layout names, None where it names none.

    Raises UnreadableFramework, with file and line, for a file that is not Turtle.
    """
    name = layout.framework
    if not name:
        return None
    file = f"{name}.ttl" if name in ontology.NAMES else Path(name).name
    try:
        turtle = read_bytes(name, base_uri)
        triples = parse_publishable(turtle, base_uri)
    except (OSError, ValueError, SyntaxError) as error:
        reason = reason_message(error)
        raise UnreadableFramework(
            message("graphs.framework_unreadable", file=file, reason=reason, layout=layout.source)
        ) from error
    lines = tuple((str(t.subject), str(t.predicate), str(t.object)) for t in triples)
    text_of_it = f"<{vocabulary_of(base_uri)}TexteDuCadre>"
    if not any(line[1:] == (f"<{RDF_TYPE}>", text_of_it) for line in lines):
        raise UnreadableFramework(
            message("graphs.framework_empty", file=file, layout=layout.source)
        )
    return Framework(file, turtle, lines)
