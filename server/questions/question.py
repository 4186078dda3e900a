"""Parse saved questions: SPARQL queries with a head of TOML in comments that begin with `#+`.

The mark is grlc's (https://grlc.io/), whose heads are YAML. A head has a theme, a title and a
description in French and English, what the question needs of a release, the columns of its answer,
and parameters. A parameter is a variable of the query that is bound to a term before it is run; the
engine binds only what a query selects, so each parameter is a column too, and stands in GROUP BY.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import pyoxigraph as ox

from server.texts import LANGUAGES
from transform.rdf.namespaces import XSD

Form = Literal["select", "ask", "construct"]
Term = ox.NamedNode | ox.Literal
THEMES = ("comptes", "initiatives", "organismes", "changements", "cadre", "donnees")
# The types of values that are things, each below `id/`, with the field that a register must have.
THINGS = MappingProxyType(
    {
        "categorie": "categorie",
        "initiative": "nom",
        "organisme": "organisme",
        "portefeuille": "portefeuille",
        "statut": "statut",
    }
)
TYPES = ("date", "number", "text", "year", *THINGS)
# Values of a year that depend on the release.
YEARS = ("latest", "previous")
RESERVED = ("format", "lang", "requete")  # of the address of an answer
_INTEGER = ox.NamedNode(f"{XSD}integer")
_DIGITS = re.compile(r"[0-9]+")
_MARK, _WHERE = "#+ ", "WHERE {\n"
_BASE = "http://localhost/"
_Bound = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class UnreadableQuestion(Exception):
    """A file of this room whose head or query is wrong: a defect of this software."""


class Needs(NamedTuple):
    """What a question needs of a release: fields, a property or class, a graph, portraits.

    A property or class is absolute or a name in `def#`; `statuses` are slugs of its own list.
    `searches` a word of the languages of the interface in the cells.
    """

    fields: tuple[str, ...] = ()
    term: str = "Inscription"
    graph: str = ""
    portraits: int = 1
    statuses: tuple[str, ...] = ()
    searches: bool = False


class Parameter(NamedTuple):
    """A value that a reader chooses; `default` holds without one, `example` is only shown.

    A thing is named by the last part of its IRI below `id/`.
    """

    name: str
    type: str
    default: str = ""
    example: str = ""

    @property
    def required(self) -> bool:
        """Return whether an answer needs a value from the reader."""
        return not self.default


class SavedQuestion(NamedTuple):
    """A saved question: its texts by language, what it needs, its parameters, and its query.

    `columns` are those of the answer, `naming` those of them that only name the thing of another.
    """

    name: str
    theme: str
    title: dict[str, str]
    description: dict[str, str]
    needs: Needs
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    naming: tuple[str, ...]
    featured: bool
    form: Form
    query: str


@cache
def read_questions() -> dict[str, SavedQuestion]:
    """Read all questions by name, theme by theme; raises UnreadableQuestion."""
    room = files(__name__.rpartition(".")[0]).iterdir()
    found = [
        parse(file.name.removesuffix(".rq"), file.read_text("utf-8"))
        for file in room
        if file.name.endswith(".rq")
    ]
    found.sort(key=lambda each: (THEMES.index(each.theme), not each.featured, each.name))
    return {question.name: question for question in found}


def parse(name: str, text: str) -> SavedQuestion:
    """Parse the file of a question; raises UnreadableQuestion."""
    try:
        return _parse(name, text)
    except (KeyError, RuntimeError, SyntaxError, TypeError, ValueError) as error:
        raise UnreadableQuestion(f"{name}.rq: {error}") from error


def _parse(name: str, text: str) -> SavedQuestion:
    lines = text.splitlines(keepends=True)
    marked = [line.removeprefix(_MARK) for line in lines if line.startswith(_MARK)]
    head: dict[str, Any] = tomllib.loads("".join(marked))
    if not text.startswith("".join(_MARK + line for line in marked) + "\n"):
        raise ValueError("the head stands before the query, with a blank line after it")
    query = "".join(lines[len(marked) + 1 :])
    parameters = tuple(Parameter(**each) for each in head.pop("parameters", ()))
    needs = {key: _tuple(value) for key, value in head.pop("needs", {}).items()}
    for key in ("columns", "naming"):
        head[key] = _tuple(head.get(key, ()))
    question = SavedQuestion(
        name=name,
        needs=Needs(**needs),
        parameters=parameters,
        featured=head.pop("featured", False),
        form=_check_query(query, head["columns"], parameters),
        query=query,
        **head,
    )
    _check_head(question)
    return question


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _check_head(question: SavedQuestion) -> None:
    if question.theme not in THEMES:
        raise ValueError(f"theme is {question.theme!r}; known: {', '.join(THEMES)}")
    for texts in (question.title, question.description):
        if tuple(texts) != LANGUAGES or not all(map(str.strip, texts.values())):
            raise ValueError(f"title and description are in {' and '.join(LANGUAGES)}")
    if unknown := set(question.naming) - set(question.columns):
        raise ValueError(f"naming has {', '.join(sorted(unknown))}, no column")
    for parameter in question.parameters:
        if parameter.type not in TYPES:
            raise ValueError(f"type is {parameter.type!r}; known: {', '.join(TYPES)}")
        if parameter.name in RESERVED or bool(parameter.default) == bool(parameter.example):
            raise ValueError(f"{parameter.name} has either a default or an example")
        if parameter.type == "year" and parameter.default not in YEARS:
            raise ValueError(f"{parameter.name} is by default one of {', '.join(YEARS)}")
        field = THINGS.get(parameter.type)
        if field not in (None, "nom", *question.needs.fields):
            raise ValueError(f"{parameter.name} needs the field {field}")


def _check_query(query: str, columns: tuple[str, ...], parameters: tuple[Parameter, ...]) -> Form:
    """Return the form of a query that parses, selects its columns and can take its parameters."""
    if parameters and query.count("\n" + _WHERE) != 1:
        raise ValueError("the query has one line «WHERE {», that of its outermost pattern")
    bound: dict[ox.Variable, _Bound] = {
        ox.Variable(each.name): ox.NamedNode(f"{_BASE}x") for each in parameters
    }
    results = ox.Store().query(query, base_iri=_BASE, substitutions=bound)
    if isinstance(results, ox.QuerySolutions):
        if [variable.value for variable in results.variables] != list(columns):
            raise ValueError(f"columns are not those of the query: {results.variables}")
        return "select"
    if columns:
        raise ValueError("only SELECT has columns")
    return "ask" if isinstance(results, ox.QueryBoolean) else "construct"


def insert_values(query: str, terms: Mapping[str, Term]) -> str:
    """Return a query with the terms of its parameters at the beginning of its pattern.

    The terms are written by the engine's own library, which lets no character end one.
    """
    lines = [f"  VALUES ?{name} {{ {_write(term)} }}\n" for name, term in terms.items()]
    return query.replace("\n" + _WHERE, "\n" + _WHERE + "".join(lines), 1)


def _write(term: Term) -> str:
    """Write a term in SPARQL; a whole number by its digits alone."""
    is_whole = isinstance(term, ox.Literal) and term.datatype == _INTEGER
    return term.value if is_whole and _DIGITS.fullmatch(term.value) else str(term)
