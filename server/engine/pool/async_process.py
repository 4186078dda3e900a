"""Ask short questions of a process, some at once, from an event loop that never waits."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from server.engine.faults import EngineDefect, EngineFault
from server.engine.frames import (
    PART,
    WHOLE,
    ClosedError,
    UnreadError,
    frame_question,
    read_wholes,
)
from server.engine.interface import Answer, Question, Whole
from server.engine.pool.admission import Admission, Run
from server.engine.pool.exchange import Exchange
from server.engine.pool.fork_client import QueryProcess
from server.engine.pool.spool import SpoolSpace

MOMENT = 0.05  # seconds
MOST_MOMENTS = 10
SENT_AT_ONCE = 1 << 16  # bytes that a socket takes without waiting


class Engine(Protocol):
    """What a seat comes from, and goes back to."""

    def finish(
        self, asking: Exchange, run: Run, request: bytes, broken: Exception | None
    ) -> Answer:
        """Wait for the rest of the answer to a request."""
        ...

    def give_up(self, process: QueryProcess) -> None:
        """Take back what is asked no more."""
        ...


class AsyncProcess:
    """A process of one asker, for one event loop. A seat that is `spent` takes no question."""

    def __init__(
        self, process: QueryProcess, places: Admission, room: SpoolSpace, engine: Engine
    ) -> None:
        process.connection.setblocking(False)
        self._process = process
        self._places = places
        self._room = room
        self._engine = engine
        self._run: Run | None = None
        self._asking: Exchange | None = None
        self._broken: Exception | None = None
        self._rest = self._last = b""
        self.pending = 0
        self.spent = self._finished = False

    @property
    def process(self) -> int:
        """Give the number of the process."""
        return self._process.number

    def is_late(self) -> bool:
        """Say whether the questions take more than a moment: of work, or far more of time.

        By the clock alone, a busy machine would make short queries pass for long ones, and give
        itself the work of replacing processes.
        """
        run = self._run
        return run is not None and (run.worked > MOMENT or run.age > MOST_MOMENTS * MOMENT)

    def fileno(self) -> int:
        """Give the descriptor that can be read from when `advance` has something to take."""
        return self._process.connection.fileno()

    def ask(self, questions: Sequence[Question]) -> bool:
        """Put questions; says whether they were taken, else they must be asked of the engine."""
        requests = [*map(frame_question, questions)]
        request = b"".join(requests)
        if len(request) > SENT_AT_ONCE or (run := self._places.enter_at_once()) is None:
            return False
        run.begin(self._process.number, self._process.resident)
        try:
            taken = self._process.connection.send(request) == len(request)
        except OSError:
            taken = False
        if taken:
            self._run, self.pending, self._last = run, len(questions), requests[-1]
        else:
            self._places.leave(run)
            self.spent = True
        return taken

    def advance(self) -> list[Whole]:
        """Take what has come: small answers, in the order of the questions.

        Anything else makes the seat `spent`. Where one question is `pending` then, `finish`
        gives its answer; of several, who knows which one it was: each must be asked again.
        """
        try:
            data = self._process.connection.recv(PART)
        except BlockingIOError:
            return []
        except ConnectionError:
            self._break(UnreadError())
            return []
        except OSError:
            data = b""
        if self._run is None or not data:
            self._break(ClosedError())
            return []
        if self._asking is not None:
            self._take(data)
            return []
        payloads, self._rest = read_wholes(self._rest + data)
        self.pending -= len(payloads)
        if self.pending == 0 and not self._rest:
            self._places.leave(self._run)
            self._run = None
        elif self.pending <= 0:
            self._break(EngineDefect("More answers came than questions were put."))
        elif self._rest and not self._rest.startswith(WHOLE):
            self._take(self._rest)
        cut = [payload.partition(b"\n") for payload in payloads]
        return [Whole(_media_type(told), body) for told, _, body in cut]

    def finish(self, gone: Callable[[], bool] | None = None) -> Answer:
        """Wait for the one answer as `Engine.ask` does; nothing may be asked after that."""
        assert self._run is not None  # noqa: S101  # a question was put
        self.spent = self._finished = True
        self._run.gone = gone or _stays
        if self._asking is None:
            self._asking = Exchange(self._process, self._room)
            self._process.frames.add(self._rest)
        return self._engine.finish(self._asking, self._run, self._last, self._broken)

    def close(self) -> None:
        """End the process, whatever it was asked, unless `finish` has had it."""
        self.spent = True
        if self._finished:
            return
        if self._run is not None:
            self._places.leave(self._run)
            self._run = None
        self._engine.give_up(self._process)

    def _take(self, data: bytes) -> None:
        if self.pending > 1:
            self.spent = True
            return
        self._asking = self._asking or Exchange(self._process, self._room)
        try:
            self.spent = self._asking.take_at_once(data)
        except EngineFault as fault:
            self._break(fault)

    def _break(self, fault: Exception) -> None:
        self._broken = fault
        self.spent = True


@lru_cache(maxsize=64)
def _media_type(told: bytes) -> str:
    """Give the media type that stands in a W frame behind the form."""
    return told.decode().partition(" ")[2]


def _stays() -> bool:
    return False
