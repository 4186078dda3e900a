"""Write replies as fast as the client reads them, and notice when it stops reading."""

import asyncio
import select
import time

from server.bounds import READER_BYTES, READER_SECONDS
from server.http.messages import Reply

PIECE = 1 << 16  # bytes written at once, and bytes that may wait unread in this process
_LONG_SECONDS = 60.0  # after them, READER_BYTES must be read every second


class ReplyWriter:
    """The sending side of a connection; `held` is the bytes of the reply being sent.

    `written` is the bytes of all replies so far, those that wait for the client to read too.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.unread = transport.get_write_buffer_size  # bytes that wait in this process
        transport.set_write_buffer_limits(high=PIECE)
        self._room: asyncio.Future[None] | None = None
        self.written = self._seen_taken = 0
        self._seen, self.sent_since = time.monotonic(), 0.0
        self._sent_before = 0
        self.held = 0
        self.lost = False
        self.begun = False  # the reply to the present request
        self.full = False  # written bytes wait for the client to read

    def pause(self) -> None:
        """Make the next write wait until there is room."""
        self._room = asyncio.get_running_loop().create_future()
        self.full = True

    def resume(self) -> None:
        """Let a waiting write go on; it finds out where the client has gone."""
        room, self._room = self._room, None
        self.full = False
        if room and not room.done():
            room.set_result(None)

    def write(self, data: bytes | memoryview) -> None:
        """Write the start of a reply, or all of a short one."""
        if self.lost:
            return
        self.written += len(data)
        self._transport.write(data)

    async def send(self, head: bytes, reply: Reply, bare: bool) -> None:
        """Send a reply, without its body where `bare`; its stream is closed in any case."""
        self.begun, self.held = True, len(reply.body)
        self.sent_since, self._sent_before = time.monotonic(), self.written
        try:
            self.write(head)
            if not bare:
                await self._send_body(reply)
        finally:
            self.held = 0
            if reply.stream:
                await asyncio.shield(reply.stream.close())

    async def _send_body(self, reply: Reply) -> None:
        view = memoryview(reply.body)
        for start in range(0, len(view), PIECE):
            await self._write(view[start : start + PIECE])
        if reply.stream is None:
            return
        async for part in reply.stream.parts():
            await self._write(b"%x\r\n%b\r\n" % (len(part), part) if reply.chunked else part)
        if reply.chunked:
            await self._write(b"0\r\n\r\n")

    async def _write(self, data: bytes | memoryview) -> None:
        if self._room:
            await self._room
        self.write(data)

    def end(self) -> None:
        """Close the sending side: nothing follows."""
        try:
            self._transport.write_eof()
        except OSError:  # the client has broken off the connection
            self._transport.abort()

    def break_off(self) -> None:
        """Abort the connection, so that the client cannot take a part for the whole reply."""
        self._transport.abort()

    def has_hung_up(self) -> bool:
        """Return whether the client has hung up, seen without reading from it."""
        watch = select.poll()
        watch.register(self._transport.get_extra_info("socket"), select.POLLRDHUP)
        return bool(watch.poll(0))

    def is_stuck(self, now: float) -> bool:
        """Return whether the client has read too little for too long."""
        unread = self.unread()
        taken = self.written - unread
        age = now - self.sent_since
        if unread and self.begun and age > _LONG_SECONDS:
            return taken - self._sent_before < READER_BYTES * age
        if not unread or taken - self._seen_taken >= READER_BYTES:
            self._seen, self._seen_taken = now, taken
            return False
        return now > self._seen + READER_SECONDS
