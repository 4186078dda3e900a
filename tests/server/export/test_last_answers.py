"""An export asks the engine once for what the forms of a thing have in common, and forgets it."""

from collections.abc import Callable

from server.engine.interface import JSON, Answer, BoundText, Question, WholeAnswer
from server.engine.stats import EngineStats
from server.export.last_answers import LastAnswers

LONG = 1 << 20


class Counted:
    """An engine that counts its questions, and answers with their number."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        self.asked.append(question)
        number = str(len(self.asked)).encode()
        return WholeAnswer(
            "solutions", JSON, number * (LONG + 1) if "long" in question.text else number
        )

    def begin(self, *_: object) -> None:
        raise AssertionError

    look_up = begin

    def stats(self) -> EngineStats:
        return EngineStats(0, 0, 0, 0, 0, 0)

    def close(self) -> None:
        self.asked.clear()


def ask(engine: LastAnswers, text: str, **bindings: str | BoundText) -> bytes:
    with engine.ask(Question(text, "http://a/", JSON, bindings=bindings)) as answer:
        return b"".join(answer.body)


def test_the_same_question_is_asked_once() -> None:
    counted = Counted()
    engine = LastAnswers(counted)  # type: ignore[arg-type]
    assert [ask(engine, "SELECT", thing="http://a/1") for _ in range(3)] == [b"1"] * 3
    assert len(counted.asked) == 1


def test_another_value_language_or_form_is_another_question() -> None:
    counted = Counted()
    engine = LastAnswers(counted)  # type: ignore[arg-type]
    values: list[str | BoundText] = [
        "a",
        BoundText("a"),
        BoundText("a", "fr"),
        BoundText("a", "en"),
    ]
    assert [ask(engine, "SELECT", thing=value) for value in values] == [b"1", b"2", b"3", b"4"]
    assert ask(engine, "SELECT", other="a") == b"5"
    with engine.ask(Question("SELECT", "http://a/", "text/csv", bindings={"thing": "a"})) as csv:
        assert b"".join(csv.body) == b"6"


def test_what_was_asked_long_ago_is_forgotten() -> None:
    counted = Counted()
    engine = LastAnswers(counted)  # type: ignore[arg-type]
    first = ask(engine, "SELECT", thing="http://a/0")
    for number in range(1, 64):
        ask(engine, "SELECT", thing=f"http://a/{number}")
    assert ask(engine, "SELECT", thing="http://a/0") == first
    for number in range(100, 164):
        ask(engine, "SELECT", thing=f"http://a/{number}")
    assert ask(engine, "SELECT", thing="http://a/0") != first


def test_a_long_answer_is_not_kept() -> None:
    counted = Counted()
    engine = LastAnswers(counted)  # type: ignore[arg-type]
    assert ask(engine, "long")[:1] == b"1"
    assert len(ask(engine, "long")) == LONG + 1
    assert len(counted.asked) == 2
