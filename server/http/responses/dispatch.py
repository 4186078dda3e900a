"""Answer requests: from what is kept, from what is under way, or through the application.

An answer is kept under its release and everything that may shape it: target, Host, Accept,
language, coding, and for a POST the type and the digest of its body. The limits of the endpoint
are those of the process. Only whole 200s and redirects are kept, and of queries only those that
give the same when asked again.
"""

import asyncio
import hashlib
from collections.abc import Hashable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from server import texts
from server.http.fastpath.sparql import SparqlFastPath
from server.http.messages import Reply, Request
from server.http.process.cpu_affinity import CpuAffinity
from server.http.process.rate_limit import RateLimit
from server.http.refusals import refuse
from server.http.responses import finish, wsgi
from server.http.responses.cache import ReplyCache, is_fickle
from server.http.responses.compression import Choice, choose_coding
from server.http.responses.conditional import condition
from server.http.responses.in_flight import InFlight
from server.http.responses.waiters import Take, Waiter
from server.negotiation import LONGEST, choose_language
from server.release.current import CurrentRelease
from server.web.release_scope import BEGUN, RELEASE, Begun

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Files have tags, dates and ranges of their own, and say how they are packed by their names.
_FILES = (b"/dumps/",)
_UNKEPT = (*_FILES, b"/healthz", b"/readyz", b"/metrics")
_CONDITIONS = frozenset(
    (b"if-none-match", b"if-match", b"if-modified-since", b"if-unmodified-since", b"if-range",
     b"range", b"accept-encoding")
)  # fmt: skip
_MOST_BUSY = 96  # requests in threads or waiting for one


class Dispatcher:
    """Everything between the wire and the application; lives in one event loop."""

    def __init__(
        self,
        app: "WSGIApplication",
        shelf: CurrentRelease,
        gate: RateLimit,
        kept: ReplyCache,
        longest: int,
        core: CpuAffinity,
    ) -> None:
        self._app = app
        self._shelf = shelf
        self._gate = gate
        self._kept = kept
        self._threads = wsgi.Threads(core)
        self._teller = SparqlFastPath(shelf, self._threads, kept, longest, self._take_off)
        self._flights: dict[Hashable, InFlight] = {}
        self._release = ""

    def answer_at_once(self, request: Request) -> Reply | None:
        """Give a reply that needs no waiting: one that is kept, or a refusal."""
        if wait := self._gate.seconds_to_wait(request.peer, request.headers):
            detail = f"You have made too many requests: come again in {wait} s."
            return refuse(429, "too-many-requests", detail, wait)
        request.key = self._key(request)
        reply = self._kept.find(request.key) if request.key else None
        return condition(reply, request) if reply else None

    def answer_soon(self, request: Request, take: Take) -> Reply | Waiter | None:
        """Give a reply or have `take` called with it; None where `answer` must be awaited."""
        if request.key in self._flights:
            return None
        return self._teller.answer(request, take)

    async def answer(self, request: Request) -> Reply:
        """Give the reply to a request that `answer_at_once` had none for."""
        choice = choose_coding(request.headers.get(b"accept-encoding"))
        if choice.hopeless:
            return refuse(406, "not-acceptable", "Accept-Encoding leaves nothing: allow identity.")
        if request.key is not None and not is_fickle(request):
            flight = self._flights.get(request.key) or self._take_off(request, choice, None)
            if reply := await flight.wait():
                return condition(reply, request)
        return await self._ask_alone(request, choice)

    def _key(self, request: Request) -> Hashable | None:
        headers = request.headers
        if request.target.startswith(_UNKEPT):
            return None
        asked: Hashable = None
        if request.method == "POST":
            digest = hashlib.blake2b(request.body, digest_size=16).digest()
            asked = (headers.get(b"content-type"), digest)
        elif request.method not in ("GET", "HEAD"):
            return None
        # The name in the key is for what comes late of a release that was replaced under way.
        name = self._shelf.current_name
        if name != self._release:
            self._kept.clear()
            self._release = name
        get = headers.get
        wishes = _wishes(get(b"accept"), get(b"accept-language"), get(b"accept-encoding"))
        return (name, request.target, *wishes, get(b"host"), asked)

    def _take_off(self, request: Request, choice: Choice, begun: Begun | None) -> InFlight:
        """Run a request in a thread for all who want the same; it may have been asked already."""
        flight = InFlight()
        method = "GET" if request.method == "HEAD" else request.method
        asked = replace(request, method=method, gone=flight.left)
        flight.task = asyncio.create_task(self._fly(flight, asked, choice, begun))
        self._flights[request.key] = flight
        return flight

    async def _fly(
        self, flight: InFlight, request: Request, choice: Choice, begun: Begun | None
    ) -> Reply:
        release = self._release
        try:
            result, reply = await self._run(request, choice, begun)
            # A release that moved under way must not be kept under the name of the one before.
            if result and result.environ[RELEASE].name == release and finish.may_keep(result):
                self._kept.keep(request, reply)
            if reply.stream and flight.left():
                await reply.stream.close()
            return reply
        finally:
            # A query that was asked anew meanwhile, and is slow, has taken off under the same key.
            if self._flights.get(request.key) is flight:
                del self._flights[request.key]

    async def _ask_alone(self, request: Request, choice: Choice) -> Reply:
        asked = request
        if request.method == "HEAD" and not request.path.startswith(_FILES):
            asked = replace(request, method="GET")  # so that the head is that of the GET
        _, reply = await self._run(asked, choice)
        return condition(reply, request)

    async def _run(
        self, request: Request, choice: Choice, begun: Begun | None = None
    ) -> tuple[wsgi.Result | None, Reply]:
        if self._threads.busy >= _MOST_BUSY:
            if begun:
                self._threads.forget(lambda: begun(_gone))
            detail = "Too many requests are under way: come again in a moment."
            return None, refuse(503, "engine-busy", detail, 2)
        files = request.path.startswith(_FILES)
        environ = wsgi.write_environ(request, frozenset() if files else _CONDITIONS)
        if begun:
            environ[BEGUN] = begun

        def work() -> tuple[wsgi.Result, Reply]:
            try:
                result = wsgi.call(self._app, request, environ)
            finally:
                if unused := environ.pop(BEGUN, None):
                    self._threads.forget(lambda: unused(_gone))
            if files:
                return result, finish.pass_on(result, self._threads)
            return result, finish.finish(result, request, choice, self._threads)

        return await self._threads.run(work)


def _gone() -> bool:
    return True


@lru_cache(maxsize=256)
def _wishes(
    accept: bytes | None, language: bytes | None, coding: bytes | None
) -> tuple[bytes | None, str, str | None, bool]:
    """Give what decides on the form of an answer.

    Flat, so that a key holds nothing that the garbage collector must visit.
    """
    told = None if language is None else language[:LONGEST].decode("latin-1")
    return accept, choose_language(told, None, texts.LANGUAGES), *choose_coding(coding)
