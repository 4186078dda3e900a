"""Write the dumps of a release: the whole and each year, in every syntax, plain and compressed.

The dumps of a year also hold what `year_context.py` writes beside its graph, so that they can be
read alone. Beside the syntaxes of RDF, each year is a table for spreadsheets (`spreadsheets.py`).
Every graph is written once, in pieces, and each dump is put together from them.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from transform.files import Stored, measure, read_blocks, write_with_copy
from transform.parallel import Progress, Workers, spread_in_threads
from transform.rdf import fragments
from transform.release import csvw, pieces
from transform.release.csv_dialects import FLAVOURS, METADATA, CsvDialect
from transform.release.pieces import GraphPiece
from transform.release.spreadsheets import CsvTable
from transform.text.csv_injection import SpreadsheetWriter
from transform.text.message import message

WHOLE = "portraits"
_BLOCK = 1 << 20


class Graph(NamedTuple):
    """A named graph: its IRI, its file of N-Triples and the pieces of that.

    The IRI is empty for what stands beside a graph in its dumps. `prefixes` are those that its
    Turtle uses, known once its pieces are written.
    """

    iri: str
    file: Path
    pieces: list[GraphPiece]
    prefixes: set[str]


class Dump(NamedTuple):
    """A file to be put together: where it is to stand, and what makes its content, in blocks."""

    target: Path
    blocks: Callable[[], Iterable[bytes]]


def year_name(year: int) -> str:
    """Return the file name, without suffix, of the dumps of one portrait."""
    return f"portrait-{year}"


def write_dumps(
    files: Sequence[tuple[str, Path]],
    tables: Mapping[int, CsvTable],
    contexts: Mapping[int, Path],
    folder: Path,
    base_uri: str,
    scratch: Path,
    *,
    workers: Workers,
    many: bool,
    progress: Progress,
    others: Sequence[Dump] = (),
) -> list[Stored]:
    """Write the dumps and their compressed copies, and return what was written.

    `files` are pairs of graph IRI and N-Triples file, in the order in which they stand in the
    whole. `tables` are the tables of the portraits by year; `contexts` are N-Triples files of what
    stands beside the graph of a year in its dumps. The pieces are laid down in `scratch`.
    `many`: there is so much that other processes are worth their start. `others` are dumps that
    are no graphs.
    """
    graphs = _cut(files, tables, base_uri, scratch)
    beside = {
        year: Graph("", file, pieces.cut(file, scratch, base_uri), set())
        for year, file in contexts.items()
    }
    dumps = [
        *_of_the_whole(graphs, folder, base_uri),
        *_of_years(graphs, beside, tables, folder, base_uri),
        *others,
    ]
    planned = [(graph, piece) for graph in (*graphs, *beside.values()) for piece in graph.pieces]
    steps = len(planned) + len(dumps)
    written: list[Stored] = []
    what = str(message("release.step_dumps"))
    used = workers.spread(pieces.write_piece, [piece for _, piece in planned], many=many)
    for number, ((graph, _), prefixes) in enumerate(zip(planned, used, strict=True), start=1):
        graph.prefixes.update(prefixes)
        progress(what, number, steps)
    for number, stored in enumerate(spread_in_threads(_write, dumps), start=len(planned) + 1):
        progress(what, number, steps)
        written += stored
    return written + _write_metadata(tables, folder, base_uri)


def _cut(
    files: Sequence[tuple[str, Path]], tables: Mapping[int, CsvTable], base_uri: str, scratch: Path
) -> list[Graph]:
    by_name = {_name(iri): file for iri, file in files}
    labels = [by_name[name] for name in ("organismes", "vocabulaire")]
    columns = {str(year): table.columns for year, table in tables.items()}
    return [
        Graph(
            iri,
            file,
            pieces.cut(file, scratch, base_uri, labels, columns.get(_name(iri))),
            set(),
        )
        for iri, file in files
    ]


def _name(iri: str) -> str:
    return iri.rpartition("/")[2]


def _write(dump: Dump) -> tuple[Stored, Stored]:
    return write_with_copy(dump.target, dump.blocks())


def _of_the_whole(graphs: Sequence[Graph], folder: Path, base_uri: str) -> Iterator[Dump]:
    yield Dump(folder / f"{WHOLE}.nq", lambda: _quads(graphs))
    yield Dump(folder / f"{WHOLE}.trig", lambda: _trig(graphs, base_uri))
    yield from _of_triples(graphs, folder / WHOLE, base_uri)


def _of_years(
    graphs: Sequence[Graph],
    beside: Mapping[int, Graph],
    tables: Mapping[int, CsvTable],
    folder: Path,
    base_uri: str,
) -> Iterator[Dump]:
    by_name = {_name(graph.iri): graph for graph in graphs}
    for year, context in beside.items():
        graph, stem = by_name[str(year)], folder / year_name(year)
        yield from _of_triples([graph, context], stem, base_uri)
        yield from (_table(graph, tables[year], flavour, stem) for flavour in FLAVOURS)


def _of_triples(graphs: Sequence[Graph], stem: Path, base_uri: str) -> Iterator[Dump]:
    def dump(suffix: str, blocks: Callable[[], Iterable[bytes]]) -> Dump:
        return Dump(stem.with_name(f"{stem.name}.{suffix}"), blocks)

    yield dump("nt", lambda: _lines(graphs))
    for suffix in fragments.SUFFIXES:
        yield dump(suffix, lambda suffix=suffix: _document(graphs, suffix, base_uri))  # type: ignore[misc]


def _lines(graphs: Sequence[Graph]) -> Iterator[bytes]:
    for graph in graphs:
        yield from read_blocks(graph.file)


def _quads(graphs: Sequence[Graph]) -> Iterator[bytes]:
    for graph in graphs:
        end = f" <{graph.iri}> .\n".encode()
        with graph.file.open("rb") as source:
            while lines := source.readlines(_BLOCK):
                yield b"".join([line[: -len(b" .\n")] + end for line in lines])


def _document(graphs: Sequence[Graph], suffix: str, base_uri: str) -> Iterator[bytes]:
    around = _frame(graphs, suffix, base_uri)
    before = around.head
    for graph in graphs:
        for piece in graph.pieces:
            yield before + piece.file(suffix).read_bytes()
            before = around.between
    yield around.tail


def _trig(graphs: Sequence[Graph], base_uri: str) -> Iterator[bytes]:
    around = _frame(graphs, fragments.TURTLE, base_uri)
    before = around.head
    for graph in graphs:
        for number, piece in enumerate(graph.pieces):
            yield before if number else before + f"<{graph.iri}> {{\n".encode()
            yield fragments.indent_turtle(piece.file(fragments.TURTLE).read_bytes())
            before = around.between
        if graph.pieces:
            yield b"}\n"


def _frame(graphs: Sequence[Graph], suffix: str, base_uri: str) -> fragments.Frame:
    return fragments.frame(suffix, base_uri, set().union(*(graph.prefixes for graph in graphs)))


def _table(graph: Graph, table: CsvTable, flavour: CsvDialect, stem: Path) -> Dump:
    def blocks() -> Iterator[bytes]:
        header = io.StringIO(newline="")
        names = [column.name for column in table.columns]
        SpreadsheetWriter(header, delimiter=flavour.separator).writerow(names)
        yield header.getvalue().encode(flavour.encoding)
        yield from (piece.file(flavour.ending).read_bytes() for piece in graph.pieces)

    return Dump(stem.with_name(stem.name + flavour.ending), blocks)


def _write_metadata(tables: Mapping[int, CsvTable], folder: Path, base_uri: str) -> list[Stored]:
    """Write the description of each table next to it."""
    written = []
    for year, table in tables.items():
        for flavour in FLAVOURS:
            name = year_name(year) + flavour.ending
            described = csvw.describe(name, year, flavour, base_uri, table)
            (folder / (name + METADATA)).write_bytes(described)
            written.append(measure(name + METADATA, described))
    return written
