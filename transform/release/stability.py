"""Compare a new release with the current one: no edit may drop a published URI."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from transform.errors import DataRefused, UnreadableRelease
from transform.rdf.namespaces import PROV, vocabulary_of
from transform.release.folder import CURRENT, current, list_instead
from transform.release.integrity import check_quads
from transform.release.manifest import Manifest, base_uri_of
from transform.release.paths import FORMER_NAMES, QUADS
from transform.text.message import message

_GRAPHS = ("vocabulaire", "organismes", "rapprochements", FORMER_NAMES)
_PATH = re.compile(r"id/(organisme|portefeuille|categorie|statut|initiative)/[^/>]+$")
_SOURCE = f"<{PROV}hadPrimarySource>"


class Gone(NamedTuple):
    """A URI that the current release publishes and the new one does not.

    `graph`: its graph; `instead`: the URI that its rows have in its place, "" if unknown.
    """

    iri: str
    graph: str
    instead: str


class UrisDropped(DataRefused):
    """Published URIs that an edit would drop, so that nothing is published."""

    def __init__(self, release: str, gone: list[Gone]) -> None:
        super().__init__(message("release.uris_dropped", number=len(gone), release=release))
        self.gone = gone


@dataclass(frozen=True, slots=True)
class PublishedUris:
    """The URIs of the current release that must last: `graphs` by URI, and those reviewed.

    `years`: the portraits in which an initiative has rows, where the release states it.
    """

    folder: Path
    manifest: Manifest
    graphs: Mapping[str, str]
    reviewed: AbstractSet[str]
    years: Mapping[str, set[int]]


def read_published(releases_folder: Path, base_uri: str) -> PublishedUris | None:
    """Read the current release of a folder; return None if there is none at this base URI.

    Where it is damaged, the one that would be served instead is read. Raises UnreadableRelease
    where none is whole.
    """
    name = current(releases_folder)
    if name is None or not (releases_folder / name).is_dir():
        return None
    release, manifest = _find_whole(releases_folder, releases_folder / name)
    if manifest["base_uri"] != base_uri:
        return None
    base_uri = base_uri_of(manifest)  # its vocabulary may have been at home elsewhere
    graphs: dict[str, str] = {}
    reviewed: set[str] = set()
    years: defaultdict[str, set[int]] = defaultdict(set)
    endings = {f" <{base_uri}graph/{graph}> .\n": graph for graph in _GRAPHS}
    for line in _lines(release / QUADS):
        graph = endings.get(line[line.rfind(" <") :])
        if graph is None:
            continue
        about, predicate, rest = line.split(" ", 2)
        iri = about[1:-1]
        if _PATH.fullmatch(iri.removeprefix(base_uri)):
            graphs[iri] = graph
            if predicate == f"<{vocabulary_of(base_uri)}revise>" and rest.startswith('"true"'):
                reviewed.add(iri)
        # The subject may be a replaced inscription, the object one of an initiative.
        for inscription in (iri, rest.split("> ", 1)[0][1:]):
            initiative, _, year = inscription.rpartition("/")
            if year.isdigit() and initiative.startswith(f"{base_uri}id/initiative/"):
                years[initiative].add(int(year))
    return PublishedUris(release, manifest, graphs, reviewed, years)


def _find_whole(releases_folder: Path, now: Path) -> tuple[Path, Manifest]:
    faults: list[UnreadableRelease] = []
    for release in (now, *list_instead(releases_folder)):
        try:
            return release, check_quads(release)
        except UnreadableRelease as fault:
            faults.append(fault)
    problem = getattr(faults[0], "problem", message("release.unreadable", name=now.name))
    raise UnreadableRelease(
        message(
            "release.none_whole",
            folder=releases_folder,
            problem=problem,
            current=releases_folder / CURRENT,
        )
    )


def check_published(
    old: PublishedUris,
    graphs: Iterable[Path],
    digests: Mapping[int, str],
    kept_back: AbstractSet[str],
) -> list[Gone]:
    """Return the URIs that changed files no longer name; raises UrisDropped if others are gone.

    `graphs` are the files of the new release by graph, `digests` the SHA-256 of its sources by
    year; `kept_back` are the initiatives whose rows the shapes refuse.
    """
    files = {file.stem: file for file in graphs}
    subjects = {about for graph in _GRAPHS if graph in files for about in _subjects(files[graph])}
    missing = sorted(old.graphs.keys() - subjects - kept_back)
    if not missing:
        return []
    before = {portrait["year"]: portrait["sha256"] for portrait in old.manifest["portraits"]}
    changed = {year for year, digest in before.items() if digests.get(year) != digest}
    instead = _successors(old, files, set(missing), changed)
    gone = [Gone(iri, old.graphs[iri], instead.get(iri, "")) for iri in missing]
    dropped = [
        lost
        for lost in gone
        if lost.iri in old.reviewed or not changed & old.years.get(lost.iri, {*before})
    ]
    if dropped:
        raise UrisDropped(old.folder.name, dropped)
    return gone


def _successors(
    old: PublishedUris,
    files: Mapping[str, Path],
    missing: AbstractSet[str],
    changed: AbstractSet[int],
) -> dict[str, str]:
    """Find by missing URI the one that most of its rows, in unchanged files, have now."""
    years = [p["year"] for p in old.manifest["portraits"] if p["year"] not in changed]
    counts_of: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for year in years:
        then = _by_row(_lines(old.folder / f"dumps/portrait-{year}.nt"))
        now = _by_row(_lines(files[str(year)]))
        for row, values in then.items():
            for predicate, iri in values.items():
                if iri in missing and (new := now.get(row, {}).get(predicate)):
                    counts_of[iri][new] += 1
    return {iri: counts.most_common(1)[0][0] for iri, counts in counts_of.items()}


def _by_row(lines: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the IRIs that are values of inscriptions, by row of the file and property."""
    values: defaultdict[str, dict[str, str]] = defaultdict(dict)
    rows = {}
    for line in lines:
        about, predicate, rest = line.split(" ", 2)
        if rest.startswith("<"):
            values[about][predicate] = rest[1:-4]
            if predicate == _SOURCE:
                rows[rest[1:-4]] = about
    return {row: values[about] for row, about in rows.items()}


def _subjects(file: Path) -> Iterator[str]:
    for line in _lines(file):
        yield line.partition(" ")[0][1:-1]


def _lines(file: Path) -> Iterator[str]:
    # Only "\n" ends a line of N-Triples; a literal may contain other line ends.
    with file.open(encoding="utf-8", newline="\n") as lines:
        yield from lines
