"""Declare the messages between connections and answers: requests, replies, streams."""

from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Protocol

Headers = list[tuple[str, str]]


class HeaderLines(dict[bytes, bytes]):
    """Headers by name: names are lower case, several lines of one name are joined.

    Requests with the same lines may share them, once they are whole, and what was read from them.
    """

    preferences: Any = None  # `server.http.responses.preferences`


@dataclass(slots=True)
class Request:
    """One request."""

    method: str
    target: bytes
    headers: HeaderLines
    peer: str
    body: bytes = b""
    length: int | None = None  # of `body`, if there may be one
    gone: Callable[[], bool] = lambda: False
    key: Hashable = None  # under which the reply may be kept and shared
    head_size: int = 0  # bytes of target and headers
    begun: float = 0.0  # when it was read whole and had its turn (monotonic seconds)
    id: str = ""  # the one that a trusted proxy gave it, or one of our own
    is_kept: bool = False  # it was answered from the cache
    query_seconds: float = 0.0  # until the engine had an outcome, waiting included

    @property
    def path(self) -> bytes:
        """Return the target without its query."""
        return self.target.partition(b"?")[0]


class Stream(Protocol):
    """A body that is too large to hold."""

    def parts(self) -> AsyncIterator[bytes]:
        """Yield the parts; an exception must break off the transfer."""
        ...

    async def close(self) -> None:
        """Free all that the body holds."""
        ...


@dataclass(slots=True, eq=False)
class Reply:
    """A reply: the head without its date, and a body that is whole or streams."""

    status: int
    head: bytes
    body: bytes = b""
    stream: Stream | None = None
    chunked: bool = False
    tag: str | None = None
    kind: str = ""  # of the fault that it reports


class Clock:
    """The Date header line (RFC 9110, 6.6.1), which a worker writes anew twice a second."""

    __slots__ = ("date",)

    def __init__(self) -> None:
        self.tick()

    def tick(self) -> None:
        """Write the line of the present second."""
        self.date = b"Date: %b\r\n" % formatdate(usegmt=True).encode()


def write_head(status: int, headers: Headers) -> bytes:
    """Return the status line and the header lines, without the blank line after them."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers), ""]
    return "\r\n".join(lines).encode("latin-1", "replace")
