"""Read from a release what comparisons need, whatever version of the software wrote it."""

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
    EntryNames,
    read_entries,
    read_names,
)
from transform.decisions.initiatives import THING, Thing
from transform.errors import MisusedCommand, UnreadableRelease
from transform.files import reason_message
from transform.rdf.namespaces import IS_REPLACED_BY, vocabulary_of
from transform.release.folder import CURRENT
from transform.release.integrity import check_quads
from transform.release.manifest import base_uri_of, languages_in, read_manifest
from transform.release.paths import FORMER_NAMES, QUADS
from transform.text.message import message

_PAIR = re.compile("id/comparaison/([0-9]{4}-[0-9]{4})/initiatives-a-trancher/.*")


@dataclass(frozen=True, slots=True)
class Released:
    """The rows of a release by year, the labels of things, and what replaced what.

    `open` are the undecided pairs of initiatives, by years such as `2024-2025`.
    """

    base_uri: str
    entries: dict[int, list[Entry]] = field(default_factory=dict)
    names: EntryNames = field(default_factory=EntryNames)
    replaced: dict[Thing, Thing] = field(default_factory=dict)
    open: dict[str, list[Likely]] = field(default_factory=dict)


def read_released(release: Path, years: Iterable[int] | None = None) -> Released:
    """Read the rows of a release, of some years or of all.

    Raises UnreadableRelease where its dump is missing or damaged.
    """
    manifest = check_quads(release)
    base_uri = base_uri_of(manifest)
    portraits = {str(year) for year in years or (p["year"] for p in manifest["portraits"])}
    released = Released(base_uri)
    labelled: list[ox.Triple] = []
    with _readable(release):
        for name, triples in _graphs(release, base_uri):
            if name in portraits:
                released.entries[int(name)] = read_entries(triples, base_uri)
            elif name in ("vocabulaire", "organismes"):
                labelled += triples
            elif name in ("rapprochements", FORMER_NAMES):
                _read_ties(released, triples)
    names = read_names(labelled, base_uri, languages_in(manifest))
    return Released(base_uri, released.entries, names, released.replaced, released.open)


def read_graphs(release: Path, *names: str) -> list[ox.Triple]:
    """Read some graphs of a release, those that it has; raises UnreadableRelease."""
    base_uri = base_uri_of(check_quads(release))
    with _readable(release):
        graphs = _graphs(release, base_uri)
        return [triple for name, triples in graphs if name in names for triple in triples]


def read_replacements(release: Path) -> dict[str, str]:
    """Return by path below the base URI what replaced each thing, as the graphs of a release say.

    Its dump is read in whole, in little memory; raises UnreadableRelease.
    """
    base_uri = base_uri_of(read_manifest(release))
    with _readable(release):
        return {
            str(triple.subject)[1:-1].removeprefix(base_uri): str(triple.object)[1:-1].removeprefix(
                base_uri
            )
            for _, triples in _graphs(release, base_uri)
            for triple in triples
            if triple.predicate.value == IS_REPLACED_BY
        }


@contextmanager
def _readable(release: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SyntaxError, ValueError) as error:
        where = release / QUADS
        reason = reason_message(error)
        raise UnreadableRelease(
            message("release.unreadable_dump", file=where, reason=reason)
        ) from error


def _graphs(release: Path, base_uri: str) -> Iterator[tuple[str, Iterator[ox.Triple]]]:
    """Yield the graphs by name, in the order of the dump, which holds each in one run."""
    quads = ox.parse(path=release / QUADS, format=ox.RdfFormat.N_QUADS)
    for graph, group in groupby(quads, _graph):
        yield graph.removeprefix(f"{base_uri}graph/"), (quad.triple for quad in group)


def _graph(quad: ox.Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


def _read_ties(released: Released, triples: Iterable[ox.Triple]) -> None:
    """Add to `released` what replaced what, and the open pairs of initiatives."""
    ends = ("membreAnterieur", "membrePosterieur", "ressemblance")
    names = {f"{vocabulary_of(released.base_uri)}{name}": name for name in ends}
    pairs: dict[str, dict[str, str]] = {}
    for triple in triples:
        predicate = triple.predicate.value
        if predicate == IS_REPLACED_BY:
            _read_replaced(released, triple)
        elif name := names.get(predicate):
            about = str(triple.subject)[1:-1].removeprefix(released.base_uri)
            value = triple.object.value  # type: ignore[union-attr]
            pairs.setdefault(about, {})[name] = value.removeprefix(released.base_uri)
    for about in sorted(pairs):
        if years := _PAIR.fullmatch(about):
            before, after, likeness = (pairs[about][name] for name in ends)
            released.open.setdefault(years[1], []).append((before, after, float(likeness)))


def _read_replaced(released: Released, triple: ox.Triple) -> None:
    ends = (str(end)[1:-1] for end in (triple.subject, triple.object))
    paths = (iri.removeprefix(released.base_uri) for iri in ends)
    old, new = (THING.fullmatch(path) for path in paths)
    if old and new:
        one, other = (Thing(t[1], int(t[2]) if t[2] else None) for t in (old, new))
        released.replaced[one] = other


def read_sides(releases_folder: Path, earlier: int, later: int) -> tuple[Sides, str]:
    """Return two portraits of the current release of a folder, and its base URI.

    Raises MisusedCommand for a year without a portrait, for one year twice, and for the later
    year first.
    """
    release = (releases_folder / CURRENT).resolve()
    manifest = read_manifest(release)
    _refuse_years(earlier, later, manifest, releases_folder)
    released = read_released(release, (earlier, later))
    before, after = released.entries[earlier], released.entries[later]
    pairs = released.open.get(f"{earlier}-{later}", ())
    words = manifest.get("words", {})
    sides = Sides(earlier, later, before, after, released.names, pairs, words)
    return sides, released.base_uri


def _refuse_years(
    earlier: int, later: int, manifest: Mapping[str, object], releases_folder: Path
) -> None:
    years = sorted(p["year"] for p in manifest["portraits"])  # type: ignore[attr-defined]
    unknown = [str(year) for year in (earlier, later) if year not in years]
    if unknown:
        raise MisusedCommand(
            message("release.no_portrait", folder=releases_folder, unknown=unknown, years=years)
        )
    if earlier == later:
        raise MisusedCommand(message("release.diff_same", year=earlier, years=years))
    if earlier > later:
        raise MisusedCommand(message("release.diff_order", earlier=earlier, later=later))
