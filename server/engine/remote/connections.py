"""Keep connections to a store: urllib3's, but one that waits for an answer can be cut."""

import socket
import ssl
import threading
from contextlib import suppress

from urllib3.connection import HTTPConnection, HTTPSConnection

from server.engine.remote.address import EndpointAddress

CONNECT_SECONDS = 5.0


class IdleConnections:
    """The idle connections to one store; thread-safe.

    urllib3's own pool lends a connection only inside a request: nobody else could cut it off when
    a client leaves or the time is over.
    """

    def __init__(self, store: EndpointAddress, most: int) -> None:
        """Keep at most so many idle ones. Certificates are checked as the system has them."""
        self._store = store
        self._most = most
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._tls = ssl.create_default_context() if store.is_tls else None

    def take(self) -> tuple[HTTPConnection, bool]:
        """Return a connection, and whether it is open and was used before."""
        with self._lock:
            if self._idle:
                return self._idle.pop(), True
        if self._tls is not None:
            return HTTPSConnection(
                self._store.host, self._store.port, ssl_context=self._tls, timeout=CONNECT_SECONDS
            ), False
        return HTTPConnection(self._store.host, self._store.port, timeout=CONNECT_SECONDS), False

    def give_back(self, connection: HTTPConnection) -> None:
        """Keep a connection whose answer was read to its end."""
        with self._lock:
            if len(self._idle) < self._most and connection.sock is not None and not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close the idle connections, and each that is given back from now on."""
        self._closed = True
        self.drop()

    def drop(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def cut(sock: socket.socket | None) -> None:
    """End a connection that another thread waits on; that one gets an error."""
    if sock is not None:
        with suppress(OSError):  # it has ended already
            # Not that of ssl.SSLSocket, which takes its state from under the other thread.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
