"""Ask one query process from an event loop that never waits: questions go in, frames come out."""

from collections import deque
from collections.abc import Sequence
from enum import Enum
from functools import partial
from operator import attrgetter
from typing import Protocol

from server.engine.faults import EngineDefect, EngineFault
from server.engine.frames import CANCEL, END, LETTER_AND_LENGTH, PART, WHOLE, frame
from server.engine.pool.admission import Run
from server.engine.pool.event_loop import PinnedLoop
from server.engine.pool.exchange import Exchange, read_kind
from server.engine.pool.fork_client import QueryProcess
from server.engine.pool.spool import Spool, SpoolSpace

_SIZE = LETTER_AND_LENGTH.size
_request_of = attrgetter("request")
_MOST_FRAME = 16 << 20  # bytes; a query process cuts answers into parts of PART


class _Mark(Enum):
    """A mark among the questions sent to a process."""

    DROPPED = 1  # a question now put to another process: an answer to it is ignored
    CANCELLED = 2  # the dropped questions before it are not answered


class Owner(Protocol):
    """The owner of a process, called when its state changes."""

    def take_back(self, process: "AsyncProcess") -> None:
        """Take back a process that has answered all its questions, or is open now."""
        ...

    def end(self, process: "AsyncProcess", fault: EngineFault | None = None) -> None:
        """Kill a process; its present question ends with the fault."""
        ...

    def reap(self, process: "AsyncProcess", unread: bool) -> None:
        """Find out how a process ended; `unread`: before it read all its questions."""
        ...

    def put_again(self, exchanges: Sequence[Exchange]) -> None:
        """Queue questions for another process, before those that were asked later."""
        ...


