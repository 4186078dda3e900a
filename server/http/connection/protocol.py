"""Speak HTTP/1.1 on one connection: each phase has a deadline, each direction a bound."""

import asyncio
from collections.abc import Callable
from typing import cast

from server.http.connection.deadlines import Deadlines
from server.http.connection.parser import RequestParser
from server.http.connection.pipeline import Pipeline, Site
from server.http.connection.writer import ReplyWriter
from server.http.refusals import Refusal, Refused, refuse
from server.networks import site_of
from transform.text.message import message

DRAINED = 16 << 20  # bytes read on after a refusal: a client that still sends cannot read it
# A client that closed its sending side may have gone, or wait for its answer: we wait so long.
HALF_CLOSED_SECONDS = 0.4
_AHEAD = 1 << 16  # bytes that are read behind a request that is being answered


class Connection(asyncio.Protocol):
    """The connection of one client; nothing is parsed beyond the request being answered."""

    _transport: asyncio.Transport
    _out: ReplyWriter
    _turns: Pipeline

    def __init__(self, site: Site, peer: str) -> None:
        self._site = site
        self.client, self.held = site_of(peer) or peer, 0
        self._incoming = RequestParser(peer, lambda: self._out.lost, site.most_body)
        self._parting: Refusal | None = None
        self._patience, self._drained = Deadlines(), 0
        self._ended = self._half_closed = self._paused = self._gave_leave = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to serve the connection."""
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass
        self._out = ReplyWriter(transport)
        self._turns = Pipeline(self._site, self._out, self._incoming.ready, self._go_on)
        self._site.connections.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Cancel what is under way for this client: it has no reader any more."""
        self._out.lost = self._ended = True
        self._incoming.forget()
        self._turns.stop()
        self._out.resume()
        self._site.connections.leave(self)

    def pause_writing(self) -> None:
        """Wait until the client has read."""
        self._out.pause()

    def resume_writing(self) -> None:
        """Continue, now that the client has read."""
        self._out.resume()
        self._go_on()

    def eof_received(self) -> bool:
        """Answer a client that has closed its sending side, if the answer comes soon."""
        if self._ended:
            return False
        self._half_closed = True
        self._soon(self._miss, HALF_CLOSED_SECONDS)
        self._go_on()
        return True

    def data_received(self, data: bytes) -> None:
        """Take the bytes that have come."""
        if self._ended:
            self._drained += len(data)
            if self._drained > DRAINED:
                self._transport.abort()
            return
        incoming = self._incoming
        incoming.rest = incoming.rest + data if incoming.rest else data
        self._go_on()
        if incoming.rest and len(incoming.rest) > _AHEAD and not (self._paused or self._ended):
            self._paused = True
            self._transport.pause_reading()

    @property
    def is_busy(self) -> bool:
        """Return whether a request is being answered, or waits for that."""
        return self._turns.busy or bool(self._incoming.rest)

    @property
    def since(self) -> float:
        """Return when its present wait began."""
        return self._patience.since

    def _go_on(self) -> None:
        """Answer the requests that have come, then read on; other connections have their turn."""
        incoming, turns = self._incoming, self._turns
        while not self._ended:
            busy = turns.advance()
            if turns.over or not (busy or incoming.rest):
                self._settle()
                break
            if busy:
                break
            try:
                incoming.parse()
            except Refused as refused:
                self._part(refused.reply)
            if incoming.rest and incoming.phase != "body":
                self._soon(self._go_on, 0.0)
                break
        if self._paused and len(incoming.rest) <= _AHEAD and not self._out.lost:
            self._paused = False
            self._transport.resume_reading()
        self._weigh()

    def _soon(self, work: Callable[[], None], seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, work)

    def _part(self, refusal: Refusal) -> None:
        """Send a refusal after the answers that are due; nothing is read after it."""
        self._parting = self._parting or refusal
        self._incoming.rest = b""

    def _settle(self) -> None:
        """Wait for more, once nothing is under way; or send the last reply and end."""
        if self._turns.over:
            return self._end()
        incoming = self._incoming
        if self._half_closed and incoming.phase != "idle":
            self._part(refuse(400, "unreadable-request", message("http.cut_request")))
        if self._parting:
            parting = self._parting.written_for(incoming.accept, self._site.languages)
            self._turns.send_last(parting, incoming.is_head)
        if self._parting or self._half_closed:
            return self._end()
        if self._patience.wait(incoming.phase, incoming.number):
            self._gave_leave = False
        if incoming.wants_leave and not self._gave_leave:
            self._gave_leave = True
            self._out.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None

    def _end(self) -> None:
        """Close the sending side, and let the client finish."""
        self._ended = True
        self._incoming.forget()
        self._patience.wait("linger")
        if self._half_closed or not self._transport.can_write_eof():
            self._transport.close()
        elif not self._out.lost:
            self._out.end()

    def look_at(self, now: float) -> None:
        """End a connection that has outlived the deadline of its phase, or its site."""
        if self._out.is_stuck(now):
            self._transport.abort()
        elif self._paused and self._out.has_hung_up():
            self._miss()
        elif not (self._out.unread() or (self.is_busy and not self._ended)):
            if self._site.leaving and self._incoming.phase == "idle" and not self._ended:
                self._transport.close()
            elif self._patience.is_over(now):
                self._time_out()
        self._weigh()

    def _time_out(self) -> None:
        if self._ended:
            self._transport.abort()
        elif self._incoming.phase == "idle":
            self._transport.close()
        else:
            self._part(refuse(408, "too-slow", message("http.late_request")))
            self._settle()

    def give_way(self) -> None:
        """End to make room for others; with a reason, where no other was sent."""
        if self._ended or self.is_busy:
            self._transport.abort()
        elif self._incoming.phase == "idle":
            self._transport.close()
        else:
            detail = message("http.too_much")
            self._part(refuse(503, "too-many-connections", detail, 5))
            self._settle()

    def _weigh(self) -> None:
        held, incoming = self._turns.held, self._incoming
        if incoming.rest or incoming.phase != "idle":
            held += incoming.size
        if held != self.held and not self._out.lost:
            self._site.connections.weigh(self, held)

    def _miss(self) -> None:
        """Abort for a client that sends no more, unless it is being answered."""
        if self._ended or not self.is_busy:
            return
        if self._out.begun or self._out.unread():
            self._soon(self._miss, HALF_CLOSED_SECONDS)
        else:
            self._transport.abort()
