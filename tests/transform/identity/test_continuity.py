"""Decisions change what they name and nothing else, whatever happens to rows and years."""

import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transform.decisions.initiatives import (
    SAME,
    Decisions,
    Ruling,
    Thing,
)
from transform.decisions.lines import Grounds
from transform.errors import DecisionRefused
from transform.graphs.decisions import settle
from transform.identity.continuity import Continuity, join
from transform.identity.rule import Identities, identify
from transform.tables.rows import Cells, Reading, Row
from transform.text.normal_form import normal_form
from transform.text.slugs import opaque_key

NAMES = [*"ABCDEFGH", " a", "B\u00a0"]
YEARS = (2023, 2024, 2025)


def reading_of(year: int, names: Iterable[str]) -> Reading:
    table: object = None
    rows = [
        Row(number, Cells(name, "c", "Héma-Québec", "p", f"b{at}", "s"))
        for number, (at, name) in enumerate(((0, n) for n in names), start=2)
    ]
    return Reading(table, table, year, rows, [], {})  # type: ignore[arg-type]


def key(name: str) -> str:
    return opaque_key(normal_form("Héma-Québec"), normal_form(name))


def ruling(number: int, one: Thing, other: Thing, refused: bool) -> Ruling:
    grounds = ("semapv:ManualMappingCuration", "0.9", "Ada", "2026-01-31", "")
    return Ruling(number, one, other, SAME, Grounds(refused, *grounds))


things = st.builds(
    Thing, st.sampled_from(NAMES).map(key), st.one_of(st.none(), st.sampled_from(YEARS))
)
rulings = st.lists(st.builds(ruling, st.integers(2, 99), things, things, st.booleans()), max_size=6)
years = st.fixed_dictionaries(
    {year: st.lists(st.sampled_from(NAMES), max_size=6, unique_by=normal_form) for year in YEARS}
)


def decide(portraits: dict[int, list[str]], lines: Sequence[Ruling]) -> Identities:
    readings = [reading_of(year, names) for year, names in portraits.items()]
    identities = identify([(reading, "fr") for reading in readings])
    return settle(identities, readings, Decisions(None, b"", tuple(lines)))


def standing(portraits: dict[int, list[str]], lines: Sequence[Ruling]) -> list[Ruling]:
    """Leave out each line that would be refused behind those before it."""
    kept: list[Ruling] = []
    for line in lines:
        try:
            decide(portraits, [*kept, line])
        except DecisionRefused:
            continue
        kept.append(line)
    return kept


def uris(portraits: dict[int, list[str]], lines: Sequence[Ruling]) -> dict[tuple[int, str], str]:
    """Return the key of each row by year and normal form of its name."""
    keys = decide(portraits, lines).keys
    return {
        (year, normal_form(name)): key
        for year, names in portraits.items()
        for name, key in zip(names, keys[year], strict=True)
    }


def named(lines: Iterable[Ruling]) -> set[str]:
    return {thing.key for line in lines for thing in (line.subject, line.object)}


def untouched(
    uri_of: dict[tuple[int, str], str], lines: Iterable[Ruling]
) -> dict[tuple[int, str], str]:
    return {at: uri for at, uri in uri_of.items() if key(at[1]) not in named(lines)}


@given(years, rulings, rulings)
def test_decisions_change_no_initiative_that_they_do_not_name(
    portraits: dict[int, list[str]], one: list[Ruling], other: list[Ruling]
) -> None:
    before, after = standing(portraits, one), standing(portraits, other)
    lines = [*before, *after]
    assert untouched(uris(portraits, before), lines) == untouched(uris(portraits, after), lines)


@given(years)
def test_without_decisions_every_row_has_the_key_of_the_rule(
    portraits: dict[int, list[str]],
) -> None:
    assert uris(portraits, []) == {
        (year, normal_form(name)): key(name) for year, names in portraits.items() for name in names
    }


@given(years, rulings, st.randoms(use_true_random=False))
def test_shuffled_rows_and_lines_change_nothing(
    portraits: dict[int, list[str]], lines: list[Ruling], chance: random.Random
) -> None:
    kept = standing(portraits, lines)
    before = uris(portraits, kept)
    shuffled = {year: chance.sample(names, len(names)) for year, names in portraits.items()}
    assert uris(shuffled, chance.sample(kept, len(kept))) == before


@given(years, rulings, st.sampled_from(YEARS), st.sampled_from(["X", "Y"]))
def test_an_inserted_row_changes_no_other(
    portraits: dict[int, list[str]], lines: list[Ruling], year: int, name: str
) -> None:
    kept = standing(portraits, lines)
    before = uris(portraits, kept)
    inserted = uris({**portraits, year: [name, *portraits[year]]}, kept)
    assert {at: uri for at, uri in inserted.items() if at != (year, normal_form(name))} == before


