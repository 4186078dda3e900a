"""Keep answers, the most recently used ones, within a number of bytes."""

import re
from collections import OrderedDict
from collections.abc import Hashable

from server.front.message import Reply, Request

# What an entry takes beside its bytes: objects, and its places in dictionaries.
_OVERHEAD = 1000
_KEY = 300  # bytes that a key takes beside its target
# What gives another answer each time (SPARQL 1.1, 17.4), or may be one of these in disguise:
# behind an escape of SPARQL, or with letters that are percent-encoded.
_FICKLE = re.compile(
    rb"(?:(?<![A-Za-z_?$:])|(?<=%[0-9A-F]{2}))(?:NOW|RAND|UUID|STRUUID|SERVICE)(?![A-Za-z0-9_])"
    rb"|\\u|%5Cu|%4[1-9A-F]|%5[0-9A]|%6[1-9A-F]|%7[0-9A]",
    re.IGNORECASE,
)
# One of these stands in whatever the pattern finds: to look for them first is quick.
_WORDS = (b"NOW", b"RAND", b"UUID", b"SERVICE", b"\\U")
_NAMES = b"/reconciliation"  # what is asked there is no SPARQL
_ESCAPES = re.compile(rb"%(?:5Cu|4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])", re.IGNORECASE)


_Entry = tuple[int, bytes, bytes, str | None, int]


class Kept:
    """Answers by key; for one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
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
            return None
        self._replies.move_to_end(key)
        status, head, body, tag, _ = found
        return Reply(status, head, body, tag=tag)

    def keep(self, request: Request, reply: Reply) -> None:
        """Keep the answer to a request under its key; what was least used makes room."""
        key = request.key
        size = _weigh(request) + _KEY + len(reply.head) + len(reply.body) + _OVERHEAD
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


def is_fickle(request: Request) -> bool:
    """Say whether a query may give another answer when it is asked again; a name never does."""
    if request.path == _NAMES or request.path.startswith(_NAMES + b"/"):
        return False
    return _may_change(request.target) or _may_change(request.body)


def _may_change(text: bytes) -> bool:
    if not text:
        return False
    upper = text.upper()
    hinted = any(word in upper for word in _WORDS) or _ESCAPES.search(text)
    return bool(hinted and _FICKLE.search(text))


def _weigh(request: Request) -> int:
    """Give the bytes of what may be part of a key."""
    return len(request.target) + sum(map(len, request.headers.values()))
