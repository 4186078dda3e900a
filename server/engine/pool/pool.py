"""Distribute questions to the query processes of a release, and start or end processes as needed.

Everything but `open` and `close` belongs to one event loop. Questions wait in order until a
process is ready, which then gets several at once. Where one of them takes long, other processes
answer the rest: a process ends only by a limit, by itself, or for a client that has left.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from operator import attrgetter
from pathlib import Path

from server.engine import faults
from server.engine.faults import EngineDown, EngineFault
from server.engine.frames import frame_question
from server.engine.interface import Limits, Outcome, Question
from server.engine.pool import event_loop
from server.engine.pool.admission import MOMENT, MOST_MOMENTS, Run, refuse_to_go_on
from server.engine.pool.async_process import AsyncProcess
from server.engine.pool.ending import Ending, describe, name_fault
from server.engine.pool.exchange import Exchange
from server.engine.pool.fork_client import QueryProcess
from server.engine.pool.fork_thread import ForkThread
from server.engine.pool.spool import SpoolSpace
from server.engine.process import sandbox
from server.engine.process.fork_server import NO_STORE
from server.engine.stats import EngineStats
from transform.files import reason_message
from transform.text.message import message

_log = logging.getLogger(__name__)
_BATCH = 8  # questions that a process is put at once
_SOON = 0.005  # seconds; where cores are scarce, so long a question waits for a second process
_YIELDS = 0.1  # seconds of work after which a query yields to younger ones
_WEIGHED = 0.1  # seconds between two looks at the memory of a query
_LEFT = 0.1  # seconds that a query goes on whose client has left: it may be over by then
_SPARE = 2  # processes that work on no long query
_TRIMMED = 30.0  # seconds in which a process was of no use that one more than `idle` is ended
_is_late = attrgetter("late")
_RETRY = 1.0  # seconds after which a process is started again where that failed
OPENED = 60.0  # seconds in which a process must have opened the release, however busy the disk


class Pool:
    """The query processes of one release, for one event loop."""

    def __init__(self, source: Path, base_uri: str, limits: Limits) -> None:
        self._limits = limits
        self._spare = max(1, min(_SPARE, limits.idle, limits.processes))
        self._space = SpoolSpace(limits)
        self._forks = ForkThread(source, base_uri, limits.memory_mb)
        self._opened: list[QueryProcess] = []  # before there was a loop
        self._pinned: event_loop.PinnedLoop | None = None
        self._loop: asyncio.AbstractEventLoop  # of `_pinned`
        self._waiting: deque[Exchange] = deque()
        self._ready: list[AsyncProcess] = []
        self._busy: set[AsyncProcess] = set()
        self._opening: AsyncProcess | None = None  # until then it would make a query seem slow
        self._opening_begun = 0.0
        self._long: set[Run] = set()
        self._starting = self._started = self._lost = 0
        self._assigning = self._closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._trimming: asyncio.TimerHandle | None = None
        self._least_ready = 0
        self._weighed = self._retry = 0.0

    def open(self) -> None:
        """Load the release and start some processes. Raises UnreadableRelease, EngineDown."""
        self._forks.start()
        try:
            for _ in range(self._spare):
                self._opened.append(self._forks.fork())
                self._started += 1
            for process in self._opened:
                self._forks.check(process)
        except BaseException:
            self.close()
            raise

    def begin(self, question: Question, over: Callable[[Outcome], None]) -> Exchange:
        """See `interface.Engine.begin`."""
        if self._closed:
            raise EngineDown(message("engine.closed"))
        if self._pinned is None:
            self._settle()
        if len(self._waiting) >= self._limits.waiting:
            raise faults.EngineBusy(message("engine.too_many_wait"), self._retry_after())
        exchange = Exchange(frame_question(question), over, self._forget)
        self._waiting.append(exchange)
        self._assign_soon()
        return exchange

    def stats(self) -> EngineStats:
        """See `interface.Engine.stats`."""
        behind = sum(max(0, len(process.pending) - 1) for process in tuple(self._busy))
        return EngineStats(
            len(self._busy),
            len(self._waiting) + behind,
            self._limits.waiting,
            self._alive,
            self._started,
            self._lost,
        )

    def close(self) -> None:
        """End the fork server and all processes; questions under way end with EngineDown."""
        if self._closed:
            return
        on_loop = self._pinned is not None and asyncio._get_running_loop() is self._pinned.loop
        if self._pinned is None or on_loop or self._loop.is_closed():
            self._shut()
        else:
            asyncio.run_coroutine_threadsafe(self._shut_on_loop(), self._loop).result()
        self._forks.close(wait=not on_loop)

    async def _shut_on_loop(self) -> None:
        self._shut()

    def leave_to_parent(self) -> None:
        """Close, in a forked process, the sockets that belong to its parent."""
        self._forks.leave_to_parent()
        processes = (process.query_process for process in self._asked)
        for process in (*self._opened, *processes):
            process.connection.close()

    # Questions that wait, and processes that answer them

    def _settle(self) -> None:
        self._pinned = event_loop.get_loop()
        self._loop = self._pinned.loop
        opened, self._opened = self._opened, []
        for process in opened:
            self._ready.append(self._connect(process))

    def _connect(self, process: QueryProcess) -> AsyncProcess:
        assert self._pinned is not None  # noqa: S101
        self._forks.do(partial(self._pinned.core.bind, process.number))
        return AsyncProcess(process, self._pinned, self._space, self)

    @property
    def _asked(self) -> list[AsyncProcess]:
        opening = [self._opening] if self._opening else []
        return [*self._busy, *self._ready, *opening]

    @property
    def _alive(self) -> int:
        return len(self._opened) + len(self._asked)

    def _forget(self, exchange: Exchange) -> None:
        """Remove a withdrawn question from those that wait, unless it was just put."""
        if exchange in self._waiting:
            self._waiting.remove(exchange)

    def _assign_soon(self) -> None:
        """Put the waiting questions in the loop's next turn, so that a process is woken once."""
        if not self._assigning:
            self._assigning = True
            self._loop.call_soon(self._assign)

    def _assign(self) -> None:
        self._assigning = False
        if self._closed:
            return
        while self._waiting and (process := self._take_ready()):
            self._busy.add(process)
            process.put(self._take_batch())
        self._refill()
        if self._timer is None and (self._waiting or self._busy):
            every = _SOON if self._pinned and self._pinned.core.scarce else MOMENT / 2
            self._timer = self._loop.call_later(every, self._tick)

    def _take_ready(self) -> AsyncProcess | None:
        if not self._ready:
            return None
        assert self._pinned is not None  # noqa: S101
        if (
            self._busy
            and self._pinned.core.scarce
            and not all(map(_is_late, self._busy))
            and time.monotonic() < self._waiting[0].begun + _SOON
        ):
            return None
        process = self._ready.pop()
        self._least_ready = min(self._least_ready, len(self._ready))
        return process

    def _take_batch(self) -> list[Exchange]:
        batch = [self._waiting.popleft()]
        while (
            self._waiting and len(batch) < _BATCH and not (batch[0].alone or self._waiting[0].alone)
        ):
            batch.append(self._waiting.popleft())
        return batch

    def put_again(self, exchanges: Iterable[Exchange]) -> None:
        """See `async_process.Owner`."""
        again = [exchange for exchange in exchanges if not exchange.withdrawn]
        for exchange in again:
            exchange.restart()
        self._waiting.extendleft(reversed(again))
        self._assign_soon()

    # What becomes of a process (`async_process.Owner`)

    def take_back(self, process: AsyncProcess) -> None:
        """Take back a process that has answered all its questions, or is open now."""
        if process is self._opening:
            self._opening = None
            self._make_ready(process)
            return
        if process not in self._busy:
            return
        if process.yielding:
            self.end(process)
            return
        self._busy.discard(process)
        process.run = None
        if process.late:
            process.late = False
            assert self._pinned is not None  # noqa: S101
            self._forks.do(partial(self._pinned.core.bind, process.number))
        self._ready.append(process)
        if self._waiting:
            self._assign()

    def end(self, process: AsyncProcess, fault: EngineFault | None = None) -> None:
        """Kill a process; its present question ends with the fault."""
        unanswered = self._detach(process)
        if fault is not None:
            _log.warning("query process %d is killed: %s", process.number, fault)
            if unanswered and not unanswered[0].withdrawn:
                unanswered.pop(0).finish(fault)
        self._forks.do(partial(self._forks.kill, process.query_process))
        self.put_again(unanswered)

    def reap(self, process: AsyncProcess, unread: bool) -> None:
        """Find out how a process ended; `unread`: before it read all its questions."""
        before_open = process is self._opening
        unanswered = self._detach(process)
        if before_open and self._waiting:  # it was started for the one that has waited longest
            unread, unanswered = True, [self._waiting.popleft()]
        self._lost += 1
        reap = partial(self._forks.reap, process.query_process)
        self._forks.run(reap, self._loop, partial(self._explain, unanswered, unread))
        self._assign_soon()

    def _detach(self, process: AsyncProcess) -> list[Exchange]:
        self._busy.discard(process)
        if process in self._ready:
            self._ready.remove(process)
        if process is self._opening:
            self._opening = None
        return process.close()

    def _explain(self, unanswered: list[Exchange], unread: bool, done: "Future[Ending]") -> None:
        """End the query that a process died of with a fault; put the others again."""
        if self._closed:
            for exchange in unanswered:
                exchange.finish(EngineDown(message("engine.closed")))
            return
        ending = None if done.exception() else done.result()
        _log.warning(
            "a query process ended by itself%s: %s",
            ", it had not read its question" if unread else "",
            describe(ending) if ending is not None else done.exception(),
        )
        if ending is not None and ending.status == NO_STORE:
            down = EngineDown(message("engine.store_gone"))
            for exchange in unanswered:
                exchange.finish(down)
            if not self._alive:
                self._refuse_all(down)
            return
        if unanswered and ending is not None and not unread:
            fault = name_fault(ending, self._limits.memory_mb)
            if not (isinstance(fault, faults.Unorderable) and unanswered[0].order_anew()):
                unanswered.pop(0).finish(fault)
        elif unanswered:
            unanswered[0].tries += 1
            unanswered[0].alone = True  # so that nothing is left unread if the process dies of it
            if unanswered[0].tries > self._limits.idle:  # all that were idle, and a fresh one
                unanswered.pop(0).finish(EngineDown(message("engine.ends_unread")))
        self.put_again(unanswered)

    # The number of processes

    def _refill(self) -> None:
        """Start a process where too few are free of long queries, or one has waited too long."""
        late = sum(map(_is_late, self._busy))
        short = len(self._ready) + len(self._busy) - late
        if short >= self._spare and not self._waiting:
            return
        if self._starting or self._opening or self._closed or self._alive >= self._limits.processes:
            return
        now = time.monotonic()
        waited = now - self._waiting[0].begun if self._waiting else 0.0
        # Where long queries come together, more of them are likely to wait.
        enough = self._spare + (late if self._waiting else 0)
        if short >= enough and waited < MOST_MOMENTS * MOMENT:
            return
        if now < self._retry and self._alive:
            return
        self._starting += 1
        self._forks.run(self._forks.fork, self._loop, self._take_in)

    def _take_in(self, done: "Future[QueryProcess]") -> None:
        self._starting -= 1
        if fault := done.exception():
            _log.error("no query process can be started: %s", fault)
            self._retry = time.monotonic() + _RETRY
            if not self._alive:
                reason = reason_message(fault)
                self._refuse_all(EngineDown(message("engine.no_query_process", reason=reason)))
        elif self._closed:
            done.result().connection.close()
        else:
            self._started += 1
            self._opening, self._opening_begun = self._connect(done.result()), time.monotonic()
            self._opening.ask_whether_open()

    def _make_ready(self, process: AsyncProcess) -> None:
        self._ready.append(process)
        if self._trimming is None and self._alive > self._limits.idle:
            self._least_ready = len(self._ready)
            self._trimming = self._loop.call_later(_TRIMMED, self._trim)
        self._assign()

    def _trim(self) -> None:
        """End a process that was unused for a while, where there are more than `idle`."""
        self._trimming = None
        if self._least_ready and self._alive > self._limits.idle:
            self.end(self._ready[0])
        self._least_ready = len(self._ready)
        if self._alive > self._limits.idle:
            self._trimming = self._loop.call_later(_TRIMMED, self._trim)

    # What is checked some times a second

    def _tick(self) -> None:
        self._timer, now = None, time.monotonic()
        try:
            self._look_at_all(now)
        finally:  # a defect in one look must not end the looking: nothing would time out any more
            self._assign()

    def _look_at_all(self, now: float) -> None:
        memory = now - self._weighed > _WEIGHED
        if memory:
            self._weighed = now
        for process in tuple(self._busy):
            if process.pending and process in self._busy:
                self._look(process, now, memory)
        if self._opening and now - self._opening_begun > OPENED:
            self.end(self._opening)
        self._long &= {process.run for process in self._busy if process.run}
        while self._waiting and now > self._waiting[0].begun + self._limits.waiting_seconds:
            self._waiting.popleft().finish(
                faults.EngineBusy(
                    message("engine.none_became_free", seconds=self._limits.waiting_seconds),
                    self._retry_after(),
                )
            )

    def _look(self, process: AsyncProcess, now: float, memory: bool) -> None:
        """Measure the question that a process works on, and end it beyond its limits."""
        run, present = process.run, process.pending[0]
        if run is None or run.question is not present:
            process.run = Run(process.number, present, now, process.query_process.resident)
            return
        run.measure(now, memory and process.late)
        if isinstance(present, Exchange) and present.withdrawn:
            if now - present.withdrawn > _LEFT:
                self.end(process, faults.Abandoned(message("engine.client_gone")))
            return
        if run.worked > MOMENT or run.age > MOST_MOMENTS * MOMENT:
            self._leave_alone(process)
        others = len(self._busy) > 1 or self._waiting
        if run.worked > _YIELDS and others and not process.yielding:
            process.yielding = True
            self._yield(process.number)
        runs = [other.run for other in self._busy if other.run]
        crowded = bool(self._waiting) and self._alive >= self._limits.processes
        if fault := refuse_to_go_on(run, runs, self._long, crowded, self._limits):
            self.end(process, fault)

    def _leave_alone(self, process: AsyncProcess) -> None:
        """Put the questions behind a long query to other processes."""
        followers = process.cancel_followers()
        for follower in followers:
            follower.alone = True
        self.put_again(followers)
        if not process.late:
            process.late = True
            assert self._pinned is not None  # noqa: S101
            self._forks.do(partial(self._pinned.core.release, process.number))

    def _yield(self, number: int) -> None:
        try:
            sandbox.yield_to_younger(number)
        except OSError as error:  # it has just ended: whoever reads from it will see that
            _log.debug("query process %d cannot be made to yield: %s", number, error)

    def _retry_after(self) -> int:
        return max(1, math.ceil(self._limits.waiting_seconds))

    # The end

    def _shut(self) -> None:
        self._closed = True
        down = EngineDown(message("engine.closed"))
        self._refuse_all(down)
        for opened in self._opened:
            opened.connection.close()
        if self._pinned is None or self._loop.is_closed():
            return
        for timer in (self._timer, self._trimming):
            if timer is not None:
                timer.cancel()
        for process in self._asked:
            for exchange in self._detach(process):
                exchange.finish(down)
            process.query_process.connection.close()

    def _refuse_all(self, fault: EngineFault) -> None:
        while self._waiting:
            self._waiting.popleft().finish(fault)
