"""Load a release into a store, in steps of which each leaves the current release whole.

1. `{record}/loading/{token}` lists the graphs that are to come, and the push that is at it; where
   another push may be at it, this one ends (see `hold`).
2. What an earlier push or removal left half done is removed.
3. Each graph is emptied and filled in parts.
4. The count of each is compared with what was sent, and the record is written.
5. The pointer moves to the release, in one request.
6. Old releases are removed where that is wanted: listed as in step 1, then without their record.
7. The list of step 1 is removed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from transform.errors import PushFailed
from transform.push.exchange import AGAIN
from transform.push.hold import Hold, ended
from transform.push.parts import GraphSizes, cut, survey
from transform.push.record import (
    Held,
    current_statement,
    read_current,
    read_held,
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


def push(
    release: Path,
    store: Store,
    keep: int | None = None,
    step: Step | None = None,
    take_over: bool = False,
) -> Pushed:
    """Make a release the current one of a store, with all its graphs there.

    `keep`: remove recorded releases but the current one and those of this number recorded last.
    `take_over`: also from a push that may still run.
    Raises UnreadableRelease for a damaged release, PushFailed for a store that does not take it.
    """
    base_uri, name = str(base_uri_of(check_quads(release))), release.name
    surveyed = _survey(release, base_uri)
    read_current(store, base_uri)
    _check_length(store, surveyed)
    expected = {in_store(base_uri, name, graph): n for graph, n in surveyed.counts.items()}
    hold = Hold(store, base_uri, name, expected)
    held = hold.take(take_over)
    with ended(hold):
        cleaned = _clean(hold, held)
        known = held.recorded.get(name)
        was_there = known is not None and known.counts == expected and not _differ(store, expected)
        if not was_there:
            try:
                _load(release, hold, base_uri, expected, surveyed.bytes, step or _silent)
            except PushFailed as fault:
                repaired = held.current == name
                raise PushFailed(
                    fault.problem, message("push.repair") if repaired else fault.step
                ) from fault
        if held.current != name:
            _point(hold, base_uri, name)
        pushed = Pushed(base_uri, name, expected, was_there, cleaned)
        try:
            if keep is not None:
                _remove_old(hold, base_uri, keep, pushed)
            hold.release()
        except PushFailed as fault:
            raise PushFailed(fault.problem, message("push.moved_already", release=name)) from fault
    return pushed


def _silent(_sent: int, _all: int) -> None:
    """Report nothing."""


def _survey(release: Path, base_uri: str) -> GraphSizes:
    try:
        surveyed = survey(release)
        for graph in surveyed.counts:
            in_store(base_uri, release.name, graph)
    except ValueError as error:
        text = visible(str(error.args[0]), 200)
        raise damaged(release, FILE, message("push.foreign_graph", text=text)) from error
    return surveyed


def _check_length(store: Store, surveyed: GraphSizes) -> None:
    size = len(surveyed.longest.encode())
    if store.is_virtuoso and size > LONGEST_IRI_OF_VIRTUOSO:
        shown = visible(surveyed.longest, 120)
        most = {"bytes": size, "most": LONGEST_IRI_OF_VIRTUOSO}
        problem = message("push.long_iri", iri=shown, **most)
        raise PushFailed(problem, message("push.long_iri_step"))


def _clean(hold: Hold, held: Held) -> list[str]:
    """Remove what is listed as loading; a release with a record is whole, and so only the list."""
    for loading, listed in sorted(held.loading.items()):
        if listed.release not in held.recorded:
            for graph in sorted(listed.graphs):
                hold.delete(graph)
        hold.delete(loading)
    return sorted({listed.release for listed in held.loading.values()} - {*held.recorded})


def _load(
    release: Path,
    hold: Hold,
    base_uri: str,
    expected: Mapping[str, int],
    size: int,
    step: Step,
) -> None:
    name = release.name
    hold.delete(record_graph(base_uri, name))
    for graph in expected:
        hold.delete(graph)
    sent = 0
    step(sent, size)
    for part in cut(release):
        hold.add(in_store(base_uri, name, part.graph), part.turtle)
        sent += part.bytes
        step(sent, size)
    if differing := _differ(hold.store, expected):
        hold.check()  # who takes over empties graphs
        raise PushFailed(message("push.counts_differ", differing=differing), AGAIN)
    hold.put(record_graph(base_uri, name), write_record(base_uri, name, expected))


def _differ(store: Store, expected: Mapping[str, int]) -> list[Message]:
    """Return a message for each graph whose count is not the expected one."""
    found = {graph: store.count(graph) for graph in expected}
    return [
        message("push.count_differs", graph=graph, expected=expected[graph], found=found[graph])
        for graph in expected
        if found[graph] != expected[graph]
    ]


def _point(hold: Hold, base_uri: str, name: str) -> None:
    hold.replace_statement(pointer_graph(base_uri), current_statement(base_uri, name))
    if (found := read_current(hold.store, base_uri)) != name:
        values = {"graph": pointer_graph(base_uri), "expected": name}
        shown = visible(found or "–", 100)
        raise PushFailed(message("push.pointer_differs", found=shown, **values), AGAIN)


def _remove_old(hold: Hold, base_uri: str, keep: int, pushed: Pushed) -> None:
    recorded = read_held(hold.store, base_uri).recorded
    newest_first = sorted(recorded, key=lambda name: (recorded[name].created, name), reverse=True)
    for name in newest_first[keep:]:
        if name == pushed.release:
            continue
        graphs = recorded[name].counts
        loading = hold.list_release(name, graphs)
        hold.delete(record_graph(base_uri, name))
        for graph in graphs:
            hold.delete(graph)
        hold.delete(loading)
        pushed.removed.append(name)
