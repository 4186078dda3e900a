"""A seat: short questions of one process from an asker that never waits."""

import select
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engine.faults import MalformedQuery, QueryTooLarge
from server.engine.interface import JSON, Question, Whole
from server.engine.opening import open_engine
from server.engine.pool.async_process import MOMENT, MOST_MOMENTS, AsyncProcess
from server.engine.pool.engine import SealedEngine
from server.sparql.protocol import read_target
from tests.support.waiting import wait_until

BASE = "http://localhost:8000/"
CRASH = "SELECT * " + "{" * 20_000 + "}" * 20_000


def ask(text: str) -> Question:
    return Question(text, BASE, JSON)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[SealedEngine]:
    file = tmp_path / "two.nq"
    file.write_text("<x:a> <x:p> <x:b> <x:g> .\n<x:a> <x:q> <x:b> <x:g> .\n")
    with open_engine(file, BASE) as opened:
        assert isinstance(opened, SealedEngine)
        yield opened


@pytest.fixture
def seat(engine: SealedEngine) -> Iterator[AsyncProcess]:
    taken = engine.take_seat()
    yield taken
    taken.close()


def take_all(seat: AsyncProcess, seconds: float = 60.0) -> list[Whole]:
    """Take what comes until all is answered, or no more can be."""
    found: list[Whole] = []
    until = time.monotonic() + seconds
    while seat.pending and not seat.spent and time.monotonic() < until:
        select.select([seat.fileno()], [], [], 0.1)
        found += seat.advance()
    return found


def test_several_questions_are_answered_in_their_order(seat: AsyncProcess) -> None:
    for _ in range(2):
        texts = [f"SELECT ?n {{ VALUES ?n {{ {number} }} }}" for number in range(8)]
        assert seat.ask([ask(text) for text in texts])
        found = take_all(seat)
        assert [f'"value":"{n}"' in whole.body.decode() for n, whole in enumerate(found)] == 8 * [
            True
        ]
        assert {whole.media_type for whole in found} == {JSON}
    assert not seat.spent


def test_one_fault_is_told_by_finish(seat: AsyncProcess) -> None:
    assert seat.ask([ask("SELECT nothing")])
    assert not take_all(seat)
    assert seat.spent
    with pytest.raises(MalformedQuery):
        seat.finish()


def test_one_crash_is_told_by_finish(seat: AsyncProcess) -> None:
    assert seat.ask([ask(CRASH)])
    assert not take_all(seat)
    assert seat.spent
    with pytest.raises(QueryTooLarge):
        seat.finish()


def test_who_is_asked_beside_a_crash_is_left_to_be_asked_again(
    engine: SealedEngine, seat: AsyncProcess
) -> None:
    good = ask("ASK { ?s ?p ?o }")
    assert seat.ask([good, ask(CRASH), good])
    assert len(take_all(seat)) <= 1
    assert seat.spent
    assert seat.pending >= 2  # nobody is taken for the one who did it
    with engine.ask(good) as answer:
        assert b"true" in b"".join(answer.body)


def test_a_long_answer_is_whole(seat: AsyncProcess) -> None:
    texts = " ".join(f'"{number:0100d}"' for number in range(580))
    assert seat.ask([ask(f"SELECT * {{ VALUES ?v {{ {texts} }} }}")])
    found = take_all(seat)
    body = found[0].body if found else b"".join(seat.finish().body)
    assert body.count(b'"value"') == 580


def test_work_not_time_makes_a_question_late(seat: AsyncProcess) -> None:
    begun = time.monotonic()
    assert seat.ask([ask("ASK {}")])
    time.sleep(0.1)
    late = seat.is_late()
    assert not late or time.monotonic() - begun > MOMENT * MOST_MOMENTS
    assert take_all(seat)
    assert seat.ask([ask("SELECT (COUNT(*) AS ?n) { " + "?s ?p ?o . ?a ?b ?c . " * 9 + " }")])
    wait_until(seat.is_late)


@given(st.binary(max_size=40))
def test_escapes_are_resolved_as_the_standard_library_does(text: bytes) -> None:
    escaped = b"".join(b"%%%02x" % byte if byte % 3 else bytes([byte]) for byte in text)
    escaped = escaped.replace(b"&", b"%26").replace(b"?", b"%3F")
    try:
        wanted = unquote_to_bytes(escaped.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return
    if b"%" in escaped.replace(b"%25", b"") or b"%" not in escaped:
        assert read_target(b"/sparql?query=a" + escaped, 1000).query == "a" + wanted
