"""Let one push at a time change what a store has of a site.

A store can neither lock nor compare and set by the protocols that all have. So a push writes a list
of its own, then reads the lists of all: of two that begin at once, at least the later one finds the
other's, and each that finds one withdraws. Before each of its further writes it reads whether its
list is still there: who takes over removes it. Between that reading and the write, and while a
write is on its way, nothing holds the other back: that is why only who is told to takes over from
a push that may still run.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from transform.errors import PushFailed
from transform.push.pushing_process import PushingProcess
from transform.push.record import Held, ListedGraphs, loading_graph, read_held, write_loading
from transform.push.store import Store
from transform.text.message import message
from transform.text.printable import visible


class Hold:
    """Writes to a store, as long as the push that writes is listed there."""

    def __init__(self, store: Store, base_uri: str, release: str, graphs: Iterable[str]) -> None:
        self.store = store
        self._base_uri, self._graphs = base_uri, [*graphs]
        self._token = secrets.token_hex(8)
        self._list = loading_graph(base_uri, release, self._token)
        self._is_lost = False

    def take(self, take_over: bool) -> Held:
        """Write the list; returns what the store holds, but for it.

        `take_over`: also from pushes that may still run, if they were there before the list was.
        Raises PushFailed for a push that may still run.
        """
        there = _running(read_held(self.store, self._base_uri))
        if there and not take_over:
            raise _refused(there)
        self.store.put(self._list, self._written(self._list, self._graphs))
        held = read_held(self.store, self._base_uri)
        mine = held.loading.pop(self._list, None)
        others = {name: listed for name, listed in _running(held).items() if name not in there}
        if others or mine is None:
            self.store.delete(self._list)
            raise _refused(others) if others else _lost()
        return held

    def check(self) -> None:
        """Raise PushFailed where another push has removed the list of this one."""
        if not self.store.is_there(self._list):
            self._is_lost = True
            raise _lost()

    def put(self, graph: str, turtle: bytes) -> None:
        """Replace a graph."""
        self.check()
        self.store.put(graph, turtle)

    def add(self, graph: str, turtle: bytes) -> None:
        """Add statements to a graph."""
        self.check()
        self.store.add(graph, turtle)

    def delete(self, graph: str) -> None:
        """Delete a graph, which need not be there."""
        self.check()
        self.store.delete(graph)

    def replace_statement(self, graph: str, statement: str) -> None:
        """Replace all of a graph by one statement, in one step."""
        self.check()
        self.store.replace_statement(graph, statement)

    def release(self) -> None:
        """Remove the list."""
        self.delete(self._list)

    def give_up(self) -> None:
        """Leave the list as that of a push that has ended, if the store takes it at once."""
        self.store.hurry()
        with suppress(PushFailed):  # what went wrong is being told; the list stays as it is
            if not self._is_lost:
                self.put(self._list, self._written(self._list, self._graphs, has_ended=True))

    def list_release(self, release: str, graphs: Iterable[str]) -> str:
        """List the graphs of a release that is to be removed; returns the graph of the list."""
        loading = loading_graph(self._base_uri, release, self._token)
        self.put(loading, self._written(loading, graphs))
        return loading

    def _written(self, loading: str, graphs: Iterable[str], has_ended: bool = False) -> bytes:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        process = None if has_ended else str(PushingProcess.this())
        return write_loading(self._base_uri, loading, graphs, now, process)


@contextmanager
def ended(hold: Hold) -> Iterator[None]:
    """Give up a hold where the block fails or is interrupted."""
    try:
        yield
    except (PushFailed, KeyboardInterrupt):
        hold.give_up()
        raise


def _running(held: Held) -> dict[str, ListedGraphs]:
    """Return the lists of pushes that may still run."""
    return {name: listed for name, listed in held.loading.items() if not _has_ended(listed)}


def _has_ended(listed: ListedGraphs) -> bool:
    if not listed.process:
        return True
    process = PushingProcess.read(listed.process)
    return process is not None and process.has_ended()


def _refused(running: Mapping[str, ListedGraphs]) -> PushFailed:
    first = min(running.values(), key=lambda listed: listed.created)
    process = PushingProcess.read(first.process)
    values = {
        "release": visible(first.release, 100),
        "since": visible(first.created or "–", 40),
        "host": visible(process.host if process else first.process, 100),
        "process": process.number if process else "–",
    }
    return PushFailed(message("push.held", **values), message("push.held_step"))


def _lost() -> PushFailed:
    return PushFailed(message("push.lost"), message("push.lost_step"))
