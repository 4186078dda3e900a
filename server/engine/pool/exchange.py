"""Take in what a query process says to one question, frame by frame."""

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol, cast

from server.engine.faults import EngineDefect, EngineFault, load_fault
from server.engine.frames import DATA, END, FAULT, HEAD
from server.engine.interface import Form, Outcome, Whole
from server.engine.pool.spool import Spool

_log = logging.getLogger(__name__)


class Process(Protocol):
    """The process that is asked, as an exchange sees it."""

    number: int

    def begin_spool(self, form: Form, media_type: str, changed: Callable[[], None]) -> Spool:
        """Return a spool for an answer that comes in parts."""
        ...

    def fail(self, fault: EngineFault) -> None:
        """End, for what the question at hand has met; it is answered with the fault."""
        ...

    def read_on(self) -> None:
        """Read again, where too much had come at once."""
        ...


class Exchange:
    """One question and what comes of it; `over` is called once, unless it is withdrawn."""

    __slots__ = (
        "_ended", "_fault", "_left", "_over", "_spool", "alone", "asked", "process", "request",
        "tries", "withdrawn",
    )  # fmt: skip

    def __init__(
        self,
        request: bytes,
        over: Callable[[Outcome], None],
        left: "Callable[[Exchange], None]",
    ) -> None:
        self.request = request
        self.asked = time.monotonic()
        self.tries = 0  # processes that ended before they read it
        self.alone = False  # it is put to a process by itself
        self.withdrawn = 0.0  # when
        self.process: Process | None = None
        self._over = over
        self._left = left
        self._spool: Spool | None = None
        self._fault: EngineFault | None = None
        self._ended = False

    def withdraw(self) -> None:
        """Ask no more: the client has left. What has come is given back."""
        self.withdrawn = time.monotonic()
        self._drop()
        if self.process is None:
            self._left(self)
        else:
            self.process.read_on()

    def take(self, letter: bytes, payload: bytes) -> None:
        """Take a frame; raises EngineFault for what cannot be, and for more than may be."""
        if self.withdrawn:
            return
        if letter == HEAD and self.is_fresh:
            assert self.process is not None  # noqa: S101
            self._spool = self.process.begin_spool(*_read_kind(payload), self._note_written)
        elif letter == FAULT and self._fault is None:
            self._drop()
            self._fault = load_fault(payload)
        elif letter == DATA and self._spool is not None:
            self._spool.add(payload)
        elif letter == END and not self.is_fresh:
            self._ended = True
            self._finish_if_written()
        else:
            raise EngineDefect(f"The frame {letter!r} came out of turn.")

    def take_whole(self, payload: bytes) -> None:
        """Take a small answer, the only frame of it."""
        kind, _, body = payload.partition(b"\n")
        self.finish(Whole(*_read_kind(kind), body))

    @property
    def is_fresh(self) -> bool:
        """Say whether nothing has come yet."""
        return self._spool is None and self._fault is None

    @property
    def is_behind(self) -> bool:
        """Say whether more of the answer should come only later."""
        return self._spool is not None and self._spool.is_behind

    def restart(self) -> None:
        """Be a question again of which nothing has come."""
        self._drop()
        self._fault, self.process = None, None

    def finish(self, outcome: Outcome) -> None:
        """Give the outcome, unless nobody waits for it."""
        over, self._over = self._over, _ignore
        if isinstance(outcome, EngineFault):
            self._drop()
        elif outcome is self._spool:
            self._spool = None
        if isinstance(outcome, EngineDefect):
            _log.error("a question met a defect: %s", outcome.detail)
        if self.withdrawn:
            return
        try:
            over(outcome)
        except Exception:  # the others that this process has answered must be told
            _log.exception("an answer could not be given")

    def _finish_if_written(self) -> None:
        if self._fault is not None:
            self.finish(self._fault)
        elif self._spool is not None and self._spool.is_written:
            self.finish(self._spool)

    def _note_written(self) -> None:
        fault = self._spool.fault if self._spool is not None else None
        if self._ended:
            self._fault = self._fault or fault
            self._finish_if_written()
        elif self.process is not None:
            if fault:
                self.process.fail(fault)
            else:
                self.process.read_on()

    def _drop(self) -> None:
        if self._spool is not None:
            self._spool.close()
            self._spool = None


@lru_cache(maxsize=64)
def _read_kind(kind: bytes) -> tuple[Form, str]:
    """Return form and media type, as a W or H frame tells them."""
    form, _, media_type = kind.decode().partition(" ")
    return cast(Form, form), media_type


def _ignore(outcome: Outcome) -> None:
    """Take what nobody waits for."""
