"""Send requests to a store: authenticated, tried again while it is busy, never redirected.

Each request may be sent twice to the same effect: parts of graphs without blank nodes too.
"""

import re
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, InvalidHeader, LocationParseError, SSLError

from transform import __version__
from transform.errors import PushFailed, Said
from transform.fetch.http_client import (
    BUSY,
    MOVED,
    Notify,
    deadline,
    open_connections,
    reason_of_failure,
)
from transform.push.authentication import Login, choose_challenge, read_challenges
from transform.push.credentials import PASSWORD, USER, find_credentials
from transform.text.message import Message, message
from transform.text.printable import shown, visible

LONGEST_ANSWER = 8 << 20
_CONNECT_SECONDS = 10
_LONGEST_PAUSE = 60
_HURRIED_SECONDS = 10
_QUOTED = 300
_TAG = re.compile(r"<[^>]*>")
AGAIN = message("push.again")


class StoreRequest(NamedTuple):
    """A request to an endpoint; messages name what it is about with the words `what`."""

    what: Said
    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class StoreAnswer(NamedTuple):
    """The status, headers and body of an answer."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without its parameters, "" if the server names none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


class StoreExchange:
    """Requests to the endpoints of a store, over connections that are kept.

    `seconds` is the most that a request may take, with its tries and waits; `retries` is how often
    it is tried again after a cut or a busy store. `notify` is told of each further try.
    """

    def __init__(self, seconds: float, retries: int, notify: Notify) -> None:
        self._seconds, self._retries, self._notify = seconds, retries, notify
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._logins: dict[str, Login] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def hurry(self) -> None:
        """Send each further request once, and wait little for it: for what follows a fault."""
        self._seconds, self._retries = min(self._seconds, _HURRIED_SECONDS), 0

    def send(self, request: StoreRequest) -> StoreAnswer:
        """Send a request; returns an answer of 200 to 299, or 404.

        Raises PushFailed for any other, where the time or the tries are used up, and for a fault
        that the next try would meet again.
        """
        late = message("push.not_done", seconds=f"{self._seconds:g}")
        end = time.monotonic() + self._seconds
        with deadline(self._seconds, self._fault(request, late)):
            for tried in range(self._retries + 1):
                answer: StoreAnswer | None = None
                try:
                    answer = self._send_as_known(request)
                    if answer.status not in BUSY:
                        return self._check(request, answer)
                    problem = self._words(request, answer)
                except (SSLError, LocationParseError) as error:
                    raise self._fault(request, no_secure_connection(error)) from error
                except HTTPError as error:
                    problem = message("push.no_answer", reason=_reason(error))
                if tried < self._retries:
                    self._pause(request, problem, pause_of(answer, tried), end)
            raise self._fault(request, problem)

    def _pause(self, request: StoreRequest, problem: Message, pause: float, end: float) -> None:
        if pause > end - time.monotonic():
            late = {"pause": f"{pause:.0f}", "seconds": f"{self._seconds:g}"}
            raise self._fault(request, message("push.again_too_late", problem=problem, **late))
        said = message("push.trying", what=request.what, problem=problem, pause=f"{pause:.0f}")
        self._notify(str(said))
        time.sleep(pause)

    def _send_as_known(self, request: StoreRequest) -> StoreAnswer:
        """Send a request; once more where the store wants to know who asks, or forgot it."""
        answer = self._send_once(request)
        if answer.status != 401:
            return answer
        credentials = find_credentials(request.url)
        if credentials is None:
            raise self._fault(request, message("push.who", user=USER, password=PASSWORD))
        challenges = read_challenges(answer.headers.getlist("WWW-Authenticate"))
        challenge = choose_challenge(challenges)
        if challenge is None:
            schemes = visible(", ".join(each.scheme for each in challenges) or "–", 100)
            raise self._fault(request, message("push.unknown_scheme", schemes=schemes))
        self._logins[request.url.partition("?")[0]] = Login(credentials, challenge)
        return self._send_once(request)

    def _send_once(self, request: StoreRequest) -> StoreAnswer:
        parts = urlsplit(request.url)
        headers = {
            "User-Agent": f"portrait-ia/{__version__}",
            "Accept-Encoding": "identity",
            **request.headers,
        }
        if login := self._logins.get(request.url.partition("?")[0]):
            target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            headers["Authorization"] = login.header(request.method, target)
        reply = self._connections(request.url).request(
            request.method,
            request.url,
            body=request.body or None,
            headers=headers,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=self._seconds),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            body = reply.read(LONGEST_ANSWER + 1)
            if len(body) > LONGEST_ANSWER:
                raise self._fault(
                    request, message("push.answer_too_long", most=LONGEST_ANSWER >> 20)
                )
        except BaseException:
            reply.close()
            raise
        reply.release_conn()
        return StoreAnswer(reply.status, reply.headers, body)

    def _connections(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}"
        if place not in self._pools:
            self._pools[place] = self._open.enter_context(open_connections(url))
        return self._pools[place]

    def _check(self, request: StoreRequest, answer: StoreAnswer) -> StoreAnswer:
        if 200 <= answer.status < 300 or answer.status == 404:
            return answer
        if answer.status in MOVED:
            target = answer.headers.get("Location", "").rpartition("@")[2].partition("?")[0]
            where = visible(target or "–", _QUOTED)
            raise self._fault(request, message("push.moved", status=answer.status, target=where))
        raise self._fault(request, self._words(request, answer))

    def _words(self, request: StoreRequest, answer: StoreAnswer) -> Message:
        """Return what a refusal says, with the store's own words but without any secret."""
        status = answer.status
        if status == 401:
            return message("push.refused_login", user=USER, password=PASSWORD)
        if status == 413:
            return message("push.too_large", bytes=len(request.body))
        text = shown(_TAG.sub(" ", answer.body[: 20 * _QUOTED].decode("utf-8", "replace")))
        words = visible(self._without_secrets(request, text), _QUOTED) or "–"
        if status == 403:
            return message("push.forbidden", status=status, words=words)
        return message("push.answers", status=status, words=words)

    def _without_secrets(self, request: StoreRequest, text: str) -> str:
        """Return a text of the store without what it may repeat of the request's credentials."""
        if request.url.partition("?")[0] not in self._logins:
            return text
        secret = find_credentials(request.url)
        for part in (secret.password, secret.user) if secret else ():
            text = text.replace(part, "…") if part else text
        return re.sub(r"(?i)\b(basic|digest)\s+\S.*", r"\1 …", text)

    def _fault(self, request: StoreRequest, problem: Said) -> PushFailed:
        where = visible(request.url.partition("?")[0], _QUOTED)
        values = {"what": request.what, "where": where, "problem": problem}
        return PushFailed(message("push.failed", **values), AGAIN)


def pause_of(answer: StoreAnswer | None, tried: int) -> float:
    """Return the seconds until the next try: what the store asks for, or longer each time.

    A wish that nobody can read counts as none.
    """
    if answer and (wish := answer.headers.get("Retry-After")):
        with suppress(InvalidHeader, ValueError, OverflowError):
            return urllib3.Retry().parse_retry_after(wish)
    return float(min(2**tried / 2, _LONGEST_PAUSE))


def no_secure_connection(error: Exception) -> Message:
    """Return why TLS was not begun with a store, and how its authority is given."""
    return message("push.no_secure_connection", reason=_reason(error))


def _reason(error: Exception) -> str:
    return visible(reason_of_failure(error), _QUOTED)
