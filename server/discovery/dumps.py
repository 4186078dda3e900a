"""Offer the files of releases: the dumps, their sums and the sources that were read.

A dump named without a suffix leads to the file of the form that the client takes.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from flask import Blueprint, Response, request, send_file
from werkzeug.http import parse_date, parse_if_range_header

from server.discovery import schemaorg
from server.faults import UnknownPage
from server.negotiation import HTML, Format
from server.release.files import (
    FOLDER,
    SUMS,
    Download,
    list_forms,
    name_kind,
)
from server.release.history import (
    Published,
    find_published,
    list_published,
    published,
)
from server.web import render
from server.web.link_header import Relation, licence, relate
from server.web.links import link_to, quoted
from server.web.release_scope import current_release
from transform.rdf import syntaxes
from transform.release.csv_dialects import METADATA, METADATA_TYPE
from transform.release.paths import SOURCES

bp = Blueprint("dumps", __name__)
_FRESH = "public, max-age=300"
# A release is never changed, and its name is made from its content (RFC 8246).
_FOR_GOOD = "public, max-age=31536000, immutable"


@bp.route("/dumps")
def lead() -> Response:
    """Lead to the list, whose links are relative to the folder."""
    return _lead("dumps/")


@bp.route("/dumps/")
def show() -> Response:
    """List what can be downloaded, and the releases before."""
    return _list(published(current_release()), "dumps/")


@bp.route("/dumps/releases")
@bp.route("/dumps/releases/")
def list_releases() -> Response:
    """Lead to the list of releases."""
    return _lead("dumps/#releases")


@bp.route("/dumps/releases/<name>")
def lead_to_release(name: str) -> Response:
    """Lead to the files of a release."""
    return _lead(find_published(current_release(), name).path)


@bp.route("/dumps/releases/<name>/")
def show_release(name: str) -> Response:
    """List the files of a release, which stay at their addresses."""
    chosen = find_published(current_release(), name)
    return _list(chosen, chosen.path)


@bp.route("/dumps/<path:path>")
def download(path: str) -> Response:
    """Answer with a file of the current release, whole or in parts (RFC 9110, section 14)."""
    chosen = published(current_release())
    if forms := list_forms(chosen.downloads, path):
        return _lead_to_form(forms, "dumps/")
    return _send(chosen, path, _FRESH)


@bp.route("/dumps/releases/<name>/<path:path>")
def download_of_release(name: str, path: str) -> Response:
    """Answer with a file of any release, at an address that holds this file for good."""
    chosen = find_published(current_release(), name)
    if forms := list_forms(chosen.downloads, path):
        return _lead_to_form(forms, chosen.path)
    return _send(chosen, path, _FOR_GOOD)


def _lead_to_form(forms: Mapping[Format, Download], folder: str) -> Response:
    """Lead to the file of the form that the client takes; who reads pages gets the list of files.

    Led to (303), each file keeps one address, one entity tag and parts that fit each other.
    """
    form = render.choose((*forms, HTML))
    names = {form: file.path.removeprefix(FOLDER) for form, file in forms.items()}
    response = Response(status=303, headers={"Cache-Control": _FRESH, "Vary": "Accept"})
    response.headers["Location"] = link_to(folder + names.get(form, ""))
    others = (
        Relation(link_to(folder + name, lang=None), "alternate", form.media_type)
        for form, name in names.items()
    )
    return relate(response, others)


def _lead(path: str) -> Response:
    return Response(status=308, headers={"Location": link_to(path)})


def _list(chosen: Published, path: str) -> Response:
    files, releases = chosen.downloads, list_published(current_release())
    offered = [f for f in files.values() if not f.packed]
    groups = {
        "whole": [f for f in offered if f.path.startswith(f"{FOLDER}portraits.")],
        "tables": [f for f in offered if _ours(f) and f.path.endswith(".csv")],
        "yearly": [f for f in offered if _is_rdf(f) and f.path.startswith(f"{FOLDER}portrait-")],
        "sources": [f for f in offered if not _ours(f)],
    }
    body = render.render(
        "dumps.html",
        groups=groups,
        files=files,
        folder=path,
        sums=files.get(SUMS),
        kind_of=name_kind,
        metadata=lambda file: files.get(file.path + METADATA),
        chosen=chosen,
        releases=releases,
        embedded=schemaorg.script(_dataset()),
    )
    response = Response(body, content_type=HTML.content_type)
    response = render.finish(response, HTML, *(one.name for one in releases))
    response.make_conditional(request)  # below /dumps/ the front leaves conditions to us
    return relate(response, _about(chosen, chosen.path))


def _dataset() -> schemaorg.Json:
    """Give all portraits with all files of the current release."""
    files = current_release().downloads.values()
    return schemaorg.series(current_release(), [f for f in files if f.sha256 and not f.packed])


def _ours(file: Download) -> bool:
    return not file.path.startswith(SOURCES)


def _is_rdf(file: Download) -> bool:
    return file.path.rpartition(".")[2] in syntaxes.BY_SUFFIX


def _send(chosen: Published, path: str, freshness: str) -> Response:
    file = chosen.downloads.get(FOLDER + path)
    if file is None:
        names = (f.path.removeprefix(FOLDER) for f in chosen.downloads.values() if _ours(f))
        raise UnknownPage(
            f"Release {chosen.name} holds no file {(FOLDER + path)[:200]}; there are: "
            f"{', '.join(names)}."
        )
    _mend_conditions(chosen.time)
    response = send_file(
        (chosen.folder / file.path).resolve(),
        mimetype=file.content_type,
        etag=file.tag,
        conditional=True,
        last_modified=chosen.time,
        as_attachment=True,
        download_name=path.rpartition("/")[2],
        max_age=300,
    )
    response.headers["Content-Type"] = file.content_type
    response.headers["Cache-Control"] = freshness
    return relate(response, _about_file(chosen, file))


def _mend_conditions(time: datetime) -> None:
    """Take away conditions that Werkzeug reads otherwise than they are meant.

    A unit of ranges that it does not know is to be passed over (RFC 9110, 14.2). A date that is
    not the one we gave is of another release, be it a later one that was taken back.
    """
    environ = request.environ
    if not request.headers.get("Range", "bytes=").lower().lstrip().startswith("bytes="):
        del environ["HTTP_RANGE"]
    if parse_date(request.headers.get("If-Modified-Since")) != time:
        environ.pop("HTTP_IF_MODIFIED_SINCE", None)
    condition = parse_if_range_header(request.headers.get("If-Range"))
    if condition.date is not None and condition.date != time:
        environ.pop("HTTP_RANGE", None)


def _about(chosen: Published, path: str) -> Iterator[Relation | None]:
    """Say of what is offered where it is for good, what describes it, under which licence."""
    yield licence(chosen.manifest)
    yield Relation(link_to("catalogue.ttl", lang=None), "describedby", "text/turtle")
    yield Relation(f"{current_release().base_uri}{path}", "cite-as")


def _about_file(chosen: Published, file: Download) -> Iterator[Relation | None]:
    name = quoted(file.path.removeprefix(FOLDER))
    yield from _about(chosen, chosen.path + name)
    described = chosen.downloads.get(file.path + METADATA)
    if described and _ours(file):
        yield Relation(f"./{name}{METADATA}", "describedby", METADATA_TYPE)
    if not (_is_rdf(file) and _ours(file)):
        return
    stem = file.path.rpartition(".")[0]
    for syntax in syntaxes.SYNTAXES:
        other = chosen.downloads.get(f"{stem}.{syntax.suffix}")
        if other and other is not file:
            yield Relation(f"./{other.path.removeprefix(FOLDER)}", "alternate", syntax.media_type)
