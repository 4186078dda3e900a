"""Send one HTTP request within bounds of time, bytes and tries; urllib3 speaks HTTP and retries.

Nothing that identifies anyone is ever sent, to the first host or a later one: no cookie, no
password.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, NamedTuple, Self, TypeVar
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import HTTPError, InvalidHeader, LocationParseError, MaxRetryError, SSLError

from transform import __version__
from transform.fetch.faults import BrokenOff, failed
from transform.text.message import Message, message
from transform.text.printable import visible
from transform.text.urls import url_problem

REDIRECTS = 5
LARGEST_JSON = 10 << 20
MOVED = {301, 302, 303, 307, 308}
BUSY = {408, 425, 429, 500, 502, 503, 504}
_SILENCE = urllib3.Timeout(connect=10, read=30)
_DAY = 86_400  # seconds; no request, and so no wait within one, may take longer
# Compressed bodies are never requested: their lengths would not be those of the file.
_HEADERS = {"User-Agent": f"portrait-ia/{__version__}", "Accept-Encoding": "identity"}

Result = TypeVar("Result")
Notify = Callable[[str], None]


class Bounds(NamedTuple):
    """The most bytes a file may have, the most seconds it may take, how often to try again."""

    bytes: int
    seconds: float
    retries: int


class OpenReply(NamedTuple):
    """The head of an answer, and its body, not yet read."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: urllib3.BaseHTTPResponse

    @property
    def media_type(self) -> str:
        """The media type without its parameters, "" if the server names none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def length(self) -> int | None:
        """Bytes of the body as the server declares them."""
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() else None

    def blocks(self) -> Iterator[bytes]:
        """Yield the body as it comes; raises BrokenOff."""
        try:
            while block := self.body.read1(1 << 16, decode_content=False):
                yield block
        except HTTPError as error:
            raise BrokenOff(message("fetch.lost", reason=reason_of_failure(error))) from error


class OutgoingRequest(NamedTuple):
    """A request, and how messages name it (`where`).

    `check` is called with `where` and each URL before it is requested, redirects too, and raises
    FetchFailed for a URL that must not be.
    """

    where: str
    url: str
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes | None = None
    check: Callable[[str, str], str] | None = None


def check_url(where: str, url: str) -> str:
    """Return an absolute http(s) URL that holds no password, or raise FetchFailed."""
    if problem := url_problem(url):
        raise failed(where, problem)
    return url


def send(
    request: OutgoingRequest, bounds: Bounds, notify: Notify, read: Callable[[OpenReply], Result]
) -> Result:
    """Send a request and return what `read` makes of the answer, of its whole body.

    A server that is busy or cannot be reached is tried again, and so is one whose answer breaks
    off (`read` raises BrokenOff), from the beginning. Raises FetchFailed when the tries or the
    time are used up, and for a fault that the next try would meet again.
    """
    retries: urllib3.Retry = _Retries(
        total=bounds.retries,
        allowed_methods=None,
        status_forcelist=BUSY,
        backoff_factor=0.5,
        backoff_max=60,
        retry_after_max=_DAY,
        raise_on_status=False,
        limit=_Limit(request.where, notify, bounds.seconds, time.monotonic() + bounds.seconds),
    )
    try:
        late = failed(request.where, message("fetch.not_done", seconds=f"{bounds.seconds:g}"))
        with deadline(bounds.seconds, late):
            while True:
                with _follow(request, retries) as reply:
                    try:
                        return read(reply)
                    except BrokenOff as error:
                        spent = reply.body.retries or retries
                        retries = spent.increment(request.method, request.url, error=error)
                retries.sleep()
    except HTTPError as error:
        reason = error.reason if isinstance(error, MaxRetryError) and error.reason else error
        raise failed(request.where, failure_words(reason)) from error


class _Limit(NamedTuple):
    """Until when a request may be tried again (`end`, monotonic), and what reports each try."""

    where: str
    notify: Notify
    seconds: float
    end: float


class _Retries(urllib3.Retry):
    """The retries of urllib3, each of them reported, none later than the request may end."""

    def __init__(self, *, limit: _Limit, **counts: Any) -> None:
        super().__init__(**counts)
        self.limit = limit

    def new(self, **changes: Any) -> Self:
        """Return the next try's retries with the same limit."""
        return super().new(limit=self.limit, **changes)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Count a try; raises SSLError for a bad certificate, which the next try would meet again.

        The refused answer is closed, as urllib3 would read its body to the end, however long.
        """
        if isinstance(error, SSLError):
            raise error
        counted = super().increment(method, url, response, error, _pool, _stacktrace)
        if response:
            response.close()
        return counted

    def get_retry_after(self, response: urllib3.BaseHTTPResponse) -> float | None:
        """Return the seconds of `Retry-After`, None where it is unreadable or missing."""
        try:
            return super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None

    def sleep(self, response: urllib3.BaseHTTPResponse | None = None) -> None:
        """Wait as long as the server asks, or longer each time; raises FetchFailed at the limit."""
        retry_after = self.get_retry_after(response) if response else None
        pause = self.get_backoff_time() if retry_after is None else retry_after
        last = self.history[-1]
        problem = (
            failure_words(last.error)
            if last.error
            else message("fetch.answers", status=last.status)
        )
        where, notify, seconds, end = self.limit
        if pause > end - time.monotonic():
            late = {"pause": f"{pause:.0f}", "seconds": f"{seconds:g}"}
            raise failed(where, message("fetch.again_too_late", problem=problem, **late))
        pauses = message("fetch.again", where=where, problem=problem, pause=f"{pause:.0f}")
        notify(str(pauses))
        time.sleep(pause)


@contextmanager
def deadline(seconds: float, fault: Exception) -> Iterator[None]:
    """Raise a fault within the block once the time is over, whatever it waits for.

    The time limits of sockets begin anew with each byte, in headers too, so that a server which
    sends a byte now and then outlasts them; a timer of the process does not. Main thread only.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        raise fault

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _follow(request: OutgoingRequest, retries: urllib3.Retry) -> Iterator[OpenReply]:
    """Send a request, follow redirects, and yield the answer while it is open.

    urllib3 would follow them through the proxy of the first URL, without checking the next one,
    and each would use up one of the tries.
    """
    where, url = request.where, request.url
    check = request.check or check_url
    for _ in range(REDIRECTS + 1):
        with open_connections(check(where, url)) as pool:
            reply = _send(pool, request, url, retries)
            try:
                if reply.status not in MOVED:
                    yield _check_answer(where, reply)
                    return
                if not (target := reply.headers.get("Location")):
                    raise failed(where, message("fetch.redirect_nowhere", status=reply.status))
                url = _redirect_target(where, url, target)
                retries = reply.body.retries or retries
            finally:
                reply.body.close()
    raise failed(where, message("fetch.redirects", most=REDIRECTS))


