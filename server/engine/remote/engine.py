"""Answer from a remote store: in threads that wait for it, so many at once."""

import asyncio
import logging
import math
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from server.engine import faults
from server.engine.faults import EngineBusy, EngineDefect, EngineDown, EngineFault
from server.engine.forked import call_in_forked
from server.engine.interface import Answer, Limits, Outcome, Question, Ticket, WholeAnswer
from server.engine.pool.event_loop import get_loop
from server.engine.pool.spool import SpoolSpace
from server.engine.remote import answers
from server.engine.remote.address import EndpointAddress
from server.engine.remote.breaker import Breaker
from server.engine.remote.exchange import Door, RemoteExchange
from server.engine.remote.gate import refuse_foreign_calls
from server.engine.remote.reading import read_query
from server.engine.remote.rewriting import Sent, Visible, rewrite
from server.engine.remote.spooled import Spooled
from server.engine.remote.tasks import Task, Watch, report
from server.engine.stats import EngineStats
from transform.rdf.namespaces import vocabulary_of
from transform.text.message import message

_log = logging.getLogger(__name__)
_GONE_EVERY = 0.1  # seconds between two checks that the client is still connected
_PROBE = "ASK { }"
_PROBE_SECONDS = 3.0
_SMALL = 1 << 20
_WORDIER = 8  # times that JSON with a type for each value may be as long as what is made of it
_FAILURES = (faults.StoreDown, faults.StoreUnfit, faults.StoreTooSlow)


class RemoteEngine:
    """See `server.engine.interface.Engine`.

    urllib3 waits in threads, of which there are as many as queries may run: on an event loop, its
    part would have to be written anew.
    """

    def __init__(
        self, store: EndpointAddress, release: Visible, base_uri: str, limits: Limits
    ) -> None:
        """Ask a store for a release that it was seen to hold."""
        self._store = store
        self._release = release
        self._base_uri = base_uri
        self._vocabulary = vocabulary_of(base_uri).removeprefix(base_uri)
        self._limits = limits
        self._open()
        call_in_forked(self._open)

    def _open(self) -> None:
        """Begin, here or in a forked process, which has neither the threads nor the connections."""
        self._door = Door(self._store, self._limits.processes)
        self._space = SpoolSpace(self._limits)
        self._threads = ThreadPoolExecutor(self._limits.processes, "remote store")
        self._breaker = Breaker(self._probe, self._store.host)
        self._watch = Watch()
        self._closed = False

    def begin(self, question: Question, over: Callable[[Outcome], None]) -> Ticket:
        """See `server.engine.interface.Engine.begin`."""
        loop = get_loop().loop

        def tell(task: Task) -> None:
            loop.call_soon_threadsafe(report, task, over)

        return self._begin(question, tell)

    def look_up(self, question: Question) -> WholeAnswer | None:  # noqa: ARG002
        """Return None: all questions are the store's."""
        return None

    def ask(self, question: Question, gone: Callable[[], bool] | None = None) -> Answer:
        """See `server.engine.interface.Engine.ask`."""
        assert asyncio._get_running_loop() is None, "the loop would wait"  # noqa: S101
        is_over = threading.Event()
        task = self._begin(question, lambda _: is_over.set())
        try:
            while not is_over.wait(_GONE_EVERY if gone else None):
                if gone and gone():
                    raise faults.Abandoned(message("engine.client_gone"))
        except BaseException:
            task.withdraw()
            raise
        outcome = task.take()
        if isinstance(outcome, EngineFault):
            raise outcome
        return outcome

    def stats(self) -> EngineStats:
        """See `server.engine.interface.Engine.stats`: there are no query processes."""
        running, waiting = self._watch.count()
        return EngineStats(running, waiting, self._limits.waiting)

    def close(self) -> None:
        """See `server.engine.interface.Engine.close`."""
        self._closed = True
        self._watch.close(EngineDown(message("engine.closed")))
        self._threads.shutdown(wait=False)
        self._door.connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _begin(self, question: Question, over: Callable[[Task], None]) -> Task:
        if self._closed:
            raise EngineDown(message("engine.closed"))
        if sum(self._watch.count()) >= self._limits.waiting + self._limits.processes:
            raise EngineBusy(message("engine.too_many_wait"), self._retry_after())
        task = Task(question, over, self._limits.waiting_seconds)
        self._watch.add(task)
        try:
            self._threads.submit(self._run, task)
        except RuntimeError as error:  # it was closed just now
            self._watch.remove(task)
            raise EngineDown(message("engine.closed")) from error
        return task

    def _retry_after(self) -> int:
        return max(1, math.ceil(self._limits.waiting_seconds))

    # In a thread

    def _run(self, task: Task) -> None:
        if not task.start(RemoteExchange(self._door, self._limits.seconds)):
            self._watch.remove(task)
            return
        outcome: Outcome
        try:
            outcome = self._answer(task.question, task.exchange)
        except EngineFault as fault:
            outcome = _without_frames(fault)
        except Exception:  # somebody waits
            outcome = EngineDefect(traceback.format_exc())
            _log.exception("a question to the store met a defect")
        finally:
            self._watch.remove(task)
        task.end(outcome)

    def _answer(self, question: Question, exchange: RemoteExchange) -> Answer:
        sent, media_type = self._prepare(question)
        self._breaker.check()
        out = Spooled(sent.form, media_type, self._space)
        try:
            with exchange.ask(sent.text, _WORDIER * self._limits.result_mb << 20) as body:
                answers.write(body, sent, self._base_uri, out)
        except BaseException as fault:
            out.close()
            if isinstance(fault, _FAILURES):
                self._breaker.note()
            raise
        if out.length > _SMALL:
            return out
        with out:
            return WholeAnswer(sent.form, media_type, b"".join(out.body))

    def _prepare(self, question: Question) -> tuple[Sent, str]:
        query = read_query(question.text, question.base_iri, self._vocabulary)
        refuse_foreign_calls(query, question.text)
        sent = rewrite(query, question, self._release)
        return sent, answers.choose_type(sent.form, question)

    def _probe(self) -> None:
        exchange = RemoteExchange(self._door, _PROBE_SECONDS)
        with self._watch.looking(exchange), exchange.ask(_PROBE, _SMALL) as body:
            body.readall()


def _without_frames(fault: EngineFault) -> EngineFault:
    """Return a fault without the calls that led to it: results of the parser stand in them.

    Those may not be freed in another thread, which would do it with the fault.
    """
    link: BaseException | None = fault
    while link is not None:
        below = link.__cause__ or link.__context__
        link.__traceback__ = link.__cause__ = link.__context__ = None
        link = below
    return fault
