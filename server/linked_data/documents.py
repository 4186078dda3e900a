"""Redirect `id/…` to `doc/…`, and answer with the document in the requested format."""

from flask import Blueprint, Response, request
from markupsafe import Markup

from server.discovery import schemaorg
from server.faults import UnknownPage, UnknownResource
from server.negotiation import (
    HTML,
    PAGES,
    Format,
)
from server.release import labels
from server.release.comparisons import list_pairs
from server.release.current import Release
from server.release.resource import (
    Resource,
    document,
    find_replacement,
    find_resource,
)
from server.web import render, term_table
from server.web.link_header import Relation, add_links, add_relations
from server.web.links import link_to, quote_path
from server.web.paging import read_page_number
from server.web.release_scope import current_release
from transform.rdf import syntaxes
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
    bare, suffix = split_suffix(path)
    if redirect := _redirect_to_replacement("doc", bare, suffix):
        return redirect
    release = current_release()
    resource = find_resource(release, f"{release.base_uri}id/{bare}")
    if resource is None:
        raise UnknownResource(
            message("search.unknown_resource", iri=f"{release.base_uri}id/{bare}")
        )
    form = render.choose(PAGES, suffix)
    response = (
        _page(resource, release, bare) if form is HTML else _graph(resource, release, bare, form)
    )
    response = add_links(response, form, f"doc/{quote_path(bare)}")
    return add_relations(
        response, [Relation(f"{release.base_uri}id/{quote_path(bare)}", "cite-as")]
    )


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


def split_suffix(path: str) -> tuple[str, str | None]:
    """Split a path into its stem and its suffix; None for a suffix that names no format."""
    bare, dot, suffix = path.rpartition(".")
    if dot and bare and any(suffix == form.suffix for form in PAGES):
        return bare, suffix
    return path, None


def _graph(resource: Resource, release: Release, bare: str, form: Format) -> Response:
    triples = document(resource, f"{release.base_uri}doc/{bare}", release)
    return render.graph(triples, form, linked=True)


def _page(resource: Resource, release: Release, bare: str) -> Response:
    number = read_page_number(request.args.get("page", "1"))
    language = render.language()
    pointing, last = term_table.list_pointing(resource, release, language, number)
    if number > max(last, 1):
        raise UnknownPage(f"There is no page {number}: the last one is {max(last, 1)}.")
    triples = document(resource, f"{release.base_uri}doc/{bare}", release, pointing=False)
    embedded = syntaxes.write_bytes(triples, syntaxes.BY_SUFFIX["jsonld"], release.base_uri)
    return render.page(
        "resource.html",
        iri=resource.iri,
        path=f"doc/{quote_path(bare)}",
        comparisons=[p for p in list_pairs(release) if bare in map("portrait/{}".format, p)],
        heading=term_table.name_resource(resource, release, language),
        types=term_table.name_types(resource, release, language),
        rows=term_table.lay_out(resource.says, labels.collect(resource.labels), release, language),
        pointing=pointing,
        number=number,
        last=last,
        formats=PAGES[1:],
        embedded=render.in_script(embedded),
        dataset=_dataset(release, bare),
    )


def _dataset(release: Release, bare: str) -> Markup | None:
    """Return a portrait as schema.org describes it; None for another resource."""
    for year in (portrait["year"] for portrait in release.manifest["portraits"]):
        if bare == f"portrait/{year}":
            files = schemaorg.list_files(release, year)
            return schemaorg.script(schemaorg.portrait(release, year, files))
    return None
