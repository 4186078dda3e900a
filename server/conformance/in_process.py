"""Send requests to the application within its own process, for what it says of itself."""

import hashlib
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.test import EnvironBuilder

from server.conformance.model import (
    LARGEST,
    Broken,
    CheckedReply,
    Downloaded,
    Finding,
    Headers,
    describe,
)
from server.web.release_scope import RELEASE
from transform.text.message import message

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class OtherRelease(Exception):
    """The site has another release since the checks began: their results would be of neither."""


class InProcessClient:
    """Asks the application as the host of its base URI would; for any thread."""

    outside = False
    seconds = 60.0  # nothing waits for longer: the site ends its own queries

    def __init__(self, app: "WSGIApplication", base_uri: str, release: str) -> None:
        self.address = base_uri
        self._app = app
        self._release = release
        self._host = urlsplit(base_uri).netloc

    def send(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        most: int = LARGEST,
    ) -> CheckedReply:
        """Send a request; raises Broken for an answer that is too long, and OtherRelease."""
        sent = describe(method, self.address + path, headers or {}, body)
        began = time.monotonic()
        status, answered, parts = self._call(path, method, headers or {}, body)
        content = bytearray()
        try:
            for part in parts:
                content += part
                if len(content) > most:
                    too_long = message("conformance.too_long", most=most)
                    expected = message("conformance.whole_answer")
                    step = message("conformance.step_no_answer")
                    raise Broken(Finding(sent, too_long, expected, step))
        finally:
            _close(parts)
        return CheckedReply(sent, status, answered, bytes(content), time.monotonic() - began)

    def download(self, path: str, most: int) -> Downloaded:
        """Read a file of at most `most` bytes, 0: of any number."""
        reply = self.send(path, most=most or LARGEST)
        digest = hashlib.sha256(reply.body).hexdigest()
        return Downloaded(reply, digest, len(reply.body))

    def _call(
        self, path: str, method: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Headers, Iterable[bytes]]:
        """Call the application (PEP 3333)."""
        path, _, query = path.partition("?")
        builder = EnvironBuilder(
            f"/{path}",
            f"http://{self._host}/",
            query or None,
            method,
            headers=list(headers.items()),
            data=body,
        )
        environ = builder.get_environ()
        builder.close()
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, sent: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ARG001
            started[:] = [(status, sent)]

        parts = self._app(environ, start_response)
        if environ[RELEASE].name != self._release:
            _close(parts)
            raise OtherRelease(self._release)
        status, sent = started[0]
        return int(status[:3]), Headers(sent), parts


def _close(parts: Iterable[bytes]) -> None:
    if hasattr(parts, "close"):
        parts.close()
