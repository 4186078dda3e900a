"""Render the catalogue and the VoID description, which describe the dumps.

The other graphs are counted once, and can then be described for several catalogues.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from transform.catalogue import dcat, void
from transform.catalogue.dcat import CatalogueContents
from transform.catalogue.statistics import Numbers, Statistics, count_terms
from transform.rdf.ntriples import Line, in_order
from transform.rdf.syntaxes import BY_SUFFIX, write_bytes

CATALOGUE, VOID = "catalogue", "void"
QUADS = "catalogue.nq"
_SUFFIXES = ("ttl", "jsonld", "rdf")


class Written(NamedTuple):
    """How many statements each graph has, by name, and how often all use a class or property."""

    graphs: dict[str, int]
    classes: Counter[str]
    properties: Counter[str]


class GraphCounts(NamedTuple):
    """What the other graphs hold, how many statements each, and which of the catalogue's.

    `dumps` is how many statements the dumps of each year hold.
    """

    numbers: Numbers
    sizes: dict[str, int]
    dumps: dict[int, int]
    in_other_graphs: set[Line]


def count_graphs(
    offer: CatalogueContents, graphs: Sequence[Path], contexts: Mapping[int, Path], scratch: Path
) -> GraphCounts:
    """Count the other graphs, given as N-Triples; `offer` holds everything that may be described.

    `contexts` are the files of what stands beside the graph of a year in its dumps. `scratch` is a
    folder for what does not fit into memory.
    """
    texts = {f"{s} {p} {o} .\n".encode(): (s, p, o) for s, p, o in dcat.catalogue_lines(offer)}
    count = Statistics(offer.base_uri, scratch)
    sizes: dict[str, int] = {}
    in_other_graphs: set[Line] = set()
    for graph in graphs:
        sizes[graph.stem], repeated = count.add(graph, set(texts))
        in_other_graphs |= {texts[text] for text in repeated}
    dumps = {year: sizes[str(year)] + _count_lines(file) for year, file in contexts.items()}
    return GraphCounts(count.numbers(), sizes, dumps, in_other_graphs)


def _count_lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


def render_catalogue(
    offer: CatalogueContents, counted: GraphCounts
) -> tuple[dict[str, bytes], Written]:
    """Return the files `catalogue.*` and `void.*` by name, and what all graphs hold with them.

    `catalogue.nq` is graph/catalogue as the engine loads it: both documents without the statements
    of other graphs, for an engine counts a statement that stands in two graphs twice.
    """
    numbers, sizes, dumps, in_other_graphs = counted
    lines = set(dcat.catalogue_lines(offer))
    description = set(void.void_lines(offer, numbers, dumps))
    own_statements = (lines | description) - in_other_graphs
    own_lines = in_order(own_statements)
    files: dict[str, bytes] = {}
    for name, document in ((CATALOGUE, lines), (VOID, description)):
        files |= _render(name, in_order(document), offer.base_uri)
    end = f" <{offer.base_uri}graph/{CATALOGUE}> .\n"
    files[QUADS] = "".join(line[: -len(" .\n")] + end for line in own_lines).encode()
    classes, properties = count_terms(own_statements)
    return files, Written(
        {**sizes, CATALOGUE: len(own_lines)},
        numbers.classes + classes,
        numbers.properties + properties,
    )


def _render(name: str, lines: list[str], base_uri: str) -> dict[str, bytes]:
    """Return a document in each syntax, by the name of its file."""
    text = "".join(lines).encode()
    triples = [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]
    files = {
        f"{name}.{suffix}": write_bytes(triples, BY_SUFFIX[suffix], base_uri)
        for suffix in _SUFFIXES
    }
    return {f"{name}.nt": text, **files}
