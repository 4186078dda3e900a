"""What a file says beside the text of its cells gets a warning that names the place."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from server.cli import main
from tests.conftest import HEADER, ROW
from transform.layouts.model import LISTS, load_layout
from transform.pipeline.prepare import prepare
from transform.pipeline.sources import Source

Report = dict[str, Any]
GARBLED = "The text seems to have been garbled before it came; it is published as it is."
HIDDEN = (
    "The row is hidden in the workbook: who opens it does not see the row, and it is published."
)
COLUMN = "A published column is hidden in the workbook: who opens it does not see the column."
FORMULA = "The cell is a formula whose value the file does not store: it is read as blank."
FORMULAS = "The row is not published: it has formulas whose values the file does not store."
FORMAT = "A spreadsheet shows the cell in a format that is not reproduced: its value is published."
SAVE = "Open the workbook in a spreadsheet and save it: the values will be there."


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., Report]:
    """Check one file as the portrait of 2023, which no layout describes; return its report."""

    def run(file: Path, *options: object) -> Report:
        report = tmp_path / "report"
        arguments = ["check", f"2023={file}", "--report", report, *options]
        result = CliRunner().invoke(main, list(map(str, arguments)))
        assert result.exit_code == 0, result.output
        read: Report = json.loads((report / "validation.json").read_text())
        return read

    return run


def warnings(report: Report) -> list[tuple[int | None, str, str, str]]:
    return [
        (result["row"], result["column"], result["en"], result["next_en"])
        for result in report["results"]
        if result["severity"] == "Warning"
    ]


def test_what_a_workbook_shows_otherwise_is_warned_of(
    check: Callable[..., Report], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for record in (HEADER, ROW, ROW, ROW, (None,) * 6, ROW):
        sheet.append(record)
    sheet["E2"] = '=CONCATENATE("a","b")'  # openpyxl stores no value
    sheet["A3"], sheet["A3"].number_format = 0.25, "0%"
    sheet["E3"], sheet["E3"].number_format = 7, "0000"
    sheet["A5"] = "=A2"
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["E"].hidden = True
    book.save(tmp_path / "portrait.xlsx")
    report = check(tmp_path / "portrait.xlsx")
    assert warnings(report) == [
        (
            None, "Bénéfices", COLUMN,
            'Show the column "Bénéfices" in the spreadsheet, or take it out of the file.',
        ),
        (2, "Bénéfices", FORMULA, SAVE),
        (
            3, "Nom de l'initiative", FORMAT,
            "If the format 0% should be read, write the cell as text in the spreadsheet.",
        ),
        (4, "", HIDDEN, "Show row 4 in the spreadsheet, or take it out of the file."),
        (5, "", FORMULAS, SAVE),
    ]  # fmt: skip
    assert {result["file"] for result in report["results"]} == {"portrait.xlsx"}
    [about] = report["files"]
    assert (about["published"], about["listed"]) == (4, [{"row": 5, "kind": "blank", "text": ""}])


def test_garbled_text_is_warned_of_with_what_it_probably_was(
    check: Callable[..., Report], portrait: Callable[..., Path]
) -> None:
    long = "Réduire les délais, améliorer le service. " * 5
    report = check(
        portrait(
            ("RÃ©ception des demandes", *ROW[1:4], f"{long}Un_x000D_\nDeux. {long}", ROW[5]),
            ("Ã la carte, R&D;", *ROW[1:]),
        )
    )
    around = (long * 2)[len(long) - 58 : len(long)]
    assert warnings(report) == [
        (
            2, "Bénéfices", GARBLED,
            f'It probably was "… {around}Un Deux. {long[:52]} …": correct the cell at its source.',
        ),
        (
            2, "Nom de l'initiative", GARBLED,
            'It probably was "Réception des demandes": correct the cell at its source.',
        ),
    ]  # fmt: skip
    raw = {result["raw"] for result in report["results"] if result["en"] == GARBLED}
    assert "RÃ©ception des demandes" in raw


def test_escapes_of_a_workbook_do_not_part_one_initiative_from_itself(tmp_path: Path) -> None:
    """An escaped carriage return is the line end that a CSV file of another year has."""
    row = ("Tri\r\ndes demandes", ROW[1], "Héma-Québec\r\n", *ROW[3:])
    with (tmp_path / "portrait-2024.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, row])
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append([cell.replace("\r", "_x000D_") for cell in row])
    book.save(tmp_path / "portrait-2025.xlsx")
    layout = load_layout("quebec")
    names = {2024: "portrait-2024.csv", 2025: "portrait-2025.xlsx"}
    sources = [Source(year, tmp_path / name, layout) for year, name in names.items()]
    work = prepare(sources, "http://localhost:8000/", lambda *_: None)
    [[earlier], [later]] = work.rows.values()
    assert (earlier.key, earlier.body) == (later.key, later.body)
    assert earlier.row.cells == later.row.cells


@pytest.mark.parametrize("is_open", [False, True])
def test_a_total_row_is_named_as_what_it_is(
    portrait: Callable[..., Path], tmp_path: Path, is_open: bool
) -> None:
    layout = tmp_path / "ouvert.toml"
    opened = "".join(f"[lists.{name}]\nopen = {str(is_open).lower()}\n" for name in LISTS)
    layout.write_text(f'layout = 1\nextends = "quebec"\n{opened}')
    file = portrait(ROW, ("248", "", "", "Total", "", ""))
    result = CliRunner().invoke(main, ["check", f"2023={file}", "--layout", str(layout)])
    assert result.exit_code == 0, result.output
    assert "2 rows read = 1 published + 0 rejected + 1 listed" in result.output
    assert (
        "row 3 looks like a total row and is not published (248 | Total): take it out of the file,"
        " or fill in its other cells if it is an initiative"
    ) in result.output
