"""Answer with the home page, and with the health of the process and its engine."""

from flask import Blueprint, Response, current_app

from server.discovery import schemaorg
from server.negotiation import HTML
from server.questions.library import FIRST, write_query
from server.questions.question import read_questions
from server.release import queries
from server.release.comparisons import list_pairs
from server.release.files import source_path
from server.web import render
from server.web.link_header import Relation, add_relations, licence
from server.web.links import link_to
from server.web.public_address import address_of
from server.web.release_scope import current_release

bp = Blueprint("home", __name__)


@bp.route("/")
def show() -> Response:
    """Answer with the home page."""
    release = current_release()
    address = address_of(release)
    question = read_questions()[FIRST]
    example = write_query(question, release.base_uri, render.language(), release.register)
    newest = max(portrait["year"] for portrait in release.manifest["portraits"])
    values = {
        "address": address,
        "newest": newest,
        "source_path": source_path,
        "comparisons": list_pairs(release),
        "example": example,
        "embedded": schemaorg.script(
            schemaorg.catalogue(release),
            schemaorg.series(release, schemaorg.list_files(release, None)),
        ),
    }
    response = Response(
        render.render("home.html", **values), content_type="text/html; charset=utf-8"
    )
    response = render.finish(response, HTML)
    relations = [
        Relation(link_to("catalogue.ttl", lang=None), "describedby", "text/turtle"),
        Relation(link_to("atom.xml"), "alternate", "application/atom+xml"),
        Relation(link_to("sparql", lang=None), "service-desc", "text/turtle"),
        Relation(release.base_uri, "cite-as"),
        licence(release.manifest),
    ]
    return add_relations(response, relations)


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


def _plain(text: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(text, content_type="text/plain; charset=utf-8", headers=headers)
