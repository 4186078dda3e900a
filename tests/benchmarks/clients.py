"""Ask a site as normal, slow and hostile clients do, all at once, until they are told to end."""

import contextlib
import http.client
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from tests.site.test_hostile import QUERIES, REQUESTS

NORMAL, HOSTILE = 4, 3  # clients
PAGES = ("", "sparql", "def.ttl", "catalogue.ttl", "dumps/", "doc/portrait/2025", "healthz")
# Each with a number of its own, so that what is kept answers few of them: an aggregate, what is
# looked up where it is asked, and what a query process writes out.
UNIQUE = (
    "SELECT ?t (COUNT(*) AS ?n) {{ ?s a ?t FILTER(?t != <a:{}>) }} GROUP BY ?t",
    "SELECT ?p ?o {{ <http://localhost:8000/id/portrait/2025> ?p ?o FILTER(?o != {}) }}",
    "SELECT ?s ?o {{ ?s a ?o FILTER(?o != <a:{}>) }} LIMIT 500",
)
LONG = "SELECT * {{ ?a ?b ?c . ?d a ?e FILTER(?c != {}) }} LIMIT 20000"  # some megabytes
_BUFFER = 1 << 16
_SIP, _SIP_SECONDS = 1 << 16, 0.1


class Load:
    """Clients that ask until they are told to end; a failure of one that behaves well is noted.

    `slow` is a number of pairs: one reads long answers slowly and to their end, one reads nothing.
    """

    def __init__(
        self, site: str, normal: int = NORMAL, hostile: int = HOSTILE, slow: int = 0
    ) -> None:
        self.site = site
        self.waits: list[float] = []
        self.failures: list[str] = []
        self.sipped: list[int] = []  # bytes of each long answer
        self.answered: Counter[str] = Counter()  # hostile requests by what came
        self._over = threading.Event()
        kinds = ((self._ask, normal), (self._attack, hostile), (self._sip, slow))
        self._threads = [
            threading.Thread(target=self._keep, args=(work,))
            for work, number in (*kinds, (self._stall, slow))
            for _ in range(number)
        ]

    def run(self, seconds: float) -> None:
        """Ask for so long; what has been asked by then is waited for."""
        for thread in self._threads:
            thread.start()
        time.sleep(seconds)
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _keep(self, work: Callable[[random.Random], None]) -> None:
        chance = random.Random()
        while not self._over.is_set():
            work(chance)

    def _ask(self, chance: random.Random) -> None:
        path = chance.choice(PAGES)
        if chance.random() < 0.5:
            path = _write_query(chance.choice(UNIQUE), chance)
        begun = time.perf_counter()
        try:
            status = str(self._fetch(path).status)
        except OSError as error:
            status = type(error).__name__
        self.waits.append(time.perf_counter() - begun)
        if status != "200":
            self.failures.append(status)
        self._over.wait(0.02)

    def _fetch(self, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", "/" + path)
            reply = connection.getresponse()
            reply.read()
            return reply

    def _sip(self, chance: random.Random) -> None:
        """Read a long answer slowly; a truncated one is a failure."""
        try:
            with self._connect() as client:
                client.sendall(_write_get(_write_query(LONG, chance)))
                reply = http.client.HTTPResponse(client)
                reply.begin()
                announced, read = int(reply.headers["Content-Length"]), 0
                while reply.status == 200 and (part := reply.read(_SIP)):
                    read += len(part)
                    time.sleep(_SIP_SECONDS)
                reply.close()
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(f"slow reader: {type(error).__name__}")
            return
        if (reply.status, read) == (200, announced):
            self.sipped.append(read)
        else:
            self.failures.append(f"slow reader: {reply.status}, {read} of {announced} bytes")

    def _stall(self, chance: random.Random) -> None:
        """Ask for a long answer and read nothing, for longer than the server has patience."""
        with contextlib.suppress(OSError), self._connect() as client:
            client.sendall(_write_get(_write_query(LONG, chance)))
            self._over.wait(20)
        self.answered["unread"] += 1

    def _attack(self, chance: random.Random) -> None:
        text = chance.choice(list(QUERIES.values()))
        head = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
        raw = f"{head}Connection: close\r\nContent-Length: {len(text.encode())}\r\n\r\n{text}"
        if chance.random() < 0.3:
            raw = chance.choice(list(REQUESTS.values()))
        status = "cut"
        with contextlib.suppress(OSError), self._connect() as client:
            client.sendall(raw.encode("utf-8") if raw.isascii() else raw.encode("latin-1"))
            if chance.random() < 0.2:  # some do not wait for the answer
                status = "hung up"
            else:
                status = client.recv(65536)[9:12].decode("latin-1") or "cut"
        self.answered[status] += 1

    def _connect(self) -> socket.socket:
        parts = urlsplit(self.site)
        client = socket.socket()
        client.settimeout(15)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        client.connect((str(parts.hostname), int(parts.port or 0)))
        return client


def _write_query(text: str, chance: random.Random) -> str:
    return f"sparql?query={quote(text.format(chance.randrange(10**9)))}"


def _write_get(path: str) -> bytes:
    return f"GET /{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