def _redirect_target(where: str, url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        address = message("fetch.redirect_target", target=visible(target, 300))
        raise failed(where, address) from error


def _send(
    pool: urllib3.PoolManager, request: OutgoingRequest, url: str, retries: urllib3.Retry
) -> OpenReply:
    body = pool.request(
        request.method,
        url,
        body=request.body,
        headers={**_HEADERS, **request.headers},
        timeout=_SILENCE,
        retries=retries,
        redirect=False,
        preload_content=False,
        decode_content=False,
    )
    return OpenReply(url, body.status, body.headers, body)


def _check_answer(where: str, reply: OpenReply) -> OpenReply:
    """Refuse an answer still busy after the last try, and a compressed one: none was requested."""
    if reply.status in BUSY:
        raise failed(where, message("fetch.answers", status=reply.status))
    packing = reply.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("", "identity"):
        raise failed(where, message("fetch.packed", packing=visible(packing)))
    return reply


def failure_words(error: Exception) -> Message:
    """Return how a try failed."""
    if isinstance(error, BrokenOff):
        return error.problem
    reason = visible(reason_of_failure(error), 300)
    if isinstance(error, SSLError | LocationParseError):
        return message("fetch.no_secure_connection", reason=reason)
    return message("fetch.no_answer", reason=reason)


def reason_of_failure(error: Exception) -> str:
    """Return urllib3's message without the name of its objects."""
    return str(error.args[-1] if error.args else error).rpartition(">: ")[2] or str(error)


def open_connections(url: str) -> urllib3.PoolManager:
    """Return connections through the proxy of the environment (HTTPS_PROXY), if it names one."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(parts.hostname or ""):
        return urllib3.PoolManager()
    proxy_parts = urlsplit(proxy)
    if proxy_parts.username is None:
        return urllib3.ProxyManager(proxy)
    login = f"{unquote(proxy_parts.username)}:{unquote(proxy_parts.password or '')}"
    to_proxy = urllib3.make_headers(proxy_basic_auth=login)
    return urllib3.ProxyManager(proxy, proxy_headers=to_proxy)


def read_body(where: str, reply: OpenReply) -> bytes:
    """Read the whole body of a JSON answer; raises FetchFailed where it is too long."""
    raw = b""
    for block in reply.blocks():
        raw += block
        if len(raw) > LARGEST_JSON:
            raise failed(where, message("fetch.answer_too_long", most=LARGEST_JSON >> 20))
    return raw


def refuse_page(where: str, expected: Message, reply: OpenReply, raw: bytes) -> None:
    """Raise FetchFailed for an answer that is no JSON object, such as an error page."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        kind = visible(reply.media_type) or message("fetch.unnamed_type")
        text = excerpt(raw)
        raise failed(where, message("fetch.not_expected", expected=expected, kind=kind, text=text))


def read_object(where: str, raw: bytes) -> Mapping[str, Any]:
    """Parse a JSON object; NaN and Infinity are no numbers of JSON (RFC 8259, 6)."""
    try:
        answer: Mapping[str, Any] = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise failed(where, message("fetch.broken_json", reason=error)) from error
    return answer


def _refuse_constant(name: str) -> None:
    raise ValueError(message("fetch.no_json", name=name))


def excerpt(raw: bytes) -> str:
    """Return the beginning of an answer, on one line."""
    return " ".join(raw[:200].decode("utf-8", "replace").split())[:80]
