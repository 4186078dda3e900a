"""Name the parts of the site: the ways in the header of every page, and those above a page."""

from collections.abc import Callable
from typing import NamedTuple

from flask import request

from server.release.current import Release
from server.web.links import link_to

# The key of what each part of the site is called, by its path.
PARTS = {
    "initiatives": "navigation.initiatives",
    "organismes": "navigation.bodies",
    "portraits": "navigation.portraits",
    "changements/": "navigation.changes",
    "graphiques": "navigation.charts",
    "requetes": "navigation.questions",
    "sparql": "navigation.sparql",
    "dumps/": "navigation.downloads",
    "aide": "navigation.help",
}
_IN_HEADER = ("initiatives", "organismes", "changements/", "requetes", "sparql", "dumps/", "aide")
_OF_TABLES = ("initiatives", "organismes")


class Way(NamedTuple):
    """A link of the header: its path, the key of its text, and whether the page is below it.

    A list is that of the newest `year`, of which the other pages speak; None for what is no list.
    """

    path: str
    text: str
    here: bool
    year: int | None


class Above(NamedTuple):
    """A page above another: its name, its link, and its language if another than the page's."""

    text: str
    href: str
    language: str = ""


def part_above(path: str, text: Callable[[str], str]) -> Above:
    """Return the page of a part of the site, for the trail of a page below it."""
    return Above(text(PARTS[path]), link_to(path))


def list_ways(release: Release) -> list[Way]:
    """Return the ways that a release has pages for, in the order in which they are shown."""
    path, newest = request.path.removeprefix("/"), newest_of_several(release)
    return [
        Way(
            part,
            PARTS[part],
            path == part or path.startswith(part.rstrip("/") + "/"),
            newest if part in _OF_TABLES else None,
        )
        for part in _IN_HEADER
        if release.has_tables or part not in _OF_TABLES
    ]


def newest_of_several(release: Release) -> int | None:
    """Return the year of the newest portrait; None of a release with one, which is all there is."""
    return max(release.years) if len(release.years) > 1 else None
