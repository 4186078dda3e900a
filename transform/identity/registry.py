"""Read the registry of bodies: the spellings, names and home page of each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from transform.errors import UnreadableRegistry
from transform.files import reason_of
from transform.rdf.namespaces import FOAF, IS_REPLACED_BY, RDF_TYPE, SKOS, vocabulary_of
from transform.rdf.turtle import parse_publishable, read_bytes
from transform.text.normal_form import normal_form

_HOMEPAGE = f"{FOAF}homepage"
_KIND = "http://www.w3.org/ns/org#classification"
_LABELS = tuple(f"{SKOS}{kind}Label" for kind in ("pref", "alt", "hidden"))


@dataclass(frozen=True, slots=True)
class Registered:
    """A body that a person has reviewed: slug, names by language, spellings in their order.

    `kind` is the slug of a concept of the list id/genre, None where the registry names none.
    """

    slug: str
    names: Mapping[str, str]
    spellings: tuple[str, ...]
    homepage: str | None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """The bodies by slug, the triples, and claims: by normal form, slug and rank of the spelling.

    The shapes refuse two bodies that claim one form; until they do, the first has the claim.
    """

    bodies: Mapping[str, Registered]
    claims: Mapping[str, tuple[str, int]]
    triples: tuple[ox.Triple, ...]

    def find(self, raw: str) -> Registered | None:
        """Return the body that a text names, None if the registry has no such body."""
        claim = self.claims.get(normal_form(raw))
        return self.bodies[claim[0]] if claim else None

    def replaced(self) -> Iterator[tuple[str, str]]:
        """Yield pairs of IRIs from the registry: the one replaced, and the one that replaced it."""
        for triple in self.triples:
            if triple.predicate.value == IS_REPLACED_BY:
                yield str(triple.subject)[1:-1], str(triple.object)[1:-1]

    def yearly_portfolios(self, base_uri: str) -> set[tuple[str, int]]:
        """Return the portfolios, by slug and year, that the registry attaches bodies to."""
        pattern = re.compile(rf"<{re.escape(base_uri)}id/portefeuille/([^/>]+)/([1-9][0-9]{{3}})>")
        objects = (
            str(triple.object)
            for triple in self.triples
            if triple.predicate.value == f"{vocabulary_of(base_uri)}rattachement"
        )
        return {(match[1], int(match[2])) for match in map(pattern.fullmatch, objects) if match}


EMPTY = Registry({}, {}, ())


def read_registry(names: Iterable[str], base_uri: str) -> Registry:
    """Read the registries that layouts name: files of ontology/ or paths of Turtle files.

    Raises UnreadableRegistry, with file and line, for a file that is not Turtle.
    """
    triples = [triple for name in sorted(set(names)) for triple in _parse(name, base_uri)]
    if not triples:
        return EMPTY
    bodies = {body.slug: body for body in _bodies(triples, base_uri)}
    claims: dict[str, tuple[str, int]] = {}
    for body in bodies.values():
        for rank, spelling in enumerate(body.spellings):
            claims.setdefault(normal_form(spelling), (body.slug, rank))
    return Registry(bodies, claims, tuple(dict.fromkeys(triples)))


def _parse(name: str, base_uri: str) -> list[ox.Triple]:
    try:
        return parse_publishable(read_bytes(name, base_uri), base_uri)
    except (OSError, ValueError, SyntaxError) as error:
        raise UnreadableRegistry(
            f"{Path(name).name}: the registry of bodies cannot be read: {reason_of(error)}."
            " Correct it there."
        ) from error


def _bodies(triples: Iterable[ox.Triple], base_uri: str) -> Iterator[Registered]:
    """Yield the bodies in the order of the files."""
    labels_of: dict[str, dict[str, list[ox.Literal]]] = {}
    homepages: dict[str, str] = {}
    kinds: dict[str, str] = {}
    begin = f"{base_uri}id/genre/"
    subjects: dict[str, None] = {}
    for subject, predicate, value in triples:
        about = str(subject)[1:-1]
        if predicate.value == RDF_TYPE and value == ox.NamedNode(
            f"{vocabulary_of(base_uri)}Organisme"
        ):
            subjects[about] = None
        elif predicate.value in _LABELS and isinstance(value, ox.Literal):
            labels_of.setdefault(about, {}).setdefault(predicate.value, []).append(value)
        elif predicate.value == _HOMEPAGE:
            homepages[about] = str(value)[1:-1]
        elif predicate.value == _KIND and (kind := str(value)[1:-1]).startswith(begin):
            kinds[about] = kind.removeprefix(begin)
    for about in subjects:
        slug = about.removeprefix(f"{base_uri}id/organisme/")
        labels = labels_of.get(about, {})
        names = {name.language or "": name.value for name in labels.get(_LABELS[0], ())}
        spellings = [text.value for kind in _LABELS for text in labels.get(kind, ())]
        yield Registered(slug, names, tuple(spellings), homepages.get(about), kinds.get(about))
