"""Find the address at which the reader is, where an answer must hold whole addresses."""

import re
from urllib.parse import urlsplit

from flask import Response, after_this_request, current_app, request

from server.release.current import Release
from server.settings import Settings

# What may stand in a Host header (RFC 3986, 3.2.2), so that what a page tells is safe to copy.
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


def address_of(release: Release) -> str:
    """Give the address of the site as the reader reaches it, so that what it says can be followed.

    At the host of the base URI, and behind a proxy, that is the base URI: a proxy may hand on
    another scheme, path or host than those it was asked at.
    """
    settings: Settings = current_app.config["SETTINGS"]
    host = request.headers.get("Host", "")
    public = host.lower() == urlsplit(release.base_uri).netloc.lower()
    if public or settings.trusted_proxies or not _HOST.fullmatch(host):
        return release.base_uri
    after_this_request(_keep_to_reader)
    return request.url_root


def _keep_to_reader(response: Response) -> Response:
    """Keep from a cache that many share what says a host that anybody may have written."""
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
