"""Answer with the catalogue (DCAT) and the description of the data (VoID)."""

from pathlib import Path

import pyoxigraph as ox
from flask import Blueprint, Response

from server.discovery.catalogue_page import show_catalogue
from server.discovery.without_services import without_services
from server.faults import UnknownResource
from server.negotiation import (
    GRAPHS,
    HTML,
    PAGES,
    Format,
)
from server.release import queries
from server.release.current import Release
from server.release.resource import about_document
from server.web import render
from server.web.link_header import add_links
from server.web.release_scope import current_release
from transform.text.message import message

bp = Blueprint("catalogue", __name__)


@bp.route("/catalogue")
@bp.route("/catalogue.<suffix>")
def show(suffix: str | None = None) -> Response:
    """Answer with the catalogue."""
    release = current_release()
    form = render.choose(PAGES, suffix)
    if form is HTML:
        response = show_catalogue(_catalogue(release), release)
    else:
        response = _send("catalogue", form, release) or render.graph(_catalogue(release), form)
    return add_links(response, form, "catalogue")


@bp.route("/.well-known/void")
@bp.route("/.well-known/void.<suffix>")
def describe(suffix: str | None = None) -> Response:
    """Answer with the VoID description of the data (RFC 5785 registers the path)."""
    form = render.choose(GRAPHS, suffix)
    response = _send("void", form, current_release())
    if response is None:
        raise UnknownResource(message("pages.no_void"))
    return add_links(response, form, ".well-known/void", GRAPHS)


def _send(name: str, form: Format, release: Release) -> Response | None:
    """Send the file of the release that holds a document; None where it has no such file."""
    if render.is_copy():
        file = release.find_file(f"{name}.nt")
        return render.graph(_offered(_parse(file), release), form) if file else None
    file = release.find_file(f"{name}.{form.suffix}")
    if file is None:
        return None
    return render.finish(Response(file.read_bytes(), content_type=form.content_type), form)


def _catalogue(release: Release) -> list[ox.Triple]:
    """Read the catalogue from its file, or from the store, where earlier versions kept it."""
    if file := release.find_file("catalogue.nt"):
        return _offered(_parse(file), release)
    iri = f"{release.base_uri}graph/catalogue"
    triples = queries.find_triples(release, "graph", graph=iri)
    if not triples:
        raise UnknownResource(message("pages.no_graph", iri=iri))
    notes = about_document(f"{release.base_uri}catalogue", release)
    said = [*triples, *(t for t in notes if t.predicate.value.endswith("#comment"))]
    return _offered(said, release)


def _parse(file: Path) -> list[ox.Triple]:
    parsed = ox.parse(path=file, format=ox.RdfFormat.N_TRIPLES)
    return queries.sort_triples(quad.triple for quad in parsed)


def _offered(triples: list[ox.Triple], release: Release) -> list[ox.Triple]:
    """Return what a site offers of a description: a static copy has no services."""
    return without_services(triples, release.base_uri) if render.is_copy() else triples
