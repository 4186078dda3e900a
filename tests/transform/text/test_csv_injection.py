"""CSV for people: a spreadsheet runs no cell, numbers stay numbers, and nothing is lost."""

import ast
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import PROJECT
from transform.text.csv_injection import SpreadsheetWriter, original_cell, safe_cell

NUMBERS = ["-1", "+1", "-1.5", "-1,5", "-.5", "-1.", "-1.5E-3", "+2e10", "0", "007"]
OTHERS = ["", "Réduire les délais - vite", "1+1", "http://a/=b", "«-»", "'", "l'eau", "'tis", "'-1"]
FORMULAS = [
    *("=1+1", "+a", "-a", "- Réduire", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1"),
    *("－1", "＠a", "\u00a0=1", "\x00=1", "\ufeff=1", "\ttext", "\rtext", "\ntext", "-1+1", "-1-"),
    *("--1", "-INF", "-1\n", "-١", "-1e", "-" + "1" * 50_000 + "x"),
    # What is guarded already, by somebody else, is text that may not lose its apostrophe.
    *("'=1", "''=1", "'\t"),
]  # fmt: skip


@pytest.mark.parametrize("cell", FORMULAS, ids=lambda cell: repr(cell[:20]))
def test_a_cell_that_may_be_a_formula_is_text(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"
    assert original_cell(f"'{cell}") == cell


@pytest.mark.parametrize("cell", [*NUMBERS, *OTHERS])
def test_numbers_and_other_cells_stay_what_they_are(cell: str) -> None:
    assert safe_cell(cell) == original_cell(cell) == cell


@given(st.text(st.sampled_from("'=+-@＝ \t\n\x00\ufeff1.,ea") | st.characters(), max_size=8))
def test_every_cell_is_read_back_as_it_was(cell: str) -> None:
    assert original_cell(safe_cell(cell)) == cell


def test_a_writer_guards_texts_and_leaves_numbers() -> None:
    out = io.StringIO(newline="")
    writer = SpreadsheetWriter(out, delimiter=";")
    writer.writerow(["=a", -1, -1.5, "-1", None])
    writer.writerows([["b", "@c"]])
    assert out.getvalue() == "'=a;-1;-1.5;-1;\r\nb;'@c\r\n"
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=";"))
    assert [[original_cell(cell) for cell in row] for row in rows][1] == ["b", "@c"]


# The results of the SPARQL Protocol are exact.
EXACT = {"server/engine/process/csv_cells.py"}


def writers_of_csv(file: Path) -> Iterator[str]:
    """Yield what a module uses that writes CSV."""
    text = file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)) if "csv" in text else ():
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "name", "")
        if name in ("DictWriter", "to_csv") or (
            isinstance(node, ast.Attribute)
            and name == "writer"
            and getattr(node.value, "id", "") == "csv"
        ):
            yield name


def test_all_csv_but_that_of_the_protocol_is_written_for_spreadsheets() -> None:
    files = [*PROJECT.glob("transform/**/*.py"), *PROJECT.glob("server/**/*.py")]
    writing = {str(file.relative_to(PROJECT)) for file in files if any(writers_of_csv(file))}
    assert writing == {"transform/text/csv_injection.py", *EXACT}
