"""What a query ended its process with is told by what the process left behind."""

import json
import signal
from collections.abc import Iterator

import pytest

from server.engine import faults
from server.engine.faults import EngineFault
from server.engine.interface import JSON, Engine, Limits, Question
from server.engine.opening import ENGINES
from server.engine.pool.ending import Ending, name_fault

BASE = "http://localhost:8000/"
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = range(150)
# The engine's comparison makes a circle of these: a number, text of digits, a datatype without `<`.
MIXED = " ".join(
    f'{7 * n % 150} "{11 * n % 150:02x}"^^<{XSD}hexBinary> "{13 * n % 150}" <x:{n}>'
    for n in NUMBERS
)
TEXTS = sorted([f"{n:02x}" for n in NUMBERS] + [str(n) for n in NUMBERS])
SELECT = f"SELECT ?v {{ VALUES ?v {{ {MIXED} UNDEF }} }} "


@pytest.fixture(scope="module", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    file = tmp_path_factory.mktemp("releases") / "release" / "dumps" / "portraits.nq"
    file.parent.mkdir(parents=True)
    file.write_text("<x:a> <x:p> <x:b> <x:g> .\n")
    with ENGINES[request.param](file, BASE, Limits(seconds=60)) as opened:
        yield opened


def ask(engine: Engine, text: str) -> list[str]:
    with engine.ask(Question(text, BASE, JSON)) as answer:
        rows = json.loads(b"".join(answer.body))["results"]["bindings"]
    return [row["v"]["value"] if row else "" for row in rows]


def test_values_of_any_datatypes_are_ordered(engine: Engine) -> None:
    lost = engine.stats().lost
    numbers, iris = [str(n) for n in NUMBERS], sorted(f"x:{n}" for n in NUMBERS)
    ordered = ["", *iris, *numbers, *TEXTS]
    assert ask(engine, f"{SELECT} ORDER BY ?v") == ordered
    assert ask(engine, f"{SELECT} order by desc(?v)limit 200") == ordered[::-1][:200]
    within = (
        f"SELECT DISTINCT ?v {{ {{ {SELECT} ORDER BY ?v OFFSET 1 LIMIT 150 }} }} ORDER BY DESC(?v)"
    )
    assert ask(engine, within) == iris[::-1]
    nested = f"{SELECT} ORDER BY EXISTS {{ SELECT ?x {{ }} ORDER BY ?x }} ?v"
    assert ask(engine, nested) == ordered
    assert engine.stats().lost == lost + 4  # each costs one process, or none of this would be tried


def test_an_order_that_cannot_be_had_is_told_with_the_next_step(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(faults.Unorderable, match=r"ORDER BY STR\(\?o\)") as fault:
        ask(engine, f"{SELECT} ORDERBY ?v")  # which the engine reads
    assert "panicked at" not in str(fault.value.detail)
    assert "does not correctly implement a total order" in caplog.text
    assert len(ask(engine, f"{SELECT} ORDERBY STR(?v)")) == 1 + 4 * len(NUMBERS)


@pytest.mark.parametrize(
    ("status", "words", "megabytes", "kind"),
    [
        (-signal.SIGABRT, "memory allocation of 240 bytes failed\n", 1, faults.QueryTooLarge),
        (-signal.SIGABRT, "terminate called after 'std::bad_alloc'", 1, faults.QueryTooLarge),
        (70, "Traceback (most recent call last):\nMemoryError", 1, faults.QueryTooLarge),
        (-signal.SIGABRT, "panicked at a.rs:1:\nindex out of bounds", 900, faults.EngineDefect),
        (-signal.SIGABRT, "", 900, faults.EngineDefect),
        (-signal.SIGSEGV, "", 64, faults.QueryTooDeep),
        (-signal.SIGSEGV, "", 1, faults.EngineDefect),
        (-signal.SIGKILL, "", 1, faults.QueryEnded),
        (70, "Traceback (most recent call last):\nTypeError", 1, faults.EngineDefect),
    ],
)
def test_only_evidence_names_a_fault(
    status: int, words: str, megabytes: int, kind: type[EngineFault]
) -> None:
    fault = name_fault(Ending(status, words, megabytes << 20), 1024)
    assert type(fault) is kind
    if kind is faults.EngineDefect:  # whose detail is for the log
        assert (words.split() or ["nothing"])[-1] in str(fault.detail)
