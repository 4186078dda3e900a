"""Answer 304 where a client has the answer already (RFC 9110, 13)."""

import re
from collections.abc import AsyncIterator

from server.http.messages import Reply, Request

# What a 304 repeats (RFC 9110, 15.4.5), and what must hold for it as for the answer.
_REPEATED = frozenset(
    (b"etag", b"cache-control", b"vary", b"content-location", b"expires", b"link",
     b"access-control-allow-origin", b"access-control-expose-headers")
)  # fmt: skip
_TAG = re.compile(rb'(?:W/)?("[^"]*")')


def condition(reply: Reply, request: Request) -> Reply:
    """Shorten a reply to 304 for a client that has it already (RFC 9110, 13.1.2)."""
    given = request.headers.get(b"if-none-match")
    if given is None or reply.tag is None or request.method not in ("GET", "HEAD"):
        return reply
    if given.strip() == b"*" or reply.tag.encode() in _TAG.findall(given):
        return Reply(304, _unchanged(reply.head), stream=_Unread(reply) if reply.stream else None)
    return reply


def _unchanged(head: bytes) -> bytes:
    """Give the head of the 304 that stands for an answer with this head."""
    lines = head.split(b"\r\n")[1:-1]
    kept = [line for line in lines if line.partition(b":")[0].lower() in _REPEATED]
    return b"\r\n".join([b"HTTP/1.1 304 Not Modified", *kept, b""])


class _Unread:
    """A body that nobody wants any more."""

    def __init__(self, reply: Reply) -> None:
        self._stream = reply.stream

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield nothing."""
        for part in tuple[bytes, ...]():
            yield part

    async def close(self) -> None:
        """Give it back."""
        if self._stream:
            await self._stream.close()
