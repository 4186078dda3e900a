"""Take in what a query process says to one question, frame by frame."""

import logging
from typing import cast

from server.engine import Answer, Form, faults
from server.engine.framing import DATA, END, FAULT, HEAD
from server.engine.link import QueryProcess
from server.engine.spool import Room, SpooledAnswer

_log = logging.getLogger(__name__)


class Asking:
    """One question under way: what has come of its answer, or of its fault."""

    def __init__(self, process: QueryProcess, room: Room) -> None:
        self.process = process
        self.leaving = False
        self._room = room
        self._answer: SpooledAnswer | None = None
        self._fault: faults.EngineFault | None = None

    def take(self, letter: bytes, payload: bytes) -> bool:
        """Take a frame; says whether it was the last. Raises EngineFault for what cannot be."""
        if letter == HEAD:
            form, media_type = payload.decode().split(" ", 1)
            self._answer = SpooledAnswer(cast(Form, form), media_type, self._room)
        elif letter == FAULT:
            self._fault = faults.load_fault(payload)
        elif letter == DATA and self._answer is not None:
            self._answer.add(payload)
        elif letter == END and (self._fault or self._answer):
            if self._answer is not None:
                self._answer.finish()
            self.leaving = bool(payload)
            return True
        else:
            raise faults.EngineDefect(f"The frame {letter!r} came out of turn.")
        return False

    def take_at_once(self) -> bool:
        """Take the frames that have come; says whether the last was among them."""
        frames = self.process.frames
        frames.fill_at_once()
        while found := frames.next_at_once():
            if self.take(*found):
                return True
        return False

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
