"""Ask each question in a sealed, disposable process; this one only waits, kills and spools."""

import contextlib
import logging
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Self

from server.engine import faults
from server.engine.frames import ClosedError, UnreadError, frame_question
from server.engine.interface import Answer, Limits, Question
from server.engine.pool.admission import Admission, Run
from server.engine.pool.async_process import AsyncProcess
from server.engine.pool.exchange import Exchange
from server.engine.pool.fork_client import QueryProcess
from server.engine.pool.lookup import Lookups
from server.engine.pool.pool import Pool
from server.engine.pool.spool import SpoolSpace
from server.engine.pool.watch import Watch
from server.engine.process.fork_server import NO_STORE
from server.engine.stats import EngineStats

_log = logging.getLogger(__name__)


class SealedEngine:
    """See `server.engine.interface.Engine`."""

    def __init__(self, source: Path, base_uri: str, limits: Limits) -> None:
        """Open a file of N-Quads in memory, or the folder of a store on disk."""
        self.lookups: Lookups | None = None  # what needs no process, see `lookup`
        self._limits = limits
        self._places = Admission(limits)
        self._room = SpoolSpace(limits)
        self._stock = Pool(source, base_uri, limits)

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        """See `server.engine.interface.Engine.ask`."""
        request = frame_question(question)
        with self._places.place(gone or _stays) as run:
            return self._ask(request, run)

    def take_seat(self) -> AsyncProcess:
        """Give a process to an asker who never waits; raises EngineDown."""
        process = self._stock.take()
        self._stock.restock()
        return AsyncProcess(process, self._places, self._room, self)

    def finish(
        self, asking: Exchange, run: Run, request: bytes, broken: Exception | None
    ) -> Answer:
        """Wait for the rest of an answer as `ask` does, `broken` is what came in its stead."""
        try:
            if asking.whole:
                self._put_back(asking, run)
                return asking.outcome()
            return self._bring_to_an_end(asking, run, None, broken)
        except UnreadError:
            return self._ask(request, run)
        finally:
            self._places.leave(run)

    def give_up(self, process: QueryProcess) -> None:
        """Take a process back that was asked nothing, or has ended."""
        self._stock.end(process)

    def _ask(self, request: bytes, run: Run) -> Answer:
        """Ask the next process where one has ended, not of the request, before it read that."""
        for _ in range(self._limits.idle + 1):  # all that were idle, and a fresh one
            process = self._stock.take()
            run.begin(process.number, process.resident)
            with contextlib.suppress(UnreadError):
                return self._bring_to_an_end(Exchange(process, self._room), run, request)
        raise faults.EngineDown("Query processes end before they read what is asked: ask again.")

    def _bring_to_an_end(
        self, asking: Exchange, run: Run, request: bytes | None, broken: Exception | None = None
    ) -> Answer:
        process = asking.process
        try:
            if broken is not None:
                raise broken
            frames = Watch(process, run, self._places)
            if request is not None:
                frames.send(request, self._limits.seconds)
            while not asking.take(*frames.next()):
                pass
        except ClosedError as closed:
            asking.drop()
            raise self._crash(process, run, closed) from None
        except BaseException as fault:
            asking.drop()
            _log.warning("query process %d killed after %.1f s: %s", process.number, run.age, fault)
            self._stock.end(process)
            raise
        self._put_back(asking, run)
        return asking.outcome()

    def _put_back(self, asking: Exchange, run: Run) -> None:
        if asking.leaving or run.yielding:
            self._stock.end(asking.process)
        else:
            self._stock.give_back(asking.process)

    def figures(self) -> EngineStats:
        """See `server.engine.interface.Engine.figures`."""
        return EngineStats(*self._places.taken, self._limits.waiting, *self._stock.counts)

    def close(self) -> None:
        """See `server.engine.interface.Engine.close`."""
        self._stock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _crash(self, process: QueryProcess, run: Run, closed: ClosedError) -> Exception:
        unread = isinstance(closed, UnreadError)
        try:
            status = self._stock.reap(process)
        except faults.EngineDown as down:
            if not unread:
                raise
            _log.warning("query process %d ended with its keeper: %s", process.number, down)
            return closed
        _log.warning(
            "query process %d ended by itself after %.1f s%s: status %d",
            process.number,
            run.age,
            ", it had not read the query" if unread else "",
            status,
        )
        if unread and status != NO_STORE:
            return closed
        if status in (-signal.SIGSEGV, -signal.SIGBUS):
            return faults.QueryTooLarge("The query nests deeper than the engine can follow.")
        if status in (-signal.SIGABRT, -signal.SIGKILL):
            return faults.QueryTooLarge(
                f"The query takes more than {self._limits.memory_mb} MB of memory."
            )
        if status == NO_STORE:
            return faults.EngineDown(f"A query process cannot start: {faults.STORE_GONE}")
        return faults.EngineDefect(f"A query process ended with status {status}.")


def _stays() -> bool:
    return False
