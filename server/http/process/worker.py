"""Serve in one process: accept on the socket that all workers share, until a signal ends it."""

import asyncio
import codecs
import gc
import itertools
import logging
import mmap
import os
import re
import resource
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import uvloop

from server import texts
from server.app import create_app
from server.engine.faults import EngineDown
from server.engine.opening import open_disk, open_engine, opener_of
from server.engine.pool.cpu_affinity import CpuAffinity
from server.engine.pool.event_loop import PinnedLoop, serve_on
from server.engine.vetting import vet_of
from server.http.connection.acceptor import Acceptor
from server.http.connection.connections import MOST_CONNECTIONS, Connections, Member
from server.http.connection.protocol import Connection
from server.http.messages import Clock, Reply, Request
from server.http.process import logs, shared_memory
from server.http.process.load_balance import MOST_WORKERS, LoadBalance
from server.http.process.rate_limit import RateLimit
from server.http.process.request_log import RequestLog
from server.http.process.shared_choice import SharedChoice, WorkerChooser
from server.http.process.shared_counters import Counts, SharedCounters
from server.http.process.supervisor import CANNOT_START
from server.http.responses.cache import ReplyCache
from server.http.responses.dispatch import Dispatcher
from server.http.responses.in_flight import Take, Waiter
from server.networks import Network, is_trusted, read_networks
from server.release.choice import Vet
from server.release.current import CurrentRelease, Opener
from server.release.older import OlderReleases
from server.settings import ENGINE, LOG_JSON, STORE, read_settings
from server.web import render
from transform.errors import PortraitError
from transform.text.message import read_room

_LOOK_EVERY = 0.5
_OWN_DESCRIPTORS = 256  # for files, query processes and the spool
_ID = re.compile(rb"[A-Za-z0-9_.-]{8,64}")  # of a request, as proxies make them


class Worker:
    """The connections of a process and what they share (`connection/pipeline.py`, `Site`)."""

    def __init__(
        self,
        listener: socket.socket,
        dispatcher: Dispatcher,
        current_release: CurrentRelease,
        older: OlderReleases,
        cache: ReplyCache,
        most_body: int,
        share: LoadBalance,
        counters: SharedCounters,
        request_log: RequestLog | None,
        trusted: tuple[Network, ...],
        parent: int,
    ) -> None:
        self.clock = Clock()
        self.most_body = most_body
        self.leaving = False
        self.connections = Connections(most_connections())
        self._answer = dispatcher.answer
        self._count = counters.count
        self._log = request_log
        self._trusted = trusted
        own = secrets.token_hex(6)
        self._ids = (f"{own}-{number:x}" for number in itertools.count(1))
        self._current_release = current_release
        self._older = older
        self._cache = cache
        self._share = share
        self._counters = counters
        self._acceptor = Acceptor(listener, self, share)
        self._parent = parent

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages of its pages, that of a reader who states none first."""
        release = self._current_release.current
        return release.register.interface if release else texts.LANGUAGES

    def answer(self, request: Request, take: Take) -> Reply | Waiter:
        """See `server.http.connection.pipeline.Site`."""
        request.begun = time.monotonic()
        given = request.headers.get(b"x-request-id", b"")
        if given and _ID.fullmatch(given) and is_trusted(request.peer, self._trusted):
            request.id = given.decode()
        else:
            request.id = next(self._ids)
        return self._answer(request, take)

    def head_lines(self, request: Request | None, reply: Reply) -> bytes:
        """See `server.http.connection.pipeline.Site`.

        The lines are X-Request-Id and Server-Timing (W3C), in milliseconds.
        """
        if request is None:
            self._count(b"", reply.status, reply.kind)
            return b""
        seconds = time.monotonic() - request.begun
        self._count(request.target, reply.status, reply.kind, seconds)
        timing = f"total;dur={seconds * 1000:.2f}"
        if request.is_kept:
            timing = f"cache;desc=hit, {timing}"
        elif request.query_seconds:
            timing = f"query;dur={request.query_seconds * 1000:.2f}, {timing}"
        return f"X-Request-Id: {request.id}\r\nServer-Timing: {timing}\r\n".encode()

    def note_sent(self, request: Request | None, reply: Reply, size: int, whole: bool) -> None:
        """See `server.http.connection.pipeline.Site`."""
        if self._log is not None:
            self._log.add(request, reply, size, whole)

    async def serve(self) -> None:
        """Serve until SIGTERM; then let requests under way come to their end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._leave)
        self._acceptor.open()
        self._share.publish(0)  # which tells the supervisor that this worker answers
        while not self.leaving or len(self.connections):
            if not self.leaving and os.getppid() != self._parent:
                logging.error("the process that started this worker is gone: leaving")
                self._leave()
            await asyncio.sleep(_LOOK_EVERY if not self.leaving else 0.05)
            self.clock.tick()
            self._share.publish(len(self.connections))
            self._counters.publish(self._counts())
            if self._log is not None:
                self._log.flush_soon()
            self.connections.each(self._look_at)

    def _counts(self) -> Counts:
        cache, engine = self._cache, self._current_release.stats() + self._older.stats()
        done = {
            "cache_hits_total": cache.hits,
            "cache_misses_total": cache.misses,
            "query_processes_started_total": engine.started,
            "query_processes_lost_total": engine.lost,
            "turned_away_total": self._acceptor.refused,
            "log_lines_lost_total": self._log.lost if self._log else 0,
        }
        held = {
            "cache_bytes": cache.size,
            "connections": len(self.connections),
            "held_bytes": self.connections.held,
            "queries_running": engine.running,
            "queries_waiting": engine.waiting,
            "queries_waiting_limit": engine.most_waiting,
            "query_processes": engine.processes,
            "workers": 1,
            "workers_not_on_current": int(bool(self._current_release.trouble)),
        }
        return Counts(done, held, self._current_release.query_times.numbers)

    def _look_at(self, member: Member) -> None:
        assert isinstance(member, Connection)  # noqa: S101
        member.look_at(time.monotonic())

    def _leave(self) -> None:
        self.leaving = True
        self._acceptor.close()


