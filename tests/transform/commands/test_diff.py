"""The command `diff`: a table for people, CSV for programs, Turtle for the graph; and refusals."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conftest import ROW, Run

BASE = "http://localhost:8000/"


def test_table_fits_80_columns_and_says_everything_in_both_languages(
    portrait_ia: Run, example: Path
) -> None:
    by_language = {
        language: portrait_ia("diff", example, 2024, 2025, "--lang", language)
        for language in ("fr", "en")
    }
    for done in by_language.values():
        assert done.returncode == 0, done.stderr
        assert max(len(line) for line in done.stdout.splitlines()) <= 80
        assert not [line for line in done.stdout.splitlines() if line != line.rstrip()]
    french, english = (" ".join(done.stdout.split()) for done in by_language.values())
    assert "22 nouveaux organismes et 60 organismes présents dans les deux" in french
    assert "58 nouveaux organismes et 41 absents" in french
    assert "Absent ne veut pas dire terminé" in french
    assert "22 new bodies and 60 bodies in both" in english
    assert "Higher Education (whole) 31 58 +87%" in english
    assert "= Enseignement supérieur (Réseau) 0 58" in english
    assert "ended: the source drops" in english


def test_csv_has_a_line_for_each_thing_that_changed(portrait_ia: Run, example: Path) -> None:
    done = portrait_ia("diff", example, 2024, 2025, "--format", "csv")
    assert done.returncode == 0, done.stderr
    lines = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    kinds = Counter(line["kind"] for line in lines)
    assert [kinds[f"organismes-{k}"] for k in ("nouveaux", "absents", "renommes")] == [22, 5, 23]
    assert kinds["portefeuilles-scindes"] == 3
    assert kinds["categories-reformulees"] == 1
    assert list(lines[0]) == ["kind", "uri", "label", "before", "after", "evidence"]
    (image,) = [line for line in lines if line["kind"] == "categories-reformulees"]
    assert image["uri"] == f"{BASE}id/categorie/traitement-d-image"
    assert (image["before"], image["after"]) == ("11", "27")
    assert "Traitement d'image: 11, 0 | Traitement d'image/Imagerie" in image["evidence"]
    for line in lines:
        assert line["uri"].startswith(f"{BASE}id/")
        assert line["label"]
        assert line["evidence"]
        if line["kind"].startswith("initiatives-"):
            assert "#row=" in line["evidence"]


def test_turtle_is_what_the_graph_of_the_release_holds(portrait_ia: Run, example: Path) -> None:
    done = portrait_ia("diff", example, 2024, 2025, "--format", "ttl")
    assert done.returncode == 0, done.stderr
    printed = {quad.triple for quad in ox.parse(done.stdout, format=ox.RdfFormat.TURTLE)}
    published = {
        quad.triple
        for quad in ox.parse(
            path=example / "current" / "dumps" / "portraits.nq", format=ox.RdfFormat.N_QUADS
        )
        if quad.graph_name == ox.NamedNode(f"{BASE}graph/rapprochements")
        and ("/comparaison/" in str(quad.subject) or "/changements/" in str(quad.subject))
    }
    assert printed == published
    assert len(printed) > 900


@pytest.mark.parametrize(
    ("years", "message"),
    [
        ((2023, 2025), "holds nothing of 2023; it holds 2024, 2025."),
        ((2019, 2020), "holds nothing of 2019 or 2020; it holds 2024, 2025."),
        ((2025, 2024), "the earlier year comes first. Write diff 2024 2025."),
        ((2024, 2024), "a year does not differ from itself. It holds 2024, 2025."),
    ],
)
def test_years_that_cannot_be_compared_are_refused_in_one_line(
    portrait_ia: Run, example: Path, years: tuple[int, int], message: str
) -> None:
    done = portrait_ia("diff", example, *years)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_without_a_release_is_refused_in_one_line(
    portrait_ia: Run, tmp_path: Path
) -> None:
    done = portrait_ia("diff", tmp_path, 2024, 2025)
    assert done.returncode == 2
    assert "no release here" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_release_whose_quads_are_gone_is_refused_in_one_line(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path
) -> None:
    old, new = portrait(ROW, name="a.csv"), portrait(ROW, name="b.csv")
    releases = tmp_path / "releases"
    assert portrait_ia("build", f"2024={old}", f"2025={new}", "--to", releases).returncode == 0
    (releases / "current" / "dumps" / "portraits.nq").unlink()
    done = portrait_ia("diff", releases, 2024, 2025)
    assert done.returncode == 2
    assert "portraits.nq: cannot be read" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_would_act_on_a_terminal_is_shown(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path
) -> None:
    # A mark that turns the direction of writing is no control, so no shape refuses it.
    old = portrait((ROW[0], "Automatisation\u202e", *ROW[2:]), name="a.csv")
    new = portrait((ROW[0], "Automatisation", *ROW[2:]), name="b.csv")
    releases = tmp_path / "releases"
    assert portrait_ia("build", f"2024={old}", f"2025={new}", "--to", releases).returncode == 0
    done = portrait_ia("diff", releases, 2024, 2025)
    assert done.returncode == 0
    assert "\u202e" not in done.stdout
    assert "Automatisation\\u202e" in done.stdout
