"""Keep answers, the most recently used ones, within a number of bytes."""

from collections import OrderedDict
from collections.abc import Hashable

from server.http.messages import Reply, Request

# What an entry takes beside its bytes: objects, and its places in dictionaries.
_OVERHEAD = 1000
_KEY = 300  # bytes that a key takes beside its target
_Entry = tuple[int, bytes, bytes, str | None, int]


class ReplyCache:
    """Answers by key; for one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self.hits = self.misses = 0
        # Tuples of nothing but bytes and numbers, which the garbage collector need not visit.
        self._replies: OrderedDict[Hashable, _Entry] = OrderedDict()

    @property
    def taken(self) -> int:
        """Give the bytes in use."""
        return self._taken

    def find(self, key: Hashable) -> Reply | None:
        """Give the answer that is kept under a key."""
        found = self._replies.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._replies.move_to_end(key)
        status, head, body, tag, _ = found
        return Reply(status, head, body, tag=tag)

    def keep(self, request: Request, reply: Reply) -> None:
        """Keep the answer to a request under its key; what was least used makes room."""
        key = request.key
        size = request.head_size + _KEY + len(reply.head) + len(reply.body) + _OVERHEAD
        if size > self._most // 8:
            return
        if key in self._replies:
            self._taken -= self._replies.pop(key)[-1]
        self._replies[key] = (reply.status, reply.head, reply.body, reply.tag, size)
        self._taken += size
        while self._taken > self._most:
            self._taken -= self._replies.popitem(last=False)[1][-1]

    def clear(self) -> None:
        """Forget all."""
        self._replies.clear()
        self._taken = 0