def most_connections() -> int:
    """Return how many connections the system's limit of descriptors allows."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(16, min(MOST_CONNECTIONS, allowed - _OWN_DESCRIPTORS))


def run(
    folder: Path,
    listener: int,
    shared: int,
    secret: bytes,
    place: int,
    parent: int,
    opener: Opener = open_engine,
    vet: Vet = lambda _: None,
) -> None:
    """Serve a folder; `listener` and `shared` are descriptors that the parent opened.

    Raises UnreadableRelease and EngineDown.
    """
    settings = read_settings(os.environ)
    logs.configure(settings.log)
    _read_what_refusals_need()
    with mmap.mmap(shared, shared_memory.SIZE) as memory:
        chooser = WorkerChooser(SharedChoice(memory, shared_memory.CHOICE), place)
        app = create_app(folder, settings, opener, chooser, vet)
        current_release: CurrentRelease = app.extensions["current_release"]
        older: OlderReleases = app.extensions["older_releases"]
        trusted = read_networks(settings.trusted_proxies)
        limit = RateLimit(settings.requests_per_minute, trusted, memory, secret)
        cache, core = ReplyCache(settings.cache_mb << 20), CpuAffinity(place, settings.workers)
        longest = settings.query_kb * 1024
        share = LoadBalance(memory, shared_memory.BALANCE, place)
        counters = SharedCounters(memory, shared_memory.COUNTERS, place, MOST_WORKERS)
        own_pages = {b"/metrics": counters.reply}
        dispatcher = Dispatcher(
            app, current_release, limit, cache, longest, core, own_pages, trusted
        )
        render.prepare(app)
        gc.collect()
        gc.freeze()  # the objects of the application will not be garbage
        accepting = socket.socket(fileno=listener)
        most = settings.most_body
        request_log = None
        if settings.log == LOG_JSON:
            request_log = RequestLog(settings.log_addresses, trusted)
            logs.write_to(request_log.put)
            request_log.begin()
        worker = partial(
            Worker, accepting, dispatcher, current_release, older, cache, most, share, counters,
            request_log, trusted, parent,
        )  # fmt: skip
        core.settle()
        uvloop.run(_serve(worker, core))
        older.close()
        current_release.close()
        if request_log:
            request_log.finish(1.0)
        logging.shutdown()
        os._exit(0)  # threads may still be busy for clients that have gone


def _read_what_refusals_need() -> None:
    """Read the files of which the answer is made that says that no file can be opened."""
    for room in ("site", "diagnostics", "engine", "http", "pages", "sparql", "system"):
        read_room(room)
    for language in texts.LANGUAGES:
        texts.whole(0, language)  # the numbers of a language are data of Babel
    codecs.lookup("idna")  # of which Werkzeug makes addresses


async def _serve(worker: Callable[[], Worker], core: CpuAffinity) -> None:
    serve_on(PinnedLoop(asyncio.get_running_loop(), core))
    await worker().serve()


def _opener(variables: Mapping[str, str]) -> Opener:
    """Return what opens the engine that `server.http.process.listen` names."""
    if variables[ENGINE] == "disk" and variables.get(STORE):
        return partial(open_disk, stores=Path(variables[STORE]))
    return opener_of(variables[ENGINE])


def main() -> None:
    """Run with the arguments that `server.http.process.supervisor` passes."""
    folder, listener, shared, secret, place, parent = sys.argv[1:]
    where = (int(listener), int(shared), bytes.fromhex(secret), int(place), int(parent))
    try:
        run(Path(folder), *where, _opener(os.environ), vet_of(os.environ[ENGINE]))
    except (PortraitError, EngineDown) as error:
        sys.stderr.write(f"portrait-ia: {error}\n")
        sys.exit(CANNOT_START)
