"""Read the registry of bodies: the spellings, names and home page of each."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from transform.errors import UnreadableRegistry
from transform.files import reason_message
from transform.rdf.namespaces import (
    FOAF,
    IS_REPLACED_BY,
    RDF_TYPE,
    SKOS,
    SUB_ORGANIZATION_OF,
    vocabulary_of,
)
from transform.rdf.turtle import find_line, parse_publishable, read_bytes
from transform.text.message import Message, message
from transform.text.normal_form import normal_form

_HOMEPAGE = f"{FOAF}homepage"
_KIND = "http://www.w3.org/ns/org#classification"
SHOWN = 20  # faults that are told at once
_LABELS = tuple(f"{SKOS}{kind}Label" for kind in ("pref", "alt", "hidden"))


@dataclass(frozen=True, slots=True)
class Registered:
    """A body that a person has reviewed: slug, names by language, spellings in their order.

    `kind` is the slug of a concept of the list id/genre, None where the registry names none;
    `parent` is the slug of the body that it is a part of.
    """

    slug: str
    names: Mapping[str, str]
    spellings: tuple[str, ...]
    homepage: str | None
    kind: str | None = None
    parent: str | None = None


class RegistryFile(NamedTuple):
    """A file of a registry: how messages name it, its text, its triples, its bodies by slug."""

    name: str
    data: bytes
    triples: Sequence[ox.Triple]
    bodies: Mapping[str, ox.Triple]

    def place(self, slug: str, base_uri: str) -> Message:
        """Return the file and the line where a body of it is said to be one."""
        line = find_line(self.data, self.bodies[slug], base_uri)
        return message("identity.registry_place", file=self.name, line=line)


class Claim(NamedTuple):
    """The body that claims a spelling, and the rank of the spelling among those of the body."""

    slug: str
    rank: int


@dataclass(frozen=True, slots=True)
class Registry:
    """The bodies by slug, the triples, and claims by normal form.

    A body with a parent claims its spellings only under it: `claims_within` are by the slug of
    the parent, or of one further up, and the normal form; `parents` are the slugs of those by
    theirs. The shapes refuse two bodies that claim one form; until they do, the first has the
    claim. `kinds` are the triples of the list of kinds, where the registry has kinds of its own.
    `files` are what it was read from.
    """

    bodies: Mapping[str, Registered]
    claims: Mapping[str, Claim]
    triples: tuple[ox.Triple, ...]
    claims_within: Mapping[tuple[str, str], Claim] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[ox.Triple, ...] = ()
    files: tuple[RegistryFile, ...] = ()

    def claim(self, raw: str, parent: str = "") -> Claim | None:
        """Return the claim on a text that stands under the text of a parent, None without one."""
        form = normal_form(raw)
        if self.parents and (above := self.parents.get(normal_form(parent))):
            return self.claims_within.get((above, form)) or self.claims.get(form)
        return self.claims.get(form)

    def find(self, raw: str) -> Registered | None:
        """Return the body that a text names anywhere, None if the registry has no such body."""
        claim = self.claims.get(normal_form(raw))
        return self.bodies[claim.slug] if claim else None

    def places(self, spelling: str, base_uri: str) -> list[Message]:
        """Return file and line of each body that has a spelling of this normal form."""
        bodies = [b.slug for b in self.bodies.values() if spelling in map(normal_form, b.spellings)]
        return [
            file.place(slug, base_uri)
            for slug in sorted(bodies)
            for file in self.files
            if slug in file.bodies
        ]

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

    Raises UnreadableRegistry, with file and line, for a file that is not Turtle, and for a body
    that two files have: each may say more of a body of another, such as a spelling.
    """
    files = tuple(_read_file(name, base_uri) for name in sorted(set(names)))
    triples = [triple for file in files for triple in file.triples]
    if not triples:
        return EMPTY
    _refuse_bodies_of_two_files(files, base_uri)
    bodies = {body.slug: body for body in _bodies(triples, base_uri)}
    claims: dict[str, Claim] = {}
    within: dict[tuple[str, str], Claim] = {}
    above = {body.slug: list(_above(body, bodies)) for body in bodies.values()}
    # Of bodies that one name below one body may mean, the nearest below it has the name.
    for body in sorted(bodies.values(), key=lambda body: len(above[body.slug])):
        for rank, spelling in enumerate(body.spellings):
            form, claim = normal_form(spelling), Claim(body.slug, rank)
            if not body.parent:
                claims.setdefault(form, claim)
            for slug in above[body.slug]:
                within.setdefault((slug, form), claim)
    parents: dict[str, str] = {}
    for slug in dict.fromkeys(slug for slugs in above.values() for slug in slugs):
        for spelling in bodies[slug].spellings:
            parents.setdefault(normal_form(spelling), slug)
    about_kinds = re.compile(rf"<{re.escape(base_uri)}id/genre(/[^>]*)?>")
    kinds = dict.fromkeys(t for t in triples if about_kinds.fullmatch(str(t.subject)))
    others = dict.fromkeys(triple for triple in triples if triple not in kinds)
    return Registry(bodies, claims, tuple(others), within, parents, tuple(kinds), files)


