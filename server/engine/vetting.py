"""Find out, before a release is served, whether an engine can answer from it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

OWN = ("memory", "disk")  # the engines that read the release themselves


def vet_of(engine: str) -> Callable[[Path], None]:
    """Return what raises StoreFailed where an engine cannot answer from a release folder.

    That is where a remote store does not hold the release whole. Raises MisusedCommand for a URL
    that is none.
    """
    if engine in OWN:
        return lambda _: None
    # Only then: what starts the workers loads no client of HTTP otherwise.
    from server.engine.remote.address import read_store
    from server.engine.remote.opening import check_store

    return partial(check_store, read_store(engine))
