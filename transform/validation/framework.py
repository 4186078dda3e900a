"""Validate the governance framework with its shapes, and locate findings in its Turtle file."""

from collections.abc import Iterable

import rdflib
from rdflib.plugins.parsers.notation3 import BadSyntax, RDFSink, SinkParser

from transform.errors import Said
from transform.graphs.framework import Framework
from transform.layouts.model import Languages
from transform.rdf.namespaces import (
    DCTERMS,
    ELI,
    FOAF,
    ORG,
    PROV,
    RDF_TYPE,
    RDFS,
    SCHEMA,
    SKOS,
    vocabulary_of,
)
from transform.rdf.ntriples import in_order
from transform.text.message import message
from transform.validation.locate import Located
from transform.validation.shacl import ValidationResult, read_shapes, validate

_PREFIXES = {
    "dcterms": DCTERMS,
    "eli": ELI,
    "foaf": FOAF,
    "org": ORG,
    "prov": PROV,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
}
Statement = tuple[str, str, str]


def validate_framework(
    framework: Framework | None, bodies: Iterable[str], base_uri: str, languages: Languages
) -> list[Located]:
    """Return what breaks a shape, with its line; `bodies` are the IRIs that the registry knows."""
    if not framework:
        return []
    organisation = f"<{vocabulary_of(base_uri)}Organisme>"
    types = ((f"<{body}>", f"<{RDF_TYPE}>", organisation) for body in bodies)
    data = "".join(in_order((*framework.lines, *types))).encode()
    findings = validate(data, read_shapes(("framework", "vocabulary"), base_uri, languages))
    if not findings:
        return []
    lines = statement_lines(framework.turtle, base_uri)
    return [_locate(finding, framework, lines, base_uri) for finding in findings]


def statement_lines(turtle: bytes, base_uri: str) -> dict[Statement, int]:
    """Return the line of each statement: subject, predicate, text of the object.

    Where a statement is written twice, the first line counts. rdflib reads the file, as
    Oxigraph's parser keeps no lines.
    """
    parser = _LineParser(base_uri)
    parser.startDoc()
    try:
        parser.feed(turtle)
        parser.endDoc()
    except BadSyntax:  # what Oxigraph's parser took: the statements before it have their lines
        pass
    return parser.first_lines


class _LineParser(SinkParser):
    """A Turtle parser that keeps the line of each statement in place of the statement."""

    def __init__(self, base_uri: str) -> None:
        super().__init__(RDFSink(rdflib.Graph()), baseURI=base_uri, turtle=True)
        self.first_lines: dict[Statement, int] = {}

    def makeStatement(self, quadruple: tuple[object, ...]) -> None:  # noqa: N802  # rdflib's name
        predicate, subject, value = map(_text, quadruple[1:])
        # The parser counts the ends of lines that it has passed.
        self.first_lines.setdefault((subject, predicate, value), self.lines + 1)


def _text(term: object) -> str:
    # rdflib's parser hands over a symbol as a pair of its kind and its IRI.
    return str(term[1] if isinstance(term, tuple) else term)


def _locate(
    finding: ValidationResult, framework: Framework, lines: dict[Statement, int], base_uri: str
) -> Located:
    row = _line(finding, lines)
    term = _shorten(finding.path, base_uri)
    what = f"{term} <{finding.focus.removeprefix(base_uri)}>".strip()
    place: Said = framework.file
    if row:
        place = message("errors.file_line", file=framework.file, line=row)
    step = message("validation.correct_in", what=what, place=place)
    return Located(
        severity=finding.severity,
        file=framework.file,
        row=row,
        column=term,
        raw=finding.value,
        fr=_shorten(finding.fr, base_uri),
        en=_shorten(finding.en, base_uri),
        next_fr=step.text("fr"),
        next_en=step.text("en"),
        focus=finding.focus,
        path=finding.path,
        shape=finding.shape,
        component=finding.component,
        source="",
    )


def _line(finding: ValidationResult, lines: dict[Statement, int]) -> int | None:
    """Return the line of the statement that is at fault, else the first of its property or node."""
    exact = lines.get((finding.focus, finding.path, finding.value))
    if exact:
        return exact
    about = {key: line for key, line in lines.items() if key[0] == finding.focus}
    of_path = [line for key, line in about.items() if key[1] == finding.path]
    return min(of_path or about.values(), default=None)


def _shorten(text: str, base_uri: str) -> str:
    """Return a text in which terms are written with their prefixes, such as `eli:repeals`."""
    for prefix, namespace in {**_PREFIXES, "pia": vocabulary_of(base_uri)}.items():
        text = text.replace(namespace, f"{prefix}:")
    return text
