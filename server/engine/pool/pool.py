"""Keep query processes ready, and a keeper to fork them from, whatever becomes of either."""

import logging
import threading
from pathlib import Path

from server.engine.faults import EngineDown
from server.engine.interface import Limits
from server.engine.pool.fork_client import ForkClient, QueryProcess
from transform.errors import UnreadableRelease

_log = logging.getLogger(__name__)


class Pool:
    """The idle query processes of a release; safe for many threads."""

    def __init__(self, source: Path, base_uri: str, limits: Limits) -> None:
        self._source = (source, base_uri, limits.memory_mb)
        self._most = max(1, min(limits.idle, limits.processes))
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._closed = False
        self._alive = self._started = self._lost = 0
        self._link = ForkClient(*self._source)
        self._idle: list[QueryProcess] = []
        try:
            for _ in range(min(2, self._most)):
                self._idle.append(self._begin(self._link))
        except BaseException:
            self.close()
            raise

    @property
    def counts(self) -> tuple[int, int, int]:
        """Give how many processes are alive, were started, and ended by themselves."""
        return self._alive, self._started, self._lost

    def take(self) -> QueryProcess:
        """Give a process that waits for a question; raises EngineDown."""
        return self.take_ready() or self._fork()

    def take_ready(self) -> QueryProcess | None:
        """Give a process that waits for a question, if there is one."""
        while process := self._next_idle():
            if process.alive():
                return process
            self.end(process)
        return None

    def give_back(self, process: QueryProcess) -> None:
        """Take a process back that has answered to the end."""
        with self._lock:
            if not self._closed and len(self._idle) < self._most:
                self._idle.append(process)
                return
        self.end(process)

    def end(self, process: QueryProcess) -> None:
        """Kill a process, and have another one ready before the next question comes."""
        try:
            self._link.kill(process)
            self._count(-1)
        except EngineDown as down:
            _log.warning("query process %d is left to its keeper: %s", process.number, down)
        self.restock()

    def reap(self, process: QueryProcess) -> int:
        """Say with what status a process ended that closed its connection; raises EngineDown."""
        status = self._link.reap(process)
        self._count(-1, lost=1)
        self.restock()
        return status

    def restock(self) -> None:
        """Have a process ready for the next question, if there is none."""
        with self._lock:
            if self._closed or self._idle:
                return
        try:
            self.give_back(self._begin(self._link))
        except EngineDown as down:  # whoever asks next will start another keeper, or be told
            _log.warning("no query process is ready: %s", down)

    def close(self) -> None:
        """End the keeper and all processes."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for process in idle:
            process.connection.close()
        with self._starting:  # a keeper that is just being started is ended by who starts it
            self._link.close()

    def _next_idle(self) -> QueryProcess | None:
        with self._lock:
            if self._closed:
                raise EngineDown("The engine was closed.")
            return self._idle.pop() if self._idle else None

    def _fork(self) -> QueryProcess:
        link = self._link
        try:
            return self._begin(link)
        except EngineDown as down:
            if link.alive():
                raise
            _log.error("the engine's keeper is lost, starting another: %s", down)
        return self._begin(self._restart(link))

    def _begin(self, link: ForkClient) -> QueryProcess:
        process = link.fork()
        self._count(1)
        return process

    def _count(self, change: int, lost: int = 0) -> None:
        with self._lock:
            self._alive += change
            self._started += max(0, change)
            self._lost += lost

    def _restart(self, lost: ForkClient) -> ForkClient:
        """Start a keeper in place of a lost one, once, however many threads have noticed."""
        if not self._starting.acquire(blocking=False):
            raise EngineDown("The engine is being restarted: ask again soon.")
        try:
            if self._link is lost:
                lost.close()
                with self._lock:
                    if self._closed:
                        raise EngineDown("The engine was closed.")
                    self._lost += self._alive  # they end with their keeper
                    self._alive = 0
                self._link = ForkClient(*self._source)
            return self._link
        except UnreadableRelease as gone:
            _log.error("the engine cannot be started again: %s", gone)
            raise EngineDown("The release can be read no more: ask again later.") from gone
        finally:
            self._starting.release()
