"""Ask a release the named queries of the pages of things."""

from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from server.engine.interface import BoundText
from server.release import queries
from server.release.current import Release


@cache
def read(name: str) -> str:
    """Return the text of a query."""
    return files(__name__.rpartition(".")[0]).joinpath("queries", f"{name}.rq").read_text("utf-8")


def find_rows(
    release: Release, name: str, limit: int | None = None, **bindings: str | BoundText
) -> list[queries.Row]:
    """Run a named SELECT query; return its rows, the first `limit` of them, as in JSON results."""
    return queries.ask_rows(release, read(name), limit, 0, **bindings)


def find_triples(release: Release, name: str, **bindings: str | BoundText) -> list[ox.Triple]:
    """Run a named CONSTRUCT query; return its triples in a fixed order."""
    return queries.ask_triples(release, read(name), **bindings)
