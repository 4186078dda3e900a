"""Keep some query processes of a release at hand for an event loop, which watches each of them."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import TypeVar

from server.engine.interface import Answer
from server.engine.pool.async_process import AsyncProcess
from server.http.responses.wsgi import Threads
from server.release.current import CurrentRelease, Release

log = logging.getLogger(__name__)
SEATS = 2  # of a worker; what takes longer than a moment leaves its seat to others

_T = TypeVar("_T")
Finish = Callable[[Callable[[], bool] | None], Answer]


class ProcessPool:
    """The seats of one release, which stays open until the last of them is given back."""

    def __init__(
        self,
        shelf: CurrentRelease,
        threads: Threads,
        look: "Callable[[ProcessPool, AsyncProcess], None]",
    ) -> None:
        """Begin to fetch seats; `look` is called when one has something to say or has come."""
        self._held = ExitStack()
        self.release: Release = self._held.enter_context(shelf.lend())
        # Not every engine has seats: one that asks another server has no processes.
        self._fetch: Callable[[], AsyncProcess] | None = getattr(
            self.release.engine, "take_seat", None
        )
        self._threads = threads
        self._look = look
        self._loop = asyncio.get_running_loop()
        self._free: list[AsyncProcess] = []
        self._seats = self._coming = self._ending = 0
        self._closed = False
        self.fill()

    def fill(self) -> bool:
        """Fetch the seats that are missing, in threads: that may mean to fork.

        Says whether there are seats, or will be soon.
        """
        while self._fetch and self._seats + self._coming < SEATS and not self._closed:
            self._coming += 1
            self._threads.forget(partial(self._bring, self._fetch))
        return self._seats + self._coming > 0

    def take(self) -> AsyncProcess | None:
        """Give a seat that is free."""
        return self._free.pop() if self._free else None

    def put_back(self, seat: AsyncProcess) -> None:
        """Take a seat back that may be asked again."""
        if self._closed:
            self.discard(seat)
        else:
            self._free.append(seat)

    def discard(self, seat: AsyncProcess) -> None:
        """Give up a seat that is asked nothing."""
        self._part_with(seat)
        self._threads.forget(lambda: self._end(seat.close))

    def hand_over(self, seat: AsyncProcess) -> Finish:
        """Part with a seat that is asked something; what is given must be called, in a thread."""
        self._part_with(seat)

        def finish(gone: Callable[[], bool] | None) -> Answer:
            self._threads.core.release(seat.process)
            return self._end(lambda: seat.finish(gone))

        return finish

    def close(self) -> None:
        """Fetch no more seats, and give back those that are free."""
        self._closed = True
        while self._free:
            self.discard(self._free.pop())
        self._leave_if_over()

    def _part_with(self, seat: AsyncProcess) -> None:
        self._loop.remove_reader(seat.fileno())
        if seat in self._free:
            self._free.remove(seat)
        self._seats -= 1
        self._ending += 1
        self.fill()

    def _end(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        finally:
            self._loop.call_soon_threadsafe(self._ended)

    def _ended(self) -> None:
        self._ending -= 1
        self._leave_if_over()

    def _leave_if_over(self) -> None:
        if self._closed and not self._seats + self._coming + self._ending:
            self._held.close()

    def _bring(self, fetch: Callable[[], AsyncProcess]) -> None:
        try:
            seat = fetch()
            self._threads.core.bind(seat.process)
        except Exception as fault:  # whoever asks next is told so, or brings better luck
            log.warning("no query process can be had: %s", fault)
            self._loop.call_soon_threadsafe(self._welcome, None)
        else:
            self._loop.call_soon_threadsafe(self._welcome, seat)

    def _welcome(self, seat: AsyncProcess | None) -> None:
        self._coming -= 1
        if seat is None:
            self._leave_if_over()
            return
        self._seats += 1
        if self._closed:  # it must not be looked at, or it would be given up twice
            self.discard(seat)
            return
        self._loop.add_reader(seat.fileno(), self._look, self, seat)
        self._free.append(seat)
        self._look(self, seat)
