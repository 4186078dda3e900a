"""List the ways through the site that the header of every page shows."""

from typing import NamedTuple

from flask import request

from server.release.current import Release


class Way(NamedTuple):
    """A link of the header: its path, the key of its text, and whether the page is below it."""

    path: str
    text: str
    here: bool


def list_ways(release: Release) -> list[Way]:
    """Return the ways that a release has pages for, in the order in which they are shown."""
    ways = (
        ("initiatives", "navigation.initiatives", release.has_tables),
        ("organismes", "navigation.bodies", release.has_tables),
        ("changements/", "navigation.changes", True),
        ("requetes", "navigation.questions", True),
        ("sparql", "navigation.sparql", True),
        ("dumps/", "navigation.downloads", True),
        ("aide", "navigation.help", True),
    )
    path = request.path.removeprefix("/")
    return [
        Way(target, text, path == target or path.startswith(target.rstrip("/") + "/"))
        for target, text, is_there in ways
        if is_there
    ]
