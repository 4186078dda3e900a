"""Speak HTTP/1.1 on one connection: each phase has a deadline, each direction a bound."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, cast

import httptools

from server.front.faults import refuse
from server.front.incoming import HEAD_BYTES, HeadTooLong, Incoming
from server.front.message import Clock, Reply, Request

# Open connections in a worker, also those that ask nothing: browsers keep some for later.
MOST_CONNECTIONS = 2048
DRAINED = 16 << 20  # bytes that are read on after a refusal: who still sends cannot hear it
IDLE_SECONDS, HEAD_SECONDS, BODY_SECONDS, LINGER_SECONDS = 30.0, 10.0, 30.0, 5.0
# A reader takes at least so many bytes in so many seconds, as long as there are some for it.
READER_BYTES, READER_SECONDS = 16_384, 15.0
_PIECE = 1 << 16
_PIPELINED = 16


class Cancellable(Protocol):
    """A reply under way."""

    def cancel(self) -> Any:
        """Wait for it no more."""
        ...


class Site(Protocol):
    """What answers, and knows the connections."""

    clock: Clock
    most_body: int
    leaving: bool
    connections: "set[Connection]"

    def answer_at_once(self, request: Request) -> Reply | None:
        """Give a reply that needs no waiting."""
        ...

    def answer_soon(
        self, request: Request, take: Callable[[Reply | None], None]
    ) -> "Cancellable | None":
        """Have `take` called with the reply, or with None: then `answer` must be awaited."""
        ...

    async def answer(self, request: Request) -> Reply:
        """Give any other reply."""
        ...


class Connection(asyncio.Protocol):
    """One client: requests are answered one after the other, in their order."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._incoming = Incoming(self, site.most_body)
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._task: Cancellable | None = None
        self._room: asyncio.Future[None] | None = None
        self._phase, self._deadline = "head", time.monotonic() + HEAD_SECONDS
        self._head = self._drained = self._written = 0
        self._seen, self._seen_taken = 0.0, 0
        self._lost = self._last = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        transport.set_write_buffer_limits(high=2 * _PIECE)
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])
        self._site.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """End: whatever is under way for this client has no reader any more."""
        self._lost = True
        self._site.connections.discard(self)
        if self._room and not self._room.done():
            self._room.set_result(None)
        if self._task:
            self._task.cancel()

    def pause_writing(self) -> None:
        """Wait until the client has read."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """Go on."""
        if self._room and not self._room.done():
            self._room.set_result(None)
        self._room = None

    def eof_received(self) -> bool:
        """Take a client that says no more for gone, unless a part of its request is missing."""
        if self._phase != "body":
            return False
        self._incoming.hand_on(last=True)
        return True

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self._phase == "linger":
            return self.drain(len(data))
        if self._phase == "idle":
            self._phase, self._deadline = "head", time.monotonic() + HEAD_SECONDS
        if self._phase == "head":
            self._head += len(data)
        try:
            self._incoming.feed(data)
        except httptools.HttpParserUpgrade:
            self._last = True  # we speak nothing else; what follows is no request of ours
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, HeadTooLong):
                return self._refuse_head()
            self._refuse(400, "malformed-request", f"This is no HTTP/1.1 request: {error}.")
        else:
            if self._phase == "head" and self._head > HEAD_BYTES:
                self._refuse_head()
        return None

    # From a request to its reply.

    def take(self, request: Request, last: bool) -> None:
        """Answer a request, after those that came before it."""
        self._phase, self._head = "busy", 0
        if self._task or self._waiting:
            self._waiting.append((request, last))
            if len(self._waiting) > _PIPELINED:
                self._transport.pause_reading()
            return
        self._begin(request, last)

    def begin_phase(self, phase: str) -> None:
        """Wait for a head or a body, for so long."""
        seconds = HEAD_SECONDS if phase == "head" else BODY_SECONDS
        self._phase, self._deadline = phase, time.monotonic() + seconds

    def _begin(self, request: Request, last: bool) -> None:
        self._last = self._last or last
        reply = self._site.answer_at_once(request)
        if reply is None:
            self._task = self._site.answer_soon(request, partial(self._take, request))
        elif reply.stream is None and len(reply.body) <= _PIECE:
            self._write_whole(request, reply)
            return
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._answer(request, reply))

    def _take(self, request: Request, reply: Reply | None) -> None:
        if reply is None or len(reply.body) > _PIECE:
            self._task = asyncio.get_running_loop().create_task(self._answer(request, reply))
            return
        self._task = None
        self._write_whole(request, reply)
        self._go_on()

    def _write_whole(self, request: Request, reply: Reply) -> None:
        head = self._finish_head(reply)
        body = b"" if request.method == "HEAD" or reply.status == 304 else reply.body
        self._write_first(head + body)
        self._end()

    def _go_on(self) -> None:
        while self._waiting and not self._task and not self._last:
            self._transport.resume_reading()
            self._begin(*self._waiting.popleft())

    async def _answer(self, request: Request, reply: Reply | None) -> None:
        try:
            await self._send(request, reply or await self._site.answer(request))
        except asyncio.CancelledError:
            return
        except Exception:  # nothing may be sent any more that could pass for the rest
            self._transport.abort()
            raise
        self._task = None
        self._end()
        self._go_on()

    async def _send(self, request: Request, reply: Reply) -> None:
        self._write_first(self._finish_head(reply))
        try:
            if request.method == "HEAD" or reply.status == 304:
                return
            view = memoryview(reply.body)
            for start in range(0, len(view), _PIECE):
                await self._write(bytes(view[start : start + _PIECE]))
            if reply.stream:
                async for part in reply.stream.parts():
                    await self._write(
                        b"%x\r\n%b\r\n" % (len(part), part) if reply.chunked else part
                    )
                if reply.chunked:
                    await self._write(b"0\r\n\r\n")
        finally:
            if reply.stream:
                await asyncio.shield(reply.stream.close())

    def _finish_head(self, reply: Reply) -> bytes:
        self._last = self._last or self._site.leaving
        close = b"Connection: close\r\n" if self._last else b""
        return reply.head + self._site.clock.date() + close + b"\r\n"

    def _write_first(self, data: bytes) -> None:
        self._seen, self._seen_taken, self._written = time.monotonic(), 0, len(data)
        self._transport.write(data)

    async def _write(self, data: bytes) -> None:
        if self._room:
            await self._room
        if not self._lost:
            self._written += len(data)
            self._transport.write(data)

    def _end(self) -> None:
        """Wait for the next request, or say no more and let the client finish."""
        now = time.monotonic()
        if not self._last:
            if self._phase == "busy":
                self._phase, self._deadline = "idle", now + IDLE_SECONDS
            return
        self._phase, self._deadline = "linger", now + LINGER_SECONDS
        if not self._lost and self._transport.can_write_eof():
            self._transport.write_eof()

    def drain(self, size: int) -> None:
        """Take what nobody wants: up to a bound, so that the client comes to hear why."""
        self._drained += size
        if self._drained > DRAINED:
            self._transport.abort()

    # Refusals that the application never sees.

    def _refuse_head(self) -> None:
        if self._incoming.headers:
            self._refuse(431, "headers-too-long", f"Headers may have {HEAD_BYTES:,} bytes.")
        else:
            detail = f"An address may have {HEAD_BYTES:,} bytes: send the query in a body."
            self._refuse(414, "address-too-long", detail)

    def _refuse(self, status: int, kind: str, detail: str) -> None:
        self._last = True
        if self._task is None:
            reply = refuse(status, kind, detail)
            self._write_first(self._finish_head(reply) + reply.body)
            self._end()

    def is_lost(self) -> bool:
        """Say whether the client has hung up."""
        return self._lost

    def encourage(self) -> None:
        """Let a client send the body that it announced (RFC 9110, 10.1.1)."""
        self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    # What the worker asks from time to time.

    def look_at(self, now: float) -> None:
        """End a connection that has outlived the deadline of its phase."""
        unread = self._transport.get_write_buffer_size()
        if unread:
            taken = self._written - unread
            if taken - self._seen_taken >= READER_BYTES:
                self._seen, self._seen_taken = now, taken
            elif now > self._seen + READER_SECONDS:
                self._transport.abort()
        elif self._phase != "busy" and now > self._deadline:
            if self._phase == "body" or (self._phase == "head" and self._head):
                self._refuse(408, "too-slow", "The request took too long to come.")
            else:
                self._transport.abort() if self._phase == "linger" else self._transport.close()

    def leave(self) -> None:
        """Close once nothing is under way."""
        if self._phase == "idle" or (self._phase == "head" and not self._head):
            self._transport.close()
