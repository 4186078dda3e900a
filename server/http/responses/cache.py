"""Keep the most recently used answers within a number of bytes."""

from collections import OrderedDict
from collections.abc import Hashable

from server.http.messages import Reply, Request

# Bytes of an entry besides its content: objects, and places in dictionaries.
_OVERHEAD = 1000
_KEY = 300  # bytes of a key besides its target
_Entry = tuple[int, bytes, bytes, str | None, int]


class ReplyCache:
    """Answers by key; for one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self.hits = self.misses = 0
        # Tuples of nothing but bytes and numbers, which the garbage collector need not visit: it
        # would stop a worker for 40 ms to visit 20,000 replies.
        self._replies: OrderedDict[Hashable, _Entry] = OrderedDict()

    @property
    def size(self) -> int:
        """Return the bytes in use."""
        return self._size

    def find(self, key: Hashable) -> Reply | None:
        """Return the answer that is kept under a key, and count a hit or a miss."""
        entry = self._replies.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self._replies.move_to_end(key)
        status, head, body, tag, _ = entry
        return Reply(status, head, body, None, False, tag)

    def keep(self, request: Request, reply: Reply) -> None:
        """Keep the answer to a request under its key; the least recently used makes room."""
        key = request.key
        size = request.head_size + _KEY + len(reply.head) + len(reply.body) + _OVERHEAD
        if size > self._most // 8:
            return
        if earlier := self._replies.pop(key, None):
            self._size -= earlier[-1]
        self._replies[key] = (reply.status, reply.head, reply.body, reply.tag, size)
        self._size += size
        while self._size > self._most:
            self._size -= self._replies.popitem(last=False)[1][-1]

    def clear(self) -> None:
        """Drop all answers."""
        self._replies.clear()
        self._size = 0
