"""A release gets into a store whole, and no step on the way harms the one that is there."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.remote_store import RemoteStore
from tests.support.scripted_store import Answered, Call, ScriptedStore
from tests.support.small_release import numbered, write_small_release
from tests.support.waiting import wait_until
from tests.transform.push.conftest import Push, ask, start_push, statements, write
from transform.errors import DamagedRelease, PushFailed
from transform.push.push import Pushed
from transform.rdf.namespaces import DCAT, DCTERMS, VOID

OLD, NEW = "0" * 16, "1" * 16
GRAPHS = {"2024": numbered(3), "2025": numbered(4, "été «ŷ» \U0001f600"), "catalogue": numbered(2)}
MORE = {**GRAPHS, "2025": numbered(5), "2026": numbered(6)}
WHOLE = {f"{NEW}/graph/{graph}": len(lines) for graph, lines in MORE.items()}


def counts(store: RemoteStore, base: str) -> dict[str, int]:
    """Count what a store holds, but for records."""
    found = statements(store, base)
    return {graph: len(rows) for graph, rows in found.items() if "/" in graph}


def current(store: RemoteStore, base: str) -> list[str]:
    pointer = statements(store, base).get("", set())
    return [release.removeprefix(f"{base}releases/") for _, _, release in pointer]


@pytest.mark.parametrize("peer", ["oxigraph_server", "virtuoso"])
def test_a_release_is_loaded_under_names_that_carry_it(
    peer: str, push: Push, base: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store: RemoteStore = request.getfixturevalue(peer)
    if peer == "virtuoso":
        request.getfixturevalue("virtuoso_login")
    release = write_small_release(tmp_path, base, GRAPHS, OLD)
    done = push(release, store.graph_store)
    record = f"{base}releases/{OLD}"
    expected = {f"{record}/graph/{graph}": len(lines) for graph, lines in GRAPHS.items()}
    assert done == Pushed(base, OLD, expected, False, [])
    found = statements(store, base)
    assert found[f"{OLD}/graph/2025"] == {
        (f"http://e.example/{i}", "http://e.example/p", f"été «ŷ» \U0001f600 {i}") for i in range(4)
    }
    assert found[""] == {(f"{base}releases/", f"{DCAT}hasCurrentVersion", record)}
    about = found[OLD]
    assert {(record, f"{VOID}subset", graph) for graph in expected} <= about
    assert {(graph, f"{VOID}triples", str(n)) for graph, n in expected.items()} <= about
    assert (f"{record}/graph/2024", f"{DCTERMS}isVersionOf", f"{base}graph/2024") in about
    assert {*found} == {"", OLD, *(f"{OLD}/graph/{graph}" for graph in GRAPHS)}
    assert push(release, store.graph_store) == Pushed(base, OLD, expected, True, [])
    # Another release, and back.
    newer = write_small_release(tmp_path, base, MORE, NEW)
    assert not push(newer, store.graph_store).was_there
    assert current(store, base) == [NEW]
    assert push(release, store.graph_store).was_there
    assert current(store, base) == [OLD]
    assert counts(store, base) == WHOLE | {f"{OLD}/graph/{g}": len(s) for g, s in GRAPHS.items()}
    # The one that is current is kept, however old.
    assert push(release, store.graph_store, keep=1).removed == []
    third = write_small_release(tmp_path, base, {"2024": numbered(1)}, "2" * 16)
    assert push(third, store.graph_store, keep=1).removed == [NEW, OLD]
    assert {*statements(store, base)} == {"", "2" * 16, f"{'2' * 16}/graph/2024"}


def test_what_is_recorded_but_no_longer_whole_is_loaded_again(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    release = write_small_release(tmp_path, base, MORE, NEW)
    push(release, scripted.graph_store)
    write("DELETE", scripted.behind, f"{base}releases/{NEW}/graph/2026")
    scripted.script = lambda call: Answered(507) if call.method == "POST" and call.graph else None
    with pytest.raises(PushFailed, match="was damaged there: it is not yet whole"):
        push(release, scripted.graph_store)
    assert NEW not in statements(scripted.behind, base)  # what is not whole has no record
    scripted.script = lambda _: None
    assert not push(release, scripted.graph_store).was_there
    assert counts(scripted.behind, base) == WHOLE


def test_parts_are_bounded_and_a_longer_statement_stands_alone(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    long = '<http://e.example/long> <http://e.example/p> "{}"'.format("x" * 1_200_000)
    graphs = {"2024": [long, *numbered(30_000, "y" * 60)], "2025": numbered(2)}
    release = write_small_release(tmp_path, base, graphs, NEW)
    push(release, scripted.graph_store)
    sizes = [len(call.body) for call in scripted.calls if call.graph.endswith("/graph/2024")]
    assert sizes[0] == 0  # emptied
    assert 1_200_000 < sizes[1] < 1_201_000
    assert len(sizes[2:]) > 2
    assert max(sizes[2:]) <= 1_000_000
    assert min(sizes[2:-1]) > 900_000
    assert counts(scripted.behind, base) == {
        f"{NEW}/graph/2024": 30_001,
        f"{NEW}/graph/2025": 2,
    }


def is_list(call: Call, record: str) -> bool:
    """Check whether a request is about a list of a release's graphs."""
    return call.graph.startswith(f"{record}/loading/")


