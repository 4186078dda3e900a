"""Write what the dumps of a portrait hold beside its graph, so that they can be read alone.

It is the labels of what the graph refers to, and the description of its series.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from transform.rdf.namespaces import DCTERMS, NAMING, RDF_TYPE

_TYPE = f"> <{RDF_TYPE}> <".encode()
_LABEL = re.compile(f"<[^>]*> <(?:{'|'.join(map(re.escape, NAMING))})> ".encode())
_STANDS_IN = re.compile(f"<[^>]*> <{re.escape(DCTERMS)}hasVersion> <[^>]*/([0-9]+)> ".encode())


def write_contexts(
    portraits: Mapping[int, Path],
    initiatives: Path,
    others: Sequence[Path],
    series: Iterable[str],
    folder: Path,
) -> dict[int, Path]:
    """Write a file of N-Triples for each portrait into a folder, and return them by year.

    `portraits` are the graphs by year; `initiatives` is the graph that names those and says in
    which portraits each stands, `others` are those that name what else portraits refer to.
    `series` are the lines that describe the series.
    """
    labels = _read_labels(others)
    described = {line.encode() for line in series}
    paths = {year: folder / f"contexte-{year}.nt" for year in portraits}
    for year, graph in portraits.items():
        named = {line for iri in _mentioned(graph, labels) for line in labels[iri]}
        lines = sorted(named | described, key=_place)
        paths[year].write_bytes(b"".join(lines))
    _add_initiatives(initiatives, paths)
    return paths


def _read_labels(graphs: Iterable[Path]) -> dict[bytes, list[bytes]]:
    """Return the lines that name things, by the IRI of the thing in its brackets."""
    labels: dict[bytes, list[bytes]] = {}
    for graph in graphs:
        with graph.open("rb") as lines:
            for line in filter(_LABEL.match, lines):
                labels.setdefault(_subject(line), []).append(line)
    return labels


def _mentioned(graph: Path, labels: Mapping[bytes, object]) -> set[bytes]:
    """Return which things with labels are properties or values in a graph."""
    mentioned: set[bytes] = set()
    with graph.open("rb") as lines:
        for line in lines:
            _, predicate, rest = line.split(b" ", 2)
            mentioned.add(predicate)
            if (value := rest[: -len(b" .\n")]) in labels:
                mentioned.add(value)
    return mentioned & labels.keys()


def _add_initiatives(graph: Path, paths: Mapping[int, Path]) -> None:
    """Add the labels of each initiative to the files of the years in which it stands.

    There may be as many as rows, so one is held at a time.
    """
    with ExitStack() as files:
        out = {
            str(year).encode(): files.enter_context(path.open("ab")) for year, path in paths.items()
        }
        for _, group in groupby(files.enter_context(graph.open("rb")), key=_subject):
            about = list(group)
            labels = b"".join(filter(_LABEL.match, about))
            for year in {stands[1] for stands in map(_STANDS_IN.match, about) if stands}:
                out[year].write(labels)


def _place(line: bytes) -> tuple[bytes, bool, bytes]:
    """Return what sorts the lines of a subject together, types first."""
    return _subject(line), _TYPE not in line, line


def _subject(line: bytes) -> bytes:
    return line.partition(b" ")[0]
