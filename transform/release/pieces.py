"""Cut graphs into pieces, and write each once in every syntax in which it stands in a dump.

A piece is a range of a file of N-Triples that ends where a subject ends. A year's pieces stand in
its own dumps and in those of the whole.
"""

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from transform.rdf import fragments
from transform.rdf.turtle_writer import used_prefixes
from transform.release import spreadsheets
from transform.release.csv_dialects import FLAVOURS
from transform.release.spreadsheets import CsvColumn
from transform.text.csv_injection import SpreadsheetWriter

# Bytes of N-Triples: some 15,000 statements, of which a process holds one piece at a time.
SIZE = 2_000_000


class GraphPiece(NamedTuple):
    """A range of a graph, and the path of its files without their endings.

    `columns` are those of a portrait's rows, None where the graph is no portrait; `labels` are
    the graphs that name what rows refer to.
    """

    graph: Path
    start: int
    end: int
    stem: Path
    base_uri: str
    labels: tuple[Path, ...]
    columns: tuple[CsvColumn, ...] | None

    def file(self, ending: str) -> Path:
        """Return where the piece is written with an ending such as `ttl` or `-excel.csv`."""
        return self.stem.with_name(f"{self.stem.name}.{ending}")

    def read(self) -> bytes:
        """Return the N-Triples of the piece."""
        with self.graph.open("rb") as lines:
            lines.seek(self.start)
            return lines.read(self.end - self.start)


def cut(
    graph: Path,
    folder: Path,
    base_uri: str,
    labels: Sequence[Path] = (),
    columns: tuple[CsvColumn, ...] | None = None,
    size: int | None = None,
) -> list[GraphPiece]:
    """Return the pieces of a graph; their files are to stand in a folder."""
    return [
        GraphPiece(
            graph, *ends, folder / f"{graph.stem}-{number}", base_uri, tuple(labels), columns
        )
        for number, ends in enumerate(_ranges(graph, size or SIZE))
    ]


def _ranges(graph: Path, size: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of about `size` bytes that end where a subject ends."""
    start, total = 0, graph.stat().st_size
    with graph.open("rb") as lines:
        while start + size < total:
            lines.seek(start + size)
            lines.readline()  # the rest of a line
            end, subject = lines.tell(), b""
            while line := lines.readline():
                if subject not in (b"", _subject(line)):
                    break
                subject = _subject(line)
                end += len(line)
            yield start, end
            start = end
    if start < total:
        yield start, total


def _subject(line: bytes) -> bytes:
    return line.partition(b" ")[0]


def write_piece(piece: GraphPiece) -> set[str]:
    """Parse a piece once, and write it in every syntax and, if it is of a portrait, as rows.

    Return the names of the prefixes that its Turtle uses.
    """
    used: set[str] = set()
    quads = list(ox.parse(piece.read(), format=ox.RdfFormat.N_TRIPLES))
    triples = [quad.triple for quad in quads]
    for suffix in fragments.SUFFIXES:
        part = fragments.write_fragment(triples, suffix, piece.base_uri)
        piece.file(suffix).write_bytes(part)
        if suffix == fragments.TURTLE:
            used = used_prefixes(part)
    if piece.columns is not None:
        labels = _labels(piece.labels)
        rows = list(spreadsheets.rows(quads, piece.columns, labels, piece.base_uri))
        for flavour in FLAVOURS:
            out = io.StringIO(newline="")
            SpreadsheetWriter(out, delimiter=flavour.separator).writerows(rows)
            piece.file(flavour.ending).write_bytes(out.getvalue().encode())
    return used


@lru_cache(maxsize=1)  # the pieces of a build have the same labels
def _labels(graphs: tuple[Path, ...]) -> spreadsheets.Labels:
    return spreadsheets.read_labels(graphs)
