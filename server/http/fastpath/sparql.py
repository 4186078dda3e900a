"""Answer plain queries from the event loop, one answer for all who wait for the same."""

import asyncio
import logging
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from server.engine.faults import UpdateRefused
from server.engine.interface import Question, Whole
from server.faults import Fault
from server.http.fastpath.queue import Outcome, QueryQueue
from server.http.messages import Reply, Request
from server.http.responses import finish
from server.http.responses.cache import ReplyCache, is_fickle, may_be_fickle
from server.http.responses.compression import Choice, choose_coding
from server.http.responses.conditional import condition
from server.http.responses.waiters import Take, Waiter, give
from server.http.responses.wsgi import Threads
from server.negotiation import NothingAcceptable
from server.release.current import CurrentRelease
from server.sparql.plan import make_plan
from server.sparql.protocol import SparqlRequest, read_form, read_target
from server.web.release_scope import Begun

log = logging.getLogger(__name__)
_SMALL = 1 << 15  # bytes that are compressed sooner than a thread is woken
_FORM = (b"application/x-www-form-urlencoded", b"application/x-www-form-urlencoded; charset=utf-8")


class SparqlFastPath:
    """Those who wait for short queries; what is not plain and quick is left to the application.

    The protocol is read and the question made by the functions that the Flask view uses too, so
    that view finds again, and says, whatever fault makes this one leave a request to it.
    """

    def __init__(
        self,
        shelf: CurrentRelease,
        threads: Threads,
        kept: ReplyCache,
        longest: int,
        take_off: Callable[[Request, Choice, Begun | None], Any],
    ) -> None:
        self._threads = threads
        self._lane = QueryQueue(shelf, threads)
        self._kept = kept
        self._longest = longest
        self._take_off = take_off
        self._waiting: dict[Hashable, list[Waiter]] = {}

    def answer(self, request: Request, take: Take) -> Reply | Waiter | None:
        """Give the reply, or have `take` called later; None to what is no query for a loop."""
        target = request.target
        if request.key is None or not (target.startswith(b"/sparql?") or target == b"/sparql"):
            return None
        waiters = self._waiting.get(request.key)
        if waiters is None:
            begun = self._begin(request)
            if not isinstance(begun, list):
                return begun
            waiters = begun
        return Waiter(waiters, request, take)

    def _begin(self, request: Request) -> Reply | list[Waiter] | None:
        choice = choose_coding(request.headers.get(b"accept-encoding"))
        if choice.plain_refused and choice.hopeless:
            return None
        question = self._read(request, self._lane.release.base_uri)
        if question is None or (may_be_fickle(question.text) and is_fickle(request)):
            return None
        if whole := self._lane.look_up(question):
            if _is_soon_dressed(choice, whole):
                return self._reply(request, choice, whole)
            self._dress(request, choice, whole)
        elif not self._lane.ask(question, partial(self._end, request, choice)):
            return None
        waiters = self._waiting[request.key] = []
        return waiters

    def _reply(self, request: Request, choice: Choice, whole: Whole) -> Reply | None:
        reply = finish.finish_whole(whole, request, choice)
        if reply is not None:
            self._kept.keep(request, reply)
        return reply and condition(reply, request)

    def _read(self, request: Request, base_uri: str) -> Question | None:
        try:
            if request.method == "POST":
                asked = self._read_form(request)
            else:
                asked = read_target(request.target, self._longest)
            if asked is None or asked.query is None:
                return None
            accept = request.headers.get(b"accept")
            told = None if accept is None else accept.decode("latin-1")
            question, wishes = make_plan(asked, told, base_uri)
        except (Fault, UpdateRefused, NothingAcceptable):
            return None
        return question if wishes.plain else None

    def _read_form(self, request: Request) -> SparqlRequest | None:
        if request.headers.get(b"content-type", b"").lower() not in _FORM:
            return None
        if request.length != len(request.body) or len(request.body) > self._longest:
            return None
        return read_form(request.target, request.body, self._longest)

    def _end(self, request: Request, choice: Choice, outcome: Outcome) -> None:
        if not isinstance(outcome, Whole):
            # First those who wait: else what takes off would find nobody, and give up at once.
            give(self._waiting.pop(request.key), None)
            if outcome is not None:
                self._take_off(request, choice, outcome)
            return
        if _is_soon_dressed(choice, outcome):
            self._give(request, finish.finish_whole(outcome, request, choice))
            return
        self._dress(request, choice, outcome)

    def _dress(self, request: Request, choice: Choice, whole: Whole) -> None:
        """Compress an answer in a thread, and then give it."""
        dress = partial(finish.finish_whole, whole, request, choice)
        dressing_now = self._threads.begin(dress)
        dressing_now.add_done_callback(partial(self._give_dressed, request))

    def _give_dressed(self, request: Request, done: "asyncio.Future[Reply | None]") -> None:
        if fault := done.exception():
            log.error("a small answer cannot be dressed, it is asked anew: %r", fault)
        self._give(request, None if fault else done.result())

    def _give(self, request: Request, reply: Reply | None) -> None:
        if reply is not None:
            self._kept.keep(request, reply)
        give(self._waiting.pop(request.key), reply)


def _is_soon_dressed(choice: Choice, whole: Whole) -> bool:
    return choice.coding is None or len(whole.body) <= _SMALL
