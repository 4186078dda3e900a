"""Whatever comes to the registry or to the files, no untouched initiative changes its URI."""

import random

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.transform.identity.test_rule import (
    cells,
    keys_by_cells,
    reading_of,
    texts,
)
from transform.identity.registry import Claim, Registered, Registry
from transform.identity.rule import Identities, identify
from transform.tables.rows import Cells, Reading
from transform.text.normal_form import normal_form

bodies = st.lists(st.lists(texts, min_size=1, max_size=3), max_size=3)
rows = st.lists(cells, max_size=8)


def registry_of(spellings: list[list[str]]) -> Registry:
    """Make a registry of bodies, where the first that claims a form has it."""
    known: dict[str, Registered] = {}
    claims: dict[str, Claim] = {}
    for number, names in enumerate(spellings):
        slug = f"organisme-{number}"
        known[slug] = Registered(slug, {"fr": names[0]}, tuple(names), None)
        for rank, spelling in enumerate(names):
            claims.setdefault(normal_form(spelling), Claim(slug, rank))
    return Registry(known, claims, ())


def identities(registry: Registry, *readings: Reading) -> Identities:
    return identify([(reading, "fr") for reading in readings], registry)


def pair(result: Identities, row: Cells) -> tuple[str, str]:
    return result.bodies.anchor(row.organisme).text, normal_form(row.nom)


@given(bodies, rows, st.randoms(use_true_random=False))
def test_shuffled_rows(
    known: list[list[str]], given_rows: list[Cells], chance: random.Random
) -> None:
    shuffled = list(given_rows)
    chance.shuffle(shuffled)
    one, other = reading_of(given_rows), reading_of(shuffled)
    registry = registry_of(known)
    assert keys_by_cells(identities(registry, one), one) == keys_by_cells(
        identities(registry, other), other
    )


@given(bodies, rows, rows)
def test_years_before_and_after(
    known: list[list[str]], given_rows: list[Cells], others: list[Cells]
) -> None:
    registry = registry_of(known)
    alone = identities(registry, reading_of(given_rows)).keys[2025]
    before, after = reading_of(others, 2024), reading_of(others, 2026)
    assert identities(registry, before, reading_of(given_rows), after).keys[2025] == alone


@given(bodies, st.lists(cells, min_size=1, max_size=8), cells)
def test_a_row_inserted_and_a_row_corrected(
    known: list[list[str]], given_rows: list[Cells], new: Cells
) -> None:
    registry = registry_of(known)
    alone = identities(registry, reading_of(given_rows))
    touched = {pair(alone, new), pair(alone, given_rows[0])}
    for changed in ([new, *given_rows], [new, *given_rows[1:]]):
        result = identities(registry, reading_of(changed))
        after = dict(zip(changed, result.keys[2025], strict=True))
        for row, key in zip(given_rows, alone.keys[2025], strict=True):
            if pair(alone, row) not in touched and given_rows.count(row) == 1:
                assert after[row] == key


@given(st.lists(st.lists(texts, min_size=1, max_size=3), min_size=1, max_size=3), rows, texts)
def test_a_spelling_added(known: list[list[str]], given_rows: list[Cells], spelling: str) -> None:
    # A spelling of two bodies is refused by the shapes.
    assume(normal_form(spelling) not in registry_of(known).claims)
    before = identities(registry_of(known), reading_of(given_rows))
    after = identities(registry_of([[*known[0], spelling], *known[1:]]), reading_of(given_rows))
    for number, row in enumerate(given_rows):
        old, new = before.keys[2025][number], after.keys[2025][number]
        assert old in (new, after.former[2025][0][number])
        if normal_form(row.organisme) != normal_form(spelling):
            assert old == new
        was, now = before.body(row.organisme), after.body(row.organisme)
        assert was is not None
        assert now is not None
        assert now.slug in (was.slug, after.bodies.former.get(was.slug))


@given(bodies, rows, rows)
def test_never_joins_two_bodies_two_names_or_two_rows_of_a_year(
    known: list[list[str]], one: list[Cells], other: list[Cells]
) -> None:
    result = identities(registry_of(known), reading_of(one, 2024), reading_of(other, 2025))
    meant: dict[str, tuple[str, str]] = {}
    for year, given_rows in ((2024, one), (2025, other)):
        assert len(set(result.keys[year])) == len(given_rows)
        for row, key in zip(given_rows, result.keys[year], strict=True):
            assert meant.setdefault(key, pair(result, row)) == pair(result, row)


def test_spellings_of_one_body_are_one_initiative_over_the_years() -> None:
    registry = registry_of([["Centre hospitalier", "CHUM"]])
    then = Cells("Tri", "a", "CHUM", "b", "c", "d")
    now = then._replace(organisme="Centre  hospitalier ")
    result = identities(registry, reading_of([then], 2024), reading_of([now], 2025))
    assert result.keys[2024] == result.keys[2025]
    assert result.former[2024] != result.former[2025]
    assert result.bodies.former == {"centre-hospitalier": "organisme-0", "chum": "organisme-0"}


def test_twins_that_a_new_spelling_makes_come_behind_those_that_were() -> None:
    old = Cells("Tri", "", "b", "", "", "")
    rows = reading_of([old._replace(organisme="a"), old])
    before = identities(registry_of([["b"]]), rows)
    after = identities(registry_of([["b", "a"]]), rows)
    assert after.keys[2025][1] == before.keys[2025][1]
    assert after.former[2025][0][0] == before.keys[2025][0]


def test_no_text_can_pass_for_a_registered_body() -> None:
    registry = registry_of([["CHUM"]])
    rows = [Cells("Tri", "", body, "", "", "") for body in ("CHUM", "Organisme:organisme-0")]
    assert len(set(identities(registry, reading_of(rows)).keys[2025])) == 2
    anchors = {identities(registry).bodies.anchor(row.organisme).text for row in rows}
    assert len(anchors) == 2
