"""A decisions file is read line by line; what cannot stand is refused with its line number."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROW, Run
from transform.decisions.initiatives import read_decisions
from transform.errors import DecisionRefused, UnreadableDecisions
from transform.graphs.prepared import Prepared
from transform.layouts.model import load_layout
from transform.pipeline.prepare import prepare
from transform.pipeline.sources import Source
from transform.text.normal_form import normal_form
from transform.text.slugs import opaque_key

BASE = "https://exemple.gouv.qc.ca/ia/"
HEADER = (
    "subject_id,predicate_id,predicate_modifier,object_id,mapping_justification,confidence,"
    "author_id,mapping_date,comment"
)
QUEBEC = load_layout("quebec")
# A body that no registry knows: what its initiatives are called follows from its name.
BODY = "Office inventé"


def key(name: str) -> str:
    return opaque_key(normal_form(BODY), normal_form(name))


def thing(name: str, year: int | None = None) -> str:
    return f"id/initiative/{key(name)}" + (f"/{year}" if year else "")


def line(one: str, other: str, modifier: str = "", predicate: str = "skos:exactMatch") -> str:
    things = f"{one},{predicate},{modifier},{other}"
    return f"{things},semapv:ManualMappingCuration,0.9,Ada Tremblay,2026-01-31,lu"


@pytest.fixture
def decided(portrait: Callable[..., Path], tmp_path: Path) -> Callable[..., Prepared]:
    """Prepare portraits of the names by year, with the lines of a decisions file."""

    def decide(years: dict[int, list[str]], *lines: str, header: str = HEADER) -> Prepared:
        sources = [
            Source(
                year,
                portrait(*((name, ROW[1], BODY, *ROW[3:]) for name in names), name=f"p-{year}.csv"),
                QUEBEC,
            )
            for year, names in years.items()
        ]
        file = tmp_path / "decisions.csv"
        file.write_text("\n".join((header, *lines, "")), encoding="utf-8")
        return prepare(sources, BASE, lambda *_: None, read_decisions(file, BASE))

    return decide


Decide = Callable[..., Prepared]
THREE = {2023: ["A", "S"], 2024: ["B", "S"], 2025: ["C", "S", "D"]}


def test_joined_initiatives_have_the_key_of_the_earliest(decided: Decide) -> None:
    work = decided(THREE, line(thing("C"), thing("B")), line(thing("B"), thing("A")))
    assert {year: keys[0] for year, keys in work.identities.keys.items()} == dict.fromkeys(
        THREE, key("A")
    )


def test_iris_may_be_whole_and_columns_may_have_short_names(decided: Decide) -> None:
    header = (
        "subject,predicate,predicate_modifier,object,justification,confidence,author,date,comment"
    )
    work = decided(THREE, line(BASE + thing("A"), BASE + thing("B", 2024)), header=header)
    assert work.identities.keys[2024][0] == key("A")


def test_a_cut_parts_what_the_rule_joined(decided: Decide) -> None:
    work = decided(THREE, line(thing("S", 2024), thing("S", 2025), "Not"))
    keys = [work.identities.keys[year][1] for year in THREE]
    assert keys[:2] == [key("S")] * 2
    assert keys[2] not in (key("S"), *work.identities.own[2025])


def test_a_piece_that_was_cut_off_can_be_joined_by_its_own_name(decided: Decide) -> None:
    cut = line(thing("S", 2024), thing("S", 2025), "Not")
    piece = decided(THREE, cut).identities.keys[2025][1]
    work = decided(THREE, cut, line(thing("B"), f"id/initiative/{piece}"))
    assert work.identities.keys[2025][1] == key("B")
    again = decided(THREE, cut, line(thing("B"), f"id/initiative/{piece}/2025"))
    assert again.identities.keys == work.identities.keys


def test_a_person_may_confirm_what_the_rule_joined(decided: Decide) -> None:
    work = decided(THREE, line(thing("S", 2024), thing("S", 2025)))
    assert work.identities.keys == decided(THREE).identities.keys


UNKNOWN = f"id/initiative/{opaque_key('nobody')}"
REFUSED = {
    "unknown-iri": ([line(thing("A"), UNKNOWN)], "line 2: <id/initiative/"),
    "unknown-year": ([line(thing("A"), thing("B", 2025))], "is in no file that was read"),
    "other-base": (
        [line(thing("A"), "https://ailleurs.example/" + thing("B"))],
        'line 2, object_id: "https://ailleurs.example/',
    ),
    "no-iri": ([line(thing("A"), "B")], 'line 2, object_id: "B" is no initiative below https://'),
    "cycle-of-one": ([line(thing("A"), thing("A"))], "line 2: joins a thing with itself"),
    "cycle-of-two": (
        [line(thing("A"), thing("B")), line(thing("B"), thing("A"))],
        "line 3: closes a circle: line 2 already joined the two",
    ),
    "cycle-of-three": (
        [
            line(thing("A"), thing("B")),
            "",
            line(thing("B"), thing("C")),
            line(thing("C", 2025), thing("A")),
        ],
        "line 5: closes a circle: lines 2, 4 already joined the two",
    ),
    "contradiction": (
        [line(thing("A"), thing("B")), line(thing("B"), thing("A"), "Not")],
        "line 3: refuses what line 2 joined: a contradiction",
    ),
    "contradiction-transitive": (
        [
            line(thing("C"), thing("A"), "Not"),
            line(thing("A"), thing("B")),
            line(thing("B"), thing("C")),
        ],
        "line 2: refuses what lines 3, 4 joined: a contradiction",
    ),
    "contradiction-with-the-rule": (
        [line(thing("S", 2023), thing("S", 2025), "Not")],
        "line 2: refuses what the rule joins over 2023 and 2024: a contradiction",
    ),
    "contradiction-of-a-cut": (
        [
            line(thing("S", 2024), thing("S", 2025), "Not"),
            line(thing("S", 2024), thing("S", 2025)),
        ],
        "line 2: refuses what line 3 joined: a contradiction",
    ),
    "contradiction-of-parts": (
        [
            line(thing("A"), thing("B"), predicate="skos:narrowMatch"),
            line(thing("A"), thing("B"), "Not", "skos:narrowMatch"),
        ],
        "line 3: says the opposite of line 2: a contradiction",
    ),
    "part-of-what-it-is": (
        [line(thing("A"), thing("B"), predicate="skos:broadMatch"), line(thing("A"), thing("B"))],
        "line 2: tells apart what line 3 joined: a contradiction",
    ),
    "apart-from-itself": (
        [line(thing("S"), thing("S"), "Not")],
        "line 2: tells a thing apart from itself",
    ),
    "two-rows-of-one-year": (
        [line(thing("C"), thing("D"))],
        "line 2: would make one initiative of rows 2 and 4 of 2025",
    ),
    "two-rows-of-one-year-transitive": (
        [line(thing("B"), thing("C")), line(thing("D"), thing("B"))],
        "line 3: would make one initiative of rows 2 and 4 of 2025",
    ),
    "predicate": (
        [line(thing("A"), thing("B"), predicate="owl:sameAs")],
        'line 2, predicate_id: "owl:sameAs" is no predicate of a decision; known: skos:exactMatch',
    ),
    "modifier": (
        [line(thing("A"), thing("B"), "peut-être")],
        'line 2, predicate_modifier: "peut-être" is neither Not nor blank',
    ),
    "date": (
        [line(thing("A"), thing("B")).replace("2026-01-31", "2026-02-30")],
        'line 2, mapping_date: "2026-02-30" is no date',
    ),
    "date-without-dashes": (
        [line(thing("A"), thing("B")).replace("2026-01-31", "20260131")],
        'line 2, mapping_date: "20260131" is no date',
    ),
    "too-sure": (
        [line(thing("A"), thing("B")).replace("0.9", "1.1")],
        'line 2, confidence: "1.1" is no number from 0 to 1',
    ),
    "confidence-in-words": (
        [line(thing("A"), thing("B")).replace("0.9", "NaN")],
        'line 2, confidence: "NaN" is no number from 0 to 1',
    ),
    "no-author": (
        [line(thing("A"), thing("B")).replace("Ada Tremblay", " ")],
        'line 2, author_id: "" is blank',
    ),
    "control": (
        [line(thing("A"), thing("B")).replace("lu", "l\x07u")],
        'line 2, comment: "l\x07u" holds U+0007',
    ),
}


@pytest.mark.parametrize(("lines", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_line_is_refused_with_its_number(decided: Decide, lines: list[str], message: str) -> None:
    with pytest.raises(DecisionRefused) as refused:
        decided(THREE, *lines)
    assert str(refused.value).startswith("decisions.csv, line ")
    assert message in str(refused.value)
    assert refused.value.exit_code == 1


UNREADABLE = {
    "few-cells": (HEADER, ["a,b"], "line 2: 2 cells where the header has 9"),
    "many-cells": (HEADER, [line("a", "b") + ",x"], "line 2: 10 cells where the header has 9"),
    "after-a-comment": (HEADER, ['# «lu» par deux, "a', "", "a"], "line 4: 1 cell where"),
    "after-two-lines-in-one-cell": (
        HEADER,
        [line(thing("A"), thing("B")).replace(",lu", ',"l\n#u"'), "a"],
        "line 4: 1 cell where",
    ),
    "open-quote": (HEADER, ['"a'], "line 2: not CSV"),
    "unknown-column": (HEADER.replace("confidence", "confiance"), [], "Was confidence meant?"),
    "missing-column": (HEADER.replace(",author_id", ""), [], "line 1: no column author_id"),
    "doubled-column": (HEADER + ",author", [], "line 1: two columns say author_id"),
}


@pytest.mark.parametrize(("header", "lines", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_file_that_is_no_such_table_is_refused(
    decided: Decide, header: str, lines: list[str], message: str
) -> None:
    with pytest.raises(UnreadableDecisions) as refused:
        decided(THREE, *lines, header=header)
    assert message in str(refused.value)
    assert refused.value.exit_code == 2


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    file.write_bytes("sujet : é".encode("latin-1"))
    with pytest.raises(UnreadableDecisions, match="not UTF-8 \\(byte 8\\)"):
        read_decisions(file, BASE)


def test_columns_of_sssom_that_are_not_read_are_kept(decided: Decide) -> None:
    header = HEADER.replace("comment", "similarity_score")
    assert decided(THREE, line(thing("A"), thing("B")), header=header).identities.continuity.judged


def test_semicolons_and_decimal_commas_are_read(decided: Decide) -> None:
    text = line(thing("A"), thing("B")).replace(",", ";").replace("0.9", "0,75")
    work = decided(THREE, text, header=HEADER.replace(",", ";"))
    [(ruling, _, _)] = work.identities.continuity.judged
    assert ruling.grounds.confidence == "0.75"


@pytest.mark.parametrize(
    ("lines", "code", "message"),
    [
        ([line(thing("A"), thing("A"))], 1, "decisions.csv, line 2: joins a thing with itself"),
        (["a,b"], 2, "decisions.csv, line 2: 2 cells where the header has 9"),
    ],
    ids=["a line", "the table"],
)
@pytest.mark.parametrize("command", ["build", "check"])
def test_nothing_is_published_with_a_refused_line(
    portrait: Callable[..., Path],
    portrait_ia: Run,
    tmp_path: Path,
    command: str,
    lines: list[str],
    code: int,
    message: str,
) -> None:
    file = portrait(("A", ROW[1], BODY, *ROW[3:]))
    (tmp_path / "decisions.csv").write_text("\n".join((HEADER, *lines)), encoding="utf-8")
    target = ("--to", tmp_path / "releases") if command == "build" else ()
    done = portrait_ia(command, f"2024={file}", *target)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert message in done.stderr
    assert not (tmp_path / "releases" / "current").exists()
