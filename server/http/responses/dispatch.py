"""Answer requests: from the cache, with an answer under way, or through the application.

An answer is kept under its release and everything that may shape it: target, Host or what a
trusted proxy reports of it, Accept, language, coding, and for a POST the type and the digest of its
body. The limits of the endpoint are those of the process. Only whole 200s and redirects are kept,
and no answer to a query that may give another when asked again.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from server.engine.faults import EngineFault
from server.engine.interface import Outcome, Ticket
from server.engine.pool.cpu_affinity import CpuAffinity
from server.http.messages import Reply, Request, write_head
from server.http.process.rate_limit import RateLimit
from server.http.refusals import refuse, refuse_defect
from server.http.responses import finish, sparql, wsgi
from server.http.responses.cache import ReplyCache
from server.http.responses.conditional import condition
from server.http.responses.finish import KEPT_STATUSES
from server.http.responses.in_flight import InFlight, Take, Waiter
from server.http.responses.preferences import Preferences, read_preferences
from server.negotiation import PLAIN
from server.networks import Network, find_asked
from server.release.current import CurrentRelease, Release
from server.sparql.plan import Plan
from server.web.headers import HEADERS
from server.web.release_scope import PLAN
from transform.text.message import message

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Files have tags, dates and ranges of their own, and their names show their compression.
_FILES = (b"/dumps/",)
_UNKEPT = (*_FILES, b"/timegate/", b"/healthz", b"/readyz", b"/metrics")
_CONDITIONS = frozenset(
    (b"if-none-match", b"if-match", b"if-modified-since", b"if-unmodified-since", b"if-range",
     b"range", b"accept-encoding")
)  # fmt: skip
_MOST_BUSY = 96  # requests in threads or waiting for one


class Dispatcher:
    """Answers requests with the cache, the engine or the application, on one event loop."""

    def __init__(
        self,
        app: "WSGIApplication",
        current_release: CurrentRelease,
        rate_limit: RateLimit,
        cache: ReplyCache,
        longest: int,
        core: CpuAffinity,
        own_pages: Mapping[bytes, Callable[[str], Reply]] = MappingProxyType({}),
        trusted: tuple[Network, ...] = (),
    ) -> None:
        """Answer with `own_pages`, by their path and for a method, before the application."""
        self._app = app
        self._current_release = current_release
        self._seconds_to_wait = rate_limit.seconds_to_wait
        self._cache = cache
        self._threads = wsgi.Threads(core)
        self._longest = longest
        self._own_pages = own_pages
        self._trusted = trusted
        self._in_flight: dict[Hashable, InFlight] = {}
        self._release = ""

    def answer(self, request: Request, take: Take) -> Reply | Waiter:
        """Return a reply that needs no waiting, or call `take` with one later."""
        if wait := self._seconds_to_wait(request.peer, request.headers):
            detail = message("http.too_many_requests", wait=wait)
            return refuse(429, "too-many-requests", detail, wait)
        if self._current_release.current is None:
            return self._answer_unready(request)
        preferences = read_preferences(request)
        request.key = self._key(request, preferences)
        if request.key is None:
            if page := self._own_pages.get(request.path):
                return page(request.method)
        elif kept := self._cache.find(request.key):
            request.is_kept = True
            return condition(kept, request)
        waiter = Waiter(request, take)
        return self._join(waiter, preferences) or waiter

    def _answer_unready(self, request: Request) -> Reply:
        """Return the reply while there is no release."""
        if page := self._own_pages.get(request.path):
            return page(request.method)
        if request.path == b"/healthz" and request.method in ("GET", "HEAD"):
            headers = [("Content-Type", PLAIN.content_type), ("Content-Length", "3")]
            headers += [("Cache-Control", "no-store"), *HEADERS.items()]
            return Reply(200, write_head(200, headers), b"ok\n")
        fault = self._current_release.unready()
        return refuse(fault.status, fault.kind, fault.detail, fault.retry_after)

    def _join(self, waiter: Waiter, preferences: Preferences) -> Reply | None:
        """Add a request to those that wait for its answer, or return a reply that is ready."""
        request = waiter.request
        if preferences.coding.refuses_all:
            return refuse(406, "not-acceptable", message("http.no_coding"))
        if under_way := self._in_flight.get(request.key):
            under_way.join(waiter)
            return None
        plan, shared = None, request.key is not None
        if shared and sparql.is_of_endpoint(request):
            base_uri = self._served().base_uri
            plan = sparql.plan_query(request, preferences.accept, base_uri, self._longest)
            shared = not plan.fickle if plan else request.method != "POST"
        in_flight = InFlight(waiter, preferences, self._release)
        # No page or workbook is written on this loop.
        if plan and plan.formats.plain and not preferences.page:
            reply = self._ask(in_flight, plan)
        else:
            reply = self._run(in_flight, plan)
        if reply is not None:
            return condition(reply, request)
        if shared:
            self._in_flight[request.key] = in_flight
        return None

    def _key(self, request: Request, preferences: Preferences) -> Hashable | None:
        """Return the key of the answer: names, which the garbage collector need not visit."""
        if request.target.startswith(_UNKEPT):
            return None
        posted = None
        if request.method == "POST":
            digest = hashlib.blake2b(request.body, digest_size=16).digest()
            posted = (request.headers.get(b"content-type"), digest)
        elif request.method not in ("GET", "HEAD"):
            return None
        # The name keeps late answers of a release that was replaced under way apart.
        name = self._served().name
        if name != self._release:
            self._cache.clear()
            self._release = name
        asked = find_asked(request.peer, request.headers, self._trusted)
        return name, request.target, preferences.name, posted, asked

    def _served(self) -> Release:
        release = self._current_release.current
        assert release is not None  # noqa: S101  # `answer` has refused, and none goes away
        return release

    def _ask(self, in_flight: InFlight, plan: Plan) -> Reply | None:
        """Ask the engine, on this loop."""
        release = self._current_release.borrow()
        try:
            in_flight.is_of = release.name
            if whole := release.engine.look_up(plan.question):
                self._current_release.give_back(release)
                return self._write(in_flight, plan, whole)
            end = partial(self._end, in_flight, plan, release, time.monotonic())
            ticket = release.engine.begin(plan.question, end)
        except EngineFault as fault:
            self._current_release.give_back(release)
            return self._write(in_flight, plan, fault)
        except BaseException:
            self._current_release.give_back(release)
            raise
        in_flight.give_up = partial(self._withdraw, in_flight, ticket, release)
        return None

    def _withdraw(self, in_flight: InFlight, ticket: Ticket, release: Release) -> None:
        ticket.withdraw()
        self._current_release.give_back(release)
        self._no_more(in_flight)

    def _end(
        self, in_flight: InFlight, plan: Plan, release: Release, asked: float, outcome: Outcome
    ) -> None:
        in_flight.request.query_seconds = time.monotonic() - asked
        self._current_release.give_back(release)
        if reply := self._write(in_flight, plan, outcome):
            self._give(in_flight, reply)

    def _write(self, in_flight: InFlight, plan: Plan, outcome: Outcome) -> Reply | None:
        """Return the reply with an outcome, or write it in a thread and give it later."""
        request, preferences, threads = in_flight.request, in_flight.preferences, self._threads
        in_flight.may_keep = not plan.fickle
        if not sparql.is_soon_written(outcome, preferences.coding):
            in_flight.give_up = partial(self._no_more, in_flight)
            write = partial(sparql.write, outcome, plan, request, preferences, threads)
            threads.begin(write).add_done_callback(partial(self._give_done, in_flight))
            return None
        try:
            reply = sparql.write(outcome, plan, request, preferences, threads)
        except Exception as fault:  # for one, its spool may be broken
            return refuse_defect(fault, request.method, request.path)
        self._keep(in_flight, reply)
        return reply

    def _run(self, in_flight: InFlight, plan: Plan | None) -> Reply | None:
        """Run the application in a thread."""
        if self._threads.busy >= _MOST_BUSY:
            detail = message("http.too_many_under_way")
            return refuse(503, "engine-busy", detail, 2)
        request, files = in_flight.request, _is_file(in_flight.request.path)
        # So that the head is that of the GET, which others may wait for.
        method = "GET" if request.method == "HEAD" and not files else request.method
        copy = replace(request, method=method, gone=in_flight.is_left)

        def work() -> Reply:
            environ = wsgi.write_environ(copy, _list_dropped(request.path))
            environ[PLAN] = plan
            result = wsgi.call(self._app, copy, environ)
            in_flight.is_of, in_flight.may_keep = result.release, finish.may_keep(result)
            if files:
                return finish.pass_on(result, self._threads)
            return finish.finish(result, copy, in_flight.preferences.coding, self._threads)

        in_flight.give_up = partial(self._no_more, in_flight)
        self._threads.run(work, partial(self._give_done, in_flight))
        return None

    def _give_done(self, in_flight: InFlight, done: "asyncio.Future[Reply]") -> None:
        if fault := done.exception():
            self._give(
                in_flight, refuse_defect(fault, in_flight.request.method, in_flight.request.path)
            )
            return
        self._keep(in_flight, done.result())
        self._give(in_flight, done.result())

    def _give(self, in_flight: InFlight, reply: Reply) -> None:
        self._no_more(in_flight)
        in_flight.give(reply, self._ask_anew)

    def _ask_anew(self, waiter: Waiter) -> None:
        if reply := self._join(waiter, read_preferences(waiter.request)):
            waiter.take(reply)

    def _keep(self, in_flight: InFlight, reply: Reply) -> None:
        """Keep a reply, unless its release was replaced meanwhile: the key names the one before."""
        if (
            in_flight.may_keep
            and in_flight.is_of == in_flight.release
            and in_flight.request.key is not None
            and reply.status in KEPT_STATUSES
            and reply.stream is None
        ):
            self._cache.keep(in_flight.request, reply)

    def _no_more(self, in_flight: InFlight) -> None:
        if self._in_flight.get(in_flight.request.key) is in_flight:
            del self._in_flight[in_flight.request.key]


def _list_dropped(path: bytes) -> frozenset[bytes]:
    """Return the conditions of a request that the application is not told of.

    It answers those on files; of the list of files, whether it is the one that the client means.
    """
    if _is_file(path):
        return frozenset()
    return _CONDITIONS - {b"if-match"} if path.startswith(_FILES) else _CONDITIONS


def _is_file(path: bytes) -> bool:
    """Check whether a path is that of a file to download, and not of the list of files."""
    return path.startswith(_FILES) and not path.endswith(b"/")
