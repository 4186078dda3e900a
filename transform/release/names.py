"""Read what lists, bodies and texts of the framework are called, from their graphs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from transform.rdf.namespaces import DCTERMS, RDFS, SKOS

# The kinds of labels, as the table of labels names them.
_KINDS = {
    f"{SKOS}prefLabel": "principal",
    f"{SKOS}altLabel": "autre",
    f"{SKOS}hiddenLabel": "cache",
}
_TITLES = (f"{RDFS}label", f"{DCTERMS}title")
_DESCRIPTIONS = (f"{SKOS}definition", f"{DCTERMS}description")


class TaggedText(NamedTuple):
    """A text and its language, "" for a text of none."""

    text: str
    language: str


@dataclass(slots=True)
class NamedThing:
    """What the graphs say of a thing; `name` is in the register's own language if it has one there.

    `labels` are pairs of kind and text. `broader` is the IRI of the concept above it.
    """

    name: str = ""
    labels: list[tuple[str, TaggedText]] = field(default_factory=list)
    titles: list[TaggedText] = field(default_factory=list)
    descriptions: list[TaggedText] = field(default_factory=list)
    broader: str | None = None

    def texts(self) -> list[TaggedText]:
        """Return everything that it is called, each once."""
        return list(dict.fromkeys((*(text for _, text in self.labels), *self.titles)))


class GraphNames:
    """The things of some graphs, by IRI."""

    def __init__(self, things: dict[str, NamedThing]) -> None:
        self._things = things

    def of(self, iri: str) -> NamedThing:
        """Return what is said of a thing: nothing of one that no graph names."""
        return self._things.get(iri) or NamedThing()

    def below(self, begin: str) -> list[tuple[str, NamedThing]]:
        """Return the things that have a name and whose IRIs begin so, in the order of IRIs.

        What stands below one of them, such as a portfolio in a year, is left out.
        """
        return [
            (iri, thing)
            for iri, thing in sorted(self._things.items())
            if thing.name and iri.startswith(begin) and "/" not in iri[len(begin) :]
        ]

    def languages(self) -> list[str]:
        """Return the languages of all names, in order."""
        texts = (text for thing in self._things.values() for text in thing.texts())
        return sorted({text.language for text in texts if text.language})

    def labels(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield IRI, kind, language and text of each label and definition, each once.

        A thing without a preferred label, such as a text of the framework, has its titles as such.
        """
        for iri, thing in sorted(self._things.items()):
            listed = list(thing.labels)
            if not any(kind == "principal" for kind, _ in listed):
                listed += [("principal", text) for text in thing.titles]
            listed += [("definition", text) for text in thing.descriptions]
            for kind, text in dict.fromkeys(listed):
                yield iri, kind, text.language, text.text


def read_names(graphs: Iterable[Path], languages: Sequence[str]) -> GraphNames:
    """Read the names in N-Triples files; `languages` are the register's, its own first."""
    things: dict[str, NamedThing] = {}
    for graph in graphs:
        for quad in ox.parse(path=graph, format=ox.RdfFormat.N_TRIPLES):
            _read(things.setdefault(str(quad.subject)[1:-1], NamedThing()), quad)
    for thing in things.values():
        preferred = [text for kind, text in thing.labels if kind == "principal"] or thing.titles
        thing.name = _choose(preferred, languages)
    return GraphNames(things)


def _read(thing: NamedThing, quad: ox.Quad) -> None:
    predicate, value = quad.predicate.value, quad.object
    if isinstance(value, ox.NamedNode):
        if predicate == f"{SKOS}broader":
            thing.broader = value.value
    elif isinstance(value, ox.Literal):
        text = TaggedText(value.value, value.language or "")
        if kind := _KINDS.get(predicate):
            thing.labels.append((kind, text))
        elif predicate in _TITLES:
            thing.titles.append(text)
        elif predicate in _DESCRIPTIONS:
            thing.descriptions.append(text)


def _choose(texts: Iterable[TaggedText], languages: Sequence[str]) -> str:
    """Return the text in the first of the languages, else any, "" without texts."""
    by_language = {text.language: text.text for text in texts}
    own = (by_language[language] for language in languages if language in by_language)
    return next(own, next(iter(by_language.values()), ""))
