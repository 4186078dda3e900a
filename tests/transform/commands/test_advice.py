"""What a message advises is followed to the letter, and then the file passes."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import HEADER, PROJECT, ROW, Run

OTHER = ("Veille de presse", "Automatisation", "Retraite Québec", "Finances", "", ROW[5])


@pytest.fixture
def check(portrait_ia: Run, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Check a file as the portrait of 2026, and return the exit code and all that is printed."""

    def run(file: Path, *options: object) -> tuple[int, str]:
        report = ("--report", tmp_path / "report", "--lang", "en")
        done = portrait_ia("check", f"2026={file}", *report, *options)
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture
def extend(tmp_path: Path) -> Callable[..., tuple[str, Path]]:
    """Write lines into a layout of one's own that extends Québec's."""

    def write(*lines: str) -> tuple[str, Path]:
        file = tmp_path / "le-mien.toml"
        file.write_text("\n".join(('extends = "quebec"', *lines)), encoding="utf-8")
        return "--layout", file

    return write


def steps(tmp_path: Path) -> list[str]:
    """Return the next steps of the last check, each once."""
    results = json.loads((tmp_path / "report/validation.json").read_bytes())["results"]
    return list(dict.fromkeys(result["next_en"] for result in results))


LINES = re.compile(r"(\[\[lists.+?\]\]), (concept = \"[^\"]+\"), (spellings = \[.+?\])[.;]")


def test_a_new_category_and_a_new_status_are_three_lines_each(
    check: Callable[..., tuple[int, str]],
    extend: Callable[..., tuple[str, Path]],
    portrait: Callable[..., Path],
    tmp_path: Path,
) -> None:
    file = portrait(ROW, (*OTHER[:1], "Agent « autonome » \\o/", *OTHER[2:5], "Solution retirée"))
    assert check(file)[0] == 1
    category, status = steps(tmp_path)
    own = 'a layout of your own that begins with extends = "quebec" (--layout FILE): '
    assert f"or add three lines to {own}[[lists.categorie" in category
    assert f"three lines to {own}if it is the same value, [[lists.statut" in status
    new = [LINES.findall(step)[-1] for step in (category, status)]
    code, printed = check(file, *extend(*(line for lines in new for line in lines)))
    assert code == 0, printed
    same = LINES.findall(status)[0]
    assert same[1] == 'concept = "solution-en-production"'
    assert check(file, *extend(*new[0], *same))[0] == 0
    # What is in a report is the same on any machine; the terminal knows where the file is.
    code, printed = check(file, *extend(*new[0]))
    assert code == 1
    assert str(tmp_path) not in "".join(steps(tmp_path))
    assert f"le-mien.toml is {tmp_path}/le-mien.toml" in printed.splitlines()


def test_bodies_that_nobody_reviewed_are_written_into_a_copy_of_the_registry(
    check: Callable[..., tuple[int, str]],
    extend: Callable[..., tuple[str, Path]],
    portrait: Callable[..., Path],
    tmp_path: Path,
) -> None:
    bodies = ("Héma Québecc", 'Bureau des "essais"')
    file = portrait(*((*ROW[:2], body, *ROW[3:]) for body in bodies))
    printed = check(file)[1]
    assert "2 bodies that nobody has reviewed" in printed
    registry = re.search(
        r'write its line into (\S+), or into a copy .+, (registry = "(.+)")', printed
    )
    assert registry
    lines = [line for line in printed.splitlines() if line.startswith("    <id/organisme/")]
    assert len(lines) == 2
    known = (PROJECT / registry[1]).read_text("utf-8")
    (tmp_path / registry[3]).write_text("\n".join((known, *lines)), encoding="utf-8")
    code, printed = check(file, *extend(registry[2]))
    assert (code, "that nobody has reviewed" in printed) == (0, False), printed


def test_columns_that_nobody_declared_are_taken_or_passed_over(
    check: Callable[..., tuple[int, str]],
    extend: Callable[..., tuple[str, Path]],
    portrait: Callable[..., Path],
) -> None:
    header = (*HEADER[:4], "Bénéfices citoyens", "État", "Fournisseur", "Date")
    file = portrait((*ROW, "Nous", "2026-01-01"), (*OTHER, "", ""), header=header)
    code, printed = check(file)
    own = 'a layout of your own that begins with extends = "quebec" (--layout FILE)'
    assert code == 2
    assert f"Add its name to columns under [fields.statut] of {own}," in printed
    assert f"or to ignore under [columns], of {own}," in printed
    columns = '[fields.statut]\ncolumns = ["État"]\n[fields.benefices]\n'
    columns += 'columns = ["Bénéfices citoyens"]\n[columns]\n'
    layout = extend(columns, 'ignore = ["fournisseur", "DATE"]')
    assert check(file, *layout)[0] == 0
    code, printed = check(file, *extend(columns, 'other = "list"\nignore = ["Date"]'))
    assert code == 0
    assert (
        'portrait.csv: no field takes 1 of its columns: "Fournisseur". To take one, add it to'
        " columns under a [fields.…]; to pass it over, to ignore under [columns], of"
        f" {layout[1]}." in printed.splitlines()
    )


def test_a_field_in_two_columns_is_left_in_one(
    check: Callable[..., tuple[int, str]],
    extend: Callable[..., tuple[str, Path]],
    portrait: Callable[..., Path],
) -> None:
    header = (*HEADER, "Bénéfices attendus")
    file = portrait((*ROW, "Du temps"), header=header)
    code, printed = check(file)
    assert code == 2
    assert "name all but one of them under [columns] ignore of a layout of your own" in printed
    assert check(file, *extend('columns.ignore = ["Bénéfices attendus"]'))[0] == 0
