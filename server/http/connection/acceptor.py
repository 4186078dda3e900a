"""Accept connections on the socket that all workers share, so that each gets its part."""

import asyncio
import contextlib
import logging
import os
import socket
from typing import Any

from server.bounds import EXHAUSTED
from server.http.connection.connections import MOST_CONNECTIONS, Connections
from server.http.connection.pipeline import Site
from server.http.connection.protocol import Connection
from server.http.messages import Clock
from server.http.process.load_balance import LoadBalance
from server.http.refusals import refuse
from server.networks import site_of
from transform.text.message import message

log = logging.getLogger(__name__)

STEP_BACK = 0.002  # without accepting, while another worker has fewer connections
NO_DESCRIPTOR = 0.5  # seconds until a file descriptor may be free again
_REFUSED_AT_ONCE = 64  # connections, where there is no descriptor


class Acceptor:
    """Accepts connections, and pauses while another worker has fewer."""

    def __init__(self, listener: socket.socket, site: Site, share: LoadBalance) -> None:
        self._listener = listener
        self._site = site
        self._connections: Connections = site.connections
        self._share = share
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused = 0
        # Closed where no descriptor is left, so that who comes then is still told so.
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY)
        self._exhausted = False  # already when the last connection was to be accepted
        listener.setblocking(False)

    def open(self) -> None:
        """Accept connections from now on."""
        if not self._site.leaving:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def close(self) -> None:
        """Accept the connections that wait already, and close the listener."""
        asyncio.get_running_loop().remove_reader(self._listener)
        with contextlib.suppress(OSError):  # as soon as none waits
            for _ in range(MOST_CONNECTIONS):
                self._take(*self._listener.accept())
        self._listener.close()
        self._close_spare()

    def step_back(self, seconds: float) -> None:
        """Stop accepting for some seconds."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(seconds, self.open)

    def _accept(self) -> None:
        """Accept one connection: another worker may accept the next."""
        number = len(self._connections) + len(self._tasks)
        if not self._share.may_take(number):
            # The next one is for a worker that has fewer, which is as awake as this one.
            self.step_back(STEP_BACK)
            return
        try:
            client, address = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError as error:
            log.error("no connection can be taken: %s", error)
            if error.errno in EXHAUSTED:
                self._connections.has_room("")  # closes idle ones only when all places are taken
                if self._exhausted:  # no other worker has taken what waits since then
                    self._refuse_waiting()
                self._exhausted = True
                self.step_back(NO_DESCRIPTOR)
            return
        self._exhausted = False
        self._share.publish(number + 1)
        self._take(client, address)

    def _refuse_waiting(self) -> None:
        """Tell those who wait that there is no descriptor, by means of the spare one."""
        self._close_spare()
        with contextlib.suppress(OSError):  # as soon as none waits, or the spare one was taken
            for _ in range(_REFUSED_AT_ONCE):
                client, _address = self._listener.accept()
                self.refused += 1
                client.setblocking(False)
                _refuse_connection(client, self._site.clock)
        with contextlib.suppress(OSError):
            self._spare = os.open(os.devnull, os.O_RDONLY)

    def _close_spare(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None

    def _take(self, client: socket.socket, address: Any) -> None:
        client.setblocking(False)
        peer = str(address[0])
        if not self._connections.has_room(site_of(peer) or peer):
            self.refused += 1
            _refuse_connection(client, self._site.clock)
            return
        task = asyncio.get_running_loop().create_task(self.open_connection(client, peer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def open_connection(self, client: socket.socket, peer: str) -> None:
        """Serve a client that was accepted."""
        loop = asyncio.get_running_loop()
        connect: Any = loop.connect_accepted_socket
        await connect(lambda: Connection(self._site, peer), client)


def _refuse_connection(client: socket.socket, clock: Clock) -> None:
    """Send the reason and close.

    What the client has sent is read before: closing with unread bytes would reset the
    connection, and the client would lose the reply.
    """
    reply = refuse(503, "too-many-connections", message("http.too_many_connections"), 5)
    with client, contextlib.suppress(OSError):
        client.send(reply.head + clock.date + b"Connection: close\r\n\r\n" + reply.body)
        client.shutdown(socket.SHUT_WR)
        client.recv(1 << 16)
