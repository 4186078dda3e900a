"""Workbooks of old (.xls): read as others are, and nothing that one does ends the command."""

import contextlib
import json
import random
from pathlib import Path

import pytest

from tests.conftest import HEADER, ROW, Run
from tests.support.old_workbook import as_corners, as_document, as_xls
from transform.errors import UnreadableFile
from transform.layouts.model import load_layout
from transform.tables import xls_process
from transform.tables.reader import find_format, read_table

GOOD = as_xls({"Notes": [("Portrait",)], "P": [(), HEADER, ROW], "Vieux": [HEADER]}, ["Vieux"])
AGAIN = "Open it in a spreadsheet and save it again as .xlsx, or as .csv in UTF-8."


def refusal(path: Path, raw: bytes) -> str:
    path.write_bytes(raw)
    with pytest.raises(UnreadableFile) as refused:
        read_table(path, load_layout("quebec"), 2025)
    return str(refused.value)


def test_it_is_published_as_others_are(portrait_ia: Run, tmp_path: Path) -> None:
    (tmp_path / "p.xls").write_bytes(GOOD)
    assert find_format(tmp_path / "p.xls") == "xls"
    done = portrait_ia("build", f"2025={tmp_path}/p.xls", "--to", tmp_path / "releases")
    assert done.returncode == 0, done.stderr
    release = tmp_path / "releases" / "current"
    about = json.loads((release / "manifest.json").read_bytes())
    (portrait,) = about["portraits"]
    assert (portrait["format"], portrait["sheet"], portrait["header_row"]) == ("xls", "P", 2)
    media_type = about["files"]["dumps/sources/2025/p.xls"]["media_type"]
    assert media_type == "application/vnd.ms-excel"
    text = (release / "dumps/portraits.nt").read_text("utf-8")
    assert "sources/2025/p.xls#row=3>" in text
    assert f'"{ROW[2]}"' in text  # blanks and all


def test_cells_are_texts_wherever_the_rows_begin(tmp_path: Path) -> None:
    numbers = (ROW[0], 0.1, 12345678901234567.0, 3.0, None, ROW[5])
    (tmp_path / "p.xls").write_bytes(as_xls({"P": [(), (), HEADER, numbers]}))
    table = read_table(tmp_path / "p.xls", load_layout("quebec"), 2025)
    assert table.records[:2] == [("",) * 6] * 2
    assert table.records[3] == (ROW[0], "0.1", "1.23456789012346e+16", "3", "", ROW[5])


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            as_xls({"P": [HEADER, ROW]}, password=True),
            "a workbook with a password."
            " Save it from a spreadsheet as .xlsx without password, or as .csv in UTF-8.",
        ),
        (
            as_document(),
            "an old Office file that is no workbook, such as .doc."
            " Give the file as .csv in UTF-8, as .xlsx, .xls, .ods or .json.",
        ),
        (GOOD[:1600], f"a workbook that cannot be read (Cannot detect file format). {AGAIN}"),
        (
            as_corners(1),
            "holds more than 16,000,000 cells, more than the file of a year can need."
            " Save only the sheet with the data as a new .xlsx, or as .csv in UTF-8.",
        ),
        # 8 GB of cells in as many kilobytes.
        (as_corners(16), f"a workbook whose reading fails, damaged or too large. {AGAIN}"),
        (
            as_xls({"P": [("x",)], "Vieux": [HEADER, ROW]}, ["Vieux"]),
            'only the hidden sheet "Vieux" has a header that fits',
        ),
    ],
    ids=["password", "no workbook", "cut", "far cell", "gigabytes", "hidden"],
)
def test_what_is_refused_says_why(tmp_path: Path, raw: bytes, message: str) -> None:
    said = refusal(tmp_path / "p.xls", raw)
    assert said.startswith("p.xls: ")
    assert message in said


def test_damage_anywhere_is_a_refusal_or_a_table(tmp_path: Path) -> None:
    draw = random.Random(15)
    for _ in range(6):
        raw = bytearray(GOOD)
        for _ in range(draw.choice([1, 5, 20])):
            raw[draw.randrange(512, len(raw))] = draw.randrange(256)
        (tmp_path / "p.xls").write_bytes(raw)
        with contextlib.suppress(UnreadableFile):
            read_table(tmp_path / "p.xls", load_layout("quebec"), 2025)


def test_texts_without_end_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xls_process, "TEXT", 100)
    assert xls_process.read_content(GOOD)["excess"] == "tables.much_text"
