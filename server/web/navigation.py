"""List the ways through the site that the header of every page shows."""

from typing import NamedTuple

from flask import request

from server.release.current import Release
from transform.release.paths import DATABASE

_LISTS = f"dumps/{DATABASE}"


class Way(NamedTuple):
    """A link of the header: its path, the key of its text, and whether the page is below it."""

    path: str
    text: str
    here: bool


def list_ways(release: Release) -> list[Way]:
    """Return the ways that a release has pages for, in the order in which they are shown."""
    has_lists = _LISTS in release.manifest["files"]
    ways = (
        ("initiatives", "navigation.initiatives", has_lists),
        ("organismes", "navigation.bodies", has_lists),
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
