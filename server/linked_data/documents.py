"""Redirect `id/…` to `doc/…`, and answer with the document in the requested format."""

from collections.abc import Sequence

from flask import Blueprint, Response, request

from server.faults import UnknownResource
from server.memento.views import find_last, relate_to_times
from server.negotiation import (
    CITATIONS,
    HTML,
    PAGES,
    Format,
)
from server.release.current import Release
from server.release.resource import (
    Resource,
    add_pointing,
    document,
    find_replacement,
    find_resource,
)
from server.things import feed, page
from server.web import render
from server.web.link_header import HeaderLink, add_links, add_relations
from server.web.links import link_to, quote_path
from server.web.release_scope import current_release
from transform.text.message import message

bp = Blueprint("documents", __name__)


@bp.route("/id/<path:path>")
def identify(path: str) -> Response:
    """Redirect from a resource to its document (httpRange-14): 303, on any host.

    A resource that was replaced redirects to its replacement: 301.
    """
    if redirect := _redirect_to_replacement("id", path, None):
        return redirect
    target = link_to(f"doc/{quote_path(path)}", **request.args.to_dict())
    response = Response(status=303, headers={"Location": target})
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@bp.route("/doc/<path:path>")
def show(path: str) -> Response:
    """Answer with the document about a resource."""
    bare, suffix = split_suffix(path, (*PAGES, *CITATIONS))
    if redirect := _redirect_to_replacement("doc", bare, suffix):
        return redirect
    release = current_release()
    resource = find_resource(release, f"{release.base_uri}id/{bare}")
    if resource is None:
        if last := find_last(f"doc/{path}"):
            return Response(status=302, headers={"Location": link_to(quote_path(last.path))})
        raise UnknownResource(
            message("search.unknown_resource", iri=f"{release.base_uri}id/{bare}")
        )
    for cited in CITATIONS:
        if suffix == cited.suffix:
            return page.quote_in(cited, resource, release, bare)
    form = render.choose(PAGES, suffix)
    response = (
        page.show(resource, release, bare)
        if form is HTML
        else _graph(resource, release, bare, form)
    )
    response = add_links(response, form, f"doc/{quote_path(bare)}")
    cite_as = HeaderLink(f"{release.base_uri}id/{quote_path(bare)}", "cite-as")
    return add_relations(response, [cite_as, *relate_to_times(f"doc/{quote_path(bare)}")])


@bp.route("/doc/organisme/<slug>.atom")
def follow(slug: str) -> Response:
    """Answer with the feed of what changed of a body's initiatives, portrait by portrait."""
    path, release = f"organisme/{slug}", current_release()
    if redirect := _redirect_to_replacement("doc", path, "atom"):
        return redirect
    resource = find_resource(release, f"{release.base_uri}id/{path}")
    if resource is None or not resource.says:
        raise UnknownResource(
            message("search.unknown_resource", iri=f"{release.base_uri}id/{path}")
        )
    return feed.show(resource, release, path)


def _redirect_to_replacement(kind: str, bare: str, suffix: str | None) -> Response | None:
    """Redirect from a replaced resource to the same format of its replacement, on any site."""
    release = current_release()
    replacement = find_replacement(release, f"{release.base_uri}id/{bare}")
    if replacement is None:
        return None
    ours = f"{release.base_uri}id/"
    target = replacement
    if replacement.startswith(ours):
        path = quote_path(replacement.removeprefix(ours)) + (f".{suffix}" if suffix else "")
        target = link_to(f"{kind}/{path}", **request.args.to_dict())
    response = Response(status=301, headers={"Location": target})
    response.headers["Vary"] = "Accept"
    # A replacement can be withdrawn, so caches must not keep it for long.
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def split_suffix(path: str, forms: Sequence[Format] = PAGES) -> tuple[str, str | None]:
    """Split a path into its stem and its suffix; None for a suffix that names no format."""
    bare, dot, suffix = path.rpartition(".")
    if dot and bare and any(suffix == form.suffix for form in forms):
        return bare, suffix
    return path, None


def _graph(resource: Resource, release: Release, bare: str, form: Format) -> Response:
    whole = add_pointing(release, resource)
    triples = document(whole, f"{release.base_uri}doc/{bare}", release)
    return render.graph(triples, form, linked=True)
