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
from server.faults import ABANDONED
from server.front import dressing, wsgi
from server.front.coding import Choice, choose_coding
from server.front.faults import refuse
from server.front.gate import Gate
from server.front.keeping import Kept, is_fickle
from server.front.lane import Lane
from server.front.message import Reply, Request
from server.negotiate import choose_language
from server.shelf import Shelf
from server.visit import RELEASE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Files have tags, dates and ranges of their own, and say how they are packed by their names.
_FILES = (b"/dumps/",)
_UNKEPT = (*_FILES, b"/healthz", b"/readyz")
_CONDITIONS = frozenset(
    (b"if-none-match", b"if-match", b"if-modified-since", b"if-unmodified-since", b"if-range",
     b"range", b"accept-encoding")
)  # fmt: skip
_KEY = 300  # bytes that a key takes beside its target
_SMALL = 1 << 15  # bytes that are compressed sooner than a thread is woken
_MOST_BUSY = 96  # requests in threads or waiting for one


class Flight:
    """One answer that several requests wait for; it goes on while one of them is left."""

    def __init__(self) -> None:
        self.waiting = 0
        self.taken = False  # a stream has one reader
        self.task: asyncio.Task[Reply]

    def left(self) -> bool:
        """Say whether nobody waits any more."""
        return self.waiting == 0

    async def wait(self) -> Reply | None:
        """Give the reply, or nothing where another took it or it was given up too soon."""
        self.waiting += 1
        try:
            reply = await asyncio.shield(self.task)
        finally:
            self.waiting -= 1
            self._give_up()
        if reply.status == ABANDONED or (reply.stream and self.taken):
            return None
        self.taken = True
        return reply

    def _give_up(self) -> None:
        """Close a stream that nobody is left to read."""
        task = asyncio.current_task()
        leaving = task is not None and task.cancelling()
        if leaving and self.left() and self.task.done() and not self.task.exception():
            stream = self.task.result().stream
            if stream and not self.taken:
                self.taken = True
                _closing.add(closing := asyncio.create_task(stream.close()))
                closing.add_done_callback(_closing.discard)


_closing: set[asyncio.Task[None]] = set()


class Desk:
    """Everything between the wire and the application; lives in one event loop."""

    def __init__(
        self, app: "WSGIApplication", shelf: Shelf, gate: Gate, kept: Kept, longest: int
    ) -> None:
        self._app = app
        self._shelf = shelf
        self._gate = gate
        self._kept = kept
        self._threads = wsgi.Threads()
        self._lane = Lane(shelf, self._threads, longest)
        self._flights: dict[Hashable, Flight] = {}
        self._release = ""

    def answer_at_once(self, request: Request) -> Reply | None:
        """Give a reply that needs no waiting: one that is kept, or a refusal."""
        if wait := self._gate.seconds_to_wait(request.peer, request.headers):
            detail = f"You have made too many requests: come again in {wait} s."
            return refuse(429, "too-many-requests", detail, wait)
        key = self._key(request)
        reply = self._kept.find(key) if key else None
        return dressing.condition(reply, request) if reply else None

    async def answer(self, request: Request) -> Reply:
        """Give the reply to a request that `answer_at_once` had none for."""
        choice = choose_coding(request.headers.get(b"accept-encoding"))
        if choice.hopeless:
            return refuse(406, "not-acceptable", "Accept-Encoding leaves nothing: allow identity.")
        key = self._key(request)
        if key is not None and not is_fickle(request):
            flight = self._flights.get(key) or self._take_off(key, request, choice)
            if reply := await flight.wait():
                return dressing.condition(reply, request)
        return await self._ask_alone(request, choice)

    def _key(self, request: Request) -> Hashable | None:
        headers = request.headers
        if b"range" in headers or request.path.startswith(_UNKEPT):
            return None
        asked: Hashable = None
        if request.method == "POST":
            if b"content-encoding" in headers:
                return None
            digest = hashlib.blake2b(request.body, digest_size=16).digest()
            asked = (headers.get(b"content-type"), digest, request.length)
        elif request.method not in ("GET", "HEAD") or request.length:
            return None
        name = self._shelf.current_name
        if name != self._release:
            self._kept.clear()
            self._release = name
        return (
            name,
            request.target,
            headers.get(b"accept"),
            _language(headers.get(b"accept-language")),
            choose_coding(headers.get(b"accept-encoding")),
            headers.get(b"host"),
            asked,
        )

    def _take_off(self, key: Hashable, request: Request, choice: Choice) -> Flight:
        flight = Flight()
        method = "GET" if request.method == "HEAD" else request.method
        asked = replace(request, method=method, gone=flight.left)
        flight.task = asyncio.create_task(self._fly(key, flight, asked, choice))
        self._flights[key] = flight
        return flight

    async def _fly(self, key: Hashable, flight: Flight, request: Request, choice: Choice) -> Reply:
        release = self._release
        try:
            result, reply = await self._run(request, choice)
            # A release that moved under way must not be kept under the name of the one before.
            if result and result.environ[RELEASE].name == release and dressing.may_keep(result):
                self._kept.keep(key, len(request.target) + _KEY, reply)
            if reply.stream and flight.left():
                await reply.stream.close()
            return reply
        finally:
            del self._flights[key]

    async def _ask_alone(self, request: Request, choice: Choice) -> Reply:
        asked = request
        if request.method == "HEAD" and not request.path.startswith(_FILES):
            asked = replace(request, method="GET")  # so that the head is that of the GET
        _, reply = await self._run(asked, choice)
        return dressing.condition(reply, request)

    async def _run(self, request: Request, choice: Choice) -> tuple[wsgi.Result | None, Reply]:
        if self._threads.busy >= _MOST_BUSY:
            detail = "Too many requests are under way: come again in a moment."
            return None, refuse(503, "engine-busy", detail, 2)
        files = request.path.startswith(_FILES)
        environ = wsgi.write_environ(request, frozenset() if files else _CONDITIONS)

        if result := await self._lane.answer(request, environ):
            if len(result.body) <= _SMALL:
                return result, dressing.dress(result, request, choice, self._threads)
            return await self._threads.run(
                lambda: (result, dressing.dress(result, request, choice, self._threads))
            )

        def work() -> tuple[wsgi.Result, Reply]:
            result = wsgi.call(self._app, request, environ)
            if files:
                return result, dressing.pass_on(result, self._threads)
            return result, dressing.dress(result, request, choice, self._threads)

        return await self._threads.run(work)


@lru_cache(maxsize=1024)
def _language(accepted: bytes | None) -> str:
    header = None if accepted is None else accepted.decode("latin-1")
    return choose_language(header, None, texts.LANGUAGES)
