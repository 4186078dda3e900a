"""Lay out the home page of a register of one portrait, which nothing can be compared with."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from server.release import labels, queries
from server.release.current import Release
from server.web.links import link_to
from server.web.term_cell import Cell, name_iri
from transform.text.numbers import whole

_FIGURES = 4
_BODIES = 10
# What a portrait counts of lists: how many values they have, and the list that tells the most.
_NUMBER_OF_VALUES = {"portefeuille": "portefeuilles", "categorie": "categories"}
_VALUES = ("statut", "categorie", "portefeuille")


class Figure(NamedTuple):
    """A large figure: its number, and what it counts: a text of the page by its key, or a thing.

    `href`: the list of what it counts, where there is one.
    """

    number: str
    name: str = ""
    thing: Cell | None = None
    href: str | None = None
    change: str = ""
    counts: str | None = None


class Bar(NamedTuple):
    """A body, how many entries it has, and the length of its bar of 100."""

    name: Cell
    number: int
    share: float


def lay_out_first_figures(
    release: Release, portrait: Mapping[str, Any], language: str
) -> list[Figure]:
    """Return four figures of the portrait, or as many as its fields give."""
    return list(islice(_list_figures(release, portrait, language), _FIGURES))


def _list_figures(release: Release, portrait: Mapping[str, Any], language: str) -> Iterator[Figure]:
    """Yield figures: things, values of lists by their number, then the most frequent values."""
    counts: Mapping[str, Mapping[str, int]] = portrait.get("counts", {})
    yield Figure(whole(portrait["initiatives"], language), "initiatives")
    yield Figure(whole(portrait["bodies"], language), "organismes")
    for listed, name in _NUMBER_OF_VALUES.items():
        if counts.get(listed):
            yield Figure(whole(len(counts[listed]), language), name)
    field = next((field for field in _VALUES if counts.get(field)), "")
    often = sorted(counts.get(field, {}).items(), key=lambda item: (-item[1], item[0]))
    iris = {slug: f"{release.base_uri}id/{field}/{slug}" for slug, _ in often[:_FIGURES]}
    known = labels.collect(queries.find_labels(release, iris.values()))
    for slug, number in often[:_FIGURES]:
        thing = name_iri(iris[slug], known, release, language)
        href = link_to("initiatives", **{field: slug}) if release.has_tables else thing.href
        yield Figure(whole(number, language), thing=thing, href=href)


def list_largest_bodies(release: Release, language: str) -> list[Bar]:
    """Return the bodies that have the most entries of the newest portrait, each with a bar."""
    portrait = f"{release.base_uri}id/portrait/{release.years[-1]}"
    rows = queries.find_rows(release, "largest-bodies", _BODIES, portrait=portrait)
    numbers = {row["body"]["value"]: int(row["number"]["value"]) for row in rows}
    known = labels.collect(queries.find_labels(release, numbers))
    largest = max(numbers.values(), default=1)
    return [
        Bar(name_iri(iri, known, release, language), number, round(100 * number / largest, 1))
        for iri, number in numbers.items()
    ]
