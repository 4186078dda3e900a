"""Read back from a release what is compared of it, whatever version of the software wrote it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from transform.comparison.compare import Likely, Sides
from transform.comparison.entries import (
    Entry,
    Names,
    read_entries,
    read_names,
)
from transform.decisions.initiatives import THING, Thing
from transform.errors import MisusedCommand, UnreadableRelease
from transform.rdf.namespaces import DCTERMS
from transform.release.folder import CURRENT
from transform.release.manifest import read_manifest
from transform.release.paths import QUADS

_PAIR = re.compile("id/comparaison/([0-9]{4}-[0-9]{4})/initiatives-a-trancher/.*")


@dataclass(frozen=True, slots=True)
class Released:
    """What a release says of its rows by year, what things are called, what stands for what.

    `open` are by years, such as `2024-2025`, the pairs of initiatives that nobody had decided.
    """

    base_uri: str
    entries: dict[int, list[Entry]] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    replaced: dict[Thing, Thing] = field(default_factory=dict)
    open: dict[str, list[Likely]] = field(default_factory=dict)


def read_released(release: Path, years: Iterable[int] | None = None) -> Released:
    """Read the rows of a release, of some years or of all.

    Raises UnreadableRelease where its dump is gone or damaged.
    """
    manifest = read_manifest(release)
    base_uri = str(manifest["base_uri"])
    wanted = {str(year) for year in years or (p["year"] for p in manifest["portraits"])}
    found = Released(base_uri)
    called: list[ox.Triple] = []
    with _readable(release):
        for name, triples in _graphs(release, base_uri):
            if name in wanted:
                found.entries[int(name)] = read_entries(triples, base_uri)
            elif name in ("vocabulaire", "organismes"):
                called += triples
            elif name == "rapprochements":
                _take_ties(found, triples)
    names = read_names(called, base_uri)
    return Released(base_uri, found.entries, names, found.replaced, found.open)


def read_graph(release: Path, wanted: str) -> list[ox.Triple]:
    """Read one graph of a release; raises UnreadableRelease."""
    base_uri = str(read_manifest(release)["base_uri"])
    with _readable(release):
        graphs = _graphs(release, base_uri)
        return [triple for name, triples in graphs if name == wanted for triple in triples]


@contextmanager
def _readable(release: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SyntaxError, ValueError) as error:
        where = release / QUADS
        raise UnreadableRelease(f"{where}: cannot be read ({error}). Build it again.") from error


def _graphs(release: Path, base_uri: str) -> Iterator[tuple[str, Iterator[ox.Triple]]]:
    """Give the graphs by name: a dump holds one after the other."""
    quads = ox.parse(path=release / QUADS, format=ox.RdfFormat.N_QUADS)
    for graph, group in groupby(quads, _graph):
        yield graph.removeprefix(f"{base_uri}graph/"), (quad.triple for quad in group)


def _graph(quad: ox.Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


def _take_ties(found: Released, triples: Iterable[ox.Triple]) -> None:
    """Read what ties initiatives together: what replaced what, and which pairs are open."""
    ends = ("membreAnterieur", "membrePosterieur", "ressemblance")
    wanted = {f"{found.base_uri}def#{name}": name for name in ends}
    said: dict[str, dict[str, str]] = {}
    for triple in triples:
        predicate = triple.predicate.value
        if predicate == f"{DCTERMS}isReplacedBy":
            _take_replaced(found, triple)
        elif name := wanted.get(predicate):
            about = str(triple.subject)[1:-1].removeprefix(found.base_uri)
            value = triple.object.value  # type: ignore[union-attr]
            said.setdefault(about, {})[name] = value.removeprefix(found.base_uri)
    for about in sorted(said):
        if years := _PAIR.fullmatch(about):
            before, after, likeness = (said[about][name] for name in ends)
            found.open.setdefault(years[1], []).append((before, after, float(likeness)))


def _take_replaced(found: Released, triple: ox.Triple) -> None:
    paths = (str(end)[1:-1].removeprefix(found.base_uri) for end in (triple.subject, triple.object))
    old, new = (THING.fullmatch(path) for path in paths)
    if old and new:
        one, other = (Thing(t[1], int(t[2]) if t[2] else None) for t in (old, new))
        found.replaced[one] = other


def read_sides(shelf: Path, earlier: int, later: int) -> tuple[Sides, str]:
    """Give two portraits of the current release of a folder, and where its URIs begin.

    Raises MisusedCommand for years that it does not hold, or in another order than in time.
    """
    release = (shelf / CURRENT).resolve()
    _refuse_years(earlier, later, read_manifest(release), shelf)
    found = read_released(release, (earlier, later))
    before, after = found.entries[earlier], found.entries[later]
    pairs = found.open.get(f"{earlier}-{later}", ())
    return Sides(earlier, later, before, after, found.names, pairs), found.base_uri


def _refuse_years(earlier: int, later: int, manifest: Mapping[str, object], shelf: Path) -> None:
    held = sorted(p["year"] for p in manifest["portraits"])  # type: ignore[attr-defined]
    unknown = [str(year) for year in (earlier, later) if year not in held]
    there = ", ".join(map(str, held))
    if unknown:
        raise MisusedCommand(
            f"{shelf}: holds no portrait of {' or '.join(unknown)}; it holds {there}."
        )
    if earlier == later:
        raise MisusedCommand(
            f"diff {earlier} {later}: a portrait does not differ from itself. It holds {there}."
        )
    if earlier > later:
        raise MisusedCommand(
            f"diff {earlier} {later}: the earlier year comes first. Write diff {later} {earlier}."
        )
