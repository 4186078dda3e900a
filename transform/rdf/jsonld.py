"""Write compact JSON-LD as a stream, with a context that defines a term for each property.

Source: JSON-LD 1.1, «Compaction algorithms». Our data has no lists and no blank nodes that
would need framing, so a node is written as soon as its statements end.
"""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple, Protocol

import pyoxigraph as ox

from transform.rdf.namespaces import RDF_TYPE, XSD
from transform.rdf.rdfxml import NotExpressible
from transform.text.message import message

_STRING, _INTEGER, _BOOLEAN = (f"{XSD}{name}" for name in ("string", "integer", "boolean"))
# What is behind the colon of a compact IRI does not begin with «//» (JSON-LD 1.1, 5.1.2).
_NEVER_COMPACT = ("http://", "https://")
# Made once: `json.dumps` would make an encoder for each node.
_encode = json.JSONEncoder(ensure_ascii=False).encode
Context = Mapping[str, Any]
Json = dict[str, Any]


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...


class _Term(NamedTuple):
    """A term of the context; `as_set`: its values, or those of a language, are always a list."""

    name: str
    datatype: str | None
    by_language: bool
    as_set: bool


def prefixes_of(context: Context) -> dict[str, str]:
    """Return the terms of a context that can be prefixes of compact IRIs, with their namespaces."""
    terms = context["@context"]
    return {
        name: iri
        for name, iri in terms.items()
        if isinstance(iri, str) and not iri.startswith("@") and iri[-1:] in "/#:?"
    }


class ContextTerms(NamedTuple):
    """A context as it was read: its names, its prefixes, and its terms by the IRI of a property."""

    context: Context
    keys: frozenset[str]
    prefixes: Mapping[str, str]
    types_as_set: bool
    terms: Mapping[str, _Term]


def read_context(context: Context) -> ContextTerms:
    """Read a context, which takes as long as to write a short document with it."""
    names, known = context["@context"], prefixes_of(context)
    types_as_set = _containers(names.get("type")) == {"@set"}
    return ContextTerms(
        context, frozenset(names), known, types_as_set, dict(_read_terms(names, known))
    )


def write(
    triples: Iterable[ox.Triple], out: _Sink, vocabulary: ContextTerms, link: str | None = None
) -> None:
    """Write triples as one compact document; successive triples of one subject are one node.

    The document holds the context, or where there is a link to it, that.
    """
    compactor = _Compactor(vocabulary)
    names = vocabulary.context["@context"]
    head = json.dumps(link or names, ensure_ascii=False, separators=(",", ":"))
    out.write(b'{"@context":' + head.encode() + b',\n"@graph":[')
    separator = b"\n"
    for subject, group in groupby(triples, key=lambda triple: triple.subject):
        node = compactor.node(subject, list(group))
        out.write(separator + _encode(node).encode())
        separator = b",\n"
    out.write(b"\n]}\n")


class _Compactor:
    def __init__(self, vocabulary: ContextTerms) -> None:
        self._prefixes = vocabulary.prefixes
        self._keys = vocabulary.keys
        self._types_as_set = vocabulary.types_as_set
        self._terms = vocabulary.terms
        self._names: dict[str, str] = {}

    def node(self, subject: Any, triples: list[ox.Triple]) -> Json:
        """Return the node object of one subject."""
        if self._looks_compact(subject):
            return _expanded(subject, triples)
        node: Json = {"id" if "id" in self._keys else "@id": _reference(subject)}
        for triple in triples:
            predicate, value = triple.predicate.value, triple.object
            if self._is_compact(predicate) or self._looks_compact(value):
                return _expanded(subject, triples)
            self._add(node, predicate, value)
        return node

    def _looks_compact(self, term: Any) -> bool:
        """Return whether our context would make a reader expand an absolute IRI."""
        if isinstance(term, ox.Literal):
            # A text in a language is written without its datatype.
            return term.language is None and self._is_compact(term.datatype.value)
        return isinstance(term, ox.NamedNode) and self._is_compact(term.value)

    def _is_compact(self, iri: str) -> bool:
        if iri.startswith(_NEVER_COMPACT):
            return False
        scheme, _, rest = iri.partition(":")
        return scheme in self._keys and not rest.startswith("//")

    def _name(self, iri: str) -> str:
        if iri not in self._names:
            fitting = [
                (space, prefix) for prefix, space in self._prefixes.items() if iri.startswith(space)
            ]
            space, prefix = max(fitting, key=lambda pair: len(pair[0]), default=("", ""))
            local = iri[len(space) :]
            self._names[iri] = f"{prefix}:{local}" if space and not local.startswith("//") else iri
        return self._names[iri]

    def _add(self, node: Json, predicate: str, value: Any) -> None:
        if predicate == RDF_TYPE and isinstance(value, ox.NamedNode):
            key = "type" if "type" in self._keys else "@type"
            _append(node, key, self._name(value.value), self._types_as_set)
            return
        term = self._terms.get(predicate)
        if term is None:
            _append(node, self._name(predicate), _value_object(value))
        elif term.by_language and isinstance(value, ox.Literal) and _is_text(value):
            texts = node.setdefault(term.name, {})
            _append(texts, value.language or "@none", value.value, term.as_set)
        elif not term.by_language and (short := _coerced(value, term.datatype)) is not None:
            _append(node, term.name, short, term.as_set)
        else:
            _append(node, self._name(predicate), _value_object(value))


