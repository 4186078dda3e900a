"""Fork, kill and reap query processes in a thread, so that no event loop waits for that."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from server.engine.faults import EngineDown
from server.engine.pool.ending import Ending
from server.engine.pool.fork_client import ForkClient, QueryProcess
from transform.errors import UnreadableRelease
from transform.text.message import message

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class ForkThread:
    """The fork server of a release, replaced by another where it is lost.

    `start` is called before anything else, or never: the first `fork` then starts the fork server.
    """

    def __init__(self, source: Path, base_uri: str, memory_mb: int) -> None:
        self._source = (source, base_uri, memory_mb)
        self._client: ForkClient | None = None
        self._thread = ThreadPoolExecutor(1, "forks")

    def start(self) -> None:
        """Load the release, in the thread that calls. Raises UnreadableRelease, EngineDown."""
        self._client = ForkClient(*self._source)

    def do(self, work: Callable[[], object]) -> None:
        """Queue work that nobody waits for."""
        self._thread.submit(work)

    def run(
        self,
        work: Callable[[], _T],
        loop: asyncio.AbstractEventLoop,
        then: "Callable[[Future[_T]], None]",
    ) -> None:
        """Queue work; `then` is called with its outcome, on a loop."""

        def report(done: "Future[_T]") -> None:
            with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits
                loop.call_soon_threadsafe(then, done)

        self._thread.submit(work).add_done_callback(report)

    def fork(self) -> QueryProcess:
        """Return a fresh query process; raises EngineDown."""
        try:
            if self._client is not None:
                return self._client.fork()
        except EngineDown as down:
            if self._client is None or self._client.alive():
                raise
            _log.error("the engine's fork server is lost, starting another: %s", down)
            self._client.close()
        try:
            self._client = ForkClient(*self._source)
        except UnreadableRelease as gone:
            _log.error("the release can be read no more: %s", gone)
            raise EngineDown(message("engine.release_gone")) from gone
        return self._client.fork()

    def check(self, process: QueryProcess) -> None:
        """Wait until a fresh process answers, after `start`; raises EngineDown where it ends."""
        assert self._client is not None  # noqa: S101
        self._client.check(process)

    def kill(self, process: QueryProcess) -> None:
        """End a process; those of a lost fork server have ended with it."""
        process.connection.close()
        try:
            if self._client is not None:
                self._client.kill(process)
        except EngineDown as down:
            _log.warning("query process %d is left to its fork server: %s", process.number, down)

    def reap(self, process: QueryProcess) -> Ending:
        """Return how a process ended; raises EngineDown."""
        process.connection.close()
        if self._client is None:
            raise EngineDown(message("engine.fork_server_gone"))
        return self._client.reap(process)

    def close(self, wait: bool) -> None:
        """End the fork server and all its processes, after the work that is queued."""
        self._thread.submit(self._close_client)
        self._thread.shutdown(wait=wait)

    def leave_to_parent(self) -> None:
        """Close, in a forked process, our end of the socket to the parent's fork server."""
        if self._client is not None:
            self._client.forget()

    def _close_client(self) -> None:
        if self._client is not None:
            self._client.close()
