"""Keep answers, the most recently used ones, within a number of bytes."""

from collections import OrderedDict
from collections.abc import Hashable

from server.front.message import Reply

# What an entry takes beside its bytes: objects, and the places in the dictionary.
_OVERHEAD = 1000


class Kept:
    """Answers by key; for one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._replies: OrderedDict[Hashable, tuple[Reply, int]] = OrderedDict()

    @property
    def taken(self) -> int:
        """Give the bytes in use."""
        return self._taken

    def find(self, key: Hashable) -> Reply | None:
        """Give the answer that is kept under a key."""
        found = self._replies.get(key)
        if found is None:
            return None
        self._replies.move_to_end(key)
        return found[0]

    def keep(self, key: Hashable, weight: int, reply: Reply) -> None:
        """Keep an answer whose key weighs so many bytes; what was least used makes room."""
        size = weight + len(reply.head) + len(reply.body) + len(reply.unchanged) + _OVERHEAD
        if size > self._most // 8:
            return
        if key in self._replies:
            self._taken -= self._replies.pop(key)[1]
        self._replies[key] = (reply, size)
        self._taken += size
        while self._taken > self._most:
            self._taken -= self._replies.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Forget all."""
        self._replies.clear()
        self._taken = 0
