"""Find the address at which a client reaches the site, for answers with absolute addresses."""

from urllib.parse import urlsplit

from flask import Response, after_this_request, current_app, request

from server.networks import HOST, Asked, Network, find_asked, read_networks
from server.release.current import Release
from server.settings import Settings

_ASKED_HEADERS = ("Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix")


def address_of(release: Release) -> str:
    """Return the address of the site as the client reaches it.

    At the host of the base URI that is the base URI: a proxy may pass on another scheme, path or
    host than the client used. Elsewhere it is what a trusted proxy reports, and without a proxy
    the Host that was asked. Below `/releases/` it is that of the release.
    """
    below = f"{request.script_root.lstrip('/')}/" if request.script_root else ""
    settings: Settings = current_app.config["SETTINGS"]
    base = urlsplit(release.base_uri)
    if settings.trusted_proxies:
        asked = _read_asked(read_networks(settings.trusted_proxies))
        if asked is None or asked.host == base.netloc.lower():
            return release.base_uri + below
        after_this_request(_make_private)
        return f"{asked.scheme or base.scheme}://{asked.host}{asked.prefix}/{below}"
    host = request.headers.get("Host", "")
    if host.lower() == base.netloc.lower() or not HOST.fullmatch(host):
        return release.base_uri + below
    after_this_request(_make_private)
    return request.url_root


def _read_asked(trusted: tuple[Network, ...]) -> Asked | None:
    names = (name for name in _ASKED_HEADERS if name in request.headers)
    headers = {name.lower().encode(): request.headers[name].encode("latin-1") for name in names}
    return find_asked(request.remote_addr or "", headers, trusted)


def _make_private(response: Response) -> Response:
    """Keep a response out of shared caches: its addresses hold a Host that any client may set."""
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
