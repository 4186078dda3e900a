"""Each dump, read by another library than wrote it, is the same graph with the same hash.

Canonical: RDF Dataset Canonicalization 1.0. Our graphs have no blank nodes, so the canonical form
is the N-Quads in the order of their characters, which libraries that know the algorithm confirm.
"""

import hashlib
import json
import os
import subprocess
import warnings
from pathlib import Path
from unittest import mock

import pyoxigraph as ox
import pytest
import rdflib
from pyld import jsonld

from tests.support import npm
from tests.support.jena import find_riot

STEMS = ("portraits", "portrait-2024", "portrait-2025")
GRAPHS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
QUADS = "application/n-quads"
PIECE, EVERY = 250, 2000  # statements


@pytest.fixture(scope="module")
def dumps(example: Path) -> Path:
    return example / "current" / "dumps"


def digest(lines: list[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def written(file: Path) -> list[str]:
    """Return the lines of N-Triples or N-Quads in the order of their characters."""
    with file.open(encoding="utf-8", newline="\n") as lines:
        return sorted(set(lines))


def canonical(quads: str) -> str:
    """Canonicalize N-Quads with PyLD."""
    options = {"inputFormat": QUADS, "format": QUADS, "algorithm": "URDNA2015"}
    canonical_quads: str = jsonld.normalize(quads, options)
    return canonical_quads


def read_by_rdflib(file: Path, syntax: str) -> list[str]:
    """Return the triples that rdflib reads, as lines of N-Triples."""
    # Else rdflib writes the `Z` of a moment as `+00:00`.
    as_written = mock.patch.object(rdflib, "NORMALIZE_LITERALS", new=False)
    with as_written, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib warns of itself
        dataset = rdflib.Dataset()
        dataset.parse(file, format=syntax)
    lines = []
    for subject, predicate, value, graph in dataset.quads():
        named = [graph.n3()] if graph and syntax == "nquads" else []
        terms = (subject.n3(), predicate.n3(), _term(value), *named, ".\n")
        lines.append(" ".join(terms))
    return lines


def _term(term: rdflib.term.Node) -> str:
    """Write a term as N-Quads in canonical form do; rdflib writes long strings its own way."""
    if not isinstance(term, rdflib.Literal):
        return str(term.n3())
    kind = None if term.language else term.datatype
    datatype = ox.NamedNode(str(kind)) if kind else None
    return str(ox.Literal(str(term), datatype=datatype, language=term.language))


@pytest.mark.parametrize("stem", STEMS)
def test_no_dump_has_a_blank_node(dumps: Path, stem: str) -> None:
    assert not [line for line in written(dumps / f"{stem}.nt") if line.startswith("_:")]


@pytest.mark.parametrize("suffix", GRAPHS)
def test_each_syntax_read_by_rdflib_has_one_hash(dumps: Path, suffix: str) -> None:
    """Of a year: Jena reads the whole."""
    expected = written(dumps / "portrait-2025.nt")
    actual = sorted(set(read_by_rdflib(dumps / f"portrait-2025.{suffix}", GRAPHS[suffix])))
    assert len(actual) == len(expected) > 1000
    assert digest(actual) == digest(expected)


def test_named_graphs_read_by_rdflib_have_one_hash(dumps: Path) -> None:
    """As N-Quads: Jena reads the other syntax of named graphs."""
    expected = written(dumps / "portraits.nq")
    actual = sorted(set(read_by_rdflib(dumps / "portraits.nq", "nquads")))
    assert digest(actual) == digest(expected)


def test_the_algorithm_says_that_lines_in_order_are_canonical(dumps: Path) -> None:
    """In pieces out of each part: PyLD compares each statement with all before it."""
    lines = written(dumps / "portraits.nq")
    for first in range(0, len(lines), EVERY):
        piece = lines[first : first + PIECE]
        backwards = "".join(reversed(piece))
        assert digest([canonical(backwards)]) == digest(piece)


def test_json_ld_read_by_pyld_has_the_hash(dumps: Path) -> None:
    document = json.loads((dumps / "portrait-2025.jsonld").read_bytes())
    actual = jsonld.normalize(document, {"format": QUADS, "algorithm": "URDNA2015"})
    expected = written(dumps / "portrait-2025.nt")
    assert digest([actual]) == digest(expected)


def test_a_statement_more_is_another_hash(dumps: Path) -> None:
    text = "".join(written(dumps / "portrait-2025.nt")[:100])
    assert digest([canonical(text)]) == digest(written(dumps / "portrait-2025.nt")[:100])
    more = canonical(text + '<http://a/> <http://b/> "c" .\n')
    assert digest([more]) != digest([canonical(text)])


NODE = """
const jsonld = require('jsonld'), fs = require('fs');
const options = {algorithm: 'RDFC-1.0', format: 'application/n-quads'};
const read = name => fs.readFileSync(name, 'utf8');
(async () => {
  const [, , document, triples] = process.argv;
  process.stdout.write(await jsonld.canonize(JSON.parse(read(document)), options) + '\\0');
  process.stdout.write(
    await jsonld.canonize(read(triples), {...options, inputFormat: 'application/n-quads'}));
})().catch(fault => { console.error(fault); process.exit(1); });
"""


def test_json_ld_read_by_jsonld_of_npm_has_the_hash(dumps: Path, tmp_path: Path) -> None:
    modules = npm.install("jsonld@9") / "node_modules"
    (tmp_path / "read.js").write_text(NODE)
    files = [str(dumps / f"portrait-2025.{suffix}") for suffix in ("jsonld", "nt")]
    ran = subprocess.run(
        ["node", "read.js", *files],
        cwd=tmp_path, capture_output=True, text=True, timeout=600,
        env={**os.environ, "NODE_PATH": str(modules)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    actual, same = ran.stdout.split("\0")
    expected = digest(written(dumps / "portrait-2025.nt"))
    assert digest([actual]) == digest([same]) == expected


@pytest.mark.parametrize("suffixes", [("ttl", "rdf", "trig"), ("jsonld",)])
def test_jena_reads_the_same_graph(dumps: Path, suffixes: tuple[str, ...]) -> None:
    """Several in one start: it writes the statements of each file as it reads them."""
    files = [str(dumps / f"portraits.{suffix}") for suffix in suffixes]
    ran = subprocess.run(
        [*find_riot(suffixes[0]), "--output=nquads", *files],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    # Cells stay as they were written, also where that is not normal form C. Of RDF/XML riot says so
    # and ends with 1. Of several files it names each.
    said = ("not in Unicode Normal Form C", "INFO org.apache.jena.riot - File: ")
    faults = [line for line in ran.stderr.splitlines() if not any(word in line for word in said)]
    assert ran.returncode == 0 or not faults, ran.stderr
    actual = [*ox.parse(ran.stdout, format=ox.RdfFormat.N_QUADS)]
    for suffix in suffixes:
        reference = dumps / f"portraits.{'nq' if suffix == 'trig' else 'nt'}"
        expected = set(ox.parse(path=reference, format=ox.RdfFormat.N_QUADS))
        read, actual = actual[: len(expected)], actual[len(expected) :]
        assert set(read) == expected, suffix
    assert actual == []
