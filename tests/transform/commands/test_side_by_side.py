"""Registers of several governments in one store answer one query: statuses match common stages."""

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conftest import HEADER, ROW, Run
from tests.transform.layouts.test_shipped import CANADA as CANADIAN

HOME = "https://vocabulaire.exemple.org/ia#"
# How many initiatives of each register are in operation, whatever it calls that.
QUERY = f"""
PREFIX pia: <{HOME}>
PREFIX ai: <https://w3id.org/dpv/ai#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?register (COUNT(DISTINCT ?initiative) AS ?initiatives) WHERE {{
  ?entry pia:inscriptionDe ?initiative ; pia:annee 2025 ; pia:statut ?status .
  ?status skos:narrowMatch|skos:closeMatch|skos:exactMatch ai:OperationStage .
  BIND(STRBEFORE(STR(?initiative), "id/initiative/") AS ?register)
}} GROUP BY ?register ORDER BY ?register"""


def write(path: Path, *rows: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


QUEBEC = (
    HEADER,
    ROW,
    ("Aide à la rédaction", *ROW[1:5], "Développement de la solution"),
    ("Veille des avis", *ROW[1:5], "Solution en production"),
)
UNITED_STATES = (
    ("agency_name", "agency_bureau", "use_case_name", "topic_area", "development_stage"),
    ("Department of Labor", "OCIO", "Form reader", "Other", "Deployed"),
    ("Department of Labor", "OCIO", "Mail sorter", "Other", "Pilot"),
    ("Department of Energy", "OCIO", "Grid forecast", "Other", "Retired"),
)
CANADA = (
    tuple(CANADIAN),
    tuple({**CANADIAN, "ai_system_status_en": "In production"}.values()),
    tuple(
        {
            **CANADIAN,
            "ai_register_id": "2526-XX-002",
            "ai_system_status_en": "In development",
        }.values()
    ),
)


@pytest.fixture(scope="module")
def store(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    folder = tmp_path_factory.mktemp("registers")
    store = ox.Store()
    for name, layout, rows in (
        ("quebec", "quebec", QUEBEC),
        ("us", "us-2025", UNITED_STATES),
        ("canada", "canada", CANADA),
    ):
        file = write(folder / f"{name}.csv", *rows)
        base = ("--base-uri", f"https://{name}.exemple.org/", "--vocabulary-uri", HOME)
        to = ("--layout", layout, "--to", folder / name)
        done = portrait_ia("build", f"2025={file}", *base, *to)
        assert done.returncode == 0, done.stderr
        dump = folder / name / "current/dumps/portraits.nq"
        store.bulk_load(path=dump, format=ox.RdfFormat.N_QUADS)
    return store


def test_one_query_asks_all_registers_at_once(store: ox.Store) -> None:
    solutions = store.query(QUERY, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    assert {s["register"].value: int(s["initiatives"].value) for s in solutions} == {
        "https://canada.exemple.org/": 1,
        "https://quebec.exemple.org/": 2,
        "https://us.exemple.org/": 1,
    }


def test_every_match_of_a_layout_stands_in_the_crosswalk(portrait_ia: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "us.csv", *UNITED_STATES)
    layout = tmp_path / "own.toml"
    layout.write_text(
        'layout = 1\nname = "own"\nextends = "us-2025"\n[[lists.statut.values]]\n'
        'concept = "pilot"\nmatch.exact = ["https://stages.example.org/list/pilot"]\n'
    )
    done = portrait_ia("build", f"2025={file}", "--layout", layout, "--to", tmp_path / "releases")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "releases/current/correspondances.sssom.tsv").read_text(encoding="utf-8")
    assert '#  n1: "https://stages.example.org/list/"\n' in text
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    (own,) = (line for line in lines if line[0].endswith("statut/pilot") and "n1:" in line[3])
    assert own[1:4] == ["Pilot", "skos:exactMatch", "n1:pilot"]
    assert any(line[3] == "ai:OperationStage" for line in lines)
