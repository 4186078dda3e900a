"""Name an answer under way in a thread that several requests wait for."""

import asyncio

from server.faults import ABANDONED
from server.http.messages import Reply


class InFlight:
    """One answer that several requests wait for; it goes on while one of them is left."""

    def __init__(self) -> None:
        self.waiting = 0
        self.taken = False  # a stream has one reader
        self.task: asyncio.Task[Reply]

    def left(self) -> bool:
        """Say whether nobody waits any more."""
        return self.waiting == 0

    async def wait(self) -> Reply | None:
        """Give the reply, or nothing where another took it or it was given up too soon."""
        self.waiting += 1
        try:
            reply = await asyncio.shield(self.task)
        finally:
            self.waiting -= 1
            self._give_up()
        if reply.status == ABANDONED or (reply.stream and self.taken):
            return None
        self.taken = True
        return reply

    def _give_up(self) -> None:
        """Close a stream that nobody is left to read."""
        task = asyncio.current_task()
        leaving = task is not None and task.cancelling()
        if leaving and self.left() and self.task.done() and not self.task.exception():
            stream = self.task.result().stream
            if stream and not self.taken:
                self.taken = True
                _closing.add(closing := asyncio.create_task(stream.close()))
                closing.add_done_callback(_closing.discard)


_closing: set[asyncio.Task[None]] = set()
