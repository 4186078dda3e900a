"""Define what a client of a site gives back, and what a check finds in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from transform.errors import Said
from transform.text.message import Message
from transform.text.printable import visible

LARGEST = 32 << 20  # bytes of an answer that is kept; files are read without being kept
_SHOWN_BODY = 100  # characters
_LONGEST = 400  # characters of what a site sent that are shown


class Headers(Mapping[str, str]):
    """Headers of an answer, by their names in any case; lines of one name are joined by commas."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            before = self._values.get(name.lower())
            self._values[name.lower()] = value if before is None else f"{before}, {value}"

    def __getitem__(self, name: str) -> str:
        """Return a value; raises KeyError."""
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self._values)


class CheckedReply(NamedTuple):
    """An answer: what was sent for it, in words, and what came, after how many seconds.

    Redirects are not followed.
    """

    sent: str
    status: int
    headers: Headers
    body: bytes
    seconds: float = 0.0

    @property
    def media_type(self) -> str:
        """Return the media type without its parameters, "" where none is named."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def head(self) -> str:
        """Return status and type, or target, as people read them: `200 text/turtle`, `303 → /`."""
        if 300 <= self.status < 400 and "Location" in self.headers:
            return cut(f"{self.status} → {self.headers['Location']}")
        return cut(f"{self.status} {self.media_type}")


class Downloaded(NamedTuple):
    """The head of an answer, and digest and length in bytes of its body, which is not kept."""

    reply: CheckedReply
    sha256: str
    size: int


class Client(Protocol):
    """Sends requests to one site; paths are below its root, without a slash before them."""

    address: str
    seconds: float  # that an answer may take
    outside: bool  # a request goes through the network and all servers before the application

    def send(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        most: int = LARGEST,
    ) -> CheckedReply:
        """Send a request; raises Broken where no whole answer of at most `most` bytes comes."""

    def download(self, path: str, most: int) -> Downloaded:
        """Read a file of at most `most` bytes to its end; raises Broken."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: what was sent, what came, what was expected, and the next step."""

    sent: str
    came: Said
    expected: Said
    step: Message


def finding(
    reply: CheckedReply, expected: Said, step: Message, came: Said | None = None
) -> Finding:
    """Return what is wrong with an answer; `came` is its status and type where it is not given."""
    came = reply.head if came is None else came
    return Finding(reply.sent, came if isinstance(came, Message) else cut(came), expected, step)


def cut(text: str) -> str:
    """Return a foreign text on one line of bounded length, without signs that act on a terminal."""
    return visible(" ".join(text.split()), _LONGEST)


def describe(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> str:
    """Return a request as a person would repeat it."""
    parts = [f"{method} {url}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        shown = body[: _SHOWN_BODY + 1].decode("utf-8", "replace")
        parts.append(shown if len(shown) <= _SHOWN_BODY else f"{shown[:_SHOWN_BODY]}…")
    return cut(" · ".join(parts))


class Broken(Exception):
    """An answer that ends a check: none came, or it is not what can be read on from."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found.sent)
        self.found = found


class Inapplicable(Exception):
    """A site that has nothing to which a check applies."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.key)
        self.reason = reason


class CannotTell(Inapplicable):
    """A check that could not decide, such as one whose query runs into the limit of the site."""
