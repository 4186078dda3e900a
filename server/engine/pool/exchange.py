"""Take in what a query process says to one question, frame by frame."""

import logging
from typing import cast

from server.engine import faults
from server.engine.frames import (
    DATA,
    END,
    FAULT,
    HEAD,
    WHOLE,
    cut_whole,
)
from server.engine.interface import Answer, Form
from server.engine.pool.fork_client import QueryProcess
from server.engine.pool.spool import SpooledAnswer, SpoolSpace

_log = logging.getLogger(__name__)


class Exchange:
    """One question under way: what has come of its answer, or of its fault."""

    def __init__(self, process: QueryProcess, room: SpoolSpace) -> None:
        self.process = process
        self.whole = self.leaving = False
        self._room = room
        self._answer: SpooledAnswer | None = None
        self._fault: faults.EngineFault | None = None

    def take(self, letter: bytes, payload: bytes) -> bool:
        """Take a frame; says whether it was the last. Raises EngineFault for what cannot be."""
        if letter == WHOLE and self._answer is None and self._fault is None:
            told, body = cut_whole(payload)
            self._begin(told).add(body)
            self.whole = True
        elif letter == HEAD:
            self._begin(payload.decode())
        elif letter == FAULT:
            self._fault = faults.load_fault(payload)
        elif letter == DATA and self._answer is not None:
            self._answer.add(payload)
        elif letter == END and (self._fault or self._answer):
            if self._answer is not None:
                self._answer.finish()
            self.leaving = bool(payload)
            self.whole = True
        else:
            raise faults.EngineDefect(f"The frame {letter!r} came out of turn.")
        return self.whole

    def take_at_once(self, data: bytes) -> bool:
        """Take the frames that the data bring; says whether the last was among them."""
        frames = self.process.frames
        frames.add(data)
        while found := frames.next_at_once():
            if self.take(*found):
                return True
        return False

    def _begin(self, told: str) -> SpooledAnswer:
        form, media_type = told.split(" ", 1)
        self._answer = SpooledAnswer(cast(Form, form), media_type, self._room)
        return self._answer

    def drop(self) -> None:
        """Give back what has come."""
        if self._answer is not None:
            self._answer.close()

    def outcome(self) -> Answer:
        """Give the whole answer, or raise the fault that came in its stead."""
        if self._fault is not None:
            self.drop()
            if isinstance(self._fault, faults.EngineDefect):
                _log.error("query process %d failed: %s", self.process.number, self._fault.detail)
            raise self._fault
        assert self._answer is not None  # noqa: S101  # the last frame comes after one of them
        return self._answer
