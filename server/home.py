"""Say what this site is, how to ask it, and whether it is well."""

import re

from flask import Blueprint, Response, request

from server import pages, queries, schemaorg
from server.comparing import list_pairs
from server.downloads import source_path
from server.links import link_to
from server.negotiate import HTML
from server.relations import Relation, licence, relate
from server.shelf import Release
from server.visit import current_release

bp = Blueprint("home", __name__)
# What may stand in a Host header (RFC 3986, 3.2.2), so that the curl on the page is safe to copy.
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


@bp.route("/")
def show() -> Response:
    """Answer with the home page."""
    release = current_release()
    address = address_of(release)
    example = queries.example("lignes", release.base_uri)
    newest = max(portrait["year"] for portrait in release.manifest["portraits"])
    values = {
        "address": address,
        "newest": newest,
        "source_path": source_path,
        "comparisons": list_pairs(release),
        "example": example,
        "embedded": schemaorg.script(
            schemaorg.catalogue(release),
            schemaorg.series(release, schemaorg.files_of(release, None)),
        ),
    }
    response = Response(
        pages.render("home.html", **values), content_type="text/html; charset=utf-8"
    )
    response = pages.finish(response, HTML, address)
    relations = [
        Relation(link_to("catalogue.ttl", lang=None), "describedby", "text/turtle"),
        Relation(link_to("atom.xml"), "alternate", "application/atom+xml"),
        Relation(link_to("sparql", lang=None), "service-desc", "text/turtle"),
        Relation(release.base_uri, "cite-as"),
        licence(release.manifest),
    ]
    return relate(response, relations)


@bp.route("/healthz")
def live() -> Response:
    """Say that the process answers."""
    return _plain("ok\n")


@bp.route("/readyz")
def ready() -> Response:
    """Say that the engine answers too; its fault is the answer when it does not."""
    release = current_release()
    queries.find_rows(release, "ready")
    return _plain(f"ok {release.name}\n")


def _plain(text: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(text, content_type="text/plain; charset=utf-8", headers=headers)


def address_of(release: Release) -> str:
    """Give the address at which the reader is, so that what the page says can be copied."""
    if _HOST.fullmatch(request.headers.get("Host", "")):
        return request.url_root
    return release.base_uri
