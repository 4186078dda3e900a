"""Write a file of N-Triples or N-Quads in another syntax."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from transform.rdf.syntaxes import BY_SUFFIX, Syntax, write


def convert(lines: Path, syntax: Syntax, target: Path, base_uri: str) -> None:
    """Write N-Triples or N-Quads, as a stream, in another syntax."""
    statements: Iterator[ox.Quad] = ox.parse(path=lines, format=BY_SUFFIX[lines.suffix[1:]].rdf)
    with target.open("wb") as out:
        write(statements, syntax, out, base_uri)
