"""Keep answers, the most recently used ones, within a number of bytes."""

import re
from collections import OrderedDict
from collections.abc import Hashable

from server.front.message import Reply, Request

# What an entry takes beside its bytes: objects, and its places in dictionaries.
_OVERHEAD = 1000
# What gives another answer each time (SPARQL 1.1, 17.4), or may be one of these in disguise:
# behind an escape of SPARQL, or with letters that are percent-encoded.
_FICKLE = re.compile(
    rb"(?:(?<![A-Za-z_?$:])|(?<=%[0-9A-F]{2}))(?:NOW|RAND|UUID|STRUUID|SERVICE)(?![A-Za-z0-9_])"
    rb"|\\u|%5Cu|%4[1-9A-F]|%5[0-9A]|%6[1-9A-F]|%7[0-9A]",
    re.IGNORECASE,
)


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
        size = weight + len(reply.head) + len(reply.body) + _OVERHEAD
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


def is_fickle(request: Request) -> bool:
    """Say whether a query may give another answer when it is asked again."""
    return bool(_FICKLE.search(request.target) or _FICKLE.search(request.body))
