"""Open an engine on a remote store, and check that the store holds a release."""

import ssl
from collections.abc import Callable
from pathlib import Path

from server.engine.faults import EngineFault
from server.engine.interface import Limits
from server.engine.remote import answers
from server.engine.remote.address import EndpointAddress, read_store
from server.engine.remote.engine import RemoteEngine
from server.engine.remote.exchange import Door, RemoteExchange
from server.engine.remote.graphs import list_graphs
from server.engine.remote.record import find_problem
from server.engine.remote.rewriting import Visible
from server.engine.remote.tasks import Watch
from transform.errors import Said, StoreFailed
from transform.files import reason_message
from transform.push.exchange import no_secure_connection
from transform.release.manifest import base_uri_of, read_manifest
from transform.text.message import message

_SECONDS = 120.0  # for a count of the statements of one graph
_MOST = 1 << 20  # bytes of an answer with one number


def remote_opener(url: str) -> Callable[[Path, str, Limits], RemoteEngine]:
    """Return what opens an engine on the store at a URL, which `check_store` has checked.

    Raises MisusedCommand.
    """
    store = read_store(url)

    def open_remote(release_file: Path, base_uri: str, limits: Limits) -> RemoteEngine:
        """Open an engine for the file of N-Quads of a release folder."""
        return RemoteEngine(store, _read_release(release_file.parents[1]), base_uri, limits)

    return open_remote


def _read_release(folder: Path) -> Visible:
    manifest = read_manifest(folder)
    graphs = list_graphs(base_uri_of(manifest), folder.name, manifest["graphs"])
    return Visible(graphs, frozenset(manifest["properties"]))


def check_store(store: EndpointAddress, folder: Path) -> None:
    """Raise StoreFailed where a store does not hold the release of a folder whole."""
    release, counts = _read_release(folder), read_manifest(folder)["graphs"]
    door, watch = Door(store, 1), Watch()

    def select(text: str) -> list[dict[str, str]]:
        exchange = RemoteExchange(door, _SECONDS)
        with watch.looking(exchange), exchange.ask(text, _MOST) as body:
            return answers.read_rows(body)

    try:
        problem = find_problem(select, release.graphs, counts)
    except EngineFault as fault:
        raise StoreFailed(
            message("server.store_fails", url=store.url, reason=_reason(fault))
        ) from fault
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


def _reason(fault: EngineFault) -> Said:
    """Return why a store did not answer: in the system's words where it was not reached."""
    link: BaseException | None = fault
    while link is not None:
        if isinstance(link, ssl.SSLError):  # whose number is none of the system's
            return message("server.store_unreached", reason=no_secure_connection(link))
        if isinstance(link, OSError):
            return message("server.store_unreached", reason=reason_message(link))
        link = link.__cause__ or link.__context__
    return fault.detail
