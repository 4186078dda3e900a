"""Who is who: what agrees in normal form is one, and no order of rows changes a URI."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROW
from transform.identity.rule import Identities, identify
from transform.layouts.model import FIELDS, load_layout
from transform.tables.columns import Header
from transform.tables.rows import (
    Cells,
    Reading,
    Row,
    read_rows,
)
from transform.text.normal_form import normal_form, slug
from transform.text.slugs import name_all, opaque_key

QUEBEC = load_layout("quebec")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cégep du Vieux Montréal ", "Cégep du Vieux Montréal"),
        ("Musée de la Civilisation", "Musée de la civilisation"),
        ("Saguenay–Lac-Saint-Jean", "Saguenay—Lac-Saint-Jean"),
        ("Saguenay-Lac", "Saguenay\u2011Lac"),
        ("l'Île", "l’Île"),
        ("Centre\u00a0de  services\u2009scolaire", "Centre de services scolaire"),
        ("Cégep", "Ce\u0301gep"),
        ("Héma\u200b-Québec", "Héma-Québec"),
        ("\ufeffMRNF", "mrnf"),
    ],
)
def test_texts_that_agree_in_normal_form(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CISSS de Laval", "CSS de Laval"),
        ("CISSS de Laval", "Université Laval"),
        ("Université du Québec", "Université du Québec à Montréal"),
        ("Cégep", "Cegep"),
        ("Santé Québec", "MSSS"),
    ],
)
def test_texts_that_only_look_alike(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@given(st.text())
def test_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


@given(st.text())
def test_slug_is_a_path_segment(text: str) -> None:
    assert slug(text)
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.lists(st.tuples(st.integers(2020, 2030), st.text(min_size=1).map(normal_form))))
def test_each_form_has_a_name_of_its_own(forms: list[tuple[int, str]]) -> None:
    names = name_all(forms)
    assert len(set(names.values())) == len({form for _, form in forms})
    assert name_all(reversed(forms)) == names


def test_first_form_keeps_the_readable_name() -> None:
    names = name_all([(2024, "cégep x"), (2025, "cegep x")])
    assert names["cégep x"] == "cegep-x"
    assert names["cegep x"].startswith("cegep-x-")


def test_key_is_opaque_and_always_the_same() -> None:
    assert opaque_key("héma-québec", "tri") == opaque_key("héma-québec", "tri")
    assert opaque_key("a", "bc") != opaque_key("ab", "c")
    assert len(opaque_key("héma-québec", "tri")) == 16


texts = st.text("abÉé '’-–\u00a0", min_size=1, max_size=6).filter(lambda text: text.strip())
cells = st.builds(Cells, texts, texts, texts, texts, texts, texts)


def reading_of(rows: list[Cells], year: int = 2025) -> Reading:
    table: object = None
    numbered = [Row(number, row) for number, row in enumerate(rows, start=2)]
    header = Header(1, {name: (at,) for at, name in enumerate(FIELDS)}, {}, ())
    return Reading(table, header, year, numbered, [], {})  # type: ignore[arg-type]


def identities(*readings: Reading) -> Identities:
    return identify([(reading, "fr") for reading in readings])


def keys_by_cells(result: Identities, reading: Reading) -> list[tuple[Cells, str]]:
    keys = result.keys[reading.year]
    return sorted(zip((row.cells for row in reading.rows), keys, strict=True))


@given(st.lists(cells, max_size=12), st.randoms(use_true_random=False))
def test_shuffled_rows_keep_their_keys(rows: list[Cells], chance: random.Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    one, other = reading_of(rows), reading_of(shuffled)
    assert keys_by_cells(identities(one), one) == keys_by_cells(identities(other), other)


@given(st.lists(cells, max_size=12))
def test_keys_of_one_year_differ(rows: list[Cells]) -> None:
    keys = identities(reading_of(rows)).keys[2025]
    assert len(set(keys)) == len(rows)


@given(st.lists(cells, max_size=8), st.lists(cells, max_size=8))
def test_other_years_change_no_key(rows: list[Cells], before: list[Cells]) -> None:
    alone = identities(reading_of(rows)).keys[2025]
    beside = identities(reading_of(before, 2024), reading_of(rows), reading_of(before, 2026))
    assert beside.keys[2025] == alone


@settings(max_examples=50)
@given(st.lists(cells, max_size=8), cells)
def test_inserted_row_of_another_name_changes_no_key(rows: list[Cells], new: Cells) -> None:
    pairs = {(normal_form(row.organisme), normal_form(row.nom)) for row in rows}
    if (normal_form(new.organisme), normal_form(new.nom)) not in pairs:
        alone = identities(reading_of(rows)).keys[2025]
        assert identities(reading_of([new, *rows])).keys[2025][1:] == alone


@given(st.lists(cells, max_size=10), st.lists(cells, max_size=10))
def test_never_joins_two_bodies_or_two_names(one: list[Cells], other: list[Cells]) -> None:
    result = identities(reading_of(one, 2024), reading_of(other, 2025))
    meant: dict[str, tuple[str, str]] = {}
    for year, rows in ((2024, one), (2025, other)):
        for row, key in zip(rows, result.keys[year], strict=True):
            pair = (normal_form(row.organisme), normal_form(row.nom))
            assert meant.setdefault(key, pair) == pair


def test_spellings_of_a_body_are_one_body(portrait: Callable[..., Path]) -> None:
    other = (*ROW[:2], "HÉMA\u2011QUÉBEC", *ROW[3:])
    file = portrait(ROW, ("Autre", *ROW[1:]), ("Troisième", *other[1:]))
    result = identities(read_rows(file, 2025, QUEBEC))
    [body] = result.bodies.by_place.values()
    assert (body.slug, body.label) == ("hema-quebec", "Héma-Québec")
    assert body.spellings == {"Héma-Québec ", "HÉMA\u2011QUÉBEC"}


def test_ten_thousand_names_without_letters_stay_apart() -> None:
    signs = [chr(0x1F300 + n % 200) + chr(0x1F300 + n // 200) for n in range(10_000)]
    names = name_all((2025, sign) for sign in signs)
    assert len(set(names.values())) == len(signs)
