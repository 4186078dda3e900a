"""Frames in a query process: what a C cancels is never begun."""

import socket
from collections.abc import Iterator

import pytest

from server.engine.frames import CANCEL, QUESTION, ClosedError, Questions, frame

Ends = tuple[socket.socket, Questions]


@pytest.fixture
def ends() -> Iterator[Ends]:
    asker, process = socket.socketpair()
    with asker, process:
        yield asker, Questions(process)


def put(number: int) -> bytes:
    return frame(QUESTION, b"%d" % number)


def test_questions_come_in_their_order(ends: Ends) -> None:
    asker, questions = ends
    asker.sendall(put(1) + put(2))
    assert questions.next() == (QUESTION, b"1")
    asker.sendall(put(3))
    assert [questions.next()[1] for _ in range(2)] == [b"2", b"3"]
    asker.close()
    with pytest.raises(ClosedError):
        questions.next()


def test_what_stands_before_a_c_is_dropped(ends: Ends) -> None:
    asker, questions = ends
    asker.sendall(put(1) + put(2) + put(3))
    assert questions.next() == (QUESTION, b"1")
    asker.sendall(frame(CANCEL) + put(4))
    assert questions.next() == (CANCEL, b"")
    assert questions.next() == (QUESTION, b"4")


def test_a_c_that_comes_too_late_is_read_in_its_turn(ends: Ends) -> None:
    asker, questions = ends
    asker.sendall(put(1))
    assert questions.next() == (QUESTION, b"1")
    asker.sendall(frame(CANCEL))
    assert questions.next() == (CANCEL, b"")


def test_a_question_that_is_cut_anywhere_is_whole(ends: Ends) -> None:
    asker, questions = ends
    long = frame(QUESTION, b"x" * 100_000)
    asker.sendall(put(1) + long[:70_000])
    assert questions.next() == (QUESTION, b"1")
    asker.sendall(long[70_000:])
    assert len(questions.next()[1]) == 100_000
