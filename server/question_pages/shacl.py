"""Describe the saved questions as SPARQL executables of SHACL (SHACL Advanced Features, 8)."""

from collections.abc import Iterator

import pyoxigraph as ox

from server.questions.library import PATH, describe, offered, write_query
from server.questions.parameters import find_example
from server.questions.question import THINGS, Parameter, SavedQuestion
from server.release.current import Release
from server.texts import LANGUAGES
from transform.rdf.namespaces import RDF_TYPE, RDFS, XSD, vocabulary_of
from transform.text.message import message

_SH = "http://www.w3.org/ns/shacl#"
_CLASSES = {
    "select": ("SPARQLSelectExecutable", "select"),
    "ask": ("SPARQLAskExecutable", "ask"),
    "construct": ("SPARQLConstructExecutable", "construct"),
}
_DATATYPES = {"date": "date", "number": "decimal", "text": "string", "year": "integer"}


def describe_questions(release: Release) -> Iterator[ox.Triple]:
    """Yield the description of the questions that a release can answer, without blank nodes.

    The variable of a parameter is the local name of its path. What names things in an answer is in
    the register's first language.
    """
    language = release.register.interface[0]
    prefixes = ox.NamedNode(f"{release.base_uri}{PATH}#prefixes")
    declared: dict[str, str] = {}
    for question in offered(release):
        query = write_query(question, release.base_uri, language, release.register)
        declared |= _prefixes(query)
        yield from _describe(question, query, prefixes, release)
    for prefix, namespace in sorted(declared.items()):
        node = ox.NamedNode(f"{prefixes.value}-{prefix}")
        yield ox.Triple(prefixes, _sh("declare"), node)
        yield ox.Triple(node, _sh("prefix"), ox.Literal(prefix))
        datatype = ox.NamedNode(f"{XSD}anyURI")
        yield ox.Triple(node, _sh("namespace"), ox.Literal(namespace, datatype=datatype))


def _describe(
    question: SavedQuestion, query: str, prefixes: ox.NamedNode, release: Release
) -> Iterator[ox.Triple]:
    node = ox.NamedNode(f"{release.base_uri}{PATH}/{question.name}")
    name, property_ = _CLASSES[question.form]
    yield ox.Triple(node, ox.NamedNode(RDF_TYPE), _sh(name))
    lines = query.splitlines(keepends=True)
    body = "".join(line for line in lines if not line.startswith("PREFIX ")).strip()
    yield ox.Triple(node, _sh(property_), ox.Literal(body + "\n"))
    yield ox.Triple(node, _sh("prefixes"), prefixes)
    for language in LANGUAGES:
        listed = describe(question, release.register, language)
        for part, value in (("label", listed.title), ("comment", listed.description)):
            literal = ox.Literal(value, language=language)
            yield ox.Triple(node, ox.NamedNode(RDFS + part), literal)
    for place, parameter in enumerate(question.parameters):
        yield from _describe_parameter(node, parameter, place, release)


def _describe_parameter(
    question: ox.NamedNode, parameter: Parameter, place: int, release: Release
) -> Iterator[ox.Triple]:
    node = ox.NamedNode(f"{question.value}#{parameter.name}")
    yield ox.Triple(question, _sh("parameter"), node)
    yield ox.Triple(node, ox.NamedNode(RDF_TYPE), _sh("Parameter"))
    path = ox.NamedNode(f"{release.base_uri}{PATH}#{parameter.name}")
    yield ox.Triple(node, _sh("path"), path)
    yield ox.Triple(node, _sh("order"), ox.Literal(place))
    yield ox.Triple(node, _sh("optional"), ox.Literal(not parameter.required))
    for language in LANGUAGES:
        words = release.register.words_in(language)
        name = message(f"questions.column_{parameter.name}", **words).text(language)
        yield ox.Triple(node, _sh("name"), ox.Literal(name, language=language))
    example = find_example(parameter, release)
    if parameter.type in THINGS:
        kind = ox.NamedNode(f"{vocabulary_of(release.base_uri)}{parameter.type.capitalize()}")
        yield ox.Triple(node, _sh("nodeKind"), _sh("IRI"))
        yield ox.Triple(node, _sh("class"), kind)
        value = f"{release.base_uri}id/{parameter.type}/{example}"
        yield ox.Triple(node, _sh("defaultValue"), ox.NamedNode(value))
        return
    datatype = ox.NamedNode(XSD + _DATATYPES[parameter.type])
    yield ox.Triple(node, _sh("datatype"), datatype)
    yield ox.Triple(node, _sh("defaultValue"), ox.Literal(example, datatype=datatype))


def _prefixes(query: str) -> dict[str, str]:
    """Return the prefixes that a query declares, each on a line of its own."""
    lines = (line.split() for line in query.splitlines() if line.startswith("PREFIX "))
    return {prefix.rstrip(":"): iri[1:-1] for _, prefix, iri in lines}


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SH + name)
