"""Lay out the catalogue for people: datasets with their files first, then what they refer to."""

from typing import NamedTuple

import pyoxigraph as ox
from flask import Response

from server.negotiation import PAGES
from server.release import labels, queries
from server.release.current import Release
from server.web import render, term_table
from server.web.links import Link, link_to_iri
from server.web.term_cell import Cell, name_iri
from transform.rdf import syntaxes
from transform.rdf.namespaces import DCAT, DCTERMS, RDF_TYPE

_DISTRIBUTION = f"{DCAT}distribution"
_TYPE = ox.NamedNode(RDF_TYPE)
_CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"
_SHA256 = "http://spdx.org/rdf/terms#checksumValue"
# What the page is about, in this order.
_MAIN = ("Catalog", "DatasetSeries", "Dataset", "DataService")
_PACKED = ".gz"
# As many other subjects as the page shows; the other forms hold all.
_MOST_SUBJECTS = 200


class Offered(NamedTuple):
    """A distribution: what it is, where it leads, bytes and SHA-256, and its compressed copy."""

    text: str
    link: Link | None
    bytes: int | None
    sha256: str | None
    packed: "Offered | None" = None


class Section(NamedTuple):
    """A subject: anchor, what it is, name, statements, and the distributions of a dataset."""

    anchor: str
    kind: str
    name: Cell
    rows: list[tuple[Cell, list[Cell]]]
    files: list[Offered]


def show_catalogue(triples: list[ox.Triple], release: Release) -> Response:
    """Answer with the page of the catalogue; `triples` are those of the document."""
    page = _Page(triples, release)
    main = [iri for kind in _MAIN for iri in page.groups if page.is_a(iri, kind)]
    shown = {*main, *(iri for iri in page.groups if page.is_a(iri, "Distribution"))}
    rest = [iri for iri in page.groups if iri not in shown and "#sha256-" not in iri]
    embedded = syntaxes.write_bytes(triples, syntaxes.BY_SUFFIX["jsonld"], release.base_uri)
    return render.page(
        "catalogue.html",
        path="catalogue",
        formats=PAGES[1:],
        main=[page.section(iri) for iri in main],
        rest=[page.section(iri) for iri in rest[:_MOST_SUBJECTS]],
        total=len(rest),
        embedded=render.in_script(embedded),
    )


class _Page:
    """The statements of a catalogue by subject, with the labels of what they mention."""

    def __init__(self, triples: list[ox.Triple], release: Release) -> None:
        graph = f"{release.base_uri}graph/catalogue"
        mentioned = queries.find_triples(release, "labels-in-graph", graph=graph)
        self._known = labels.collect((*triples, *mentioned))
        self._release, self._language = release, render.language()
        self.groups: dict[str, list[ox.Triple]] = {}
        for triple in triples:
            self.groups.setdefault(_iri(triple.subject), []).append(triple)

    def is_a(self, iri: str, kind: str) -> bool:
        """Say whether a subject is of a class of DCAT."""
        return any(_iri(triple.object) == DCAT + kind for triple in self.groups[iri])

    def section(self, iri: str) -> Section:
        """Lay out what is said of a subject."""
        release, language, said = self._release, self._language, self.groups[iri]
        offered = {_iri(t.object) for t in said if t.predicate.value == _DISTRIBUTION}
        files = sorted(iri for iri in offered if iri.removesuffix(_PACKED) not in offered - {iri})
        own = [t for t in said if t.predicate.value != _DISTRIBUTION]
        return Section(
            _anchor(iri.removeprefix(release.base_uri)) if iri.startswith(release.base_uri) else "",
            self._kind(iri),
            name_iri(iri, self._known, release, language),
            term_table.lay_out(own, self._known, release, language),
            [self._offered(file, file + _PACKED in offered) for file in files],
        )

    def _kind(self, iri: str) -> str:
        """Say what a subject is: the catalogue and its series may have one title."""
        types = {_iri(t.object) for t in self.groups[iri] if t.predicate == _TYPE}
        kinds = sorted(types - {_CONCEPT}, key=lambda kind: (not kind.startswith(DCAT), kind))
        chosen = next(iter(kinds or types), "")
        return labels.name_of_term(chosen, self._release, self._language)[0] if chosen else ""

    def _offered(self, iri: str, packed: bool = False) -> Offered:
        size, sums = self._value(iri, f"{DCAT}byteSize"), "http://spdx.org/rdf/terms#checksum"
        where = self._value(iri, f"{DCAT}downloadURL") or self._value(iri, f"{DCAT}accessURL")
        name = name_iri(iri, self._known, self._release, self._language)
        return Offered(
            self._value(iri, f"{DCTERMS}description") or name.text,
            link_to_iri(where, self._release.base_uri),
            int(size) if size.isdecimal() else None,
            self._value(self._value(iri, sums), _SHA256) or None,
            self._offered(iri + _PACKED) if packed else None,
        )

    def _value(self, iri: str, predicate: str) -> str:
        """Give a value in the language of the page, or in whatever there is; "" for none."""
        found = [t.object for t in self.groups.get(iri, ()) if t.predicate.value == predicate]
        found.sort(key=lambda term: getattr(term, "language", None) != self._language)
        return _iri(found[0]) if found else ""


def _anchor(path: str) -> str:
    """Give the name of a section: the fragment of what it is about, or its path."""
    return path.partition("#")[2] or path.replace("/", "-")


def _iri(term: object) -> str:
    return str(getattr(term, "value", term))
