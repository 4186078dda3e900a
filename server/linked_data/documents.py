"""Answer for resources: `id/…` leads to `doc/…`, which says what is known in the wanted form."""

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
from server.web.link_header import Relation, relate, with_links
from server.web.links import link_to, quoted
from server.web.paging import page_number
from server.web.release_scope import current_release
from transform.rdf import syntaxes

bp = Blueprint("documents", __name__)


@bp.route("/id/<path:path>")
def identify(path: str) -> Response:
    """Lead from a thing to the document about it (httpRange-14): 303, on whatever host.

    A thing that was replaced leads to what replaced it: 301.
    """
    if gone := _moved("id", path, None):
        return gone
    target = link_to(f"doc/{quoted(path)}", **request.args.to_dict())
    response = Response(status=303, headers={"Location": target})
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@bp.route("/doc/<path:path>")
def show(path: str) -> Response:
    """Answer with the document about a resource."""
    bare, suffix = split_suffix(path)
    if gone := _moved("doc", bare, suffix):
        return gone
    release = current_release()
    resource = find_resource(release, f"{release.base_uri}id/{bare}")
    if resource is None:
        raise UnknownResource(f"Nothing is said of <{release.base_uri}id/{bare}>.")
    form = render.choose(PAGES, suffix)
    response = (
        _page(resource, release, bare) if form is HTML else _graph(resource, release, bare, form)
    )
    response = with_links(response, form, f"doc/{quoted(bare)}")
    return relate(response, [Relation(f"{release.base_uri}id/{quoted(bare)}", "cite-as")])


def _moved(kind: str, bare: str, suffix: str | None) -> Response | None:
    """Lead from what was replaced to the same form of its replacement, wherever that is."""
    release = current_release()
    replacement = find_replacement(release, f"{release.base_uri}id/{bare}")
    if replacement is None:
        return None
    ours = f"{release.base_uri}id/"
    target = replacement
    if replacement.startswith(ours):
        path = quoted(replacement.removeprefix(ours)) + (f".{suffix}" if suffix else "")
        target = link_to(f"{kind}/{path}", **request.args.to_dict())
    response = Response(status=301, headers={"Location": target})
    response.headers["Vary"] = "Accept"
    # A decision can be taken back, so nobody is to keep this for good.
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def split_suffix(path: str) -> tuple[str, str | None]:
    """Give a path without its suffix, and the suffix where it is one of ours."""
    bare, dot, suffix = path.rpartition(".")
    if dot and bare and any(suffix == form.suffix for form in PAGES):
        return bare, suffix
    return path, None


def _graph(resource: Resource, release: Release, bare: str, form: Format) -> Response:
    triples = document(resource, f"{release.base_uri}doc/{bare}", release)
    return render.graph(triples, form)


def _page(resource: Resource, release: Release, bare: str) -> Response:
    number = page_number(request.args.get("page", "1"))
    language = render.language()
    pointing, last = term_table.point_at(resource, release, language, number)
    if number > max(last, 1):
        raise UnknownPage(f"There is no page {number}: the last one is {max(last, 1)}.")
    triples = document(resource, f"{release.base_uri}doc/{bare}", release, pointing=False)
    embedded = syntaxes.write_bytes(triples, syntaxes.BY_SUFFIX["jsonld"], release.base_uri)
    return render.page(
        "resource.html",
        iri=resource.iri,
        path=f"doc/{quoted(bare)}",
        comparisons=[p for p in list_pairs(release) if bare in map("portrait/{}".format, p)],
        heading=term_table.name_resource(resource, language),
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
    """Give a portrait as search engines for datasets read it; None for what is none."""
    for year in (portrait["year"] for portrait in release.manifest["portraits"]):
        if bare == f"portrait/{year}":
            files = schemaorg.files_of(release, year)
            return schemaorg.script(schemaorg.portrait(release, year, files))
    return None
