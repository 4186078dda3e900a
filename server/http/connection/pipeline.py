"""Answer the requests of one connection, one after the other, in their order."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from server.http.connection.connections import Connections
from server.http.connection.writer import PIECE, ReplyWriter
from server.http.messages import Clock, Reply, Request
from server.http.refusals import Refusal, refuse_defect

log = logging.getLogger(__name__)

_LAST = b"Connection: close\r\n\r\n"


class Cancellable(Protocol):
    """A reply under way."""

    def cancel(self) -> Any:
        """Cancel it: nobody waits for the reply."""
        ...


class Site(Protocol):
    """Answers requests, and holds what all connections share."""

    clock: Clock
    most_body: int
    leaving: bool
    connections: Connections

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages of its pages, that of a reader who states none first."""
        ...

    def head_lines(self, request: Request | None, reply: Reply) -> bytes:
        """Count a reply that is about to be sent, and return its lines about this request.

        `request` is None where the reply refuses one that was not read whole.
        """
        ...

    def note_sent(self, request: Request | None, reply: Reply, size: int, whole: bool) -> None:
        """Record that so many bytes of a reply were sent, all of it or until it broke off."""
        ...

    def answer(self, request: Request, take: Callable[[Reply], None]) -> "Reply | Cancellable":
        """Return a reply that needs no waiting, or have `take` called with one later."""
        ...


class Pipeline:
    """The requests of a connection: those that wait, and the one that is being answered."""

    def __init__(
        self,
        site: Site,
        out: ReplyWriter,
        waiting: deque[tuple[Request, bool]],
        go_on: Callable[[], None],
    ) -> None:
        self._site = site
        self._out = out
        self._waiting = waiting
        self._go_on = go_on
        self._task: Cancellable | None = None
        self._answering = 0  # bytes of the request
        self.over = False  # the last was answered

    @property
    def busy(self) -> bool:
        """Return whether a request waits or is being answered, or the client has yet to read."""
        return self._task is not None or bool(self._waiting) or self._out.full

    @property
    def held(self) -> int:
        """Return the bytes of unanswered requests and of answers being sent."""
        held = self._answering + self._out.held + self._out.unread()
        if self._waiting:
            held += sum(len(request.body) for request, _ in self._waiting)
        return held

    def advance(self) -> bool:
        """Answer waiting requests while the client reads the answers; return `busy`."""
        waiting, out = self._waiting, self._out
        while waiting and not (self._task or out.full or self.over):
            self._begin(*waiting.popleft())
        return self._task is not None or bool(waiting) or out.full

    def send_last(self, reply: Reply, bare: bool) -> None:
        """Send the refusal of an incomplete request as the last reply; `bare`: without body."""
        self._send_short(reply, None, bare, last=True)

    def stop(self) -> None:
        """Cancel the reply under way: the client has gone."""
        if self._task:
            self._task.cancel()

    def _begin(self, request: Request, last: bool) -> None:
        self._out.begun = False
        self._answering = len(request.body)
        answer: Reply | Cancellable
        try:
            answer = self._site.answer(request, partial(self._take, request, last))
        except Exception as fault:
            answer = refuse_defect(fault, request.method, request.path)
        if isinstance(answer, Reply):
            self._take(request, last, answer)
        else:
            self._task = answer

    def _take(self, request: Request, last: bool, reply: Reply) -> None:
        """Send a reply; a long one in a task."""
        waited = self._task is not None
        last = last or self._site.leaving
        if isinstance(reply, Refusal):
            reply = reply.written_for(request.headers.get(b"accept"), self._site.languages)
        if reply.stream is not None or len(reply.body) > PIECE:
            sending = self._send(request, reply, last)
            self._task = asyncio.get_running_loop().create_task(sending)
            return
        self._task, self._answering = None, 0
        self._send_short(reply, request, request.method == "HEAD", last)
        if waited:
            self._go_on()

    async def _send(self, request: Request, reply: Reply, last: bool) -> None:
        last = last or self._site.leaving
        head, whole = self._finish_head(reply, request, last), False
        before = self._out.written
        try:
            await self._out.send(head, reply, request.method == "HEAD")
            whole = True
        except asyncio.CancelledError:
            return
        except Exception:  # nothing may be sent any more that could pass for the rest
            self._out.break_off()
            log.exception("%s %s breaks off", request.method, request.path[:200])
            return
        finally:
            self._site.note_sent(request, reply, self._out.written - before, whole)
        self._task, self._answering = None, 0
        self.over = self.over or last
        self._go_on()

    def _send_short(self, reply: Reply, request: Request | None, bare: bool, last: bool) -> None:
        """Send a short reply whole."""
        head = self._finish_head(reply, request, last)
        self._out.write(data := head if bare else head + reply.body)
        self._site.note_sent(request, reply, len(data), whole=not self._out.lost)
        self.over = self.over or last

    def _finish_head(self, reply: Reply, request: Request | None, last: bool) -> bytes:
        site = self._site
        own = site.head_lines(request, reply)
        return reply.head + site.clock.date + own + (_LAST if last else b"\r\n")
