"""Write the catalogue and the description of the data beside the dumps that they speak of.

What the other graphs hold is counted once, and can then be described for several offers.
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
    """How many statements each graph holds by name, and how often all use a class or property."""

    graphs: dict[str, int]
    classes: Counter[str]
    properties: Counter[str]


class Counted(NamedTuple):
    """What the other graphs hold, with how many statements each, and which of the catalogue."""

    numbers: Numbers
    sizes: dict[str, int]
    said: set[Line]


def count_graphs(offer: Offer, graphs: Sequence[Path], scratch: Path) -> Counted:
    """Count the other graphs, given as N-Triples; `offer` holds all that may be described.

    `scratch` is a folder for what does not fit into memory.
    """
    texts = {f"{s} {p} {o} .\n": (s, p, o) for s, p, o in dcat.catalogue_lines(offer)}
    count = Statistics(offer.base_uri, scratch)
    sizes: dict[str, int] = {}
    said: set[Line] = set()
    for graph in graphs:
        sizes[graph.stem], met = count.add(graph, set(texts))
        said |= {texts[text] for text in met}
    return Counted(count.numbers(), sizes, said)


def write_catalogue(offer: Offer, counted: Counted, folder: Path) -> Written:
    """Write `catalogue.*` and `void.*` into a folder, over those that are there.

    `catalogue.nq` is graph/catalogue as the engine loads it: both documents without what another
    graph says, for an engine counts a statement that stands in two graphs twice.
    """
    numbers, sizes, said = counted
    lines = set(dcat.catalogue_lines(offer))
    described = set(void.void_lines(offer, numbers, sizes))
    apart = (lines | described) - said
    own = in_order(apart)
    for name, document in ((CATALOGUE, lines), (VOID, described)):
        _write(folder / f"{name}.nt", in_order(document), offer.base_uri)
    end = f" <{offer.base_uri}graph/{CATALOGUE}> .\n"
    quads = "".join(line[: -len(" .\n")] + end for line in own)
    (folder / QUADS).write_text(quads, encoding="utf-8", newline="")
    classes, properties = count_terms(apart)
    return Written(
        {**sizes, CATALOGUE: len(own)},
        numbers.classes + classes,
        numbers.properties + properties,
    )


def _write(file: Path, lines: list[str], base_uri: str) -> None:
    file.write_text("".join(lines), encoding="utf-8", newline="")
    for suffix in _SUFFIXES:
        convert(file, BY_SUFFIX[suffix], file.with_suffix(f".{suffix}"), base_uri)
