"""Ask our own application, in this process, as a client over HTTP would (PEP 3333)."""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from werkzeug.datastructures import Headers
from werkzeug.test import Client, EnvironBuilder

from server.web.links import quote_path
from server.web.release_scope import COPY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_ROOT = "http://site.invalid/"
_REDIRECTS = (301, 303, 308)
_MOST_REDIRECTS = 5


class SiteReply(NamedTuple):
    """An answer: its status, content type, body, and where it leads if it redirects."""

    status: int
    content_type: str
    body: bytes
    location: str | None


class LinkedPlace(NamedTuple):
    """What a link leads to within the site: a decoded path, parameters and a fragment."""

    path: str
    query: tuple[tuple[str, str], ...]
    fragment: str


@lru_cache(maxsize=4)
def _write_address(path: str, query: tuple[tuple[str, str], ...]) -> str:
    """Return the address of a page, against which each of its links is resolved."""
    return f"{_ROOT}{quote_path(path)}?{urlencode(query)}"


class ExportedSite:
    """The application as it answers at its base URI."""

    def __init__(self, app: "WSGIApplication", base_uri: str) -> None:
        self._client = Client(app)
        self._host = urlsplit(base_uri).netloc
        self.base_uri = base_uri

    def ask(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> SiteReply:
        """Return the answer to a GET of a decoded path, without following redirects."""
        request = EnvironBuilder(
            path=f"/{quote_path(path)}",
            query_string=urlencode(query),
            headers=Headers({"Host": self._host}),
            environ_base={COPY: True},
        )
        reply = self._client.open(request, buffered=True)
        try:
            location = reply.headers.get("Location")
            kind = reply.headers.get("Content-Type", "")
            return SiteReply(reply.status_code, kind, reply.get_data(), location)
        finally:
            reply.close()

    def follow(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> SiteReply:
        """Return the answer to a GET, following redirects within the site."""
        reply = self.ask(path, query)
        for _ in range(_MOST_REDIRECTS):
            if reply.status not in _REDIRECTS or reply.location is None:
                break
            target = self.resolve(path, query, reply.location)
            if target is None:
                break
            path, query = target.path, target.query
            reply = self.ask(path, query)
        return reply

    def resolve(
        self, path: str, query: tuple[tuple[str, str], ...], link: str
    ) -> LinkedPlace | None:
        """Return what a link at an address leads to; None for what is not of this site."""
        try:
            whole = urljoin(_write_address(path, query), link.strip())
            parts = urlsplit(whole)
        except ValueError:  # such as a host of square brackets
            return None
        if whole.startswith(self.base_uri):
            parts = urlsplit(_ROOT + whole.removeprefix(self.base_uri))
        elif not whole.startswith(_ROOT):
            return None
        pairs = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return LinkedPlace(unquote(parts.path[1:]), pairs, unquote(parts.fragment))