class AsyncProcess:
    """A query process; `pending` are the questions it has not answered, in order.

    It works on the first, for it answers in order and delays no answer. `late`: the first takes
    longer than a moment.
    """

    def __init__(
        self, process: QueryProcess, pinned: PinnedLoop, space: SpoolSpace, owner: Owner
    ) -> None:
        self.query_process = process
        self.number = process.number
        self.pending: deque[Exchange | _Mark] = deque()
        self.late = self.yielding = False
        self.run: Run | None = None  # of the present question, once that was measured
        self._connection = process.connection
        self._loop = pinned.loop
        self._space = space
        self._owner = owner
        self._unsent = bytearray()
        self._rest = b""
        self._paused = self._unread = self.closed = False
        self._loop.add_reader(self._connection, self._read)

    def ask_whether_open(self) -> None:
        """Have the owner take it back once it has opened the release, and can take questions."""
        self.pending.append(_Mark.CANCELLED)
        self._send(frame(CANCEL))  # which is answered in its turn

    def put(self, exchanges: Sequence[Exchange]) -> None:
        """Send questions together, so that the process is woken once."""
        self.pending.extend(exchanges)
        self._send(b"".join(map(_request_of, exchanges)))

    def cancel_followers(self) -> list[Exchange]:
        """Take back the questions behind the present one; an answer to one begun is dropped."""
        first, *others = self.pending
        followers = [other for other in others if isinstance(other, Exchange)]
        if followers:
            marks = [_Mark.DROPPED if isinstance(other, Exchange) else other for other in others]
            self.pending = deque([first, *marks, _Mark.CANCELLED])
            self._send(frame(CANCEL))
        return followers

    def close(self) -> list[Exchange]:
        """Stop sending and reading; return the unanswered questions."""
        self.closed = True
        self._loop.remove_reader(self._connection)
        if self._unsent:
            self._loop.remove_writer(self._connection)
            self._unsent.clear()
        unanswered = [entry for entry in self.pending if isinstance(entry, Exchange)]
        self.pending.clear()
        return unanswered

    def _send(self, data: bytes) -> None:
        if not self._unsent:
            try:
                sent = self._connection.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._unread = True
                self._loop.call_soon(self._report_end)
                return
            if sent == len(data):
                return
            data = data[sent:]
            self._loop.add_writer(self._connection, self._send_more)
        self._unsent += data

    def _send_more(self) -> None:
        try:
            del self._unsent[: self._connection.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._unread = True
            self._report_end()
            return
        if not self._unsent:
            self._loop.remove_writer(self._connection)

    def _report_end(self) -> None:
        if not self.closed:
            self._owner.reap(self, self._unread)

    def _read(self) -> None:
        """Take the frames of one read, so that other connections have their turn."""
        try:
            data = self._connection.recv(PART)
        except BlockingIOError:
            return
        except OSError as broken:  # the kernel resets it where bytes were unread (af_unix.c)
            self._unread = self._unread or isinstance(broken, ConnectionError)
            data = b""
        if not data:
            self._report_end()
            return
        whole: list[tuple[Exchange, bytes]] = []
        try:
            self._take_frames(self._rest + data if self._rest else data, whole)
        except EngineFault as fault:
            self._owner.end(self, fault)
        except Exception as broken:  # no query process of ours sends that
            self._owner.end(self, EngineDefect(f"A query process sent what cannot be: {broken!r}"))
        for exchange, payload in whole:  # now that the process has its next questions
            exchange.take_whole(payload)

    def _take_frames(self, data: bytes, whole: list[tuple[Exchange, bytes]]) -> None:
        """Take the frames; keep an incomplete one for the next read."""
        start, size = 0, len(data)
        while size - start >= _SIZE:
            letter, length = LETTER_AND_LENGTH.unpack_from(data, start)
            end = start + _SIZE + length
            if end > size:
                if length > _MOST_FRAME:
                    raise EngineDefect(f"A query process sent a frame of {length} bytes.")
                break
            payload, start = data[start + _SIZE : end], end
            if letter == CANCEL:
                self._drop_cancelled()
            else:
                self._take_frame(letter, payload, whole)
                if letter == END and payload:  # it leaves
                    self._owner.end(self)
                    return
        self._rest = data[start:]
        if not self.pending:
            self._owner.take_back(self)

    def _drop_cancelled(self) -> None:
        """Drop the entries that were cancelled, and ask a question among them elsewhere.

        A process that got no core for a while has not begun its first question when the C comes,
        and so drops it with those behind it.
        """
        unbegun = []
        while (entry := self.pending.popleft()) is not _Mark.CANCELLED:
            if isinstance(entry, Exchange):
                unbegun.append(entry)
        if unbegun:
            self._owner.put_again(unbegun)

    def _take_frame(
        self, letter: bytes, payload: bytes, whole: list[tuple[Exchange, bytes]]
    ) -> None:
        entry = self.pending[0]
        if letter == WHOLE and isinstance(entry, Exchange) and entry.is_fresh:
            whole.append((entry, payload))
        elif isinstance(entry, Exchange):
            self._take(entry, letter, payload)
        if letter in (WHOLE, END):
            self.pending.popleft()
            self._read_on()  # what comes next does not wait until this answer is on the disk

    def _take(self, exchange: Exchange, letter: bytes, payload: bytes) -> None:
        exchange.take(letter, payload, partial(self._open_spool, exchange))
        if exchange.spool is not None and exchange.spool.is_behind and not self._paused:
            self._paused = True
            self._loop.remove_reader(self._connection)

    def _open_spool(self, exchange: Exchange, kind: bytes) -> Spool:
        return Spool(*read_kind(kind), self._space, self._loop, partial(self._go_on, exchange))

    def _go_on(self, exchange: Exchange) -> None:
        """Read on, now that a thread has written a part of an answer, or failed to."""
        fault = exchange.spool.fault if exchange.spool is not None else None
        if exchange.ended:
            exchange.finish_if_written()
        elif fault is not None and not self.closed:
            self._owner.end(self, fault)
        else:
            self._read_on()

    def _read_on(self) -> None:
        if self._paused and not self.closed:
            self._paused = False
            self._loop.add_reader(self._connection, self._read)
