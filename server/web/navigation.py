"""List the ways through the site that the header of every page shows."""

from typing import NamedTuple

from flask import request

from server.release.current import Release


class Way(NamedTuple):
    """A link of the header: its path, the key of its text, and whether the page is below it.

    A list is that of the newest `year`, of which the other pages speak; None for what is no list.
    """

    path: str
    text: str
    here: bool
    year: int | None


def list_ways(release: Release) -> list[Way]:
    """Return the ways that a release has pages for, in the order in which they are shown."""
    ways = (
        ("initiatives", "navigation.initiatives", release.has_tables, newest_of_several(release)),
        ("organismes", "navigation.bodies", release.has_tables, newest_of_several(release)),
        ("changements/", "navigation.changes", True, None),
        ("requetes", "navigation.questions", True, None),
        ("sparql", "navigation.sparql", True, None),
        ("dumps/", "navigation.downloads", True, None),
        ("aide", "navigation.help", True, None),
    )
    path = request.path.removeprefix("/")
    return [
        Way(target, text, path == target or path.startswith(target.rstrip("/") + "/"), year)
        for target, text, is_there, year in ways
        if is_there
    ]


def newest_of_several(release: Release) -> int | None:
    """Return the year of the newest portrait; None of a release with one, which is all there is."""
    return max(release.years) if len(release.years) > 1 else None
