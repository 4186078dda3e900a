"""Read back from a release what a comparison needs, whatever version of the software wrote it."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from transform.changes import Sides
from transform.entries import read_entries, read_names
from transform.errors import MisusedCommand, UnreadableRelease
from transform.manifest import read_manifest

QUADS = "dumps/portraits.nq"


def read_sides(shelf: Path, earlier: int, later: int) -> tuple[Sides, str]:
    """Give two portraits of the current release of a folder, and where its URIs begin.

    Raises MisusedCommand for years that it does not hold, or in another order than in time.
    """
    release = (shelf / "current").resolve()
    manifest = read_manifest(release)
    _refuse_years(earlier, later, sorted(p["year"] for p in manifest["portraits"]), shelf)
    base_uri = str(manifest["base_uri"])
    wanted = ("vocabulaire", "organismes", str(earlier), str(later))
    lines = _read_graphs(release / QUADS, {name: f"{base_uri}graph/{name}" for name in wanted})
    sides = []
    for year in (earlier, later):
        triples = "".join(lines[str(year)]).encode()
        quads = ox.parse(triples, format=ox.RdfFormat.N_TRIPLES)
        sides.append(read_entries((quad.triple for quad in quads), base_uri))
    names = read_names([*lines["vocabulaire"], *lines["organismes"]], base_uri)
    return Sides(earlier, later, sides[0], sides[1], names), base_uri


def _refuse_years(earlier: int, later: int, held: list[int], shelf: Path) -> None:
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


def _read_graphs(quads: Path, graphs: dict[str, str]) -> dict[str, list[str]]:
    """Give the N-Triples of some graphs of a file of N-Quads, by their short names."""
    ends = {f" <{iri}> .\n": name for name, iri in graphs.items()}
    found: dict[str, list[str]] = {name: [] for name in graphs}
    try:
        for line in _lines(quads):
            # A literal cannot end a line, so what stands before the last dot is the graph.
            end = line[line.rindex(" <") :]
            if name := ends.get(end):
                found[name].append(f"{line[: -len(end)]} .\n")
    except (OSError, ValueError) as error:
        raise UnreadableRelease(f"{quads}: cannot be read ({error}). Build it again.") from error
    return found


def _lines(quads: Path) -> Iterator[str]:
    with quads.open(encoding="utf-8", newline="\n") as lines:
        yield from lines
