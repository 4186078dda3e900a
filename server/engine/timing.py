"""Time the questions to an engine, from when they are asked to their outcome."""

import time
from collections.abc import Callable
from typing import Self

from server.engine.histogram import Histogram
from server.engine.interface import Answer, Engine, Outcome, Question, Ticket, WholeAnswer
from server.engine.stats import EngineStats


class TimedEngine:
    """An engine (`server.engine.interface.Engine`) that counts how long another takes.

    The time that a question waits for a process is part of it. A question that is withdrawn, or
    refused before it waits, is not counted.
    """

    def __init__(self, engine: Engine, times: Histogram) -> None:
        self.engine = engine
        self._times = times
        self.stats: Callable[[], EngineStats] = engine.stats
        self.close: Callable[[], None] = engine.close

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        """See `server.engine.interface.Engine.ask`."""
        begun = time.monotonic()
        try:
            return self.engine.ask(question, gone)
        finally:
            self._times.observe(time.monotonic() - begun)

    def begin(self, question: Question, over: Callable[[Outcome], None]) -> Ticket:
        """See `server.engine.interface.Engine.begin`."""
        begun = time.monotonic()

        def end(outcome: Outcome) -> None:
            self._times.observe(time.monotonic() - begun)
            over(outcome)

        return self.engine.begin(question, end)

    def look_up(self, question: Question) -> WholeAnswer | None:
        """See `server.engine.interface.Engine.look_up`."""
        begun = time.monotonic()
        whole = self.engine.look_up(question)
        if whole is not None:
            self._times.observe(time.monotonic() - begun)
        return whole

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.engine.close()
