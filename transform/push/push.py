"""Load a release into a store, in steps of which each leaves the current release whole.

1. What an earlier push or removal left half done is removed.
2. `{record}/loading` lists the graphs that are to come; then each is emptied and filled in parts.
3. The count of each is compared with what was sent.
4. The record is written, and the list of step 2 removed.
5. The pointer moves to the release, in one request.
6. Old releases are removed where that is wanted: listed as in step 2, then without their record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from transform.errors import PushFailed
from transform.push.exchange import AGAIN
from transform.push.parts import Survey, cut, survey
from transform.push.record import (
    Held,
    current_statement,
    loading_graph,
    read_current,
    read_held,
    write_loading,
    write_record,
)
from transform.push.store import Store
from transform.release.integrity import check_quads
from transform.release.manifest import FILE, base_uri_of, damaged
from transform.release.remote_graphs import in_store, pointer_graph, record_graph
from transform.text.message import Message, message
from transform.text.printable import visible

# Virtuoso 7 keeps 1,879 bytes of an IRI and drops the rest, without a word.
LONGEST_IRI_OF_VIRTUOSO = 1_800

Step = Callable[[int, int], None]  # bytes of the release that are sent, and of all


@dataclass(frozen=True, slots=True)
class Pushed:
    """A release that is current in a store.

    `counts`: of its graphs there; `was_there`: nothing had to be loaded; `cleaned`: releases of
    which something half done was removed; `removed`: old releases that were removed.
    """

    base_uri: str
    release: str
    counts: dict[str, int]
    was_there: bool
    cleaned: list[str]
    removed: list[str] = field(default_factory=list)


def push(release: Path, store: Store, keep: int | None = None, step: Step | None = None) -> Pushed:
    """Make a release the current one of a store, with all its graphs there.

    `keep`: remove recorded releases but the current one and those of this number recorded last.
    Raises UnreadableRelease for a damaged release, PushFailed for a store that does not take it.
    """
    base_uri, name = str(base_uri_of(check_quads(release))), release.name
    surveyed = _survey(release, base_uri)
    held = read_held(store, base_uri)
    _check_length(store, surveyed)
    cleaned = _clean(store, base_uri, held)
    expected = {in_store(base_uri, name, graph): n for graph, n in surveyed.counts.items()}
    known = held.recorded.get(name)
    was_there = known is not None and known.counts == expected and not _differ(store, expected)
    if not was_there:
        try:
            _load(release, store, base_uri, expected, surveyed.bytes, step or _silent)
        except PushFailed as fault:
            repaired = held.current == name
            raise PushFailed(
                fault.problem, message("push.repair") if repaired else AGAIN
            ) from fault
    if held.current != name:
        _point(store, base_uri, name)
    pushed = Pushed(base_uri, name, expected, was_there, cleaned)
    if keep is not None:
        try:
            _remove_old(store, base_uri, keep, pushed)
        except PushFailed as fault:
            raise PushFailed(fault.problem, message("push.moved_already", release=name)) from fault
    return pushed


def _silent(_sent: int, _all: int) -> None:
    """Report nothing."""


def _survey(release: Path, base_uri: str) -> Survey:
    try:
        surveyed = survey(release)
        for graph in surveyed.counts:
            in_store(base_uri, release.name, graph)
    except ValueError as error:
        text = visible(str(error.args[0]), 200)
        raise damaged(release, FILE, message("push.foreign_graph", text=text)) from error
    return surveyed


def _check_length(store: Store, surveyed: Survey) -> None:
    size = len(surveyed.longest.encode())
    if store.is_virtuoso and size > LONGEST_IRI_OF_VIRTUOSO:
        shown = visible(surveyed.longest, 120)
        most = {"bytes": size, "most": LONGEST_IRI_OF_VIRTUOSO}
        problem = message("push.long_iri", iri=shown, **most)
        raise PushFailed(problem, message("push.long_iri_step"))


def _clean(store: Store, base_uri: str, held: Held) -> list[str]:
    """Remove what is listed as loading; a release with a record is whole, and so only the list."""
    for release, graphs in sorted(held.loading.items()):
        if release not in held.recorded:
            for graph in sorted(graphs):
                store.delete(graph)
        store.delete(loading_graph(base_uri, release))
    return sorted({*held.loading} - {*held.recorded})


def _load(
    release: Path,
    store: Store,
    base_uri: str,
    expected: Mapping[str, int],
    size: int,
    step: Step,
) -> None:
    name = release.name
    store.put(loading_graph(base_uri, name), write_loading(base_uri, name, expected))
    store.delete(record_graph(base_uri, name))
    for graph in expected:
        store.delete(graph)
    sent = 0
    step(sent, size)
    for part in cut(release):
        store.add(in_store(base_uri, name, part.graph), part.turtle)
        sent += part.bytes
        step(sent, size)
    if differing := _differ(store, expected):
        raise PushFailed(message("push.counts_differ", differing=differing), AGAIN)
    store.put(record_graph(base_uri, name), write_record(base_uri, name, expected))
    store.delete(loading_graph(base_uri, name))


def _differ(store: Store, expected: Mapping[str, int]) -> list[Message]:
    """Return a message for each graph whose count is not the expected one."""
    found = {graph: store.count(graph) for graph in expected}
    return [
        message("push.count_differs", graph=graph, expected=expected[graph], found=found[graph])
        for graph in expected
        if found[graph] != expected[graph]
    ]


def _point(store: Store, base_uri: str, name: str) -> None:
    store.replace_statement(pointer_graph(base_uri), current_statement(base_uri, name))
    if (found := read_current(store, base_uri)) != name:
        values = {"graph": pointer_graph(base_uri), "expected": name}
        shown = visible(found or "–", 100)
        raise PushFailed(message("push.pointer_differs", found=shown, **values), AGAIN)


def _remove_old(store: Store, base_uri: str, keep: int, pushed: Pushed) -> None:
    recorded = read_held(store, base_uri).recorded
    newest_first = sorted(recorded, key=lambda name: (recorded[name].created, name), reverse=True)
    for name in newest_first[keep:]:
        if name == pushed.release:
            continue
        loading, graphs = loading_graph(base_uri, name), recorded[name].counts
        store.put(loading, write_loading(base_uri, name, graphs))
        store.delete(record_graph(base_uri, name))
        for graph in graphs:
            store.delete(graph)
        store.delete(loading)
        pushed.removed.append(name)
