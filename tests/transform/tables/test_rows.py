"""Every record is a row, the header, or a listed line: none is dropped in silence."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import PROJECT
from transform.errors import UnreadableFile
from transform.layouts.model import Layout, load_layout
from transform.tables.rows import Reading, read_rows

Read = Callable[..., Reading]
SMALL = PROJECT / "tests/layouts/petit.toml"
HEADER = ("Nom", "Catégorie", "Organisme", "Portefeuille", "Bénéfices", "Statut")
ROW = ("Un projet", "Automatisation", "Régie", "Santé", "Gain", "En cours")


@pytest.fixture(scope="module")
def layout() -> Layout:
    return load_layout(str(SMALL))


@pytest.fixture
def reading(tmp_path: Path, layout: Layout) -> Read:
    def read(*records: Sequence[str], name: str = "portrait.csv") -> Reading:
        out = io.StringIO(newline="")
        csv.writer(out).writerows(records)
        file = tmp_path / name
        file.write_bytes(out.getvalue().encode())
        return read_rows(file, 2025, layout)

    return read


def test_rows_keep_their_raw_text_and_number(reading: Read) -> None:
    raw = (" Un\u00a0projet ", "a\r\nb", "Régie\n", "\tSanté", "", "En cours  ")
    read = reading(HEADER, raw, ROW)
    assert [(row.number, tuple(row.cells)) for row in read.rows] == [(2, raw), (3, ROW)]
    assert (read.year, read.read, read.listed) == (2025, 2, [])


def test_numbers_count_records_not_lines_of_text(reading: Read) -> None:
    read = reading(("Titre\nsur deux lignes",), HEADER, ("a\nb\nc", *ROW[1:]), ROW)
    assert [row.number for row in read.rows] == [3, 4]


LISTED = [
    ((), "blank", ""),
    (("", " ", "\u00a0", "\u200b\ufeff", "\t"), "blank", ""),
    (("Source : ministère",), "note", "Source : ministère"),
    ((" * remarque ", "", " "), "note", " * remarque "),
    ((" TOTAL : 1 248 ",), "total", " TOTAL : 1 248 "),
    (("", "", "Sous-total", "", "", "248"), "total", "Sous-total | 248"),
    (
        ("Total des initiatives", "", "12,5 %", "", "-3"),
        "total",
        "Total des initiatives | 12,5 % | -3",
    ),
    (("Grand total",), "total", "Grand total"),
    (("", "Somme", "1\u00a0248"), "total", "Somme | 1\u00a0248"),
    (HEADER, "header", " | ".join(HEADER)),
    (("NOM", "catégorie ", *HEADER[2:]), "header", "NOM | catégorie  | " + " | ".join(HEADER[2:])),
]


@pytest.mark.parametrize(("line", "kind", "text"), LISTED)
def test_a_line_without_a_row_is_listed(
    reading: Read, line: tuple[str, ...], kind: str, text: str
) -> None:
    read = reading(HEADER, ROW, line, ROW)
    assert read.listed == [(3, kind, text)]
    assert [row.number for row in read.rows] == [2, 4]
    assert read.read == 3


def test_titles_above_the_header_are_listed(reading: Read) -> None:
    read = reading(("Portrait", "2025"), (), HEADER, ROW)
    assert read.listed == [(1, "title", "Portrait | 2025"), (2, "blank", "")]
    assert (read.header.row, read.read) == (3, 3)


FAULTY = [
    ("", *ROW[1:]),
    (*ROW[:2], "", *ROW[3:]),
    ("", "", "Régie", "", "", ""),
    ("", "", "", "", "", "En cours"),
    ("Un projet", "", "", "", "", "En cours"),
    ("Un projet", "", "", "", "Gain", ""),
    ("Nom", *ROW[1:]),
    (*ROW[:5], "Statut"),
    ("\x1b[31m\x07", *ROW[1:]),
    ("*", "Automatisation"),
    ("Total", "Automatisation"),
    ("Totalisation des dépôts", "248"),
    ("Total", "", "Régie", "", "248"),
    ("248", "12"),
]


@pytest.mark.parametrize("record", FAULTY)
def test_a_faulty_row_is_left_to_the_shapes(reading: Read, record: tuple[str, ...]) -> None:
    read = reading(HEADER, ROW, record)
    assert tuple(read.rows[1].cells) == record + ("",) * (6 - len(record))
    assert read.listed == []


def test_a_blank_cell_takes_the_first_fallback_that_is_not(reading: Read) -> None:
    header = ("Réseau", *HEADER, "Ministère")
    read = reading(
        header,
        ("R", *ROW, "M"),
        ("R", *ROW[:2], " \u00a0", *ROW[3:], " M "),
        ("R", *ROW[:2], "", *ROW[3:], " "),
        ("", *ROW[:2], " ", *ROW[3:], ""),
    )
    assert [row.cells.organisme for row in read.rows] == ["Régie", " M ", "R", " "]
    assert [read.column(row, "organisme") for row in read.rows] == [
        "Organisme", "Ministère", "Réseau", "Organisme",
    ]  # fmt: skip
    assert read.column(read.rows[0], "nom") == "Nom"


def test_a_missing_optional_column_reads_as_blank(reading: Read) -> None:
    read = reading([*HEADER[:4], HEADER[5]], [*ROW[:4], ROW[5]])
    assert tuple(read.rows[0].cells) == (*ROW[:4], "", ROW[5])
    assert read.column(read.rows[0], "benefices") == ""


REFUSED = [
    (
        (HEADER, (*ROW, "de trop")),
        'portrait.csv, row 2, column 7: "de trop" stands in a column without a name.'
        " Put cells that hold the separator in quotes, or name the column.",
    ),
    (
        (("", *HEADER), ("", *ROW), ("x\ny", *ROW)),
        'portrait.csv, row 3, column 1: "x y" stands in a column without a name.'
        " Put cells that hold the separator in quotes, or name the column.",
    ),
    (
        (("Titre",), HEADER),
        "portrait.csv: no row stands below the header (row 2). Download or save the file again.",
    ),
    (
        (HEADER, (), ("Source : x",), HEADER),
        "portrait.csv: no row stands below the header (row 1). Download or save the file again.",
    ),
]


@pytest.mark.parametrize(("records", "message"), REFUSED)
def test_a_file_whose_rows_do_not_fit_is_refused(
    reading: Read, records: tuple[tuple[str, ...], ...], message: str
) -> None:
    with pytest.raises(UnreadableFile) as refused:
        reading(*records)
    assert str(refused.value) == message


def test_blank_cells_beyond_the_header_do_not_matter(reading: Read) -> None:
    assert tuple(reading(HEADER, (*ROW, "", " ")).rows[0].cells) == ROW


def test_a_workbook_reads_as_the_csv_file_does(
    tmp_path: Path, layout: Layout, reading: Read
) -> None:
    records = [("Portrait 2025",), (), HEADER, ROW, (), ("", *ROW[1:]), ("Source : x",)]
    book = openpyxl.Workbook()
    for record in records:
        book.active.append(record)
    book.save(tmp_path / "portrait.xlsx")
    sheet = read_rows(tmp_path / "portrait.xlsx", 2025, layout)
    text = reading(*records)
    assert (sheet.rows, sheet.listed, sheet.header) == (text.rows, text.listed, text.header)
    assert (sheet.table.format, sheet.table.sheet) == ("xlsx", "Sheet")