@given(years, rulings, st.sampled_from(YEARS))
def test_a_corrected_typo_changes_its_own_row_only(
    portraits: dict[int, list[str]], lines: list[Ruling], year: int
) -> None:
    wrong = {**portraits, year: ["Faute", *portraits[year]]}
    right = {**portraits, year: ["Corrigé", *portraits[year]]}
    kept = standing(wrong, lines)
    before, now = uris(wrong, kept), uris(right, kept)
    assert {at: uri for at, uri in before.items() if at[1] != "faute"} == {
        at: uri for at, uri in now.items() if at[1] != "corrigé"
    }


@given(years, rulings, st.lists(st.sampled_from(NAMES), max_size=5, unique_by=normal_form))
def test_a_year_added_before_or_behind_changes_nothing_untouched(
    portraits: dict[int, list[str]], lines: list[Ruling], more: list[str]
) -> None:
    kept = standing(portraits, lines)
    before = uris(portraits, kept)
    for year in (2022, 2026):
        added = {**portraits, year: more}
        still = standing(added, kept)
        # A new row may make two of one year of a joined pair: that line is then refused aloud.
        now = {at: uri for at, uri in uris(added, still).items() if at[0] != year}
        assert untouched(now, kept) == untouched(before, kept)
        if still == kept and year == 2026:
            assert now == before


@given(years, rulings)
def test_no_two_rows_of_one_year_are_ever_one(
    portraits: dict[int, list[str]], lines: list[Ruling]
) -> None:
    for keys in decide(portraits, standing(portraits, lines)).keys.values():
        assert len(set(keys)) == len(keys)


@given(years, rulings)
def test_every_former_name_leads_to_a_row_of_now(
    portraits: dict[int, list[str]], lines: list[Ruling]
) -> None:
    identities = decide(portraits, standing(portraits, lines))
    there = {Thing(key, year) for year, keys in identities.keys.items() for key in keys}
    there |= {Thing(thing.key, None) for thing in there}
    replaced = identities.continuity.replaced
    assert set(replaced.values()) <= there
    assert not replaced.keys() & there
    # Nothing that the rule alone would publish is lost.
    alone = {Thing(key, year) for year, keys in identities.own.items() for key in keys}
    assert alone <= there | replaced.keys()


def joined(
    own: dict[int, list[str]], *lines: Ruling, aliases: dict[Thing, Thing] | None = None
) -> Continuity:
    return join(own, lines, aliases or {}, {year: list(range(2, 99)) for year in own}, "d.csv")


def test_a_key_of_before_means_the_key_of_now() -> None:
    line = ruling(2, Thing("old", None), Thing("b", None), False)
    aliases = {Thing("old", year): Thing("a", year) for year in (None, 2024)}
    continuity = joined({2024: ["a"], 2025: ["b"]}, line, aliases=aliases)
    assert continuity.keys == {2024: ["a"], 2025: ["a"]}
    assert continuity.replaced == {**aliases, Thing("b", None): Thing("a", None)} | {
        Thing("b", 2025): Thing("a", 2025)
    }


def test_twins_can_be_told_apart_and_joined_crosswise() -> None:
    own = {2024: ["a", "b"], 2025: ["a", "b"]}
    lines = [
        ruling(2, Thing("a", 2024), Thing("a", 2025), True),
        ruling(3, Thing("b", 2024), Thing("b", 2025), True),
        ruling(4, Thing("a", 2024), Thing("b", 2025), False),
        ruling(5, Thing("b", 2024), Thing("a", 2025), False),
    ]
    continuity = joined(own, *lines)
    assert continuity.keys == {2024: ["a", "b"], 2025: ["b", "a"]}
    assert {thing.key for thing in continuity.replaced}.isdisjoint("ab")


def test_two_cuts_make_three_pieces_whatever_year_comes_first() -> None:
    cuts = [
        ruling(2, Thing("a", 2024), Thing("a", 2025), True),
        ruling(3, Thing("a", 2026), Thing("a", 2025), True),
    ]
    own = {2024: ["a"], 2025: ["a"], 2026: ["a"]}
    keys = joined(own, *cuts).keys
    assert len({keys[year][0] for year in own}) == 3
    earlier = joined({2023: ["a"], **own}, *cuts).keys
    assert {year: earlier[year] for year in own} == keys
    assert earlier[2023] == ["a"]


@pytest.mark.parametrize("year", [2024, 2025])
def test_what_a_piece_is_called_leads_there(year: int) -> None:
    cut = ruling(2, Thing("a", 2024), Thing("a", 2025), True)
    continuity = joined({2024: ["a"], 2025: ["a"]}, cut)
    assert continuity.now(Thing("a", year)).key == continuity.keys[year][0]
