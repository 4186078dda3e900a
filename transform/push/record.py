"""Write and read what a store says of the releases in it.

The record of a release, a graph of its own name, lists its graphs and their counts. While graphs
are loaded or removed, a graph `{record}/loading/{token}` lists them, so that whoever comes next can
remove what was left; the token is one of each push. Both say that they are part of
`{base}releases/`, by which they are found.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from transform.push.queries import name, select_current, select_records
from transform.push.store import Store
from transform.rdf.namespaces import DCTERMS, RDF_TYPE, VOID, XSD
from transform.rdf.ntriples import Line, in_order, integer, literal
from transform.release.remote_graphs import CURRENT, of_release, pointer_graph, record_graph
from transform.text.message import message

_LOADING = re.compile(r"(.*)/loading(?:/[0-9a-f]{16})?")
_PART_OF, _SUBSET = f"{DCTERMS}isPartOf", f"{VOID}subset"
_IDENTIFIER = f"{DCTERMS}identifier"
_CREATED, _TRIPLES = f"{DCTERMS}created", f"{VOID}triples"


class Recorded(NamedTuple):
    """A release in a store: the count of each of its graphs there, and when it was recorded."""

    counts: dict[str, int]
    created: str


@dataclass(slots=True)
class ListedGraphs:
    """Graphs of a release that a push loads or removes.

    `process`: the one that does, as `PushingProcess` writes it; "" once it said that it has ended.
    """

    release: str
    created: str
    process: str
    graphs: set[str] = field(default_factory=set)


class Held(NamedTuple):
    """What a store says of a site: its whole releases, and what is loading or half removed.

    `recorded` by the name of the release, `loading` by the graph of the list; `current` is the name
    of the release that the pointer leads to.
    """

    recorded: dict[str, Recorded]
    loading: dict[str, ListedGraphs]
    current: str | None


def loading_graph(base_uri: str, release: str, token: str) -> str:
    """Return the IRI of the graph where a push lists the graphs of a release."""
    return f"{record_graph(base_uri, release)}/loading/{token}"


def write_record(base_uri: str, release: str, counts: Mapping[str, int]) -> bytes:
    """Return the record of a release whose graphs in the store have these counts, as Turtle."""
    record = name(record_graph(base_uri, release))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines: list[Line] = [
        (record, f"<{RDF_TYPE}>", f"<{VOID}Dataset>"),
        (record, f"<{_IDENTIFIER}>", literal(release)),
        (record, f"<{_CREATED}>", literal(now, datatype=f"{XSD}dateTime")),
        (record, f"<{_TRIPLES}>", integer(sum(counts.values()))),
    ]
    for graph, count in counts.items():
        of = of_release(base_uri, release, graph) or ""
        lines.append((name(graph), f"<{_TRIPLES}>", integer(count)))
        lines.append((name(graph), f"<{DCTERMS}isVersionOf>", name(of)))
    return _with_parts(base_uri, record, counts, lines)


def write_loading(
    base_uri: str, loading: str, graphs: Iterable[str], created: str, process: str | None
) -> bytes:
    """Return a list of graphs that are not whole, as Turtle, and which process is at it."""
    about = name(loading)
    lines: list[Line] = [(about, f"<{_CREATED}>", literal(created, datatype=f"{XSD}dateTime"))]
    if process:
        lines.append((about, f"<{_IDENTIFIER}>", literal(process)))
    return _with_parts(base_uri, about, graphs, lines)


def _with_parts(base_uri: str, about: str, graphs: Iterable[str], lines: list[Line]) -> bytes:
    lines.append((about, f"<{_PART_OF}>", name(pointer_graph(base_uri))))
    lines += [(about, f"<{_SUBSET}>", name(graph)) for graph in graphs]
    return "".join(in_order(lines)).encode()


def current_statement(base_uri: str, release: str) -> str:
    """Return the one statement of the pointer, without its dot."""
    return f"{name(pointer_graph(base_uri))} <{CURRENT}> {name(record_graph(base_uri, release))}"


def read_held(store: Store, base_uri: str) -> Held:
    """Ask a store what it holds of a site; raises PushFailed.

    Graphs that are not below a release's own name are left out: nobody has them removed.
    """
    held = Held({}, {}, read_current(store, base_uri))
    start = pointer_graph(base_uri)
    for row in store.select(message("push.reading_records"), select_records(start)):
        about, graph = row["about"], row["graph"]
        listing = _LOADING.fullmatch(about)
        record = listing[1] if listing else about
        release = record.removeprefix(start)
        if record_graph(base_uri, release) != record or "/" in release:
            continue
        if of_release(base_uri, release, graph) is None:
            continue
        created = row.get("created", "")
        if listing:
            listed = ListedGraphs(release, created, row.get("identifier", ""))
            held.loading.setdefault(about, listed).graphs.add(graph)
        elif (triples := row.get("triples", "")).isdecimal():
            held.recorded.setdefault(release, Recorded({}, created)).counts[graph] = int(triples)
    return held


def read_current(store: Store, base_uri: str) -> str | None:
    """Ask a store which release of a site the pointer leads to; None for none, or for several."""
    pointer = pointer_graph(base_uri)
    rows = store.select(message("push.reading_pointer"), select_current(pointer))
    names = {row.get("release", "").removeprefix(pointer) for row in rows}
    return names.pop() if len(names) == 1 else None
