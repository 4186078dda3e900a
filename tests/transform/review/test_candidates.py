"""What is suggested is right often enough to be worth a look, and never joins anything.

The truth about the example portraits is the number in each name («Exemple 1564 : …»), which the
scoring is not shown here: it sees the names without number and without the word «Exemple».
"""

import itertools
import re
import unicodedata
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rapidfuzz import process

from tests.conftest import SHARED
from transform.comparison.entries import EntryNames
from transform.graphs.prepared import Prepared
from transform.pipeline.compare import entry_of
from transform.pipeline.prepare import prepare
from transform.pipeline.sources import example_sources, parse_sources
from transform.release.reading import read_released
from transform.review import similarity
from transform.review.candidates import (
    MERGED,
    MOVED,
    REWORDED,
    SPLIT,
    find_candidates,
    open_pairs,
)
from transform.review.rows import ReviewRow, review_rows
from transform.review.similarity import compare
from transform.text.normal_form import normal_form

BASE = "http://localhost:8000/"
# One number that two unrelated rows of the example have by chance, in different years.
CHANCE = "2967"
US = SHARED / "data" / "us"


@pytest.fixture(scope="module")
def work() -> Prepared:
    return prepare(example_sources(), BASE, lambda *_: None)


@pytest.fixture(scope="module")
def entries(work: Prepared) -> dict[int, list[ReviewRow]]:
    return rows_of(work)


def rows_of(work: Prepared) -> dict[int, list[ReviewRow]]:
    bodies = work.identities.bodies.by_place.values()
    names = EntryNames({f"id/organisme/{body.slug}": {"fr": body.label} for body in bodies})
    return {
        year: review_rows([entry_of(row, context) for row in work.rows[year]], names)
        for context in work.contexts
        for year in [context.reading.year]
    }


def number(name: str) -> str:
    match = re.search(r"\d{4}", name)
    assert match, name
    return match[0]


def without_number(entry: ReviewRow) -> ReviewRow:
    return entry._replace(name=re.sub(r"(?i)exemple|\d{4}", "", entry.name))


def reworded(entries: dict[int, list[ReviewRow]]) -> list[tuple[ReviewRow, ReviewRow]]:
    """Return the pairs of one number whose names differ in more than normal form makes equal."""
    return [
        (one, other)
        for one, other in itertools.product(entries[2024], entries[2025])
        if number(one.name) == number(other.name) != CHANCE
        and normal_form(one.name) != normal_form(other.name)
    ]


def test_true_partner_of_a_reworded_name_is_first_nine_times_in_ten(
    entries: dict[int, list[ReviewRow]],
) -> None:
    truth = reworded(entries)
    older, newer = ([without_number(entry) for entry in entries[year]] for year in (2024, 2025))
    first: dict[str, str] = {}
    for candidate in find_candidates(older, newer, set()):
        first.setdefault(candidate.older.key, candidate.newer.key)
    first_is_true = sum(first.get(one.key) == other.key for one, other in truth)
    assert len(truth) >= 6
    assert first_is_true >= 0.9 * len(truth)


def plain(name: str) -> str:
    """Compare names as the issue says it, in other words than the code does."""
    composed = unicodedata.normalize("NFC", name).replace("’", "'").replace("\u00a0", " ")
    return re.sub(r" +", " ", composed).strip().casefold()


def test_names_that_differ_in_nothing_a_reader_sees_are_joined(work: Prepared) -> None:
    rows: defaultdict[tuple[str, str], dict[int, list[tuple[str, str]]]] = defaultdict(dict)
    for year, keyed_rows in work.rows.items():
        for row in keyed_rows:
            name = row.row.cells.nom
            at = (row.body.slug if row.body else "", plain(name))
            rows[at].setdefault(year, []).append((row.key, name))
    both = [by_year for by_year in rows.values() if len(by_year) == 2]
    differ = [by_year for by_year in both if by_year[2024][0][1] != by_year[2025][0][1]]
    assert len(both) >= 49
    assert len(differ) >= 3
    for by_year in both:
        assert {key for key, _ in by_year[2024]} & {key for key, _ in by_year[2025]}


def test_no_two_bodies_and_no_two_rows_of_a_year_are_joined_by_rule(work: Prepared) -> None:
    bodies: defaultdict[str, set[str]] = defaultdict(set)
    for rows in work.rows.values():
        assert len({row.key for row in rows}) == len(rows)
        for row in rows:
            assert row.body
            bodies[row.key].add(row.body.slug)
    assert {len(slugs) for slugs in bodies.values()} == {1}


