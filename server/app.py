"""Wire the application: settings, release, blueprints, headers and the pages of faults."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask

from server.changes import views as changes_views
from server.charts import views as charts_views
from server.conformance import views as conformance_views
from server.discovery import (
    atom,
    catalogue,
    dumps,
    home,
    sitemap,
    wellknown,
)
from server.engine.forked import call_in_forked
from server.engine.memory_check import refuse_what_does_not_fit
from server.engine.opening import open_engine
from server.help import views as help_views
from server.linked_data import documents, graphs, jsonld_context
from server.lists import search_views
from server.lists import views as lists_views
from server.memento import views as memento_views
from server.question_pages import views as question_views
from server.reconciliation import views as reconciliation_views
from server.release.choice import Chooser
from server.release.current import CurrentRelease, Opener
from server.release.older import OlderReleases
from server.settings import Settings
from server.sparql import (
    completion,
    endpoint,
    graph_store,
    limits_page,
)
from server.web import assets, headers, one_address, problems, render
from server.web.compiled_templates import CompiledTemplates
from server.web.release_scope import ReleaseScope
from transform.release.paths import QUADS

_PARTS = (
    home,
    endpoint,
    limits_page,
    completion,
    graph_store,
    question_views,
    changes_views,
    documents,
    graphs,
    catalogue,
    dumps,
    memento_views,
    assets,
    reconciliation_views,
    lists_views,
    help_views,
    search_views,
    charts_views,
    conformance_views,
    jsonld_context,
    atom,
    sitemap,
    wellknown,
)


def create_app(
    folder: Path,
    settings: Settings,
    opener: Opener = open_engine,
    chooser: Chooser | None = None,
    vet: Callable[[Path], None] = lambda _: None,
) -> Flask:
    """Return the application that serves the current release of a folder, and the next ones.

    Each release is checked before it is served: by `chooser`, or else here, which takes as long as
    it takes to read the release once. An earlier one is opened after `vet`, which raises
    PortraitError where the engine cannot answer from it (`server.engine.vetting`).
    """
    app = Flask(__name__, static_folder=None)
    app.config["SETTINGS"] = settings
    # Werkzeug's redirects are absolute, and so wrong where the site is mounted below a path.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.jinja_env.bytecode_cache = CompiledTemplates()
    current_release = CurrentRelease(folder, settings.limits, opener, chooser)
    current_release.watch()
    app.extensions["current_release"] = current_release
    older = OlderReleases(
        folder,
        settings.limits,
        opener,
        settings.older_releases,
        partial(_refuse_older, opener, vet),
        current_release.query_times,
    )
    call_in_forked(older.begin_anew)
    app.extensions["older_releases"] = older
    for part in _PARTS:
        app.register_blueprint(part.bp)
    render.add_filters(app)
    problems.register(app)
    one_address.register(app)
    app.after_request(headers.add_headers)
    app.wsgi_app = ReleaseScope(app.wsgi_app, current_release, older)  # type: ignore[method-assign]
    return app


def _refuse_older(opener: Opener, vet: Callable[[Path], None], release: Path) -> None:
    """Raise PortraitError for an earlier release that an engine cannot answer from."""
    if opener is open_engine:
        refuse_what_does_not_fit(release / QUADS, workers=1)
    vet(release)
