"""Keep answers, the most recently used ones, within a number of bytes."""

import re
from collections import OrderedDict
from collections.abc import Hashable
from urllib.parse import unquote_to_bytes

from server.http.messages import Reply, Request

# What an entry takes beside its bytes: objects, and its places in dictionaries.
_OVERHEAD = 1000
_KEY = 300  # bytes that a key takes beside its target
# What gives another answer each time (SPARQL 1.1, 17.4), also as the end of STRUUID.
_WORDS = (b"NOW", b"RAND", b"UUID")
# No part of a name: the engine reads «ORDER BYRAND()», and a letter may be the end of an escape.
_BEFORE = (b"%[0-9A-F]{2}", b"STR", b"BY", b"FILTER", b"HAVING", b"DISTINCT", b"TRUE", b"FALSE")
# One of them in disguise: behind an escape of SPARQL, or with letters that are percent-encoded.
_ESCAPE = rb"\\U|%(?:5CU|4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])"


def _standing_alone(word: bytes) -> bytes:
    """Give a pattern that begins with the word itself, which is what makes a search quick."""
    before = b"|".join(b"(?<=%b%b)" % (end, word) for end in _BEFORE)
    return rb"%b(?![A-Z0-9_])(?:(?<![A-Z_?$:]%b)|%b)" % (word, word, before)


_FICKLE_WORDS = tuple(word.decode() for word in _WORDS)
_FICKLE = re.compile(b"|".join([*map(_standing_alone, _WORDS), _ESCAPE]))
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


def may_be_fickle(query: str) -> bool:
    """Say whether the text of a query holds, in whatever place, what `is_fickle` looks for."""
    upper = query.upper()
    return "\\" in query or any(word in upper for word in _FICKLE_WORDS)


def is_fickle(request: Request) -> bool:
    """Say whether a query may give another answer when it is asked again; no other request may."""
    path, body = request.path, request.body
    if path != b"/sparql" and b"sparql" not in unquote_to_bytes(path):
        return False
    found = _FICKLE.search(request.target.upper()) or (body and _FICKLE.search(body.upper()))
    return bool(found)
