"""Ask short queries from the event loop itself: no thread, no task, no Flask.

Two threads and their lock cost more than a point query. What takes longer than a moment, and
every answer that is no small whole one, is brought to its end in a thread by who asked.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from server.engine.interface import Question, Whole
from server.engine.pool.async_process import MOMENT, MOST_MOMENTS, AsyncProcess
from server.engine.pool.lookup import Lookups
from server.http.fastpath.pool import Finish, ProcessPool
from server.http.responses.wsgi import Threads
from server.release.current import CurrentRelease, Release

_MOST_WAITING = 32
_BATCH = 8  # questions that a process is put at once
_LOOK_EVERY = 0.5  # seconds: so long a release that was replaced stays open at most
# Where cores are scarce, a second process is woken for what has waited so long for the first.
_SOON = 0.005

# What comes of a question: a small answer, a way to have any other, or nothing was asked.
Outcome = Whole | Finish | None


# A question, what is told its outcome, and since when it waits.
Errand = tuple[Question, Callable[[Outcome], None], float]


class QueryQueue:
    """The short queries of an event loop."""

    def __init__(self, shelf: CurrentRelease, threads: Threads) -> None:
        self._shelf = shelf
        self._threads = threads
        self._bench: ProcessPool | None = None
        self._waiting: deque[Errand] = deque()
        self._under_way: dict[AsyncProcess, tuple[ProcessPool, deque[Errand]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._hurried = self._going = False
        self._often = _SOON if threads.core.scarce else MOMENT / 2

    @property
    def release(self) -> Release:
        """Give the release that questions are answered from now."""
        if self._bench is None or self._bench.release.name != self._shelf.current_name:
            self._change_bench()
        assert self._bench is not None  # noqa: S101  # it has just been made
        return self._bench.release

    def look_up(self, question: Question) -> Whole | None:
        """Give the answer to what asks for so little that it needs no process."""
        lookups: Lookups | None = getattr(self.release.engine, "lookups", None)
        return lookups.answer(question) if lookups else None

    def ask(self, question: Question, over: Callable[[Outcome], None]) -> bool:
        """Ask of `release`, and have `over` told later; says whether that can be done."""
        bench = self._bench
        if bench is None or len(self._waiting) >= _MOST_WAITING:
            return False
        if not bench.fill():
            return False
        self._waiting.append((question, over, time.monotonic()))
        if not self._going:
            self._going = True
            asyncio.get_running_loop().call_soon(self._go_on)
        if not self._hurried:
            self._set_timer(self._often)
        return True

    def _go_on(self) -> None:
        """Put what waits: together, so that who answers is woken once."""
        self._going = False
        while self._bench and self._may_ask() and (seat := self._bench.take()):
            errands = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            if seat.ask([question for question, _, _ in errands]):
                self._under_way[seat] = (self._bench, deque(errands))
                continue
            if seat.spent:
                self._bench.discard(seat)
            else:
                self._bench.put_back(seat)
            for _, over, _ in errands:
                over(None)

    def _may_ask(self) -> bool:
        """Say whether something waits that a process should be woken for."""
        if not self._waiting:
            return False
        scarce = self._threads.core.scarce and self._under_way
        return not scarce or time.monotonic() > self._waiting[0][2] + _SOON

    def _look(self, bench: ProcessPool, seat: AsyncProcess) -> None:
        """Take what a process says: what waits is put to it before its answers are told."""
        found = seat.advance()
        errands = self._under_way[seat][1] if found else ()
        told = [(errands.popleft(), whole) for whole in found] if errands else []
        if seat.spent:
            self._let_go(bench, seat)
        elif not seat.pending:
            if self._under_way.pop(seat, None):
                bench.put_back(seat)
            self._go_on()
        for (_, over, _), whole in told:
            over(whole)

    def _let_go(self, bench: ProcessPool, seat: AsyncProcess) -> None:
        _, errands = self._under_way.pop(seat, (bench, deque[Errand]()))
        if len(errands) == 1:
            errands[0][1](bench.hand_over(seat))
            return
        bench.discard(seat)
        for _, over, _ in errands:
            over(None)

    def _change_bench(self) -> None:
        if self._bench is not None:
            self._bench.close()
        self._bench = ProcessPool(self._shelf, self._threads, self._look)
        while self._waiting:
            self._waiting.popleft()[1](None)

    def _set_timer(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._hurried = seconds < _LOOK_EVERY
        self._timer = asyncio.get_running_loop().call_later(seconds, self._tick)

    def _tick(self) -> None:
        """Leave to others what takes longer than a moment, and a release that was replaced."""
        for seat, (bench, _) in list(self._under_way.items()):
            if seat.is_late():
                self._let_go(bench, seat)
        late = time.monotonic() - MOMENT * MOST_MOMENTS
        while self._waiting and self._waiting[0][2] < late:
            self._waiting.popleft()[1](None)
        if self._bench and self._bench.release.name != self._shelf.current_name:
            self._change_bench()
        busy = self._under_way or self._waiting
        if self._waiting:
            self._go_on()
        self._set_timer(self._often if busy else _LOOK_EVERY)
