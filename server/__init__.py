"""Serve a release: pages, documents, downloads and a SPARQL endpoint."""

from pathlib import Path

from flask import Flask, Response, request

from server import (
    assets,
    catalogue,
    changes,
    completing,
    context,
    documents,
    dumps,
    feed,
    graphs,
    home,
    limits,
    reconciliation,
    sitemap,
    sparql,
    store,
    wellknown,
)
from server.engine.opening import open_engine
from server.settings import Settings
from server.shelf import Opener, Shelf
from server.visit import Lending
from server.web import problems

# No script but our own files runs, and nothing comes from elsewhere or goes there: a cell of a
# portrait can do no harm. What is no script cannot be taken for one: nosniff.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    # Public data, asked without credentials, may be read from any page (Fetch, CORS protocol).
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Location, ETag, Link, Retry-After",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match, Range",
    "Access-Control-Max-Age": "86400",
}


def create_app(folder: Path, settings: Settings, opener: Opener = open_engine) -> Flask:
    """Give the application that serves the current release of a folder, and the next ones."""
    app = Flask(__name__, static_folder=None)
    app.config["SETTINGS"] = settings
    # Redirects that Werkzeug makes are absolute, which breaks them below a mount.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    shelf = Shelf(folder, settings.limits, opener)
    shelf.watch()
    app.extensions["shelf"] = shelf
    for part in (
        home,
        sparql,
        limits,
        completing,
        store,
        changes,
        documents,
        graphs,
        catalogue,
        dumps,
        assets,
        reconciliation,
        context,
        feed,
        sitemap,
        wellknown,
    ):
        app.register_blueprint(part.bp)
    problems.register(app)
    app.after_request(_dress)
    app.wsgi_app = Lending(app.wsgi_app, shelf)  # type: ignore[method-assign]
    return app


def _dress(response: Response) -> Response:
    for name, value in HEADERS.items():  # a page that others may frame says so itself
        response.headers.setdefault(name, value)
    if request.method == "OPTIONS" and response.status_code == 200:
        response.status_code = 204  # there is nothing to read (RFC 9110, 15.3.5)
        del response.headers["Content-Type"], response.headers["Content-Length"]
        response.headers.update(_PREFLIGHT)
    return response
