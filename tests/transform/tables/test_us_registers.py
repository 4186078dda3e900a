"""Two real registers of another government: other headers, another encoding, the same reader."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from transform.identity.keys import Anchor, key_rows
from transform.layouts.model import LISTS, load_layout
from transform.tables.rows import Reading, read_rows
from transform.text.normal_form import normal_form

DATA = PROJECT.parent / "shared" / "data" / "us"
FILES = {
    "2024": (DATA / "2024_consolidated_ai_inventory_raw_v2.csv", "us-2024"),
    "2025": (DATA / "2025_individually_reported_AI_use_cases.csv", "us-2025"),
    "2025-xlsx": (DATA / "2025_individually_reported_AI_use_cases.xlsx", "us-2025"),
}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs the registers in ../shared/data")


@pytest.fixture(scope="module")
def readings() -> dict[str, Reading]:
    return {
        name: read_rows(file, int(name[:4]), load_layout(layout))
        for name, (file, layout) in FILES.items()
    }


def concepts(reading: Reading, name: str) -> Counter[str | None]:
    """Count the rows by concept, as the layout spells them; other values by their normal form."""
    layout = load_layout(FILES[str(reading.year)][1])
    spelled = {
        normal_form(spelling): value.concept
        for value in layout.lists[name].values
        for spelling in value.spellings
    }
    blank = layout.lists[name].blank
    forms = (normal_form(getattr(row.cells, name)) for row in reading.rows)
    return Counter(spelled.get(form, form) or blank for form in forms)


@pytest.mark.parametrize(
    ("name", "rows", "listed", "encoding", "sheet", "header"),
    [
        ("2024", 2133, [], "windows-1252", None, 1),
        ("2025", 3611, [], "utf-8-sig", None, 1),
        ("2025-xlsx", 3611, [(1, "title", "")], None, "Consolidated Inventory", 2),
    ],
)
def test_every_row_is_read(
    readings: dict[str, Reading],
    name: str,
    rows: int,
    listed: list[tuple[int, str, str]],
    encoding: str,
    sheet: str | None,
    header: int,
) -> None:
    reading = readings[name]
    assert (len(reading.rows), reading.read) == (rows, rows + len(listed))
    assert [(line.row, line.text) for line in reading.listed] == [
        (row, text) for row, _, text in listed
    ]
    assert (reading.table.encoding, reading.table.sheet) == (encoding, sheet)
    assert reading.header.row == header
    assert [row.number for row in reading.rows] == list(range(header + 1, header + 1 + rows))


@pytest.mark.parametrize(("name", "others"), [("2024", 49), ("2025", 19), ("2025-xlsx", 19)])
def test_other_columns_are_named(readings: dict[str, Reading], name: str, others: int) -> None:
    assert len(readings[name].header.other) == others


@pytest.mark.parametrize("name", ["2024", "2025", "2025-xlsx"])
def test_more_fields_hold_what_the_file_does(readings: dict[str, Reading], name: str) -> None:
    reading, layout = readings[name], load_layout(FILES[name][1])
    filled = Counter(
        slot.field
        for row in reading.rows
        for slot, text in zip(reading.slots, row.others, strict=True)
        if layout.fields[slot.field].values(text)
    )
    fields = ("identifiant", "description", "own.outputs", "own.highImpact", "own.development")
    # The CSV file of 2025 has no cell where the workbook has one more way to say nothing.
    assert [filled[field] for field in fields] == {
        "2024": [0, 0, 2086, 0, 1153],
        "2025": [2907, 3018, 2845, 3185, 1604],
        "2025-xlsx": [2907, 3018, 2846, 3185, 1604],
    }[name]
    assert filled["date_retrait"] == {"2024": 118}.get(name, 0)
    own = {one.name: one.values for one in layout.own}
    known = {normal_form(text) for value in own["highImpact"] for text in value.spellings}
    at = [slot.field for slot in reading.slots].index("own.highImpact")
    assert {normal_form(row.others[at]) for row in reading.rows} <= known | {""}


def test_no_row_that_was_published_changes_its_key(readings: dict[str, Reading]) -> None:
    def keys(reading: Reading) -> list[str]:
        return key_rows(reading, lambda row: Anchor(normal_form(row.cells.organisme), 0)).keys

    for name in ("2024", "2025"):
        reading = readings[name]
        bare = [row._replace(others=(), identifier="") for row in reading.rows]
        assert keys(reading) == keys(replace(reading, rows=bare))


def test_counts_by_agency_are_those_of_the_file(readings: dict[str, Reading]) -> None:
    for name, codec, column in [("2024", "cp1252", "Agency"), ("2025", "utf-8-sig", "agency_name")]:
        with FILES[name][0].open(encoding=codec, newline="") as lines:
            counted = Counter(record[column] for record in csv.DictReader(lines))
        assert Counter(row.cells.portefeuille for row in readings[name].rows) == counted
    assert counted["Department of Energy"] == 340
    assert counted["National Aeronautics and Space Administration"] == 425
    assert counted["Department of Veterans Affairs"] == 367


@pytest.mark.parametrize(
    ("name", "borrowed", "column"),
    [("2024", 21, "Agency"), ("2025", 57, "agency_name"), ("2025-xlsx", 57, "Agency Name")],
)
def test_a_row_without_bureau_falls_back_on_its_agency(
    readings: dict[str, Reading], name: str, borrowed: int, column: str
) -> None:
    reading = readings[name]
    rows = [row for row in reading.rows if reading.column(row, "organisme") == column]
    assert len(rows) == borrowed
    assert all(row.cells.organisme == row.cells.portefeuille for row in rows)


def test_the_workbook_and_the_csv_file_say_the_same(readings: dict[str, Reading]) -> None:
    def values(reading: Reading) -> Counter[tuple[str, ...]]:
        fields = ("nom", "organisme", "portefeuille", "benefices")
        return Counter(
            tuple(unescaped(getattr(row.cells, field)) for field in fields) for row in reading.rows
        )

    def unescaped(cell: str) -> str:
        """Read the escapes of Office Open XML, which the CSV file has as text."""
        return cell.replace("_x000D_", "\r").replace("_x0002_", "\x02")

    assert values(readings["2025"]) == values(readings["2025-xlsx"])
    assert not any("_x000D_" in cell for row in readings["2025-xlsx"].rows for cell in row.cells)
    for name in LISTS:
        assert concepts(readings["2025"], name) == concepts(readings["2025-xlsx"], name)


def test_the_lists_of_2025_hold_all_but_three_values(readings: dict[str, Reading]) -> None:
    layout = load_layout("us-2025")
    known = {value.concept for value in layout.lists["categorie"].values}
    assert set(concepts(readings["2025"], "categorie")) - known == {
        "other (use other text field)",
        "other - applied mathematical sciences",
        "other - economic & financial",
    }
    assert concepts(readings["2025"], "statut") == {
        "pre-deployment": 1479, "deployed": 1040, "pilot": 440, "non-precise": 338, "retired": 314,
    }  # fmt: skip


def test_cells_of_2024_keep_line_ends_and_typographic_signs(readings: dict[str, Reading]) -> None:
    texts = [text for row in readings["2024"].rows for text in row.cells]
    assert any("\n" in text for text in texts)
    assert any("’" in text for text in texts)
    assert not any("\ufffd" in text or "Ã" in text for text in texts)


def test_a_date_that_us_2024_leaves_out_would_exchange_two_twins(
    readings: dict[str, Reading], tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "us-2024"\n[fields.date_mise_en_service]\ncolumns = ["Date Implemented"]\n'
    )
    layout = load_layout(str(own))
    dated = read_rows(FILES["2024"][0], 2024, layout)
    without, with_date = (
        key_rows(reading, lambda row: Anchor(normal_form(row.cells.organisme), 0)).keys
        for reading in (readings["2024"], dated)
    )
    changed = [
        row.number
        for row, one, other in zip(dated.rows, without, with_date, strict=True)
        if one != other
    ]
    assert changed == [1744, 1752]
    [slot] = [n for n, each in enumerate(dated.slots) if each.field == "date_mise_en_service"]
    moments = [
        layout.fields["date_mise_en_service"].moments(row.others[slot]) for row in dated.rows
    ]
    years = Counter(min(found).text[:4] == "1905" for found in moments if len(found) == 1)
    assert years == {False: 619, True: 31}
