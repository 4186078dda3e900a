"""Answer with what the site has checked of itself, as a page or in EARL."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, current_app
from flask.blueprints import BlueprintSetupState

from server.conformance.earl import PATH, earl
from server.conformance.report import Report, page_values
from server.conformance.self_check import SelfCheck, untested
from server.negotiation import GRAPHS, HTML, PAGES
from server.web import render
from server.web.link_header import add_links
from server.web.links import link_to
from server.web.release_scope import current_release
from transform.text.message import message, text_in

bp = Blueprint("conformance", __name__)
_STATE = "self_check"  # in the extensions of the app


@bp.record
def _prepare(state: BlueprintSetupState) -> None:
    app = state.app
    assert isinstance(app, Flask)  # noqa: S101
    # The layers around the application are added once all blueprints are there.
    app.extensions[_STATE] = SelfCheck(lambda environ, start: app.wsgi_app(environ, start))


@bp.route(f"/{PATH}")
@bp.route(f"/{PATH}.<suffix>")
def show(suffix: str | None = None) -> Response:
    """Answer with the results for the release that is served, made at the first request."""
    form = render.choose(PAGES, suffix)
    release = current_release()
    self_check: SelfCheck = current_app.extensions[_STATE]
    made = self_check.report_on(release)
    waiting = message("conformance.under_way")
    base_uri = release.base_uri
    report = made or Report(base_uri, base_uri, release.name, datetime.now(UTC), untested(waiting))
    if form is HTML:
        language = render.language()
        shown = text_in(language, waiting) if made is None else ""
        values = page_values(report, language)
        response = render.page(
            "conformance/page.html",
            under_way=shown,
            forms=GRAPHS,
            **{**values, "rows": [_linked(row) for row in values["rows"]]},
        )
    else:
        response = render.graph(earl(report, published=True), form)
    if made is None:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Retry-After"] = "2"
        del response.headers["ETag"]
    return add_links(response, form, PATH)


def _linked(row: dict[str, Any]) -> dict[str, Any]:
    """Add to a row the relative links to the pages of this site that its check follows."""
    base_uri = current_release().base_uri
    follows = [
        {**entry, "href": link_to(entry["address"].removeprefix(base_uri))}
        if entry["address"].startswith(base_uri)
        else entry
        for entry in row["follows"]
    ]
    return {**row, "follows": follows}
