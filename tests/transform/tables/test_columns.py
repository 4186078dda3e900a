"""The header is the record that names most of the declared columns, wherever it stands."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from transform.errors import UnfitColumns
from transform.layouts.model import Layout, load_layout
from transform.tables.columns import find_header
from transform.tables.header import best_fit
from transform.tables.table import Table

SMALL = PROJECT / "tests/layouts/petit.toml"
HEADER = ("Nom", "Catégorie", "Organisme", "Portefeuille", "Bénéfices", "Statut")
ROW = ("Un projet", "Automatisation", "Régie", "Santé", "", "En cours")


@pytest.fixture(scope="module")
def layout() -> Layout:
    return load_layout(str(SMALL))


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    file = tmp_path_factory.mktemp("layout") / "souple.toml"
    file.write_text(f'extends = "{SMALL}"\ncolumns.other = "list"\n', encoding="utf-8")
    return load_layout(str(file))


def table(*records: Sequence[str]) -> Table:
    return Table(
        Path("portrait.csv"),
        "",
        0,
        "csv",
        "utf-8",
        ",",
        None,
        [tuple(record) for record in records],
    )


def test_columns_in_any_order_and_spelling(layout: Layout) -> None:
    header = find_header(
        table((" STATUT ", "Benéfices".replace("e", "é", 1), "nom de l’initiative", "PORTEFEUILLE",
               "Cate\u0301gorie", "\ufefforganisme"), ROW),
        layout,
    )  # fmt: skip
    assert {field: at[0] for field, at in header.columns.items()} == {
        "nom": 2, "categorie": 4, "organisme": 5, "portefeuille": 3, "benefices": 1, "statut": 0,
    }  # fmt: skip
    assert (header.row, header.other) == (1, ())
    assert header.names[0] == " STATUT "


def test_header_below_titles_that_hold_a_column_name(layout: Layout) -> None:
    titles = [("Portrait 2025",), ("Statut",), ("", ""), ("Nom", "Organisme")]
    assert find_header(table(*titles, HEADER, ROW), layout).row == 5


def test_the_first_of_equal_headers_is_taken(layout: Layout) -> None:
    assert find_header(table(HEADER, ROW, HEADER), layout).row == 1


def test_header_is_looked_for_in_the_first_fifty_records(layout: Layout) -> None:
    blanks = [("",)] * 49
    assert find_header(table(*blanks, HEADER), layout).row == 50
    with pytest.raises(UnfitColumns):
        find_header(table(("",), *blanks, HEADER), layout)


def test_an_optional_column_may_be_missing(layout: Layout) -> None:
    header = find_header(table(tuple(name for name in HEADER if name != "Bénéfices")), layout)
    assert header.columns["benefices"] == ()


def test_fallbacks_stand_after_the_main_column_in_the_order_declared(layout: Layout) -> None:
    header = find_header(table(("Réseau", "Ministère", *HEADER)), layout)
    assert header.columns["organisme"] == (4, 1, 0)


def test_a_nameless_column_is_no_other_column(lenient: Layout) -> None:
    header = find_header(table(("", "Budget", *HEADER, "\u200b ")), lenient)
    assert header.other == ("Budget",)
    assert 0 not in header.names
    assert 8 not in header.names


REFUSED = [
    (
        [("Titre",), ("a", "b")],
        "portrait.csv: none of the first 2 rows names a column that petit.toml declares"
        ' ("Nom de l\'initiative", "Nom", "Catégorie" …).'
        " Name the file's columns under [fields.…] of petit.toml, or give another file.",
    ),
    (
        [("Titre",), tuple(name for name in HEADER if name != "Nom")],
        'portrait.csv, row 2: No column for nom (known: "Nom de l\'initiative", "Nom").'
        " Add its name to columns under [fields.nom] of petit.toml, or correct the file.",
    ),
    (
        [(*HEADER, "Budget total")],
        'portrait.csv, row 1: Not declared: "Budget total".'
        " Add each to columns under a [fields.…], or to ignore under [columns], of petit.toml, or"
        " correct the file.",
    ),
    (
        [(*HEADER[:5], "Statut\nactuel"), ROW],
        'portrait.csv, row 1: No column for statut (known: "Statut").'
        " Add its name to columns under [fields.statut] of petit.toml, write absent = true there if"
        " the register has no such field, or correct the file."
        ' Not declared: "Statut actuel" (nearest known: "Statut").'
        " Add each to columns under a [fields.…], or to ignore under [columns], of petit.toml, or"
        " correct the file.",
    ),
    (
        [(*HEADER, *(f"\x1b[{number}m\u202e" for number in range(10)))],
        'portrait.csv, row 1: Not declared: "\\x1b[0m\\u202e", "\\x1b[1m\\u202e",'
        ' "\\x1b[2m\\u202e", "\\x1b[3m\\u202e", "\\x1b[4m\\u202e", "\\x1b[5m\\u202e",'
        ' "\\x1b[6m\\u202e", "\\x1b[7m\\u202e" and 2 more.'
        " Add each to columns under a [fields.…], or to ignore under [columns], of petit.toml, or"
        " correct the file.",
    ),
    (
        [(*HEADER, "NOM")],
        'portrait.csv, row 1: "Nom" (column 1) and "NOM" (column 7) fill nom.'
        " Take one of them out of the file.",
    ),
    (
        [(*HEADER, "Nom de l'initiative")],
        'portrait.csv, row 1: "Nom" (column 1) and "Nom de l\'initiative" (column 7) fill nom.'
        " Join them in the file, or name all but one of them under [columns] ignore of"
        " petit.toml.",
    ),
    (
        [(*HEADER, "Réseau", "réseau")],
        'portrait.csv, row 1: "Réseau" (column 7) and "réseau" (column 8) fill organisme.'
        " Take one of them out of the file.",
    ),
]


@pytest.mark.parametrize(("records", "message"), REFUSED)
def test_unfit_columns_are_all_named_in_one_message(
    layout: Layout, records: list[tuple[str, ...]], message: str
) -> None:
    with pytest.raises(UnfitColumns) as refused:
        find_header(table(*records), layout)
    assert str(refused.value).replace(str(SMALL), SMALL.name) == message


@pytest.mark.parametrize("name", ["Coût", "Nom"])
def test_an_ignored_column_is_no_field_and_no_fault(tmp_path: Path, name: str) -> None:
    file = tmp_path / "essai.toml"
    file.write_text(f'extends = "{SMALL}"\ncolumns.ignore = ["{name.upper()}"]', encoding="utf-8")
    names = (*HEADER, "Coût" if name == "Coût" else "Nom de l'initiative")
    header = find_header(table(names), load_layout(str(file)))
    assert (header.other, header.untaken) == ((name,), [])
    assert header.columns["nom"] == ((0,) if name == "Coût" else (6,))


def test_a_fallback_does_not_replace_a_missing_column(layout: Layout) -> None:
    with pytest.raises(UnfitColumns, match="No column for organisme"):
        find_header(table(("Ministère", *(name for name in HEADER if name != "Organisme"))), layout)


def test_a_fit_is_whole_without_its_optional_columns(layout: Layout) -> None:
    assert best_fit([HEADER[:4] + HEADER[5:]], layout).is_whole(layout)
    assert not best_fit([HEADER[:5]], layout).is_whole(layout)
    assert best_fit([], layout) == (1, frozenset())
