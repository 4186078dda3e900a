"""Open an engine by its name: in memory, from a store on disk, or from one behind a URL."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from server.engine.disk_store import ensure_store
from server.engine.interface import Engine, Limits
from server.engine.pool.engine import PooledEngine
from server.engine.pool.lookup import open_lookups

_DEFAULTS = Limits()


def open_engine(release_file: Path, base_uri: str, limits: Limits = _DEFAULTS) -> Engine:
    """Load a release (N-Quads) and return the engine that answers from it, ready for use.

    `base_uri` is that of the release: graphs are written relative to it. A process forked
    later starts query processes of its own at its first question. Raises
    `UnreadableRelease` when the file cannot be read, `EngineDown` when no process can be started.
    """
    return PooledEngine(release_file, base_uri, limits, open_lookups(release_file))


def open_disk(release_file: Path, base_uri: str, limits: Limits = _DEFAULTS) -> Engine:
    """Return an engine on disk: from a store next to the releases, built if it is missing.

    Raises MisusedCommand where that store cannot be written.
    """
    return PooledEngine(ensure_store(release_file), base_uri, limits)


ENGINES = {"memory": open_engine, "disk": open_disk}


def opener_of(engine: str) -> Callable[[Path, str, Limits], Engine]:
    """Return what opens an engine, by its name or by the URL of a remote store.

    Raises MisusedCommand for a URL that is none.
    """
    if engine in ENGINES:
        return ENGINES[engine]
    from server.engine.remote.opening import remote_opener  # urllib3, which no other engine loads

    return remote_opener(engine)


def vet_of(engine: str) -> Callable[[Path], None]:
    """Return what raises StoreFailed where an engine cannot answer from a release folder.

    That is where a remote store does not hold the release whole. Raises MisusedCommand for a URL
    that is none.
    """
    if engine in ENGINES:
        return lambda _: None
    from server.engine.remote.address import read_store
    from server.engine.remote.opening import check_store

    return partial(check_store, read_store(engine))
