"""Open an engine on a remote store, once that was seen to hold the release."""

from collections.abc import Callable
from pathlib import Path

from server.engine.faults import EngineFault
from server.engine.interface import Limits
from server.engine.remote import answers
from server.engine.remote.address import Store, read_store
from server.engine.remote.engine import RemoteEngine
from server.engine.remote.exchange import Door, Exchange
from server.engine.remote.graphs import list_graphs
from server.engine.remote.record import find_problem
from server.engine.remote.rewriting import Visible
from server.engine.remote.tasks import Watch
from transform.errors import StoreFailed
from transform.files import reason_message
from transform.release.manifest import base_uri_of, read_manifest
from transform.text.message import message

_SECONDS = 120.0  # for a count of the statements of one graph
_MOST = 1 << 20  # bytes of an answer with one number


def remote_opener(url: str) -> Callable[[Path, str, Limits], RemoteEngine]:
    """Return what opens an engine on the store at a URL. Raises MisusedCommand."""
    store = read_store(url)

    def open_remote(release_file: Path, base_uri: str, limits: Limits) -> RemoteEngine:
        """Open an engine for a release folder's file of N-Quads; raises StoreFailed."""
        folder = release_file.parents[1]
        release = _read_release(folder)
        _check(store, folder)
        return RemoteEngine(store, release, base_uri, limits)

    return open_remote


def check_store(url: str, folder: Path) -> None:
    """Raise StoreFailed where a store does not hold a release whole."""
    _check(read_store(url), folder)


def _read_release(folder: Path) -> Visible:
    manifest = read_manifest(folder)
    graphs = list_graphs(base_uri_of(manifest), folder.name, manifest["graphs"])
    return Visible(graphs, frozenset(manifest["properties"]))


def _check(store: Store, folder: Path) -> None:
    release, counts = _read_release(folder), read_manifest(folder)["graphs"]
    door, watch = Door(store, 1), Watch()

    def select(text: str) -> list[dict[str, str]]:
        exchange = Exchange(door, _SECONDS)
        with watch.looking(exchange), exchange.ask(text, _MOST) as body:
            return answers.read_rows(body)

    try:
        problem = find_problem(select, release.graphs, counts)
    except EngineFault as fault:
        cause = fault.__cause__
        reason = reason_message(cause) if isinstance(cause, OSError) else fault.detail
        raise StoreFailed(message("server.store_fails", url=store.url, reason=reason)) from fault
    finally:
        door.connections.close()
        watch.close(EngineFault())
    if problem is not None:
        raise StoreFailed(
            message(
                "server.store_not_pushed",
                url=store.url,
                release=folder.name,
                problem=problem,
                folder=folder.parent,
            )
        )
