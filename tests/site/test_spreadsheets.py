"""What people open in a spreadsheet runs nothing there; what programs read is exact."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from tests.conftest import HEADER, ROW, Run
from transform.decisions.initiatives import read_decisions

OLD, NEW, BODY, BENEFITS = "=Tri des demandes", "=Tri des demandes, phase 2", "@Office", "-1+1"
COMMENT, AUTHOR = '=HYPERLINK("http://exemple.invalid")', "+Ada"
ODD = "=En pause"  # a status that is in no list
CELLS = 'SELECT ?a ?b { VALUES (?a ?b) { ("=1+1" -12) ("-7.5" -1.5e3) ("\'=1" UNDEF) } }'


class Hostile(NamedTuple):
    """A site of two portraits whose texts are formulas, and its folder of releases."""

    site: str
    releases: Path
    run: Run


@pytest.fixture(scope="module")
def hostile(
    portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    files = []
    for year, name in ((2023, OLD), (2024, NEW)):
        files.append(f"{year}={folder / f'{year}.csv'}")
        row = (name, ROW[1], BODY, ROW[3], BENEFITS, ROW[5])
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([HEADER, row, (*row[:5], ODD)])
    done = portrait_ia("build", *files, "--to", folder / "releases", "--quarantine")
    assert done.returncode == 0, done.stderr
    with boot(folder / "releases", workers=1) as site:
        yield Hostile(site, folder / "releases", portrait_ia)


def assert_none_runs(text: str, *texts: str, delimiter: str = ",") -> None:
    """Check that no cell is a formula, and that these texts stand in some, behind an apostrophe."""
    cells = [
        c for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for c in row
    ]
    assert [
        c for c in cells if re.match(r"\s*[=+@-]", c) and not re.fullmatch(r"-[0-9.]+", c)
    ] == []
    assert {f"'{text}" for text in texts} <= set(cells)


def test_results_for_excel_run_nothing_and_keep_their_numbers(hostile: Hostile, fetch: Any) -> None:
    address = f"{hostile.site}sparql?{urlencode({'query': CELLS, 'format': 'excel'})}"
    text = fetch(address).body.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert rows[1:] == [["'=1+1", "-12"], ["-7.5", "-1500"], ["''=1", ""]]


def test_results_in_csv_are_exact(hostile: Hostile, fetch: Any) -> None:
    text = fetch(f"{hostile.site}sparql?{urlencode({'query': CELLS, 'format': 'csv'})}").text
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1:] == [["=1+1", "-12"], ["-7.5", "-1500"], ["'=1", ""]]


def test_tables_of_changes_run_nothing(hostile: Hostile, fetch: Any) -> None:
    numbers = fetch(f"{hostile.site}changements/2023-2024.csv").text
    assert_none_runs(numbers)
    paths = [
        line["uri"].partition("/id/comparaison/")[2]
        for line in csv.DictReader(io.StringIO(numbers))
    ]
    assert len(paths) > 20
    tables = "".join(fetch(f"{hostile.site}changements/{path}.csv").text for path in paths)
    assert_none_runs(tables, OLD, NEW, BODY)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("report/candidats.csv", (OLD, NEW, BODY, BENEFITS)),
        ("report/rejets.csv", (ODD, OLD, BODY, BENEFITS)),
        ("dumps/portrait-2024.csv", (NEW, BODY, BENEFITS)),
    ],
)
def test_tables_of_a_release_run_nothing(
    hostile: Hostile, name: str, texts: tuple[str, ...]
) -> None:
    file = hostile.releases / "current" / name
    assert_none_runs(file.read_bytes().decode(), *texts)


def test_lists_of_commands_run_nothing(hostile: Hostile) -> None:
    changes = hostile.run("diff", hostile.releases, 2023, 2024, "--format", "csv").stdout
    assert_none_runs(changes, OLD, NEW)
    listed = hostile.run("review", hostile.releases, "--list", "--format", "csv").stdout
    assert_none_runs(listed, OLD, NEW)


def test_what_a_person_decided_is_read_back_exactly(hostile: Hostile, tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    words = ("--decisions", file, "--accept", "1", "--author", AUTHOR, "--comment", COMMENT)
    done = hostile.run("review", hostile.releases, *words)
    assert done.returncode == 0, done.stderr
    table = file.read_bytes().decode()
    assert_none_runs(table, AUTHOR)
    [line] = csv.DictReader(io.StringIO(table, newline=""))
    assert line["comment"].startswith(f"'{COMMENT}")
    [ruling] = read_decisions(file, None).rulings
    assert (ruling.grounds.author, ruling.grounds.comment) == (AUTHOR, line["comment"][1:])