def moments(base: str) -> dict[str, Callable[[Call], bool]]:
    """Return the requests at which a push is stopped, by what they are."""
    record = f"{base}releases/{NEW}"
    return {
        "first": lambda call: call.method == "PUT",
        "emptying": lambda call: (call.method, call.graph) == ("DELETE", f"{record}/graph/2025"),
        "filling": lambda call: (call.method, call.graph) == ("POST", f"{record}/graph/2025"),
        "counting": lambda call: f"<{record}/graph/2026>" in call.text and "COUNT" in call.text,
        "recording": lambda call: (call.method, call.graph) == ("PUT", record),
        "unlisting": lambda call: call.method == "DELETE" and is_list(call, record),
        "pointing": lambda call: call.path.endswith("/update"),
    }


@pytest.mark.parametrize("moment", moments(""))
def test_a_push_that_fails_leaves_the_old_release_and_the_next_is_whole(
    moment: str, push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    push(write_small_release(tmp_path, base, GRAPHS, OLD), scripted.graph_store)
    before = statements(scripted.behind, base)
    release = write_small_release(tmp_path, base, MORE, NEW)
    is_it = moments(base)[moment]
    scripted.script = lambda call: Answered(507) if is_it(call) else None
    with pytest.raises(PushFailed, match="507") as failed:
        push(release, scripted.graph_store)
    assert "run the same command again" in str(failed.value).lower()
    after = statements(scripted.behind, base)
    if moment == "unlisting":  # the last step
        assert current(scripted.behind, base) == [NEW]
        before.pop("")
    assert {graph: rows for graph, rows in after.items() if graph in before} == before
    scripted.script = lambda _: None
    done = push(release, scripted.graph_store, keep=1)
    assert current(scripted.behind, base) == [NEW]
    assert counts(scripted.behind, base) == WHOLE
    recorded = moment in ("unlisting", "pointing")
    assert (done.was_there, done.cleaned) == (
        recorded,
        [] if recorded or moment == "first" else [NEW],
    )


def test_what_a_push_of_another_release_left_is_removed(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    abandoned = write_small_release(tmp_path, base, GRAPHS, OLD)
    scripted.script = lambda call: Answered(507) if "COUNT" in call.text else None
    with pytest.raises(PushFailed):
        push(abandoned, scripted.graph_store)
    assert counts(scripted.behind, base)
    scripted.script = lambda _: None
    done = push(write_small_release(tmp_path, base, MORE, NEW), scripted.graph_store)
    assert done.cleaned == [OLD]
    assert counts(scripted.behind, base) == WHOLE


@pytest.mark.parametrize("moment", ["emptying", "filling", "recording", "unlisting", "pointing"])
def test_a_push_that_is_killed_leaves_the_old_release_and_the_next_is_whole(
    moment: str, push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    push(write_small_release(tmp_path, base, GRAPHS, OLD), scripted.graph_store)
    before = statements(scripted.behind, base)
    release = write_small_release(tmp_path, base, MORE, NEW)
    is_it = moments(base)[moment]
    killed: list[subprocess.Popen[str]] = []

    def kill(call: Call) -> Answered | None:
        if is_it(call):
            wait_until(lambda: killed)
            answer = scripted.forward(call)  # the store does it, and nobody hears of it
            killed[0].send_signal(signal.SIGKILL)
            killed[0].wait(60)
            return answer
        return None

    scripted.script = kill
    with start_push(release, scripted.graph_store) as process:
        killed.append(process)
        assert process.wait(90) == -signal.SIGKILL
    after = statements(scripted.behind, base)
    if moment in ("pointing", "unlisting"):
        assert current(scripted.behind, base) == [NEW]
        before.pop("")
    assert {graph: rows for graph, rows in after.items() if graph in before} == before
    scripted.script = lambda _: None
    push(release, scripted.graph_store, keep=1)
    assert current(scripted.behind, base) == [NEW]
    assert counts(scripted.behind, base) == WHOLE


def test_a_removal_that_fails_says_that_the_release_is_current_and_is_ended_by_the_next(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    push(write_small_release(tmp_path, base, GRAPHS, OLD), scripted.graph_store)
    release = write_small_release(tmp_path, base, MORE, NEW)
    last = f"{OLD}/graph/2025"
    scripted.script = lambda call: Answered(507) if call.graph.endswith(last) else None
    with pytest.raises(PushFailed, match=f"{NEW} is the current one already"):
        push(release, scripted.graph_store, keep=1)
    assert current(scripted.behind, base) == [NEW]
    assert last in statements(scripted.behind, base)
    assert OLD not in statements(scripted.behind, base)  # what is not whole has no record
    scripted.script = lambda _: None
    assert push(release, scripted.graph_store, keep=1).cleaned == [OLD]
    assert counts(scripted.behind, base) == WHOLE


def test_a_count_that_differs_is_said_by_graph_and_nothing_moves(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    push(write_small_release(tmp_path, base, GRAPHS, OLD), scripted.graph_store)

    def lie(call: Call) -> Answered | None:
        if "COUNT" in call.text and "/graph/2026>" in call.text:
            body = b'{"results": {"bindings": [{"n": {"type": "typed-literal", "value": "7"}}]}}'
            return Answered(200, {"Content-Type": "application/sparql-results+json"}, body)
        return None

    scripted.script = lie
    release = write_small_release(tmp_path, base, MORE, NEW)
    expected = f"{base}releases/{NEW}/graph/2026: 6 statements sent, 7 found."
    with pytest.raises(PushFailed) as failed:
        push(release, scripted.graph_store)
    assert expected in str(failed.value)
    assert "graph/2025" not in str(failed.value)
    assert current(scripted.behind, base) == [OLD]
    assert NEW not in statements(scripted.behind, base)


def test_a_store_whose_pointer_does_not_move_is_found_out(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    push(write_small_release(tmp_path, base, GRAPHS, OLD), scripted.graph_store)
    scripted.script = lambda call: Answered(200) if call.path.endswith("/update") else None
    with pytest.raises(PushFailed, match=f"should lead to {NEW} and leads to {OLD}"):
        push(write_small_release(tmp_path, base, MORE, NEW), scripted.graph_store)


def test_graphs_that_a_foreign_record_names_are_not_removed(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    other = f"{base}other"
    write("PUT", scripted.behind, other, "<a:a> <a:b> <a:c> .")
    loading = f"{base}releases/{OLD}/loading"
    listed = f"<{loading}> <{DCTERMS}isPartOf> <{base}releases/> ; <{VOID}subset> <{other}> ."
    write("PUT", scripted.behind, loading, listed)
    push(write_small_release(tmp_path, base, MORE, NEW), scripted.graph_store)
    text = f"SELECT * WHERE {{ GRAPH <{other}> {{ ?s ?p ?o }} }}"
    assert len(ask(scripted.behind.query, text)) == 1


def test_a_damaged_release_is_refused_before_the_store_is_asked(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    release = write_small_release(tmp_path, base, MORE, NEW)
    (release / "dumps/portraits.nq").write_bytes(b"")
    with pytest.raises(DamagedRelease):
        push(release, scripted.graph_store)
    elsewhere = write_small_release(tmp_path / "other", "https://autre.example/", GRAPHS, OLD)
    manifest = elsewhere / "manifest.json"
    manifest.write_text(manifest.read_text().replace("https://autre.example/", base))
    with pytest.raises(DamagedRelease, match="autre"):
        push(elsewhere, scripted.graph_store)
    assert scripted.calls == []
