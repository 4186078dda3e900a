"""Collect what a query process answers to one question, frame by frame."""

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import cast

from server.engine.faults import EngineDefect, EngineFault, load_fault
from server.engine.frames import DATA, END, FAULT, HEAD, ORDERED
from server.engine.interface import Form, Outcome, WholeAnswer
from server.engine.pool.spool import Spool

_log = logging.getLogger(__name__)


class Exchange:
    """One question and its outcome; `over` is called once, unless it is withdrawn."""

    __slots__ = (
        "_fault", "_left", "_over", "alone", "begun", "ended", "request", "spool", "tries",
        "withdrawn",
    )  # fmt: skip

    def __init__(
        self,
        request: bytes,
        over: Callable[[Outcome], None],
        left: "Callable[[Exchange], None]",
    ) -> None:
        self.request = request
        self.begun = time.monotonic()
        self.tries = 0  # processes that ended before they read it
        self.alone = False  # it is put to a process by itself
        self.withdrawn = 0.0  # when
        self.ended = False  # nothing more comes, but a thread may still be writing
        self.spool: Spool | None = None  # of an answer that comes in parts
        self._fault: EngineFault | None = None
        self._over = over
        self._left = left

    def withdraw(self) -> None:
        """Cancel: the client has left. Frames received so far are dropped."""
        self.withdrawn = time.monotonic()
        self.restart()
        self._left(self)

    def restart(self) -> None:
        """Drop the frames received, before the question is put again."""
        self._drop()
        self._fault = None

    def order_anew(self) -> bool:
        """Have the question put again with its ORDER BY rewritten; False where it was already."""
        if self.request.startswith(ORDERED):
            return False
        self.request = ORDERED + self.request[len(ORDERED) :]  # the letter of its frame
        self.alone = True
        return True

    @property
    def is_fresh(self) -> bool:
        """Return whether no frame has come yet."""
        return self.spool is None and self._fault is None

    def take_whole(self, payload: bytes) -> None:
        """Take a small answer, which is one frame."""
        kind, _, body = payload.partition(b"\n")
        self._report(WholeAnswer(*read_kind(kind), body))

    def take(self, letter: bytes, payload: bytes, open_spool: Callable[[bytes], Spool]) -> None:
        """Take another frame; raises EngineFault for one out of turn, and beyond the limits."""
        if self.withdrawn:
            return
        if letter == HEAD and self.is_fresh:
            self.spool = open_spool(payload)
        elif letter == FAULT and self._fault is None:
            self._drop()
            self._fault = load_fault(payload)
        elif letter == DATA and self.spool is not None:
            self.spool.add(payload)
        elif letter == END and not self.is_fresh:
            self.ended = True
            self.finish_if_written()
        else:
            raise EngineDefect(f"The frame {letter!r} came out of turn.")

    def finish_if_written(self) -> None:
        """Finish an answer that has ended, unless a thread is still writing it."""
        if self._fault is not None:
            self.finish(self._fault)
        elif self.spool is not None and not self.spool.is_writing:
            self.finish(self.spool.fault or self.spool)

    def finish(self, outcome: Outcome) -> None:
        """Report the outcome, unless the question was withdrawn."""
        if isinstance(outcome, EngineFault):
            self._drop()
        if isinstance(outcome, EngineDefect):
            _log.error("a question met a defect: %s", outcome.detail)
        self.spool = None
        self._report(outcome)

    def _report(self, outcome: Outcome) -> None:
        if self.withdrawn:
            return
        try:
            self._over(outcome)
        except Exception:  # the other answers of this process must still be reported
            _log.exception("an answer could not be given")

    def _drop(self) -> None:
        if self.spool is not None:
            self.spool.close()
            self.spool = None


@lru_cache(maxsize=64)
def read_kind(kind: bytes) -> tuple[Form, str]:
    """Return form and media type from the payload of a W or H frame."""
    form, _, media_type = kind.decode().partition(" ")
    return cast(Form, form), media_type
