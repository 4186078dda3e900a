"""Fork, kill and reap query processes in a thread, where waiting for the keeper holds up nobody."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from server.engine.faults import EngineDown
from server.engine.pool.fork_client import ForkClient, QueryProcess
from transform.errors import UnreadableRelease

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class ForkThread:
    """The keeper of a release, and another one in its place where it is lost.

    `start` is called before anything else, or never: the first `fork` then starts the keeper.
    """

    def __init__(self, source: Path, base_uri: str, memory_mb: int) -> None:
        self._source = (source, base_uri, memory_mb)
        self._client: ForkClient | None = None
        self._thread = ThreadPoolExecutor(1, "forks")

    def start(self) -> None:
        """Load the release, in the thread that calls. Raises UnreadableRelease, EngineDown."""
        self._client = ForkClient(*self._source)

    def do(self, work: Callable[[], object]) -> None:
        """Do something that nobody waits for, after what was to be done before."""
        self._thread.submit(work)

    def run(
        self,
        work: Callable[[], _T],
        loop: asyncio.AbstractEventLoop,
        then: "Callable[[Future[_T]], None]",
    ) -> None:
        """Do something, and have its outcome told on a loop."""
        doing = self._thread.submit(work)
        doing.add_done_callback(lambda done: loop.call_soon_threadsafe(then, done))

    def fork(self) -> QueryProcess:
        """Return a fresh query process; raises EngineDown."""
        try:
            if self._client is not None:
                return self._client.fork()
        except EngineDown as down:
            if self._client is None or self._client.alive():
                raise
            _log.error("the engine's keeper is lost, starting another: %s", down)
            self._client.close()
        try:
            self._client = ForkClient(*self._source)
        except UnreadableRelease as gone:
            raise EngineDown(f"The release can be read no more: {gone}") from gone
        return self._client.fork()

    def kill(self, process: QueryProcess) -> None:
        """End a process; one of a lost keeper has ended with that."""
        process.connection.close()
        try:
            if self._client is not None:
                self._client.kill(process)
        except EngineDown as down:
            _log.warning("query process %d is left to its keeper: %s", process.number, down)

    def reap(self, process: QueryProcess) -> int:
        """Return the status with which a process ended; raises EngineDown."""
        process.connection.close()
        if self._client is None:
            raise EngineDown("The engine's keeper is gone.")
        return self._client.reap(process)

    def close(self, wait: bool) -> None:
        """End the keeper and all its processes, after what is being done."""
        self._thread.submit(self._close_client)
        self._thread.shutdown(wait=wait)

    def leave_to_parent(self) -> None:
        """Let go, in a forked process, of the keeper of the one that it was forked from."""
        if self._client is not None:
            self._client.forget()

    def _close_client(self) -> None:
        if self._client is not None:
            self._client.close()