def _above(body: Registered, bodies: Mapping[str, Registered]) -> Iterator[str]:
    """Yield the slugs of what a body is a part of, the nearest first."""
    passed = {body.slug}
    while body.parent and body.parent in bodies and body.parent not in passed:
        yield body.parent
        passed.add(body.parent)
        body = bodies[body.parent]


def _read_file(name: str, base_uri: str) -> RegistryFile:
    try:
        data = read_bytes(name, base_uri)
        triples = parse_publishable(data, base_uri)
    except (OSError, ValueError, SyntaxError) as error:
        reason = reason_message(error)
        raise UnreadableRegistry(
            message("identity.registry_unreadable", file=Path(name).name, reason=reason)
        ) from error
    begin = f"{base_uri}id/organisme/"
    typed = {str(t.subject)[1:-1].removeprefix(begin): t for t in triples if _is_type(t, base_uri)}
    return RegistryFile(name if name.endswith(".ttl") else f"{name}.ttl", data, triples, typed)


def _is_type(triple: ox.Triple, base_uri: str) -> bool:
    """Check whether a triple says that its subject is a body."""
    body = ox.NamedNode(f"{vocabulary_of(base_uri)}Organisme")
    return triple.predicate.value == RDF_TYPE and triple.object == body


def _refuse_bodies_of_two_files(files: Sequence[RegistryFile], base_uri: str) -> None:
    """Raise UnreadableRegistry with a line for each body that two files have, up to SHOWN."""
    pairs = [
        (slug, one, other)
        for one, other in combinations(files, 2)
        for slug in sorted(one.bodies.keys() & other.bodies.keys())
    ]
    faults = [
        message(
            "identity.registry_of_two",
            body=slug,
            one=one.place(slug, base_uri),
            other=other.place(slug, base_uri),
        )
        for slug, one, other in pairs[:SHOWN]
    ]
    if (number := len(pairs) - SHOWN) > 0:
        faults.append(message("identity.registry_more_of_two", number=number))
    if faults:
        raise UnreadableRegistry(*faults)


def _bodies(triples: Iterable[ox.Triple], base_uri: str) -> Iterator[Registered]:
    """Yield the bodies in the order of the files."""
    labels_of: dict[str, dict[str, list[ox.Literal]]] = {}
    homepages: dict[str, str] = {}
    kinds: dict[str, str] = {}
    parents: dict[str, str] = {}
    begin = f"{base_uri}id/genre/"
    subjects: dict[str, None] = {}
    for triple in triples:
        subject, predicate, value = triple
        about = str(subject)[1:-1]
        if _is_type(triple, base_uri):
            subjects[about] = None
        elif predicate.value in _LABELS and isinstance(value, ox.Literal):
            labels_of.setdefault(about, {}).setdefault(predicate.value, []).append(value)
        elif predicate.value == _HOMEPAGE:
            homepages[about] = str(value)[1:-1]
        elif predicate.value == _KIND and (kind := str(value)[1:-1]).startswith(begin):
            kinds[about] = kind.removeprefix(begin)
        elif predicate.value == SUB_ORGANIZATION_OF:
            parents[about] = str(value)[1:-1].removeprefix(f"{base_uri}id/organisme/")
    for about in subjects:
        slug = about.removeprefix(f"{base_uri}id/organisme/")
        labels = labels_of.get(about, {})
        names = {name.language or "": name.value for name in labels.get(_LABELS[0], ())}
        spellings = [text.value for kind in _LABELS for text in labels.get(kind, ())]
        yield Registered(
            slug,
            names,
            tuple(spellings),
            homepages.get(about),
            kinds.get(about),
            parents.get(about),
        )
