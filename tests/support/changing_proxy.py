"""Stand in front of a site and change what it answers, as a server that is set up wrongly does."""

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Exchange:
    """A request, whose headers may be changed before it is passed on, and the answer, after."""

    method: str
    path: str  # below the site, without a slash before it
    sent: dict[str, str]
    body: bytes
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""

    def is_for(self, *words: str) -> bool:
        """Check whether each word stands in the path or the body."""
        return all(word in self.path or word.encode() in self.body for word in words)


Change = Callable[[Exchange], object]


def nothing(_: Exchange) -> None:
    """Change nothing."""


class Proxy:
    """The proxy: its address, and what it does before and after it asks the site.

    `own` may answer by itself: where it returns true, the site is not asked.
    """

    def __init__(self, site: str, prefix: str) -> None:
        self.site, self.prefix = site, prefix
        self.address = ""
        self.before: Change = nothing
        self.after: Change = nothing
        self.own: Callable[[BaseHTTPRequestHandler], bool] = lambda _: False
        self.requests: list[Exchange] = []

    def reset(self) -> None:
        """Change nothing any more."""
        self.before = self.after = nothing
        self.own = lambda _: False
        self.requests.clear()


class _Handler(BaseHTTPRequestHandler):
    """Answers by itself, or with what the site answers, changed."""

    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.removeprefix(self.proxy.prefix)
        sent = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
        exchange = Exchange(self.command, path, sent, body)
        self.proxy.requests.append(exchange)
        try:
            if self.proxy.own(self):
                self.close_connection = True
                return
            self.proxy.before(exchange)
            ask(self.proxy.site, exchange)
            self.proxy.after(exchange)
            self.answer(exchange)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_POST = do_OPTIONS = do_DELETE = do_GET  # noqa: N815

    def answer(self, exchange: Exchange) -> None:
        self.send_response_only(exchange.status)
        for name, value in exchange.headers.items():
            self.send_header(name, value)
        bodiless = exchange.method == "HEAD" or exchange.status in (204, 304)
        if not bodiless:
            self.send_header("Content-Length", str(len(exchange.answer)))
        self.end_headers()
        if not bodiless:
            self.wfile.write(exchange.answer)


def ask(site: str, exchange: Exchange) -> None:
    """Pass a request on, and take the answer."""
    parts = urlsplit(site)
    connection = http.client.HTTPConnection(parts.netloc, timeout=90)
    with closing(connection):
        target = f"{parts.path}{exchange.path}"
        connection.request(exchange.method, target, exchange.body or None, exchange.sent)
        reply = connection.getresponse()
        exchange.status, exchange.answer = reply.status, reply.read()
        dropped = ("content-length", "connection", "transfer-encoding")
        exchange.headers = {k: v for k, v in reply.getheaders() if k.lower() not in dropped}


@contextmanager
def running(site: str, prefix: str = "/", certificate: Path | None = None) -> Iterator[Proxy]:
    """Start a proxy before a site, below a path, over TLS with a certificate and its key."""
    proxy = Proxy(site, prefix)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    proxy.address = f"{scheme}://localhost:{server.server_address[1]}{prefix}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
