"""Let rooms offer things to the search of the site that are in no table of a release."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from flask.sansio.app import App

from server.release.current import Release
from server.release.register import OwnText

_SOURCES = "search_sources"  # in the extensions of the app


class OfferedThing(NamedTuple):
    """A thing to be found: what it is called, what is said of it, and the path of its page."""

    name: OwnText
    text: OwnText
    path: str


# Returns the things of a release, in a reader's language: few, as each search looks at all.
ListThings = Callable[[Release, str], Iterable[OfferedThing]]


def offer_things(app: App, kind: str, list_things: ListThings) -> None:
    """Find the things of a kind, too; it is called `search.kind_…` and `search.kinds_…`."""
    sources(app)[kind] = list_things


def sources(app: App) -> dict[str, ListThings]:
    """Return what is offered, by kind."""
    offered: dict[str, ListThings] = app.extensions.setdefault(_SOURCES, {})
    return offered
