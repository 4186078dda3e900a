"""Two pushes into one store: one goes on, and no graph that it fills is touched by the other."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.remote_store import RemoteStore
from tests.support.scripted_store import Answered, Call, ScriptedStore
from tests.support.small_release import numbered, write_small_release
from tests.transform.push.conftest import Push, start_push, statements, write
from transform.errors import PushFailed
from transform.push.pushing_process import PushingProcess
from transform.rdf.namespaces import DCTERMS, VOID
from transform.release.remote_graphs import CURRENT

FIRST, SECOND = "0" * 16, "1" * 16
GRAPHS = {"2024": numbered(3), "2025": numbered(4)}
ELSEWHERE = "far 7 99 6d8a1a52-0000-4000-8000-000000000000/4026531836"


class Halted:
    """A store before which the first request that fills a graph waits until it is let go."""

    def __init__(self, behind: RemoteStore, graph: str) -> None:
        self.scripted = ScriptedStore(behind)
        self.scripted.script = self._wait
        self.arrived, self.goes_on = threading.Event(), threading.Event()
        self._graph = graph

    def _wait(self, call: Call) -> Answered | None:
        if call.method == "POST" and call.graph.endswith(self._graph):
            self.arrived.set()
            assert self.goes_on.wait(120)
        return None

    @contextmanager
    def running(self) -> Iterator["Halted"]:
        """Answer requests while the block runs."""
        with self.scripted.running():
            try:
                yield self
            finally:
                self.goes_on.set()


@pytest.mark.parametrize("peer", ["oxigraph_server", "virtuoso"])
def test_a_second_push_is_told_who_loads_since_when_and_changes_nothing(
    peer: str, push: Push, base: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store: RemoteStore = request.getfixturevalue(peer)
    if peer == "virtuoso":
        request.getfixturevalue("virtuoso_login")
    first = write_small_release(tmp_path, base, GRAPHS, FIRST)
    second = write_small_release(tmp_path, base, GRAPHS, SECOND)
    with (
        Halted(store, "2025").running() as halted,
        start_push(first, halted.scripted.graph_store) as process,
    ):
        assert halted.arrived.wait(120)
        before = statements(store, base)
        for release in (second, first):
            with pytest.raises(PushFailed) as refused:
                push(release, store.graph_store)
            said = str(refused.value)
            assert f"Release {FIRST} is being loaded or removed there since 20" in said
            assert f"(machine {socket.gethostname()}, process {process.pid})" in said
            assert "--take-over" in said
        assert statements(store, base) == before
        halted.goes_on.set()
        _, fault = process.communicate(timeout=120)
        assert process.returncode == 0, fault
    assert push(first, store.graph_store).was_there
    assert push(second, store.graph_store).cleaned == []
    graphs = (f"{name}/graph/{graph}" for name in (FIRST, SECOND) for graph in GRAPHS)
    assert {*statements(store, base)} == {"", FIRST, SECOND, *graphs}


def test_two_that_begin_at_once_never_both_go_on(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    releases = [write_small_release(tmp_path, base, GRAPHS, name) for name in (FIRST, SECOND)]
    both = threading.Barrier(2)

    def meet(call: Call) -> Answered | None:
        if call.method != "PUT":
            return None
        answer = scripted.forward(call)
        both.wait(120)  # each has read that nobody is there, and is listed now
        return answer

    scripted.script = meet
    processes = [start_push(release, scripted.graph_store) for release in releases]
    for process in processes:
        with process:
            _, fault = process.communicate(timeout=120)
            assert process.returncode == 1
            assert "is being loaded or removed there since" in fault
    assert statements(scripted.behind, base) == {}
    scripted.script = lambda _: None
    assert push(releases[0], scripted.graph_store).cleaned == []


def test_what_a_push_of_another_machine_left_goes_only_where_that_is_said(
    push: Push, base: str, tmp_path: Path, oxigraph_server: RemoteStore
) -> None:
    graph = f"{base}releases/{FIRST}/graph/2024"
    write("PUT", oxigraph_server, graph, "<a:a> <a:b> <a:c> .")
    loading = f"{base}releases/{FIRST}/loading/{'a' * 16}"
    listed = f"<{loading}> <{DCTERMS}isPartOf> <{base}releases/> ; <{VOID}subset> <{graph}> ; "
    release = write_small_release(tmp_path, base, GRAPHS, SECOND)
    for process, shown in ((ELSEWHERE, "machine far, process 7"), ("?", "machine ?, process –")):
        who = f'<{DCTERMS}identifier> "{process}" .'
        write("PUT", oxigraph_server, loading, listed + who)
        with pytest.raises(PushFailed, match="is being loaded") as refused:
            push(release, oxigraph_server.graph_store)
        assert shown in str(refused.value)
    done = push(release, oxigraph_server.graph_store, take_over=True)
    assert done.cleaned == [FIRST]
    assert not any(name.startswith(FIRST) for name in statements(oxigraph_server, base))


def test_a_push_that_fails_says_in_the_store_that_it_has_ended(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PushingProcess, "this", lambda: PushingProcess.read(ELSEWHERE))
    release = write_small_release(tmp_path, base, GRAPHS, FIRST)
    scripted.script = lambda call: Answered(507) if call.graph.endswith("2025") else None
    with pytest.raises(PushFailed, match="507"):
        push(release, scripted.graph_store)
    scripted.script = lambda _: None
    assert push(release, scripted.graph_store).cleaned == [FIRST]


@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_who_is_taken_over_from_writes_nothing_more(
    name: str, push: Push, base: str, tmp_path: Path, oxigraph_server: RemoteStore
) -> None:
    first = write_small_release(tmp_path, base, GRAPHS, FIRST)
    second = write_small_release(tmp_path, base, GRAPHS, name) if name != FIRST else first
    with (
        Halted(oxigraph_server, "2025").running() as halted,
        start_push(first, halted.scripted.graph_store) as process,
    ):
        assert halted.arrived.wait(120)
        done = push(second, oxigraph_server.graph_store, take_over=True)
        assert done.cleaned == [FIRST]
        calls = len(halted.scripted.calls)
        halted.goes_on.set()
        _, fault = process.communicate(timeout=120)
        assert process.returncode == 1
        assert "Another push has taken over" in fault
        assert {call.method for call in halted.scripted.calls[calls:]} == {"POST"}
        assert not any(call.graph for call in halted.scripted.calls[calls:])
    found = statements(oxigraph_server, base)
    assert {len(found[f"{name}/graph/{graph}"]) for graph in GRAPHS} == {3, 4}
    assert found[""] == {(f"{base}releases/", CURRENT, f"{base}releases/{name}")}


def test_a_process_is_known_to_have_ended_only_where_that_is_sure() -> None:
    this = PushingProcess.this()
    assert PushingProcess.read(str(this)) == this
    assert this.has_ended()  # it pushes one release after the other
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        started = Path(f"/proc/{child}/stat").read_text().split()[21]
        running = this._replace(number=child, started=started)
        assert not running.has_ended()
        assert running._replace(started="1").has_ended()  # its number is another's now
        assert not running._replace(started="1", within="").has_ended()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert running.has_ended()
    assert not running._replace(within=f"{running.within}1").has_ended()  # of another container
    for text in ("", "h 1", "h 1 2 3 4", f"h {'9' * 11} 1 /", "h\n 1 1 /"):
        assert PushingProcess.read(text) is None
