"""Cut a catalogue into pages that each read alone (Hydra Core, PartialCollectionView)."""

from collections.abc import Iterator
from typing import NamedTuple

import pyoxigraph as ox

from server.faults import UnknownPage

SIZE = 10  # datasets of a page, where the client does not say
MOST = 100
_DCAT = "http://www.w3.org/ns/dcat#"
_HYDRA = "http://www.w3.org/ns/hydra/core#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_INTEGER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
# Whose values must be described on the page; others may lead to another page.
_LISTS = (f"{_DCAT}dataset", f"{_DCAT}servesDataset")


class Asked(NamedTuple):
    """Which page, counted from 1, of how many datasets, in the form that has a suffix.

    `address` is where the reader reaches the site: that is where the other pages are for it.
    """

    base_uri: str
    address: str
    suffix: str
    number: int
    size: int

    def page(self, number: int) -> ox.NamedNode:
        """Give the address of a page."""
        size = "" if self.size == SIZE else f"&size={self.size}"
        return ox.NamedNode(f"{self.address}catalogue.{self.suffix}?page={number}{size}")


def cut_page(triples: list[ox.Triple], asked: Asked) -> Iterator[ox.Triple]:
    """Give the statements of one page with all that its datasets need; raises UnknownPage."""
    catalogue = ox.NamedNode(f"{asked.base_uri}catalogue")
    listed = [t for t in triples if t.predicate.value == f"{_DCAT}dataset"]
    datasets = sorted({t.object for t in listed if t.subject == catalogue}, key=str)
    last = max(1, -(-len(datasets) // asked.size))
    if asked.number > last:
        raise UnknownPage(f"There is no page {asked.number}: the last one is {last}.")
    first = (asked.number - 1) * asked.size
    here = datasets[first : first + asked.size]
    elsewhere: set[object] = {dataset for dataset in datasets if dataset not in here}
    yield from _reach(triples, catalogue, elsewhere)
    yield from _view(asked, len(datasets), last)


def _reach(
    triples: list[ox.Triple], catalogue: ox.NamedNode, elsewhere: set[object]
) -> Iterator[ox.Triple]:
    """Give what the catalogue says, and what that leads to, but not the datasets elsewhere."""
    said: dict[object, list[ox.Triple]] = {}
    for triple in triples:
        said.setdefault(triple.subject, []).append(triple)
    # A series is described where one of its members is.
    members = [t for t in triples if t.predicate.value == f"{_DCAT}inSeries"]
    series = {t.object for t in members} - {t.object for t in members if t.subject not in elsewhere}
    waiting: list[object] = [catalogue]
    met = {*elsewhere, *series, catalogue}
    while waiting:
        for triple in said.get(waiting.pop(), ()):
            if triple.object in series or (
                triple.object in elsewhere and triple.predicate.value in _LISTS
            ):
                continue
            yield triple
            if triple.object not in met:
                met.add(triple.object)
                waiting.append(triple.object)


def _view(asked: Asked, total: int, last: int) -> Iterator[ox.Triple]:
    here = asked.page(asked.number)
    pages = {"first": 1, "previous": asked.number - 1, "next": asked.number + 1, "last": last}
    yield ox.Triple(here, _TYPE, ox.NamedNode(f"{_HYDRA}PartialCollectionView"))
    for name, number in pages.items():
        if 1 <= number <= last:
            yield ox.Triple(here, ox.NamedNode(_HYDRA + name), asked.page(number))
    for name, number in (("totalItems", total), ("itemsPerPage", asked.size)):
        said = ox.Literal(str(number), datatype=_INTEGER)
        yield ox.Triple(here, ox.NamedNode(_HYDRA + name), said)
