"""The dumps of a year can be read alone: they name what they refer to and describe the series."""

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from transform.rdf.namespaces import DCAT, DCTERMS, NAMING, RDF_TYPE, VCARD, VOID

BASE = "http://localhost:8000/"
SERIES = ox.NamedNode(f"{BASE}catalogue#serie")


@pytest.fixture(scope="module", params=[2024, 2025])
def year(request: pytest.FixtureRequest) -> int:
    chosen: int = request.param
    return chosen


@pytest.fixture(scope="module")
def triples(example: Path, year: int) -> list[ox.Triple]:
    dump = example / f"current/dumps/portrait-{year}.nt"
    return [quad.triple for quad in ox.parse(path=dump)]


@pytest.fixture(scope="module")
def whole(example: Path) -> ox.Store:
    store = ox.Store()
    for name in ("dumps/portraits.nq", "catalogue.nq"):
        store.bulk_load(path=example / "current" / name, format=ox.RdfFormat.N_QUADS)
    return store


def test_everything_that_a_year_refers_to_has_a_label(triples: list[ox.Triple]) -> None:
    labels = {*NAMING, f"{VCARD}fn", f"{DCAT}startDate"}
    named = {t.subject for t in triples if t.predicate.value in labels}
    terms = {t.predicate for t in triples} | {t.object for t in triples}
    ours = {t for t in terms if isinstance(t, ox.NamedNode) and t.value.startswith(BASE)}
    # A row of a file, and the page of the site, are no things of the data.
    rows = {t for t in ours if "#row=" in t.value}
    series = {t.object for t in triples if t.subject == SERIES}
    other_portraits = {t for t in series if str(t).startswith(f"<{BASE}id/portrait/")}
    files = {t.object for t in triples if t.predicate.value == f"{DCTERMS}source"}
    site = {ox.NamedNode(BASE)}
    assert ours - named - rows - other_portraits - files - site == set()
    assert len(ours & named) > 150


def test_a_year_describes_its_series(triples: list[ox.Triple]) -> None:
    says = {t.predicate.value for t in triples if t.subject == SERIES}
    assert {RDF_TYPE, f"{DCTERMS}title", f"{DCTERMS}license", f"{DCTERMS}publisher"} <= says


def test_what_stands_beside_a_graph_is_in_the_whole(
    triples: list[ox.Triple], year: int, whole: ox.Store
) -> None:
    assert max(Counter(triples).values()) == 1
    own = {
        quad.triple
        for quad in whole.quads_for_pattern(None, None, None, ox.NamedNode(f"{BASE}graph/{year}"))
    }
    beside = set(triples) - own
    assert len(set(triples)) == len(own) + len(beside)
    for triple in beside:
        assert any(whole.quads_for_pattern(triple.subject, triple.predicate, triple.object))
    (counted,) = whole.quads_for_pattern(
        ox.NamedNode(f"{BASE}id/portrait/{year}"), ox.NamedNode(f"{VOID}triples"), None
    )
    assert counted.object == ox.Literal(len(triples))
