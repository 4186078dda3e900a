"""Each shape is proved by a file that breaks it, one line away from the valid one."""

import re
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import shapes
from transform.layouts.model import Languages, load_layout
from transform.rdf.namespaces import (
    DCTERMS,
    ELI,
    FOAF,
    PROV,
    QB,
    RDFS,
    SKOS,
    SSSOM,
)
from transform.validation.shacl import ValidationResult, read_shapes, validate

LANGUAGES = Languages(("fr", "en"), ("fr", "en"), load_layout("quebec").words)
BASE = "https://exemple.gouv.qc.ca/ia/"
FOLDER = Path(__file__).parent
VALID = sorted(FOLDER.glob("valid.*.ttl"))
INVALID = sorted(FOLDER.glob("invalid.*.ttl"))
PREFIXES = {
    "dcterms": DCTERMS,
    "eli": ELI,
    "foaf": FOAF,
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pia": f"{BASE}def#",
    "prov": PROV,
    "qb": QB,
    "rdfs": RDFS,
    "schema": "https://schema.org/",
    "shapes": f"{BASE}shapes#",
    "skos": SKOS,
    "sssom": SSSOM,
}


@cache
def all_shapes() -> rdflib.Graph:
    return read_shapes(shapes.TIERS, BASE, LANGUAGES)


@cache  # each file is asked about twice: does it break its shape, and is each shape broken
def findings(file: Path) -> list[ValidationResult]:
    quads = ox.parse(path=file, format=ox.RdfFormat.TURTLE, base_iri=BASE)
    triples = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    assert triples is not None
    return validate(triples, all_shapes())


def expected(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^# (\w+): ?(.*)$", file.read_text(), re.MULTILINE))


def absolute(path: str) -> str:
    prefix, _, local = path.partition(":")
    return PREFIXES[prefix] + local if path else ""


def valid_counterpart(file: Path) -> Path:
    """Return the valid file that an invalid one varies: the one it names, else the minimal one."""
    return FOLDER / f"valid.{expected(file).get('valid', 'minimal')}.ttl"


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.name.split(".")[1])
def test_valid_file_has_no_finding(file: Path) -> None:
    assert findings(file) == []


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.name.split(".")[1])
def test_invalid_file_breaks_its_shape(file: Path) -> None:
    declared = expected(file)
    reported = {(f.focus, f.path, f.severity, f.en) for f in findings(file)}
    finding = (
        BASE + declared["focus"],
        absolute(declared["path"]),
        declared["severity"],
        declared["message"],
    )
    assert declared["message"]
    assert finding in reported


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.name.split(".")[1])
def test_invalid_file_is_one_line_away_from_the_valid_one(file: Path) -> None:
    valid = valid_counterpart(file).read_text().splitlines()
    lines = [line for line in file.read_text().splitlines() if not line.startswith("# ")]
    assert len(set(valid) - set(lines)) <= 1
    assert len(set(lines) - set(valid)) <= 1
    assert abs(len(valid) - len(lines)) <= 1


def property_shapes() -> list[str]:
    graph = all_shapes()
    return sorted(str(shape) for shape in graph.subjects(rdflib.RDF.type, rdflib.SH.PropertyShape))


@pytest.mark.parametrize("shape", property_shapes(), ids=lambda shape: shape.rpartition("#")[2])
def test_each_property_shape_is_broken_by_some_file(
    shape: str, broken: dict[str, set[str]]
) -> None:
    assert shape in broken


@pytest.fixture(scope="module")
def broken() -> dict[str, set[str]]:
    """The invalid files that break each shape."""
    by_shape: dict[str, set[str]] = {}
    for file in INVALID:
        for finding in findings(file):
            by_shape.setdefault(finding.shape, set()).add(file.name)
    return by_shape


def test_each_shape_speaks_french_and_english() -> None:
    kinds = (rdflib.SH.PropertyShape, rdflib.SH.SPARQLConstraint)
    for kind in kinds:
        for shape in all_shapes().subjects(rdflib.RDF.type, kind):
            languages = sorted(
                str(getattr(text, "language", None))
                for text in all_shapes().objects(shape, rdflib.SH.message)
            )
            assert languages == ["en", "fr"], shape


def test_unknown_tier_is_named() -> None:
    with pytest.raises(ValueError, match="no tier 'strict': there are required, lists"):
        shapes.read("strict")
