"""Ask each question in a sealed, disposable process; this one only waits, kills and spools."""

import logging
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Self

from server.engine import Answer, Limits, Question, faults
from server.engine.asking import Asking
from server.engine.framing import QUESTION, ClosedError, frame, pack_question
from server.engine.link import QueryProcess
from server.engine.peers import Peers
from server.engine.places import Places, Run
from server.engine.spool import Room
from server.engine.stock import Stock
from server.engine.ticking import Ticking

_log = logging.getLogger(__name__)
_SENT_AT_ONCE = 1 << 16  # bytes that a socket takes without waiting


class SealedEngine:
    """See `server.engine.Engine`."""

    def __init__(self, source: Path, base_uri: str, limits: Limits) -> None:
        """Open a file of N-Quads in memory, or the folder of a store on disk."""
        self._limits = limits
        self._places = Places(limits)
        self._room = Room(limits)
        self._stock = Stock(source, base_uri, limits)
        self._peers = Peers(limits)

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        """See `server.engine.Engine.ask`."""
        request = frame(QUESTION, pack_question(question))
        with self._places.place(gone or _stays) as run:
            process = self._stock.take()
            run.begin(process.number, process.resident)
            return self._bring_to_an_end(Asking(process, self._room), run, request)

    def begin(self, question: Question) -> "Begun | None":
        """Put a question to a process that is ready, without waiting; None when that fails."""
        if self._peers.may_concern(question.text):
            return None
        request = frame(QUESTION, pack_question(question))
        if len(request) > _SENT_AT_ONCE or (run := self._places.enter_at_once()) is None:
            return None
        process = None
        try:
            if process := self._stock.take_ready():
                run.begin(process.number, process.resident)
                process.connection.setblocking(False)
                if process.connection.send(request) == len(request):
                    return Begun(self, Asking(process, self._room), run)
        except OSError as error:
            _log.debug("query process %d could not be asked: %s", run.process, error)
        except BaseException:
            self._places.leave(run)
            raise
        if process:
            self._stock.end(process)
        self._places.leave(run)
        return None

    def advance(self, begun: "Begun") -> Answer | None:
        """Take what a process has answered so far; see `Begun.advance`."""
        try:
            begun.whole = begun.asking.take_at_once()
        except (ClosedError, faults.EngineFault) as fault:
            begun.broken = fault
        if not begun.whole or begun.asking.leaving:
            return None
        return self.finish(begun, None)

    def finish(self, begun: "Begun", gone: Callable[[], bool] | None) -> Answer:
        """Wait for the rest of an answer as `ask` does."""
        begun.ended = True
        begun.run.gone = gone or _stays
        try:
            if begun.whole:
                self._put_back(begun.asking, begun.run)
                return begun.asking.outcome()
            return self._bring_to_an_end(begun.asking, begun.run, None, begun.broken)
        finally:
            self._places.leave(begun.run)

    def _bring_to_an_end(
        self, asking: Asking, run: Run, request: bytes | None, broken: Exception | None = None
    ) -> Answer:
        process = asking.process
        try:
            if broken is not None:
                raise broken
            frames = Ticking(process, run, self._places, self._peers)
            if request is not None:
                frames.send(request, self._limits.seconds)
            while not asking.take(*frames.next()):
                pass
        except ClosedError:
            asking.drop()
            raise self._crash(process, run) from None
        except BaseException as fault:
            asking.drop()
            _log.warning("query process %d killed after %.1f s: %s", process.number, run.age, fault)
            self._stock.end(process)
            raise
        self._put_back(asking, run)
        return asking.outcome()

    def _put_back(self, asking: Asking, run: Run) -> None:
        if asking.leaving or run.yielding:
            self._stock.end(asking.process)
        else:
            self._stock.give_back(asking.process)

    def close(self) -> None:
        """See `server.engine.Engine.close`."""
        self._stock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

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


class Begun:
    """A question that was put to a process while its asker goes on with something else."""

    def __init__(self, engine: SealedEngine, asking: Asking, run: Run) -> None:
        self._engine = engine
        self.asking = asking
        self.run = run
        self.whole = self.ended = False
        self.broken: Exception | None = None

    def fileno(self) -> int:
        """Give the descriptor that can be read from when there is something to `advance` with."""
        return self.asking.process.connection.fileno()

    @property
    def stuck(self) -> bool:
        """Say whether only `finish` helps: the process has ended, or must be."""
        return self.broken is not None or (self.whole and self.asking.leaving)

    def advance(self) -> Answer | None:
        """Give the answer if all of it has come, without waiting; raises EngineFault."""
        return self._engine.advance(self)

    def finish(self, gone: Callable[[], bool] | None = None) -> Answer:
        """Wait for the answer as `Engine.ask` does; not after `advance` gave or raised."""
        return self._engine.finish(self, gone)


def _stays() -> bool:
    return False
