"""What a Virtuoso 7 does that others do not, and a push that holds nevertheless."""

import threading
from pathlib import Path

import pytest

from tests.support.remote_store import RemoteStore
from tests.support.small_release import numbered, write_small_release
from tests.transform.push.conftest import Push, ask
from transform.errors import PushFailed
from transform.push.credentials import PASSWORD, USER
from transform.rdf.namespaces import XSD
from transform.release.remote_graphs import in_store, pointer_graph

pytestmark = pytest.mark.usefixtures("virtuoso_login")
SUBJECT = "<http://e.example/a> <http://e.example/p>"


def test_readers_find_one_current_release_at_any_moment(
    push: Push, base: str, tmp_path: Path, virtuoso: RemoteStore
) -> None:
    releases = [
        write_small_release(tmp_path, base, {"2024": numbered(2)}, digit * 16) for digit in "01"
    ]
    for release in releases:
        push(release, virtuoso.graph_store)
    query = f"SELECT ?o WHERE {{ GRAPH <{pointer_graph(base)}> {{ ?s ?p ?o }} }}"
    found: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            found.append(len(ask(virtuoso.query, query)))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(10):
            for release in releases:
                push(release, virtuoso.graph_store)
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert len(found) > 10
    assert {*found} == {1}


def test_a_long_text_at_the_beginning_of_a_graph_is_taken(
    push: Push, base: str, tmp_path: Path, virtuoso: RemoteStore
) -> None:
    release = write_small_release(tmp_path, base, {"2024": [f'{SUBJECT} "{"x" * 100_000}"']})
    assert push(release, virtuoso.graph_store).counts
    graph = in_store(base, release.name, f"{base}graph/2024")
    query = f"SELECT (STRLEN(?o) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    assert ask(virtuoso.query, query) == [{"n": "100000"}]


def test_an_address_that_it_would_cut_is_refused_before_anything_is_loaded(
    push: Push, base: str, tmp_path: Path, virtuoso: RemoteStore, oxigraph_server: RemoteStore
) -> None:
    long = f"http://e.example/{'x' * 1_900}"
    release = write_small_release(tmp_path, base, {"2024": [f"{SUBJECT} <{long}>"]})
    with pytest.raises(PushFailed, match=r"1,917 bytes, and Virtuoso cuts") as refused:
        push(release, virtuoso.graph_store)
    assert "Nothing was loaded" in str(refused.value)
    assert push(release, oxigraph_server.graph_store).counts
    fits = write_small_release(tmp_path, base, {"2024": [f"{SUBJECT} <{long[:1_800]}>"]}, "1" * 16)
    assert push(fits, virtuoso.graph_store).counts
    graph = in_store(base, fits.name, f"{base}graph/2024")
    query = f"SELECT ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    assert ask(virtuoso.query, query) == [{"o": long[:1_800]}]


def test_values_that_it_takes_for_one_are_counted_and_said(
    push: Push, base: str, tmp_path: Path, virtuoso: RemoteStore
) -> None:
    same = [f'{SUBJECT} "{number}"^^<{XSD}decimal>' for number in ("1.5", "1.50")]
    release = write_small_release(tmp_path, base, {"2024": same})
    with pytest.raises(PushFailed, match=r"graph/2024: 2 statements sent, 1 found\."):
        push(release, virtuoso.graph_store)


def test_who_may_not_write_is_told_what_to_set(
    push: Push, base: str, tmp_path: Path, virtuoso: RemoteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = write_small_release(tmp_path, base, {"2024": numbered(2)})
    with pytest.raises(PushFailed, match="grant SPARQL_UPDATE"):
        push(release, virtuoso.graph_store.removesuffix("-auth"))
    monkeypatch.setenv(PASSWORD, "wrong")
    with pytest.raises(PushFailed, match="refuses the name or password"):
        push(release, virtuoso.graph_store)
    for variable in (USER, PASSWORD):
        monkeypatch.delenv(variable)
    with pytest.raises(PushFailed, match=f"give {USER} and {PASSWORD}"):
        push(release, virtuoso.graph_store)
