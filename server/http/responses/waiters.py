"""Name those who wait for one answer that comes from the event loop."""

from collections.abc import Callable

from server.http.messages import Reply, Request
from server.http.responses.conditional import condition

Take = Callable[[Reply | None], None]


class Waiter:
    """One request; `take` is given the reply, or None where it must be awaited."""

    __slots__ = ("_others", "request", "take")

    def __init__(self, others: "list[Waiter]", request: Request, take: Take) -> None:
        self._others = others
        self.request = request
        self.take = take
        others.append(self)

    def cancel(self) -> None:
        """Wait no more."""
        self._others.remove(self)


def give(waiters: list[Waiter], reply: Reply | None) -> None:
    """Give all the same reply, each as its conditions want it."""
    for waiter in waiters[:]:
        if reply is not None and b"if-none-match" in waiter.request.headers:
            waiter.take(condition(reply, waiter.request))
        else:
            waiter.take(reply)
