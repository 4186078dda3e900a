"""Find the address at which a client reaches the site, for answers with absolute addresses."""

import re
from urllib.parse import urlsplit

from flask import Response, after_this_request, current_app, request

from server.release.current import Release
from server.settings import Settings

# The allowed values of Host (RFC 3986, 3.2.2), so that an address on a page is safe to copy.
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


def address_of(release: Release) -> str:
    """Return the address of the site as the client reaches it.

    At the host of the base URI, and behind a proxy, that is the base URI: a proxy may pass on
    another scheme, path or host than the client used.
    """
    settings: Settings = current_app.config["SETTINGS"]
    host = request.headers.get("Host", "")
    public = host.lower() == urlsplit(release.base_uri).netloc.lower()
    if public or settings.trusted_proxies or not _HOST.fullmatch(host):
        return release.base_uri
    after_this_request(_make_private)
    return request.url_root


def _make_private(response: Response) -> Response:
    """Keep a response out of shared caches: its addresses hold a Host that any client may set."""
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
