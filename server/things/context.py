"""Hold what the page of a thing is laid out from: the resource, its release and its reader."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from server.release import queries
from server.release.current import Release
from server.release.register import WORDS
from server.release.resource import Resource
from server.things import questions
from server.things.statements import Statements
from server.web.links import link_to, link_to_iri
from server.web.navigation import PARTS
from server.web.term_cell import Cell
from transform.rdf.namespaces import property_iri

# Where the list of the things of a kind is, where this site has one; a kind below id/ has a page.
LISTS = {
    "initiative": "initiatives",
    "organisme": "organismes",
    "portefeuille": "portefeuilles",
    "categorie": "categories",
    "statut": "statuts",
}


@dataclass(frozen=True)
class Context:
    """A resource, by its path below `id/`, and who reads about it."""

    resource: Resource
    release: Release
    language: str
    path: str

    @property
    def iri(self) -> str:
        """Return the IRI of the resource."""
        return self.resource.iri

    @cached_property
    def own(self) -> Statements:
        """Return the statements of the resource, with the names of what they mention."""
        return self.statements([*self.resource.says, *self.resource.labels])

    @cached_property
    def years(self) -> Mapping[str, int]:
        """Return the year of each portrait by its IRI, the oldest first."""
        return {f"{self.release.base_uri}id/portrait/{year}": year for year in self.release.years}

    @property
    def newest(self) -> int:
        """Return the year of the newest portrait."""
        return max(self.years.values())

    def has(self, name: str) -> bool:
        """Check whether the register has a field."""
        return name in self.release.register.fields

    def term(self, name: str) -> str:
        """Return the IRI of a term of ours that is written with its prefix."""
        return property_iri(name, self.release.base_uri)

    def statements(self, triples: Iterable[ox.Triple]) -> Statements:
        """Return statements for the reader of this page."""
        return Statements(triples, self.release, self.language)

    def rows(self, name: str, **bindings: str) -> list[queries.Row]:
        """Return the rows of a named query about the resource."""
        return questions.find_rows(self.release, name, None, **{"thing": self.iri, **bindings})

    def first_rows(self, name: str, limit: int) -> list[queries.Row]:
        """Return the first rows of a named query about the resource."""
        return questions.find_rows(self.release, name, limit, thing=self.iri)

    def triples(self, name: str, **bindings: str) -> list[ox.Triple]:
        """Return the triples of a named query about the resource, or about another `thing`."""
        return questions.find_triples(self.release, name, **{"thing": self.iri, **bindings})

    def names(self, iris: Iterable[str]) -> Statements:
        """Return the names of resources."""
        return self.statements(queries.find_labels(self.release, sorted(set(iris))))

    def t(self, key: str, **values: object) -> str:
        """Return a text of the interface in the reader's language."""
        return self.release.register.text(key, self.language, **values)

    def word(self, name: str, *, many: bool = False) -> str:
        """Return what the register calls a field, as at the beginning of a sentence."""
        return self.release.register.words_in(self.language)[WORDS[name][many].capitalize()]

    def href(self, iri: str) -> str:
        """Return the relative link to a resource of ours, the address of any other."""
        link = link_to_iri(iri, self.release.base_uri)
        return link.href if link else link_to("")

    def list_href(self, **facets: str | list[int] | list[str]) -> str | None:
        """Return the link to the list of initiatives with some facets chosen."""
        return link_to("initiatives", **facets) if self.release.has_tables else None

    def list_of(self, kind: str) -> Cell:
        """Return the link to the list of the things of a kind, or to the page of the kind."""
        path = LISTS[kind] if self.release.has_tables else f"id/{kind}"
        is_field = kind in WORDS
        name = self.word(kind, many=True) if is_field else self.t(PARTS["initiatives"])
        return Cell(name, href=link_to(path))

    def folder(self) -> list[Cell]:
        """Return the link to the collection that the resource stands in; none above the first."""
        name = self.path.partition("/")[0]
        if name == self.path:
            return []
        if name == "portrait":
            return [Cell(self.word(name, many=True), href=link_to(f"id/{name}"))]
        if name in LISTS and (name not in WORDS or self.has(name)):
            return [self.list_of(name)]
        iri = f"{self.release.base_uri}id/{name}"
        return [self.names([iri]).name(iri)]


@dataclass(frozen=True)
class Neighbour:
    """A page of the same thing in another year."""

    text: str
    href: str


@dataclass(frozen=True)
class ThingPage:
    """The page of a thing: its template, and what every page of a thing shows.

    `above` are the pages above it. `lists_pointing`: what points at it is shown to readers, and
    not among all statements. `feed` is the path of its feed, `charts` name charts, `node` is
    what it is in terms of schema.org, `page` what its own template shows.
    """

    template: str
    kind: str
    description: str = ""
    above: Sequence[Cell] = ()
    earlier: Neighbour | None = None
    later: Neighbour | None = None
    lists_pointing: bool = False
    feed: str | None = None
    charts: Sequence[str] = ()
    node: Mapping[str, Any] = field(default_factory=dict)
    page: Any = None
