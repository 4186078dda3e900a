"""Lay out the page of the catalogue: datasets with their files, then the other subjects."""

from typing import NamedTuple

import pyoxigraph as ox
from flask import Response

from server.negotiation import PAGES
from server.release import labels, queries
from server.release.current import Release
from server.web import render, term_table
from server.web.links import LinkTarget, link_to_iri
from server.web.term_cell import Cell, name_iri
from transform.rdf import syntaxes
from transform.rdf.namespaces import DCAT, DCTERMS, RDF_TYPE

_DISTRIBUTION = f"{DCAT}distribution"
_TYPE = ox.NamedNode(RDF_TYPE)
_CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"
_SHA256 = "http://spdx.org/rdf/terms#checksumValue"
# The classes that come first, in this order.
_MAIN = ("Catalog", "DatasetSeries", "Dataset", "DataService")
_PACKED = ".gz"
# Other subjects that the page shows; the other formats hold all.
_MOST_SUBJECTS = 200


class Distribution(NamedTuple):
    """A distribution: its description, link, bytes, SHA-256, and its compressed copy."""

    text: Cell
    link: LinkTarget | None
    bytes: int | None
    sha256: str | None
    packed: "Distribution | None" = None


class Section(NamedTuple):
    """A subject: its anchor, type, name, description, statements, and files if a dataset."""

    anchor: str
    kind: str
    name: Cell
    about: Cell | None
    rows: list[tuple[Cell, list[Cell]]]
    files: list[Distribution]


def show_catalogue(triples: list[ox.Triple], release: Release) -> Response:
    """Answer with the page of the catalogue that `triples` hold."""
    page = _Page(triples, release)
    main = [iri for kind in _MAIN for iri in page.groups if page.is_a(iri, kind)]
    shown = {*main, *(iri for iri in page.groups if page.is_a(iri, "Distribution"))}
    others = [iri for iri in page.groups if iri not in shown and "#sha256-" not in iri]
    embedded = syntaxes.write_bytes(triples, syntaxes.BY_SUFFIX["jsonld"], release.base_uri)
    return render.page(
        "catalogue.html",
        path="catalogue",
        formats=PAGES[1:],
        main=[page.section(iri) for iri in main],
        rest=[page.section(iri) for iri in others[:_MOST_SUBJECTS]],
        total=len(others),
        embedded=render.in_script(embedded),
    )


class _Page:
    """The statements of a catalogue by subject, with the labels of the resources they mention."""

    def __init__(self, triples: list[ox.Triple], release: Release) -> None:
        graph = f"{release.base_uri}graph/catalogue"
        mentioned = queries.find_triples(release, "labels-in-graph", graph=graph)
        self._labels = labels.collect((*triples, *mentioned))
        self._release, self._language = release, render.language()
        self.groups: dict[str, list[ox.Triple]] = {}
        for triple in triples:
            self.groups.setdefault(_iri(triple.subject), []).append(triple)

    def is_a(self, iri: str, kind: str) -> bool:
        """Check whether a subject has a class of DCAT."""
        return any(_iri(triple.object) == DCAT + kind for triple in self.groups[iri])

    def section(self, iri: str) -> Section:
        """Lay out the statements of a subject."""
        release, language, triples = self._release, self._language, self.groups[iri]
        offered = {_iri(t.object) for t in triples if t.predicate.value == _DISTRIBUTION}
        files = sorted(iri for iri in offered if iri.removesuffix(_PACKED) not in offered - {iri})
        own = [t for t in triples if t.predicate.value != _DISTRIBUTION]
        about = self._literal(iri, f"{DCTERMS}description")
        return Section(
            _anchor(iri.removeprefix(release.base_uri)) if iri.startswith(release.base_uri) else "",
            self._kind(iri),
            name_iri(iri, self._labels, release, language),
            Cell(about.value, about.language) if about else None,
            term_table.lay_out(own, self._labels, release, language),
            [self._distribution(file, file + _PACKED in offered) for file in files],
        )

    def _kind(self, iri: str) -> str:
        """Return the name of a subject's type: the catalogue and its series may share a title."""
        types = {_iri(t.object) for t in self.groups[iri] if t.predicate == _TYPE}
        kinds = sorted(types - {_CONCEPT}, key=lambda kind: (not kind.startswith(DCAT), kind))
        chosen = next(iter(kinds or types), "")
        return labels.name_of_term(chosen, self._release, self._language)[0] if chosen else ""

    def _distribution(self, iri: str, packed: bool = False) -> Distribution:
        size, checksum = self._value(iri, f"{DCAT}byteSize"), "http://spdx.org/rdf/terms#checksum"
        address = self._value(iri, f"{DCAT}downloadURL") or self._value(iri, f"{DCAT}accessURL")
        name = name_iri(iri, self._labels, self._release, self._language)
        described = self._literal(iri, f"{DCTERMS}description")
        return Distribution(
            Cell(described.value, described.language) if described else name,
            link_to_iri(address, self._release.base_uri),
            int(size) if size.isdecimal() else None,
            self._value(self._value(iri, checksum), _SHA256) or None,
            self._distribution(iri + _PACKED) if packed else None,
        )

    def _literal(self, iri: str, predicate: str) -> ox.Literal | None:
        """Return a text in the best language for the reader."""
        objects = (t.object for t in self.groups.get(iri, ()) if t.predicate.value == predicate)
        texts = [term for term in objects if isinstance(term, ox.Literal)]
        order = self._release.register.order(self._language)
        return min(texts, key=lambda text: labels.rank_language(text.language, order), default=None)

    def _value(self, iri: str, predicate: str) -> str:
        """Return the first value of a property, else ""."""
        objects = (t.object for t in self.groups.get(iri, ()) if t.predicate.value == predicate)
        return next(map(_iri, objects), "")


def _anchor(path: str) -> str:
    """Return the anchor of a section: the fragment of its subject, or its path."""
    return path.partition("#")[2] or path.replace("/", "-")


def _iri(term: object) -> str:
    return str(getattr(term, "value", term))
