"""pySHACL finds on the index what it finds on the graph of its own that asks a store."""

import itertools
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from pyshacl.graph_abstraction import OxigraphDataGraph

import shapes
from transform.layouts.model import Languages
from transform.rdf.namespaces import RDF_TYPE
from transform.validation.indexed_graph import IndexedGraph
from transform.validation.shacl import ValidationResult, read_shapes, validate_graph

FOLDER = Path(__file__).parents[2] / "shapes"
FILES = sorted(FOLDER.glob("*.ttl"))
SAMPLE = FILES[::18]  # each kind of constraint stands in many of them
FILES_BASE = "https://exemple.gouv.qc.ca/ia/"
EXAMPLE_BASE = "http://localhost:8000/"
LANGUAGES = Languages(("fr", "en"), ("fr", "en"))


class PlainGraph(OxigraphDataGraph):
    """The graph of pySHACL itself; only that it is one is answered without counting it."""

    def __bool__(self) -> bool:
        return True


@pytest.fixture(scope="module")
def shapes_of_files() -> rdflib.Graph:
    return read_shapes(shapes.TIERS, FILES_BASE, LANGUAGES)


def find_both_ways(
    triples: bytes, tiers: rdflib.Graph
) -> tuple[list[ValidationResult], list[ValidationResult]]:
    indexed = IndexedGraph(triples)
    # On the same store, for a blank node is called otherwise in each.
    plain = PlainGraph(indexed.impl)
    return validate_graph(indexed, tiers), validate_graph(plain, tiers)


def test_the_files_that_break_each_shape_have_the_same_findings(
    shapes_of_files: rdflib.Graph,
) -> None:
    number = 0
    for file in SAMPLE:
        quads = ox.parse(path=file, format=ox.RdfFormat.TURTLE, base_iri=FILES_BASE)
        triples = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
        assert triples is not None
        indexed, plain = find_both_ways(triples, shapes_of_files)
        assert indexed == plain, file.name
        number += len(indexed)
    assert number >= len([file for file in SAMPLE if file.name.startswith("invalid.")])


def break_rows(lines: list[bytes]) -> tuple[bytes, int]:
    """Break one statement of every third row, in turns: leave it out, change it, say it twice."""
    groups = itertools.groupby(lines, key=lambda line: line.split()[0])
    rows = [list(group) for _, group in groups][::3]
    changes = itertools.cycle(range(5))
    broken = []
    for number, row in enumerate(rows):
        at = 1 + number % (len(row) - 1)
        about, predicate, _ = row[at].split(b" ", 2)
        start = about + b" " + predicate + b" "
        match next(changes):
            case 0:
                del row[at]
            case 1:
                row[at] = start + b'"\\u0007 of another kind" .\n'
            case 2:
                row.append(start + b'"one more"@fr .\n')
            case 3:
                row[at] = start + b"<http://elsewhere.example/thing> .\n"
            case 4:
                row.append(row[at])
        broken += row
    return b"".join(broken), len(rows)


def test_rows_with_faults_of_each_kind_have_the_same_findings(example: Path) -> None:
    dumps = example / "current" / "dumps"
    lines = (dumps / "portrait-2025.nt").read_bytes().splitlines(keepends=True)
    broken, rows = break_rows([line for line in lines if line.split()[0].endswith(b"/2025>")])
    types = [
        line
        for line in (dumps / "portraits.nt").read_bytes().splitlines(keepends=True)
        if f"> <{RDF_TYPE}> <{EXAMPLE_BASE}def#".encode() in line and b"/id/" in line.split()[0]
    ]
    tiers = read_shapes(("required", "lists", "recommended"), EXAMPLE_BASE, LANGUAGES)
    indexed, plain = find_both_ways(b"".join(types) + broken, tiers)
    assert indexed == plain
    assert rows > 70
    assert len(indexed) > rows / 2
    assert len(Counter(finding.shape for finding in indexed)) > 15


def test_a_statement_that_stands_twice_is_one_value() -> None:
    line = b'<http://a.example/s> <http://a.example/p> "v" .\n'
    graph = IndexedGraph(line + line)
    about, predicate = (rdflib.URIRef(f"http://a.example/{name}") for name in "sp")
    assert list(graph.objects(about, predicate)) == [
        rdflib.Literal("v", datatype=rdflib.XSD.string)
    ]
