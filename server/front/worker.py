"""Serve in one process: accept on the socket that all workers share, until told to end."""

import asyncio
import gc
import logging
import mmap
import os
import signal
import socket
import sys
import time
from pathlib import Path

import uvloop

from server.engine import ENGINES, open_engine
from server.front import gate as gates
from server.front import sharing
from server.front.desk import Desk
from server.front.faults import refuse
from server.front.gate import Gate, read_networks
from server.front.keeping import Kept
from server.front.message import Clock
from server.front.sharing import Share
from server.front.wire import MOST_CONNECTIONS, Connection
from server.settings import ENGINE, read_settings
from server.shelf import Opener, Shelf

_LOOK_EVERY = 0.5
_STEP_BACK = 0.002
_LOG = "%(asctime)s %(levelname)s %(name)s: %(message)s"


SHARED = gates.SIZE + sharing.SIZE  # bytes


class Worker:
    """The connections of a process and what they share; see `server.front.wire.Site`."""

    def __init__(self, listener: socket.socket, desk: Desk, most_body: int, share: Share) -> None:
        self.clock = Clock()
        self.most_body = most_body
        self.leaving = False
        self.connections: set[Connection] = set()
        self.answer = desk.answer
        self.answer_at_once = desk.answer_at_once
        self.answer_soon = desk.answer_soon
        self._listener = listener
        self._share = share
        self._ended = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Serve until SIGTERM; then let requests under way come to their end."""
        loop = asyncio.get_running_loop()
        self._listener.setblocking(False)
        loop.add_reader(self._listener, self._accept)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._leave)
        while not self._ended.is_set() or self.connections:
            await asyncio.sleep(_LOOK_EVERY if not self.leaving else 0.05)
            now = time.monotonic()
            self._share.tell(len(self.connections))
            for connection in list(self.connections):
                connection.look_at(now)
                if self.leaving:
                    connection.leave()

    def _accept(self) -> None:
        """Take one connection: another worker may take the next."""
        number = len(self.connections)
        if not self._share.may_take(number):
            self._step_back()
            return
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError as error:
            logging.error("no connection can be taken: %s", error)
            return
        self._share.tell(number + 1)
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if len(self.connections) >= MOST_CONNECTIONS:
            _turn_away(client, self.clock)
            return
        task = asyncio.get_running_loop().create_task(self._connect(client))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _step_back(self) -> None:
        """Leave the next connection to a worker that has fewer, which is as awake as this one."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(_STEP_BACK, self._step_up)

    def _step_up(self) -> None:
        if not self.leaving:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    async def _connect(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(lambda: Connection(self), client)

    def _leave(self) -> None:
        self.leaving = True
        asyncio.get_running_loop().remove_reader(self._listener)
        self._ended.set()


def _turn_away(client: socket.socket, clock: Clock) -> None:
    reply = refuse(503, "too-many-connections", "Too many connections: come again soon.", 5)
    try:
        client.send(reply.head + clock.date() + b"Connection: close\r\n\r\n" + reply.body)
    except OSError:
        logging.debug("a client left before it was turned away")
    client.close()


def run(
    folder: Path,
    listener: int,
    shared: int,
    secret: bytes,
    place: int,
    opener: Opener = open_engine,
) -> None:
    """Serve a folder; `listener` and `shared` are descriptors that the parent opened."""
    from server import create_app

    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    settings = read_settings(os.environ)
    app = create_app(folder, settings, opener)
    shelf: Shelf = app.extensions["shelf"]
    with mmap.mmap(shared, SHARED) as counts:
        trusted = read_networks(settings.trusted_proxies)
        gate = Gate(settings.requests_per_minute, trusted, counts, secret)
        desk = Desk(app, shelf, gate, Kept(settings.cache_mb << 20), settings.query_kb * 1024)
        # A form writes a byte as up to three characters, and has other parameters too.
        most_body = 3 * settings.query_kb * 1024 + 65536
        gc.collect()
        gc.freeze()  # what the application is made of will not be garbage
        share = Share(counts, gates.SIZE, place)
        uvloop.run(_serve(socket.socket(fileno=listener), desk, most_body, share))
    shelf.close()
    logging.shutdown()
    os._exit(0)  # threads may still be busy for clients that have gone


async def _serve(listener: socket.socket, desk: Desk, most_body: int, share: Share) -> None:
    await Worker(listener, desk, most_body, share).serve()


def main() -> None:
    """Begin as `server.listen` starts a worker."""
    folder, listener, shared, secret, place = sys.argv[1:]
    opener = ENGINES[os.environ[ENGINE]]
    run(Path(folder), int(listener), int(shared), bytes.fromhex(secret), int(place), opener)
