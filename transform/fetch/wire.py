"""Make one HTTP request that no answer can lead astray; urllib3 speaks HTTP.

Nothing that identifies anyone is ever sent: no cookie, no password, to whatever host it leads.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, SSLError

from transform import __version__
from transform.addresses import flaw
from transform.fetch.faults import Passing, failed

REDIRECTS = 5
_MOVED = {301, 302, 303, 307, 308}
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_SILENCE = urllib3.Timeout(connect=10, read=30)
# Packed bodies are never asked for: neither lengths nor ranges would be those of the file.
_HEADERS = {"User-Agent": f"portrait-ia/{__version__}", "Accept-Encoding": "identity"}


class Reply(NamedTuple):
    """The head of an answer, and its body, yet to be read."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: urllib3.BaseHTTPResponse

    @property
    def media_type(self) -> str:
        """The media type without its parameters, "" if the server names none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def length(self) -> int | None:
        """Bytes of the body as the server declares them."""
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() else None

    def blocks(self, where: str) -> Iterator[bytes]:
        """Give the body as it comes; raises Passing when it is cut."""
        try:
            while block := self.body.read1(1 << 16, decode_content=False):
                yield block
        except HTTPError as error:
            raise Passing(where, f"the connection was lost ({_reason(error)})") from error


def hold_url(where: str, url: str) -> str:
    """Take an absolute http(s) URL that bears no password, or raise FetchFailed."""
    if found := flaw(url):
        raise failed(where, found)
    return url


@contextmanager
def ask(
    where: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    hold: Callable[[str, str], str] = hold_url,
) -> Iterator[Reply]:
    """Send a request, follow redirects, and give the answer while it is open.

    `hold` is given `where` and each URL, and raises FetchFailed for one that is not to be asked.
    Raises Passing for what the next try may not meet, FetchFailed for what it would meet again.
    """
    for _ in range(REDIRECTS + 1):
        with _pool(hold(where, url)) as pool:
            reply = _send(where, pool, method, url, {**_HEADERS, **headers}, body)
            try:
                if reply.status not in _MOVED:
                    yield _whole(where, reply)
                    return
                if not (target := reply.headers.get("Location")):
                    raise failed(where, f"a redirect ({reply.status}) to nowhere")
                url = _lead(where, url, target)
            finally:
                reply.body.close()
    raise failed(where, f"more than {REDIRECTS} redirects")


def _lead(where: str, url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise failed(where, f"a redirect to {target!r}, which is not an http(s) URL") from error


def _send(
    where: str,
    pool: urllib3.PoolManager,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
) -> Reply:
    try:
        body = pool.request(
            method,
            url,
            body=content,
            headers=headers,
            timeout=_SILENCE,
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
    except (SSLError, LocationParseError) as error:
        raise failed(where, f"no secure connection ({_reason(error)})") from error
    except HTTPError as error:
        raise Passing(where, f"no answer ({_reason(error)})") from error
    return Reply(url, body.status, body.headers, body)


def _whole(where: str, reply: Reply) -> Reply:
    """Refuse what is to be tried again, and what is packed though that was not asked for."""
    if reply.status in _PASSING:
        after = reply.headers.get("Retry-After", "")
        wait = float(after) if after.isascii() and after.isdigit() else None
        raise Passing(where, f"answers {reply.status}", wait)
    packing = reply.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("", "identity"):
        raise failed(where, f"packed as {packing!r}, which was not asked for")
    return reply


def _reason(error: Exception) -> str:
    """Give urllib3's words without the name of its objects."""
    return str(error.args[-1] if error.args else error).rpartition(">: ")[2] or str(error)


def _pool(url: str) -> urllib3.PoolManager:
    """Go by the proxy of the environment (HTTPS_PROXY, NO_PROXY), if it names one."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(parts.hostname or ""):
        return urllib3.PoolManager()
    known = urlsplit(proxy)
    if known.username is None:
        return urllib3.ProxyManager(proxy)
    who = f"{unquote(known.username)}:{unquote(known.password or '')}"
    to_proxy = urllib3.make_headers(proxy_basic_auth=who)
    return urllib3.ProxyManager(proxy, proxy_headers=to_proxy)
