"""What is open widens the numbers, the same ones everywhere; what a person decides narrows them."""

import csv
import io
import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conftest import HEADER, ROW, Run

BASE = "http://localhost:8000/"
OLD, NEW = "Tri des demandes reçues", "Tri des demandes reçues, phase 2"
STATUSES = ("Développement de la solution", "Solution en production")
Ends = tuple[int, int, int]


def ends(triples: list[ox.Triple]) -> dict[str, Ends]:
    """Return number, least and most of each movement of the initiatives."""
    facts_of: dict[str, dict[str, int]] = {}
    for triple in triples:
        name = str(triple.subject)[1:-1].rpartition("/")[2]
        predicate = triple.predicate.value.rpartition("#")[2]
        if predicate.startswith("effectif") and name.startswith("initiatives-"):
            facts_of.setdefault(name, {})[predicate] = int(triple.object.value)  # type: ignore[union-attr]
    order = ("effectif", "effectifMinimal", "effectifMaximal")
    numbers = {name: [facts[key] for key in order] for name, facts in facts_of.items()}
    return {name: (a, b, c) for name, (a, b, c) in numbers.items()}


def in_diff(portrait_ia: Run, releases_folder: Path, earlier: int, later: int) -> dict[str, Ends]:
    done = portrait_ia("diff", releases_folder, earlier, later, "--format", "ttl")
    assert done.returncode == 0, done.stderr
    return ends([quad.triple for quad in ox.parse(done.stdout, format=ox.RdfFormat.TURTLE)])


def in_graph(releases_folder: Path) -> list[ox.Triple]:
    dump = releases_folder / "current" / "dumps" / "portraits.nt"
    return [
        quad.triple
        for quad in ox.parse(path=dump, format=ox.RdfFormat.N_TRIPLES)
        if str(quad.subject).startswith(f"<{BASE}id/comparaison/")
    ]


def test_release_manifest_report_and_diff_give_one_range(portrait_ia: Run, example: Path) -> None:
    graph = in_graph(example)
    numbers = ends(graph)
    assert in_diff(portrait_ia, example, 2024, 2025) == numbers
    (new, least, most), open_ones = (
        numbers["initiatives-nouvelles"],
        numbers["initiatives-a-trancher"],
    )
    assert least < most == new
    assert open_ones[0] > 0
    manifest = json.loads((example / "current" / "manifest.json").read_bytes())
    assert manifest["open"] == [{"older": 2024, "newer": 2025, "pairs": open_ones[0]}]
    assert manifest["classes"][f"{BASE}def#PaireOuverte"] == open_ones[0]
    report = (example / "current" / "report" / "candidats.csv").read_text(encoding="utf-8")
    kinds = [line["kind"] for line in csv.DictReader(io.StringIO(report, newline=""))]
    assert sum(kind in ("reworded", "moved") for kind in kinds) == open_ones[0]
    table = " ".join(portrait_ia("diff", example, 2024, 2025).stdout.split())
    assert f"entre {least} et {most} nouvelles" in table


def test_open_pairs_are_called_by_the_names_of_their_rows(example: Path) -> None:
    named = f"{BASE}id/comparaison/2024-2025/initiatives-a-trancher/"
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    labels = [
        triple.object.value  # type: ignore[union-attr]
        for triple in in_graph(example)
        if str(triple.subject)[1:].startswith(named) and triple.predicate.value == label
    ]
    assert labels
    assert [text for text in labels if not re.fullmatch("(?i)exemple .+ ≟ exemple .+", text)] == []


def test_report_lists_what_review_lists_and_build_names_the_file(
    portrait_ia: Run, example: Path
) -> None:
    listed = portrait_ia("review", example, "--list", "--format", "csv").stdout
    report = example / "current" / "report" / "candidats.csv"
    rows = [
        list(csv.DictReader(io.StringIO(text, newline="")))
        for text in (listed, report.read_text(encoding="utf-8"))
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 80


class Years:
    """Two portraits of one body: one name reworded with another status, one kept, one new."""

    def __init__(self, portrait_ia: Run, folder: Path) -> None:
        self.run, self.folder, self.releases_folder = portrait_ia, folder, folder / "shelf"
        rest = (ROW[1], "Office inventé", *ROW[3:5])
        for year, names in ((2023, (OLD, "Veille")), (2024, (NEW, "Veille", "Autre chose"))):
            with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
                rows = [(name, *rest, STATUSES[name == NEW]) for name in names]
                csv.writer(out).writerows([HEADER, *rows])

    def build(self) -> str:
        files = (f"{year}={self.folder / f'{year}.csv'}" for year in (2023, 2024))
        done = self.run("build", *files, "--to", self.releases_folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def numbers(self) -> list[Ends]:
        """Return the ends of new, absent, continued, open and changed in status.

        `diff` and the graph must agree.
        """
        by_movement = in_diff(self.run, self.releases_folder, 2023, 2024)
        assert by_movement == ends(in_graph(self.releases_folder))
        names = ("nouvelles", "absentes", "poursuivies", "a-trancher", "statut-change")
        return [by_movement[f"initiatives-{name}"] for name in names]


@pytest.mark.parametrize(
    ("option", "then"),
    [
        ("--accept", [(1, 1, 1), (0, 0, 0), (2, 2, 2), (0, 0, 0), (1, 1, 1)]),
        ("--refuse", [(2, 2, 2), (1, 1, 1), (1, 1, 1), (0, 0, 0), (0, 0, 0)]),
    ],
)
def test_a_decision_ends_the_range_at_the_next_build_and_taking_it_back_opens_it(
    portrait_ia: Run, tmp_path: Path, option: str, then: list[Ends]
) -> None:
    years = Years(portrait_ia, tmp_path)
    output = years.build()
    assert re.search(
        r"may be one, .*: 1\. See .*/report/candidats\.csv, or portrait-ia rev", output
    )
    before = [(2, 1, 2), (1, 0, 1), (1, 1, 2), (1, 1, 1), (0, 0, 1)]
    assert years.numbers() == before
    done = portrait_ia("review", years.releases_folder, option, "1", "--author", "Ada Tremblay")
    assert done.returncode == 0, done.stderr
    assert years.numbers() == before
    output = years.build()
    assert "may be one" not in output
    assert years.numbers() == then
    (years.releases_folder / "decisions.csv").unlink()
    years.build()
    assert years.numbers() == before


def test_check_names_its_list_of_candidates(portrait_ia: Run, tmp_path: Path) -> None:
    Years(portrait_ia, tmp_path)
    files = [f"{year}={tmp_path / f'{year}.csv'}" for year in (2023, 2024)]
    assert "decide: 1. --report FOLDER" in portrait_ia("check", *files).stdout
    done = portrait_ia("check", *files, "--report", tmp_path / "report")
    listed = tmp_path / "report" / "candidats.csv"
    assert f"decide: 1. See {listed}" in done.stdout
    assert NEW in listed.read_text(encoding="utf-8")
