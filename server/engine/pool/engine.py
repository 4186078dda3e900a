"""Answer from a pool of query processes: on its event loop, or for threads that wait."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from server.engine.faults import Abandoned, EngineDefect, EngineFault
from server.engine.forked import call_in_forked
from server.engine.interface import Answer, Limits, Outcome, Question, Ticket, WholeAnswer
from server.engine.pool.event_loop import get_loop
from server.engine.pool.lookup import Lookups
from server.engine.pool.pool import Pool
from server.engine.stats import EngineStats
from transform.text.message import message

_LOOK_EVERY = 0.1  # seconds between two checks that the client is still connected


class PooledEngine:
    """See `server.engine.interface.Engine`."""

    def __init__(
        self, source: Path, base_uri: str, limits: Limits, lookups: Lookups | None = None
    ) -> None:
        """Open a file of N-Quads in memory, or the folder of a store on disk."""
        self._arguments = (source, base_uri, limits)
        self._lookups = lookups
        self._pool = Pool(*self._arguments)
        self._pool.open()
        call_in_forked(self._begin_anew)

    def begin(self, question: Question, over: Callable[[Outcome], None]) -> Ticket:
        """See `server.engine.interface.Engine.begin`."""
        return self._pool.begin(question, over)

    def look_up(self, question: Question) -> WholeAnswer | None:
        """See `server.engine.interface.Engine.look_up`."""
        return self._lookups.answer(question) if self._lookups else None

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        """See `server.engine.interface.Engine.ask`."""
        loop = get_loop().loop
        assert asyncio._get_running_loop() is not loop, "the loop would wait for itself"  # noqa: S101
        asking = _Asking(self._pool, question)
        loop.call_soon_threadsafe(asking.begin)
        try:
            while not asking.is_over.wait(_LOOK_EVERY if gone else None):
                if gone and gone():
                    raise Abandoned(message("engine.client_gone"))
        except BaseException:
            loop.call_soon_threadsafe(asking.withdraw)
            raise
        if isinstance(asking.outcome, EngineFault):
            raise asking.outcome
        assert asking.outcome is not None  # noqa: S101  # it is over
        return asking.outcome

    def stats(self) -> EngineStats:
        """See `server.engine.interface.Engine.stats`."""
        return self._pool.stats()

    def close(self) -> None:
        """See `server.engine.interface.Engine.close`."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _begin_anew(self) -> None:
        """Start a pool of its own, in a forked process, at the first question."""
        self._pool.leave_to_parent()
        self._pool = Pool(*self._arguments)


class _Asking:
    """A thread that waits for the outcome of a question; all but waiting is done on the loop."""

    def __init__(self, pool: Pool, question: Question) -> None:
        self.is_over = threading.Event()
        self.outcome: Outcome | None = None
        self._pool = pool
        self._question = question
        self._ticket: Ticket | None = None

    def begin(self) -> None:
        try:
            self._ticket = self._pool.begin(self._question, self._end)
        except EngineFault as fault:
            self._end(fault)
        except Exception as broken:  # a thread waits
            self._end(EngineDefect(f"The question could not be put: {broken!r}"))

    def withdraw(self) -> None:
        if self.outcome is None:
            if self._ticket is not None:
                self._ticket.withdraw()
        elif not isinstance(self.outcome, EngineFault):
            self.outcome.close()

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.is_over.set()
