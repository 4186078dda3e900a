"""Cut the statements of a release into parts that a store takes in one request each."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from transform.release.paths import CATALOGUE_QUADS, QUADS

# Below the mebibyte that nginx lets through by default (client_max_body_size).
LARGEST_PART = 1_000_000
# Virtuoso 7 looks at how a document begins to know what it is, and takes N-Triples whose first
# statement is long for text; with a prefix it is Turtle. No statement uses the prefix.
_HEAD = b"@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
_END = b" .\n"
_IRI = re.compile(rb"<([^>]*)>")
_LONG = 1_000  # bytes of a line that is searched for long IRIs


class GraphSizes(NamedTuple):
    """How many statements each graph of a release has, and the longest IRI, with its bytes."""

    counts: dict[str, int]
    longest: str
    bytes: int


class GraphPart(NamedTuple):
    """Statements of one graph as Turtle, and how many bytes of the release they take."""

    graph: str
    turtle: bytes
    bytes: int


def survey(release: Path) -> GraphSizes:
    """Count the statements of a release by graph, line by line."""
    counts: Counter[bytes] = Counter()
    longest = b""
    for line in _lines(release):
        counts[_split(line)[1]] += 1
        if len(line) > _LONG:
            longest = max(longest, *_IRI.findall(line), key=len)
    size = sum((release / path).stat().st_size for path in _files(release))
    return GraphSizes({graph.decode(): n for graph, n in counts.items()}, longest.decode(), size)


def cut(release: Path) -> Iterator[GraphPart]:
    """Yield the statements of a release in parts, each of one graph.

    A part is no larger than LARGEST_PART, but for a single statement that is; memory holds one.
    """
    graph, body, taken = b"", bytearray(_HEAD), 0
    for line in _lines(release):
        statement, of = _split(line)
        if taken and (of != graph or len(body) + len(statement) + len(_END) > LARGEST_PART):
            yield GraphPart(graph.decode(), bytes(body), taken)
            body, taken = bytearray(_HEAD), 0
        graph = of
        body += statement
        body += _END
        taken += len(line)
    if taken:
        yield GraphPart(graph.decode(), bytes(body), taken)


def _files(release: Path) -> list[str]:
    return [path for path in (QUADS, CATALOGUE_QUADS) if (release / path).exists()]


def _lines(release: Path) -> Iterator[bytes]:
    for path in _files(release):
        with (release / path).open("rb") as lines:
            yield from lines


def _split(line: bytes) -> tuple[bytes, bytes]:
    """Split a line of a release, `S P O <graph> .`, into the statement and its graph's IRI.

    Raises ValueError for any other line: no release has statements of no graph.
    """
    statement, graph, dot = line.rsplit(b" ", 2)
    if dot != b".\n" or not (graph.startswith(b"<") and graph.endswith(b">")):
        raise ValueError(line[:200])
    return statement, graph[1:-1]
