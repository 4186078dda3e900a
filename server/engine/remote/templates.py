"""Make the triples of a CONSTRUCT or a DESCRIBE from the rows of a SELECT."""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from server.engine.faults import MalformedQuery
from transform.text.message import message

_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
# From a solution, and the blank nodes made for it so far: a term, None where there is none.
_Part = Callable[[ox.QuerySolution, dict[str, ox.BlankNode]], _Term | None]
# A template is read as Turtle in which such IRIs stand for its variables; nobody can guess them.
_VARIABLE = f"urn:{secrets.token_hex(16)}:"


class Template(NamedTuple):
    """Triples whose parts are made from a solution, and the variables that they need."""

    triples: Sequence[tuple[_Part, _Part, _Part]]
    names: Sequence[str]


def subjects_template(subject: str, prop: str, value: str) -> Template:
    """Return the template of one triple of three variables."""
    parts = (_variable(subject), _variable(prop), _variable(value))
    return Template([parts], [subject, prop, value])


def read_template(tokens: Iterable[tuple[str, str]], visible: Collection[str]) -> Template:
    """Read the tokens of a template, their kinds and texts; `visible` in the pattern.

    A triple with another variable is never made. Raises MalformedQuery for a literal as a subject,
    which SPARQL takes and RDF does not.
    """
    names: list[str] = []
    written, glued = "", False
    for kind, token in tokens:
        text = token
        if kind == "var":
            if token[1:] not in names:
                names.append(token[1:])
            text = f"<{_VARIABLE}{names.index(token[1:])}>"
        written += text if glued or kind in ("langtag", "^^") else f" {text}"
        glued = kind == "^^"
    if written and not written.endswith("."):
        written += " ."
    try:
        triples = [quad.triple for quad in ox.parse(written, ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise MalformedQuery(message("engine.wrong_template")) from error
    parts = [tuple(_read(term, names) for term in triple) for triple in triples]
    return Template([(s, p, o) for s, p, o in parts], [name for name in names if name in visible])


def make_triples(solutions: ox.QuerySolutions, template: Template) -> Iterator[ox.Triple]:
    """Yield the triples of all solutions, each once (SPARQL 1.1, section 16.2)."""
    seen: set[bytes] = set()
    for solution in solutions:
        blank: dict[str, ox.BlankNode] = {}
        for subject, prop, value in template.triples:
            terms = subject(solution, blank), prop(solution, blank), value(solution, blank)
            try:
                triple = ox.Triple(*terms)  # type: ignore[arg-type]
            except TypeError:  # no value, or no term that may stand there: left out
                continue
            mark = hashlib.blake2b(str(triple).encode(), digest_size=16).digest()
            if mark not in seen:
                seen.add(mark)
                yield triple


def _read(term: _Term, names: Sequence[str]) -> _Part:
    if isinstance(term, ox.NamedNode) and term.value.startswith(_VARIABLE):
        return _variable(names[int(term.value.removeprefix(_VARIABLE))])
    if isinstance(term, ox.BlankNode):
        label = term.value
        return lambda _, blank: blank.setdefault(label, ox.BlankNode())
    if isinstance(term, ox.Triple):
        return _nested(*(_read(part, names) for part in term))
    return lambda _, __: term


def _variable(name: str) -> _Part:
    def value(solution: ox.QuerySolution, _: dict[str, ox.BlankNode]) -> _Term | None:
        try:
            term: _Term | None = solution[name]
            return term
        except KeyError:  # not a variable of the pattern
            return None

    return value


def _nested(subject: _Part, prop: _Part, value: _Part) -> _Part:
    def triple(solution: ox.QuerySolution, blank: dict[str, ox.BlankNode]) -> _Term | None:
        terms = subject(solution, blank), prop(solution, blank), value(solution, blank)
        return None if None in terms else ox.Triple(*terms)  # type: ignore[arg-type]

    return triple
