"""Answer the same question again from the last answers: an export asks one for each form."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Self

from server.engine.interface import Answer, Engine, Outcome, Question, Ticket, WholeAnswer
from server.engine.stats import EngineStats

_MOST = 64  # answers: the forms of a thing ask a dozen questions, one form after the other
_LONGEST = 1 << 20  # bytes of one of them


class LastAnswers:
    """An engine (`server.engine.interface.Engine`) that gives another's last answers again.

    For one thread, and for a release that does not change.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._answers: OrderedDict[Hashable, WholeAnswer] = OrderedDict()
        self.stats: Callable[[], EngineStats] = engine.stats
        self.close: Callable[[], None] = engine.close

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        """See `server.engine.interface.Engine.ask`."""
        key = (*question[:-1], frozenset(question.bindings.items()))
        if key in self._answers:
            self._answers.move_to_end(key)
            return self._answers[key]
        answer = self._engine.ask(question, gone)
        if answer.length > _LONGEST:
            return answer
        with answer:
            whole = WholeAnswer(answer.form, answer.media_type, b"".join(answer.body))
        self._answers[key] = whole
        if len(self._answers) > _MOST:
            self._answers.popitem(last=False)
        return whole

    def begin(self, question: Question, over: Callable[[Outcome], None]) -> Ticket:
        """See `server.engine.interface.Engine.begin`."""
        return self._engine.begin(question, over)

    def look_up(self, question: Question) -> WholeAnswer | None:
        """See `server.engine.interface.Engine.look_up`."""
        return self._engine.look_up(question)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._engine.close()
