"""Answer with the home page, and with the health of the process and its engine."""

from datetime import date

from flask import Blueprint, Response, current_app

from server.discovery import quotes, schemaorg
from server.discovery.home_figures import lay_out_figures
from server.faults import UnknownPage
from server.negotiation import CITATIONS, HTML
from server.release import queries
from server.release.files import source_path
from server.release.history import current_published
from server.web import render
from server.web.link_header import HeaderLink, add_relations, licence
from server.web.links import link_to
from server.web.navigation import newest_of_several
from server.web.release_scope import current_release
from transform.text.message import message

bp = Blueprint("home", __name__)


@bp.route("/")
def show() -> Response:
    """Answer with the home page."""
    release = current_release()
    series = schemaorg.series(release, schemaorg.list_files(release, None))
    body = render.render(
        "home.html",
        canonical=render.canonical(""),
        citation=quotes.recommend(release, render.language()),
        newest=release.years[-1],
        several=len(release.years) > 1,
        list_year=newest_of_several(release),
        published=current_published(release).time.date(),
        source_path=source_path,
        embedded=schemaorg.script(
            schemaorg.catalogue(release),
            series,
        ),
        # When the publisher of the portraits issued them, which is not when this release was.
        issued=_read_day(series.get("datePublished", "")),
        **lay_out_figures(release, render.language()),
    )
    response = render.finish(Response(body, content_type=HTML.content_type), HTML)
    relations = [
        HeaderLink(link_to("catalogue.ttl", lang=None), "describedby", "text/turtle"),
        HeaderLink(link_to("atom.xml"), "alternate", "application/atom+xml"),
        HeaderLink(link_to("sparql", lang=None), "service-desc", "text/turtle"),
        HeaderLink(release.base_uri, "cite-as"),
        licence(release.manifest),
    ]
    return add_relations(response, relations)


@bp.route("/citation.<suffix>")
def quote_whole(suffix: str) -> Response:
    """Answer with the citation of the whole as a file."""
    release = current_release()
    for form in CITATIONS:
        if suffix == form.suffix:
            cited = quotes.cite(release, None, release.base_uri, render.language_of(form))
            return quotes.answer(cited, form, "citation")
    raise UnknownPage(message("home.no_citation", forms=[f.suffix for f in CITATIONS]))


@bp.route("/healthz")
def live() -> Response:
    """Answer that the process is alive."""
    return _plain("ok\n")


@bp.route("/readyz")
def ready() -> Response:
    """Answer that the engine is ready, or with its fault; and why the release is not `current`."""
    release = current_release()
    queries.find_rows(release, "ready")
    trouble = current_app.extensions["current_release"].trouble
    more = f"this is not current, which cannot be served: {trouble}\n" if trouble else ""
    return _plain(f"ok {release.name}\n{more}")


def _read_day(text: str) -> date | None:
    """Parse a day; None for any other text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _plain(text: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(text, content_type="text/plain; charset=utf-8", headers=headers)
