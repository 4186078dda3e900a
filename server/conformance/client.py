"""Send requests to a site over the network, each within bounds of time and bytes.

No redirect is followed, so that no other host is ever asked, and no answer is refused for its
status: what a check expects it says itself. urllib3 speaks HTTP and TLS.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from server.conformance.model import (
    LARGEST,
    Broken,
    CheckedReply,
    Downloaded,
    Finding,
    Headers,
    describe,
)
from transform import __version__
from transform.errors import MisusedCommand
from transform.fetch.http_client import deadline, failure_words, open_connections
from transform.text.message import Message, message
from transform.text.urls import url_problem

_LARGEST_FILE = 1 << 30  # of a file whose length nothing tells
_SLOWEST = 50_000  # bytes a second that a file must come with, beyond the time of any request
_HEADERS = {"User-Agent": f"portrait-ia-doctor/{__version__}", "Accept-Encoding": "identity"}
_CONNECT = 10.0  # seconds
_LONGEST_WAIT, _ALL_WAITS = 120, 900  # seconds, where the site says 429 with Retry-After

Notify = Callable[[Message], None]


class HttpClient:
    """Asks the site at an address, which ends with a slash; for the main thread only."""

    outside = True

    def __init__(self, address: str, seconds: float, notify: Notify) -> None:
        """Raises MisusedCommand for an address that is no http(s) URL."""
        if problem := url_problem(address):
            raise MisusedCommand(problem)
        if urlsplit(address).query or urlsplit(address).fragment:
            raise MisusedCommand(message("conformance.address_with_query", address=address))
        self.address = address if address.endswith("/") else f"{address}/"
        self.seconds = seconds
        self._notify = notify
        self._pool = open_connections(self.address)
        self._waited = 0.0

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
        url, asked = self.address + path, dict(headers or {})
        sent = describe(method, url, asked, body)
        while True:
            with self._open(sent, method, url, asked, body, self.seconds) as (raw, began):
                content = b"".join(_read(raw, sent, most))
                passed = time.monotonic() - began
            reply = CheckedReply(sent, raw.status, Headers(raw.headers.items()), content, passed)
            if reply.status != 429 or not self._wait(reply):
                return reply

    def download(self, path: str, most: int) -> Downloaded:
        """Read a file of at most `most` bytes to its end, 0: as many as it says; raises Broken."""
        url = self.address + path
        sent = describe("GET", url, {}, None)
        while True:
            seconds = self.seconds + (most or _LARGEST_FILE) / _SLOWEST
            with self._open(sent, "GET", url, {}, None, seconds) as (raw, began):
                digest, size = hashlib.sha256(), 0
                for block in _read(raw, sent, most or _length(raw)):
                    digest.update(block)
                    size += len(block)
                passed = time.monotonic() - began
            reply = CheckedReply(sent, raw.status, Headers(raw.headers.items()), b"", passed)
            if reply.status != 429 or not self._wait(reply):
                return Downloaded(reply, digest.hexdigest(), size)

    @contextmanager
    def _open(
        self,
        sent: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        seconds: float,
    ) -> Iterator[tuple[urllib3.BaseHTTPResponse, float]]:
        """Send a request and yield its answer, which must be read within the seconds."""
        # A connection that was kept may have been closed meanwhile: every request may be repeated.
        again = urllib3.Retry(
            1, redirect=False, status=0, allowed_methods=None, raise_on_status=False
        )
        began = time.monotonic()
        late = _broken(sent, message("fetch.not_done", seconds=f"{seconds:g}"))
        try:
            with deadline(seconds, late):
                raw = self._pool.request(
                    method,
                    url,
                    body=body,
                    headers={**_HEADERS, **headers},
                    timeout=urllib3.Timeout(connect=min(_CONNECT, self.seconds), read=self.seconds),
                    retries=again,
                    redirect=False,
                    preload_content=False,
                    decode_content=False,
                )
                try:
                    yield raw, began
                except BaseException:
                    raw.close()  # the rest of its body would be taken for the next answer
                    raise
                raw.release_conn()
        except (HTTPError, ValueError, OSError) as error:
            reason = getattr(error, "reason", None)
            raise _broken(sent, failure_words(reason or error)) from error

    def _wait(self, reply: CheckedReply) -> bool:
        """Wait as a site asks that limits requests; return whether to ask again."""
        text = reply.headers.get("Retry-After", "")
        seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        if not 0 < seconds <= _LONGEST_WAIT or self._waited + seconds > _ALL_WAITS:
            return False
        self._waited += seconds
        self._notify(message("conformance.waiting", seconds=seconds))
        time.sleep(seconds)
        return True


def _read(raw: urllib3.BaseHTTPResponse, sent: str, most: int) -> Iterator[bytes]:
    """Yield the body; raises Broken beyond the bytes that it may have."""
    size = 0
    while block := raw.read1(1 << 16, decode_content=False):
        size += len(block)
        if size > most:
            raw.close()
            raise _broken(sent, message("conformance.too_long", most=most))
        yield block


def _length(raw: urllib3.BaseHTTPResponse) -> int:
    text = raw.headers.get("Content-Length", "")
    stated = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else _LARGEST_FILE
    return min(stated, _LARGEST_FILE)


def _broken(sent: str, came: Message) -> Broken:
    step = message("conformance.step_no_answer")
    return Broken(Finding(sent, came, message("conformance.whole_answer"), step))
