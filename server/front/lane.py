"""Ask short queries from the event loop itself: no thread, no Flask.

Two threads and their lock cost more than a point query. The protocol is read and the question
made by what the Flask view uses too; whatever is not plain and quick is left to that view: a
page, a fault, a long answer, and a query that takes more than a moment, which goes on meanwhile.
"""

import asyncio
from collections.abc import Callable
from typing import Any, NoReturn

from werkzeug import Request as Asking

from server import HEADERS, sparql
from server.engine import Answer
from server.engine.faults import EngineFault
from server.front.message import Request
from server.front.wsgi import WHOLE, Result, Threads
from server.protocol import read_request
from server.shelf import Release, Shelf
from server.visit import BEGUN, RELEASE

SLOTS = 2  # query processes that stand ready: see Limits.idle
_MOMENT = 0.05  # seconds
_MOST_WAITING = 16


class Lane:
    """The short queries of an event loop."""

    def __init__(self, shelf: Shelf, threads: Threads, longest: int) -> None:
        self._shelf = shelf
        self._threads = threads
        self._longest = longest
        self._slots = asyncio.Semaphore(SLOTS)
        self._waiting = 0

    async def answer(self, request: Request, environ: dict[str, Any]) -> Result | None:
        """Answer a query, or leave it to the application, which may find it begun."""
        if request.path != b"/sparql" or self._waiting >= _MOST_WAITING:
            return None
        with self._shelf.lend() as release:
            plan = self._plan(environ, release)
            if plan is None or not plan.plain:
                return None
            self._waiting += 1
            try:
                async with self._slots:
                    answer = await self._ask(plan, release, environ)
            finally:
                self._waiting -= 1
        if answer is None:
            return None
        if answer.length > WHOLE:
            environ[BEGUN] = lambda _: answer
            return None
        with answer:
            body = b"".join(answer.body)
        headers = [*sparql.describe(answer).items(), *HEADERS.items()]
        return Result(200, headers, {RELEASE: release}, body)

    def _plan(self, environ: dict[str, Any], release: Release) -> sparql.Plan | None:
        try:
            asked = read_request(Asking(environ), self._longest)
            if asked.query is None:
                return None
            return sparql.make_plan(asked, environ.get("HTTP_ACCEPT"), release.base_uri)
        except Exception:  # the application finds the same fault, and says it
            return None
        finally:
            environ["wsgi.input"].seek(0)

    async def _ask(
        self, plan: sparql.Plan, release: Release, environ: dict[str, Any]
    ) -> Answer | None:
        begin = getattr(release.engine, "begin", None)  # not every engine can
        begun = begin(plan.question) if begin else None
        if begun is None:
            return None
        try:
            answer = await _watch(begun)
        except EngineFault as fault:
            environ[BEGUN] = _raising(fault)
            return None
        except asyncio.CancelledError:
            if not begun.ended:
                self._threads.forget(lambda: begun.finish(lambda: True))
            raise
        if answer is None:
            environ[BEGUN] = begun.finish
        return answer


async def _watch(begun: Any) -> Answer | None:
    """Wait a moment for the answer; raises EngineFault."""
    loop = asyncio.get_running_loop()
    coming: asyncio.Future[Answer | None] = loop.create_future()
    descriptor = begun.fileno()

    def look() -> None:
        try:
            answer = begun.advance()
        except EngineFault as fault:
            coming.set_exception(fault)
        else:
            if answer is None and not begun.stuck:
                return
            coming.set_result(answer)
        # At once: the process is back in stock, and its next asker will watch it too.
        loop.remove_reader(descriptor)

    def stop() -> None:
        if not coming.done():
            loop.remove_reader(descriptor)
            coming.set_result(None)

    loop.add_reader(descriptor, look)
    timer = loop.call_later(_MOMENT, stop)
    try:
        return await coming
    except asyncio.CancelledError:
        if coming.cancelled():
            loop.remove_reader(descriptor)
        raise
    finally:
        timer.cancel()


def _raising(fault: EngineFault) -> Callable[[Any], NoReturn]:
    def begun(_: Any) -> NoReturn:
        raise fault

    return begun
