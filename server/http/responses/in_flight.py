"""Share one answer under way among the requests that wait for it."""

import asyncio
from collections.abc import Callable

from server.http.messages import Reply, Request
from server.http.responses.conditional import condition
from server.http.responses.preferences import Preferences

Take = Callable[[Reply], None]


class Waiter:
    """One request; `take` is called once with the reply, unless it is cancelled."""

    __slots__ = ("in_flight", "request", "take")

    def __init__(self, request: Request, take: Take) -> None:
        self.request = request
        self.take = take
        self.in_flight: InFlight | None = None

    def cancel(self) -> None:
        """Leave the answer: this request waits no more."""
        if self.in_flight is not None:
            self.in_flight.leave(self)


class InFlight:
    """One answer, for all requests that want the same; it is given up when all have left."""

    def __init__(self, first: Waiter, preferences: Preferences, release: str) -> None:
        """Begin for the first that waits; under the name of `release` the answer may be kept."""
        first.in_flight = self
        self.request = first.request
        self.preferences = preferences
        self.release = release
        self.is_of = ""  # the name of the release that the answer was made of
        self.may_keep = False
        self.waiters = [first]
        self.give_up: Callable[[], None] = _give_up_nothing

    def is_left(self) -> bool:
        """Return whether nobody waits any more."""
        return not self.waiters

    def join(self, waiter: Waiter) -> None:
        """Add a request that waits."""
        waiter.in_flight = self
        self.waiters.append(waiter)

    def leave(self, waiter: Waiter) -> None:
        """Remove a request that waits; give up when it was the last."""
        if waiter in self.waiters:
            self.waiters.remove(waiter)
            if not self.waiters:
                self.give_up()

    def give(self, reply: Reply, ask_anew: Callable[[Waiter], None]) -> None:
        """Pass the reply to each waiting request by its conditions; a stream has one reader."""
        waiters, self.waiters = self.waiters, []
        # It refers back to this object: left in place, both would wait for the garbage collector.
        self.give_up = _give_up_nothing
        if not waiters:
            close(reply)
        for waiter in waiters:
            if reply.stream is not None and waiter is not waiters[0]:
                ask_anew(waiter)
            else:
                waiter.take(condition(reply, waiter.request))


def _give_up_nothing() -> None:
    """Do nothing: no work was begun, or it has ended."""


def close(reply: Reply) -> None:
    """Close the stream of a reply that nobody is left to read."""
    if reply.stream is not None:
        _closing.add(closing := asyncio.get_running_loop().create_task(reply.stream.close()))
        closing.add_done_callback(_closing.discard)


_closing: set["asyncio.Task[None]"] = set()
