"""The application over an engine whose answers break off under way."""

import asyncio
import mmap
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from server.engine import faults
from server.engine.interface import Engine, Limits, Outcome, Question, Ticket
from server.engine.stats import EngineStats
from server.http.process import shared_memory
from server.http.process.shared_choice import SharedChoice
from server.http.process.worker import run
from server.release.choice import ReleaseChooser

PART = b"x" * 65536


class _Broken:
    form = "solutions"
    media_type = "text/csv"

    def __init__(self, parts: int) -> None:
        self.length = parts * len(PART)

    @property
    def body(self) -> Iterator[bytes]:
        yield PART
        yield PART
        raise faults.AnswerBroken("the spool is gone")

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass


class _Withdrawn:
    def withdraw(self) -> None:
        pass


class _Breaking:
    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Any:
        if "defect" in question.text:
            raise RuntimeError("secret-of-the-house")
        if "busy" in question.text:
            raise faults.EngineBusy("All places are taken.", 7)
        if "slow" in question.text:
            raise faults.QueryTooSlow(10.0)
        if "large" in question.text:
            raise faults.ResultTooLarge(100)
        if question.bindings:  # a query of the site itself
            raise faults.QueryTooLarge("The query takes more than 1024 MB of memory.")
        return _Broken(3 if "short" in question.text else 32)

    def begin(self, question: Question, over: Callable[[Outcome], None]) -> Ticket:
        outcome = self.ask(question)
        asyncio.get_running_loop().call_soon(over, outcome)
        return _Withdrawn()

    def look_up(self, question: Question) -> None:
        pass

    def stats(self) -> EngineStats:
        return EngineStats()

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass


def open_broken(release_file: Path, base_uri: str, limits: Limits) -> Engine:
    """Return an engine that fails in the way that the query names."""
    return _Breaking()


if __name__ == "__main__":
    address = ("127.0.0.1", int(sys.argv[1]))
    with socket.create_server(address) as listener, tempfile.TemporaryFile() as shared:
        shared.truncate(shared_memory.SIZE)
        folder = Path(os.environ["PORTRAIT_IA_FOLDER"])
        memory = mmap.mmap(shared.fileno(), shared_memory.SIZE)
        SharedChoice(memory, shared_memory.CHOICE).publish(ReleaseChooser(folder).choose())
        run(folder, listener.fileno(), shared.fileno(), b"secret", 0, os.getppid(), open_broken)
