"""Wire the application: settings, release, blueprints, headers and the pages of faults."""

from pathlib import Path

from flask import Flask

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
from server.web import headers, problems

_PARTS = (
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
)


def create_app(folder: Path, settings: Settings, opener: Opener = open_engine) -> Flask:
    """Return the application that serves the current release of a folder, and the next ones."""
    app = Flask(__name__, static_folder=None)
    app.config["SETTINGS"] = settings
    # Redirects that Werkzeug makes are absolute, which breaks them below a mount.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    shelf = Shelf(folder, settings.limits, opener)
    shelf.watch()
    app.extensions["shelf"] = shelf
    for part in _PARTS:
        app.register_blueprint(part.bp)
    problems.register(app)
    app.after_request(headers.add_headers)
    app.wsgi_app = Lending(app.wsgi_app, shelf)  # type: ignore[method-assign]
    return app
