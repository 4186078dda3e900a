"""Keep answers within a number of bytes: those that are asked for again, longer than others.

A segmented least-recently-used cache (Karedla, Love and Wherry, «Caching strategies to improve
disk system performance», Computer 27, 1994): any number of requests that come once, as of a crawler
or of queries that nobody else asks, push none of the answers out that are in demand.
"""

from collections import OrderedDict
from collections.abc import Hashable

from server.http.messages import Reply, Request

# Bytes of an entry besides its content: objects, and places in dictionaries.
_OVERHEAD = 1000
_KEY = 300  # bytes of a key besides its target
_MOST_AGAIN = 0.75  # part of the room that answers asked for again may keep from new ones
_Entry = tuple[int, bytes, bytes, str | None, int]
# Entries are tuples of nothing but bytes and numbers, which the garbage collector need not visit:
# it would stop a worker for 40 ms to visit 20,000 replies.
_Entries = OrderedDict[Hashable, _Entry]


class ReplyCache:
    """Answers by key; for one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self.hits = self.misses = 0
        self._again: _Entries = OrderedDict()  # asked for since they are kept
        self._once: _Entries = OrderedDict()
        self._again_size = 0  # bytes of `_again`

    @property
    def size(self) -> int:
        """Return the bytes in use."""
        return self._size

    def find(self, key: Hashable) -> Reply | None:
        """Return the answer that is kept under a key, and count a hit or a miss."""
        entry = self._again.get(key)
        if entry is not None:
            self._again.move_to_end(key)
        elif entry := self._once.pop(key, None):
            self._promote(key, entry)
        else:
            self.misses += 1
            return None
        self.hits += 1
        status, head, body, tag, _ = entry
        return Reply(status, head, body, None, False, tag)

    def _promote(self, key: Hashable, entry: _Entry) -> None:
        """Move an answer to those asked for again; their least recent go back to the rest."""
        self._again[key] = entry
        self._again_size += entry[-1]
        while self._again_size > _MOST_AGAIN * self._most:
            earlier, entry = self._again.popitem(last=False)
            self._again_size -= entry[-1]
            self._once[earlier] = entry

    def keep(self, request: Request, reply: Reply) -> None:
        """Keep the answer to a request under its key; the least recent of the rest makes room."""
        key = request.key
        size = request.head_size + _KEY + len(reply.head) + len(reply.body) + _OVERHEAD
        if size > self._most // 8:
            return
        self._drop(key)
        self._once[key] = (reply.status, reply.head, reply.body, reply.tag, size)
        self._size += size
        while self._size > self._most:
            self._size -= self._once.popitem(last=False)[1][-1]

    def _drop(self, key: Hashable) -> None:
        if entry := self._once.pop(key, None):
            self._size -= entry[-1]
        elif entry := self._again.pop(key, None):
            self._size -= entry[-1]
            self._again_size -= entry[-1]

    def clear(self) -> None:
        """Drop all answers."""
        self._again.clear()
        self._once.clear()
        self._size = self._again_size = 0
