"""Answer for resources: `id/…` leads to `doc/…`, which says what is known in the wanted form."""

from flask import Blueprint, Response, request
from markupsafe import Markup

from server import (
    labels,
    pages,
    schemaorg,
    tables,
)
from server.comparing import list_pairs
from server.faults import UnknownPage, UnknownResource
from server.links import link_to, quoted
from server.negotiate import (
    HTML,
    PAGES,
    Format,
    choose_format,
)
from server.relations import Relation, relate, with_links
from server.resource import (
    Resource,
    document,
    find_replacement,
    find_resource,
)
from server.shelf import Release
from server.visit import current_release
from server.web.paging import page_number
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
    form = choose_format(PAGES, request.headers.get("Accept"), suffix or request.args.get("format"))
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
    body = syntaxes.write_bytes(triples, syntaxes.BY_SUFFIX[form.suffix], release.base_uri)
    return pages.finish(Response(body, content_type=form.content_type), form)


def _page(resource: Resource, release: Release, bare: str) -> Response:
    number = page_number(request.args.get("page", "1"))
    language = pages.language()
    pointing, last = tables.point_at(resource, release, language, number)
    if number > max(last, 1):
        raise UnknownPage(f"There is no page {number}: the last one is {max(last, 1)}.")
    triples = document(resource, f"{release.base_uri}doc/{bare}", release, pointing=False)
    embedded = syntaxes.write_bytes(triples, syntaxes.BY_SUFFIX["jsonld"], release.base_uri)
    return pages.page(
        "resource.html",
        iri=resource.iri,
        path=f"doc/{quoted(bare)}",
        comparisons=[p for p in list_pairs(release) if bare in map("portrait/{}".format, p)],
        heading=tables.name_resource(resource, language),
        types=tables.name_types(resource, release, language),
        rows=tables.lay_out(resource.says, labels.collect(resource.labels), release, language),
        pointing=pointing,
        number=number,
        last=last,
        formats=PAGES[1:],
        embedded=pages.in_script(embedded),
        dataset=_dataset(release, bare),
    )


def _dataset(release: Release, bare: str) -> Markup | None:
    """Give a portrait as search engines for datasets read it; None for what is none."""
    for year in (portrait["year"] for portrait in release.manifest["portraits"]):
        if bare == f"portrait/{year}":
            files = schemaorg.files_of(release, year)
            return schemaorg.script(schemaorg.portrait(release, year, files))
    return None
