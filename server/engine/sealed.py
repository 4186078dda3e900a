"""Ask each question in a sealed, disposable process; this one only waits, kills and spools."""

import logging
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self, cast

from server.engine import Answer, Form, Limits, Question, faults
from server.engine.framing import (
    DATA,
    END,
    FAULT,
    HEAD,
    QUESTION,
    ClosedError,
    frame,
    pack_question,
)
from server.engine.link import QueryProcess
from server.engine.places import TICK, Places, Run
from server.engine.spool import Room, SpooledAnswer
from server.engine.stock import Stock

_log = logging.getLogger(__name__)


class SealedEngine:
    """See `server.engine.Engine`."""

    def __init__(self, release_file: Path, base_uri: str, limits: Limits) -> None:
        self._limits = limits
        self._places = Places(limits)
        self._room = Room(limits)
        self._stock = Stock(release_file, base_uri, limits)

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        """See `server.engine.Engine.ask`."""
        request = frame(QUESTION, pack_question(question))
        with self._places.place(gone or _stays) as run:
            process = self._stock.take()
            run.begin(process.number, process.resident)
            try:
                outcome, leaving = self._converse(process, request, run)
            except ClosedError:
                raise self._crash(process, run) from None
            except BaseException as fault:
                _log.warning(
                    "query process %d killed after %.1f s: %s", process.number, run.age, fault
                )
                self._stock.end(process)
                raise
            if leaving or run.yielding:
                self._stock.end(process)
            else:
                self._stock.give_back(process)
        if isinstance(outcome, faults.EngineFault):
            if isinstance(outcome, faults.EngineDefect):
                _log.error("query process %d failed: %s", process.number, outcome.detail)
            raise outcome
        return outcome

    def close(self) -> None:
        """See `server.engine.Engine.close`."""
        self._stock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _converse(
        self, process: QueryProcess, request: bytes, run: Run
    ) -> tuple[SpooledAnswer | faults.EngineFault, bool]:
        """Give answer or fault, and whether the process leaves; raises ClosedError, EngineFault."""
        answer: SpooledAnswer | None = None
        fault: faults.EngineFault | None = None
        frames = _Ticking(process, run, self._places)
        try:
            frames.send(request, self._limits.seconds)
            while True:
                letter, payload = frames.next()
                if letter == HEAD:
                    form, media_type = payload.decode().split(" ", 1)
                    answer = SpooledAnswer(cast(Form, form), media_type, self._room)
                elif letter == FAULT:
                    fault = faults.load_fault(payload)
                elif letter == DATA and answer is not None:
                    answer.add(payload)
                elif letter == END and (fault or answer):
                    if answer is not None:
                        answer.finish()
                    break
                else:
                    raise faults.EngineDefect(f"The frame {letter!r} came out of turn.")
        except BaseException:
            if answer is not None:
                answer.close()
            raise
        if fault is not None and answer is not None:
            answer.close()
        outcome = fault or answer
        assert outcome is not None  # noqa: S101  # the loop ends with one of them
        return outcome, bool(payload)

    def _crash(self, process: QueryProcess, run: Run) -> faults.EngineFault:
        status = self._stock.reap(process)
        _log.warning(
            "query process %d ended by itself after %.1f s: status %d",
            process.number,
            run.age,
            status,
        )
        if status in (-signal.SIGSEGV, -signal.SIGBUS):
            return faults.QueryTooLarge("The query nests deeper than the engine can follow.")
        if status in (-signal.SIGABRT, -signal.SIGKILL):
            return faults.QueryTooLarge(
                f"The query takes more than {self._limits.memory_mb} MB of memory."
            )
        return faults.EngineDefect(f"A query process ended with status {status}.")


class _Ticking:
    """The frames of a process, with a tick for its run however fast or slow they come."""

    def __init__(self, process: QueryProcess, run: Run, places: Places) -> None:
        self._process = process
        self._run = run
        self._places = places
        self._ticked = run.begun

    def send(self, request: bytes, seconds: float) -> None:
        self._process.connection.settimeout(seconds)
        try:
            self._process.connection.sendall(request)
        except ConnectionError as broken:
            raise ClosedError from broken
        except TimeoutError as late:
            raise faults.QueryTooSlow(seconds) from late

    def next(self) -> tuple[bytes, bytes]:
        while True:
            now = time.monotonic()
            if now - self._ticked >= TICK:
                self._ticked = now
                self._places.tick(self._run)
            self._process.connection.settimeout(max(0.001, min(TICK, self._places.left(self._run))))
            try:
                return self._process.frames.next()
            except TimeoutError:
                self._ticked = 0.0


def _stays() -> bool:
    return False