def _read_terms(
    names: Mapping[str, Any], prefixes: Mapping[str, str]
) -> Iterable[tuple[str, _Term]]:
    for name, meaning in names.items():
        if isinstance(meaning, dict) and "@id" in meaning:
            containers, datatype = _containers(meaning), meaning.get("@type")
            if containers <= {"@language", "@set"} and datatype != "@vocab":
                yield (
                    _expand(meaning["@id"], prefixes),
                    _Term(
                        name,
                        _expand(datatype, prefixes) if datatype else None,
                        "@language" in containers,
                        "@set" in containers,
                    ),
                )


def _expand(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = name.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else name


def _containers(meaning: Any) -> set[str]:
    """Return the containers of a term: none, one or several (JSON-LD 1.1, 9.15.1)."""
    container = meaning.get("@container", []) if isinstance(meaning, dict) else []
    return {container} if isinstance(container, str) else set(container)


def _append(node: Json, key: str, value: Any, as_set: bool = False) -> None:
    if key not in node:
        node[key] = [value] if as_set else value
    elif isinstance(node[key], list):
        node[key].append(value)
    else:
        node[key] = [node[key], value]


def _is_text(literal: ox.Literal) -> bool:
    """Return whether a language map can hold a literal: it has no place for a direction."""
    if literal.language is not None:
        return literal.direction is None
    return literal.datatype.value == _STRING


def _coerced(value: Any, datatype: str | None) -> Any:
    """Return the plain JSON value that type coercion reads back as this value, or None."""
    if not isinstance(value, ox.Literal):
        return _reference(value) if datatype == "@id" else None
    if value.language is not None or value.datatype.value != (datatype or _STRING):
        return None
    text = value.value
    if datatype == _INTEGER and text.isascii() and str(_whole(text)) == text:
        return _whole(text)
    if datatype == _BOOLEAN and text in ("true", "false"):
        return text == "true"
    return text


def _whole(text: str) -> int | None:
    # Every JSON reader keeps 15 digits exactly (RFC 8259, section 6).
    return int(text) if text.lstrip("-").isdigit() and len(text) <= 15 else None


def _reference(term: Any) -> str:
    if isinstance(term, ox.NamedNode):
        return term.value
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    raise NotExpressible(message("rdf.no_jsonld", term=str(term)))


def _value_object(value: Any) -> Json:
    if not isinstance(value, ox.Literal):
        return {"@id": _reference(value)}
    if value.language is not None:
        text = {"@value": value.value, "@language": value.language}
        return {**text, "@direction": value.direction.value} if value.direction else text
    if value.datatype.value == _STRING:
        return {"@value": value.value}
    return {"@value": value.value, "@type": value.datatype.value}


def _expanded(subject: Any, triples: list[ox.Triple]) -> Json:
    """Return a node that does not depend on our context."""
    node: Json = {"@context": None, "@id": _reference(subject)}
    for triple in triples:
        if triple.predicate.value == RDF_TYPE and not isinstance(triple.object, ox.Literal):
            _append(node, "@type", _reference(triple.object))
        else:
            _append(node, triple.predicate.value, _value_object(triple.object))
    return node
