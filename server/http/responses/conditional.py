"""Answer 304 to a client that has the current answer already (RFC 9110, 13)."""

import re
from collections.abc import AsyncIterator

from server.http.messages import Reply, Request

# Headers that a 304 repeats (RFC 9110, 15.4.5), and those that apply to it as to the answer.
_REPEATED = frozenset(
    (b"etag", b"cache-control", b"vary", b"content-location", b"expires", b"link",
     b"access-control-allow-origin", b"access-control-expose-headers")
)  # fmt: skip
_TAG = re.compile(rb'(?:W/)?("[^"]*")')


def condition(reply: Reply, request: Request) -> Reply:
    """Return the reply, or a 304 where If-None-Match names its tag (RFC 9110, 13.1.2)."""
    tags = request.headers.get(b"if-none-match")
    if tags is None or reply.tag is None or request.method not in ("GET", "HEAD"):
        return reply
    if tags.strip() == b"*" or reply.tag.encode() in _TAG.findall(tags):
        return Reply(304, _unchanged(reply.head), stream=_Unread(reply) if reply.stream else None)
    return reply


def _unchanged(head: bytes) -> bytes:
    """Return the head of the 304 in place of an answer with this head."""
    lines = head.split(b"\r\n")[1:-1]
    kept = [line for line in lines if line.partition(b":")[0].lower() in _REPEATED]
    return b"\r\n".join([b"HTTP/1.1 304 Not Modified", *kept, b""])


class _Unread:
    """The stream of a reply without its parts: closing it still closes the original."""

    def __init__(self, reply: Reply) -> None:
        self._stream = reply.stream

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield nothing."""
        for part in tuple[bytes, ...]():
            yield part

    async def close(self) -> None:
        """Close the stream of the reply."""
        if self._stream:
            await self._stream.close()
