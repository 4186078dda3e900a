"""Write the catalogue and the VoID description into the folder of the dumps that they describe.

The other graphs are counted once, and can then be described for several catalogues.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from transform.catalogue import dcat, void
from transform.catalogue.dcat import Offer
from transform.catalogue.statistics import Numbers, Statistics, count_terms
from transform.rdf.convert import convert
from transform.rdf.ntriples import Line, in_order
from transform.rdf.syntaxes import BY_SUFFIX

CATALOGUE, VOID = "catalogue", "void"
QUADS = "catalogue.nq"
_SUFFIXES = ("ttl", "jsonld", "rdf")


class Written(NamedTuple):
    """How many statements each graph has, by name, and how often all use a class or property."""

    graphs: dict[str, int]
    classes: Counter[str]
    properties: Counter[str]


class Counted(NamedTuple):
    """What the other graphs hold, how many statements each, and which of the catalogue's."""

    numbers: Numbers
    sizes: dict[str, int]
    in_other_graphs: set[Line]


def count_graphs(offer: Offer, graphs: Sequence[Path], scratch: Path) -> Counted:
    """Count the other graphs, given as N-Triples; `offer` holds everything that may be described.

    `scratch` is a folder for what does not fit into memory.
    """
    texts = {f"{s} {p} {o} .\n": (s, p, o) for s, p, o in dcat.catalogue_lines(offer)}
    count = Statistics(offer.base_uri, scratch)
    sizes: dict[str, int] = {}
    in_other_graphs: set[Line] = set()
    for graph in graphs:
        sizes[graph.stem], repeated = count.add(graph, set(texts))
        in_other_graphs |= {texts[text] for text in repeated}
    return Counted(count.numbers(), sizes, in_other_graphs)


def write_catalogue(offer: Offer, counted: Counted, folder: Path) -> Written:
    """Write `catalogue.*` and `void.*` into a folder, over those that are there.

    `catalogue.nq` is graph/catalogue as the engine loads it: both documents without the statements
    of other graphs, for an engine counts a statement that stands in two graphs twice.
    """
    numbers, sizes, in_other_graphs = counted
    lines = set(dcat.catalogue_lines(offer))
    description = set(void.void_lines(offer, numbers, sizes))
    own_statements = (lines | description) - in_other_graphs
    own_lines = in_order(own_statements)
    for name, document in ((CATALOGUE, lines), (VOID, description)):
        _write(folder / f"{name}.nt", in_order(document), offer.base_uri)
    end = f" <{offer.base_uri}graph/{CATALOGUE}> .\n"
    quads = "".join(line[: -len(" .\n")] + end for line in own_lines)
    (folder / QUADS).write_text(quads, encoding="utf-8", newline="")
    classes, properties = count_terms(own_statements)
    return Written(
        {**sizes, CATALOGUE: len(own_lines)},
        numbers.classes + classes,
        numbers.properties + properties,
    )


def _write(file: Path, lines: list[str], base_uri: str) -> None:
    file.write_text("".join(lines), encoding="utf-8", newline="")
    for suffix in _SUFFIXES:
        convert(file, BY_SUFFIX[suffix], file.with_suffix(f".{suffix}"), base_uri)
