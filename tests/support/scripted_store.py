"""Stand before a store: a script answers the requests that it wants, the store all others."""

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.support.remote_store import RemoteStore


class Call(NamedTuple):
    """A request: its number from 0 on, what it asks for, and the connection that it came by."""

    number: int
    method: str
    path: str
    graph: str  # of the Graph Store Protocol, "" for a query or update
    text: str  # of the query or update
    headers: dict[str, str]
    body: bytes
    handler: BaseHTTPRequestHandler


class Answered(NamedTuple):
    """What a script answers; `then`: what is called once it was sent."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""


Script = Callable[[Call], Answered | None]


class ScriptedStore:
    """What stands before a store; `script` may be replaced at any time."""

    def __init__(self, behind: RemoteStore) -> None:
        self.behind = behind
        self.calls: list[Call] = []
        self.script: Script = lambda _: None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self.at = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def graph_store(self) -> str:
        """The Graph Store endpoint, with the path of the store behind."""
        return self.at + urlsplit(self.behind.graph_store).path

    def use_tls(self, context: ssl.SSLContext) -> None:
        """Answer https from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def take(self, handler: BaseHTTPRequestHandler) -> Call:
        """Read a request and count it."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        parts = urlsplit(handler.path)
        graph = parse_qs(parts.query).get("graph", [""])[0]
        form = {} if graph else parse_qs(body.decode())
        text = "".join(form.get("query", []) + form.get("update", []))
        with self._lock:
            number = len(self.calls)
            about = (number, handler.command, parts.path, graph, text)
            call = Call(*about, dict(handler.headers), body, handler)
            self.calls.append(call)
        return call

    def forward(self, call: Call) -> Answered:
        """Ask the store behind."""
        to = urlsplit(self.behind.graph_store)
        headers = {k: v for k, v in call.headers.items() if k.lower() not in ("host", "connection")}
        with closing(http.client.HTTPConnection(str(to.hostname), to.port, timeout=60)) as client:
            client.request(call.method, call.handler.path, call.body or None, headers)
            reply = client.getresponse()
            body = reply.read()
        kept = ("content-type", "www-authenticate", "server")
        return Answered(
            reply.status, {k: v for k, v in reply.getheaders() if k.lower() in kept}, body
        )

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                call = outer.take(self)
                answer = outer.script(call)
                if self.close_connection and answer is None:
                    return  # the script has cut it off
                answer = answer or outer.forward(call)
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        for method in ("GET", "PUT", "POST", "DELETE"):
            setattr(Handler, f"do_{method}", Handler._answer)
        return Handler

    @contextmanager
    def running(self) -> Iterator["ScriptedStore"]:
        """Answer requests while the block runs."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()