def test_a_release_gives_back_the_rows_that_it_was_made_of(
    example: Path, work: Prepared, entries: dict[int, list[ReviewRow]]
) -> None:
    released = read_released(example / "current")
    read = {year: review_rows(rows, released.names) for year, rows in released.entries.items()}
    assert read == entries


def entry(key: str, name: str, year: int, body: str = "a", **replaced: str) -> ReviewRow:
    cells = {"portfolio": "p", "category": "c", "filed": "C", "status": "s", "benefits": "réduire"}
    cells |= replaced
    return ReviewRow(key, year, 2, name, body, f"Organisme {body}", **cells)


OLD = "Prévision des délais de traitement"
NEW = "Prévision des délais de traitement, phase 2"


@pytest.mark.parametrize(
    ("older", "newer", "kind"),
    [
        ([entry("x", OLD, 1)], [entry("y", NEW, 2)], REWORDED),
        ([entry("x", OLD, 1)], [entry("y", OLD, 2, body="b")], MOVED),
        ([entry("x", OLD, 1)], [entry("x", OLD, 2), entry("y", NEW, 2)], SPLIT),
        ([entry("x", OLD, 1), entry("y", NEW, 1)], [entry("y", NEW, 2)], MERGED),
    ],
    ids=[REWORDED, MOVED, SPLIT, MERGED],
)
def test_kind_of_a_candidate(older: list[ReviewRow], newer: list[ReviewRow], kind: str) -> None:
    [candidate] = find_candidates(older, newer, set())
    assert (candidate.kind, candidate.pair) == (kind, frozenset("xy"))
    assert len(open_pairs(older, newer, set())) == (kind in (REWORDED, MOVED))
    assert find_candidates(older, newer, {frozenset("xy")}) == []


def test_what_both_years_have_is_no_candidate() -> None:
    rows = [entry("x", OLD, 1), entry("y", NEW, 1)]
    assert find_candidates(rows, [row._replace(year=2) for row in rows], set()) == []


def test_unlike_names_of_one_body_are_no_candidate() -> None:
    other = entry("y", "Détection d'anomalies dans les factures", 2)
    assert find_candidates([entry("x", OLD, 1)], [other], set()) == []


def test_benefits_tell_apart_what_names_do_not() -> None:
    newer = [entry("y", NEW, 2, benefits="autre"), entry("z", NEW, 2)]
    assert [c.newer.key for c in find_candidates([entry("x", OLD, 1)], newer, set())] == ["z", "y"]


def test_no_rows_at_all_are_no_fault() -> None:
    assert compare([], [], 0) == compare([], [entry("y", NEW, 2)], 0) == []


def test_comparisons_grow_with_the_rows_and_not_with_their_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = list[int]()

    def cdist(one: Any, other: Any, **options: Any) -> Any:
        compared.append(len(one) * len(other))
        return process.cdist(one, other, **options)

    def cpdist(one: Any, other: Any, **options: Any) -> Any:
        compared.append(len(one))
        return process.cpdist(one, other, **options)

    def count(rows: int) -> int:
        sides = [
            [entry(f"{year}{n}", f"Outil {n * step} des dossiers", year) for n in range(rows)]
            for year, step in ((1, 2), (2, 3))
        ]
        # Bodies of 50 rows, as a register of the whole public service has.
        for side in sides:
            side[:] = [e._replace(body=str(n // 50)) for n, e in enumerate(side)]
        compared.clear()
        compare(sides[0], sides[1], 65)
        return sum(compared)

    monkeypatch.setattr(similarity, "process", SimpleNamespace(cdist=cdist, cpdist=cpdist))
    assert 0 < count(2000) < 4 * 2 * count(500)


@pytest.mark.skipif(not US.is_dir(), reason="needs the registers in ../shared/data")
def test_two_real_registers_are_compared() -> None:
    files = [
        f"2024={US / '2024_consolidated_ai_inventory_raw_v2.csv'}",
        f"2025={US / '2025_individually_reported_AI_use_cases.csv'}",
    ]
    work = prepare(parse_sources(files, ["2024=us-2024", "2025=us-2025"]), BASE, lambda *_: None)
    rows = rows_of(work)
    candidates = find_candidates(rows[2024], rows[2025], set())
    assert len(rows[2024]) * len(rows[2025]) == 2133 * 3611
    assert len(candidates) > 100
