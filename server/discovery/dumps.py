"""Serve the files of releases: dumps, checksums and source files.

The name of a dump without a suffix redirects to the file in the format that the client accepts.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from flask import Blueprint, Response, request, send_file
from werkzeug.http import http_date, parse_date, parse_etags, parse_if_range_header

from server.discovery import schemaorg
from server.faults import OtherVersion, UnknownPage
from server.negotiation import HTML, Format
from server.release.files import (
    FOLDER,
    SUMS,
    ReleaseFile,
    check_unchanged,
    list_formats,
    name_kind,
)
from server.release.history import (
    PublishedRelease,
    current_published,
    find_published,
    list_published,
)
from server.web import render
from server.web.link_header import HeaderLink, add_relations, licence
from server.web.links import link_to, quote_path
from server.web.release_scope import current_release
from transform.rdf import syntaxes
from transform.release.csv_dialects import METADATA, METADATA_TYPE
from transform.release.paths import DECISIONS, SOURCES
from transform.text.message import message

bp = Blueprint("dumps", __name__)
_FRESH = "public, max-age=300"
# A release never changes, and its name is derived from its content (RFC 8246).
_FOR_GOOD = "public, max-age=31536000, immutable"


@bp.route("/dumps")
def redirect_to_list() -> Response:
    """Redirect to the list, whose links are relative to the folder."""
    return _redirect("dumps/")


@bp.route("/dumps/")
def show() -> Response:
    """List the files of the current release, and all releases."""
    return _list(current_published(current_release()), "dumps/")


@bp.route("/dumps/releases")
@bp.route("/dumps/releases/")
def redirect_to_releases() -> Response:
    """Redirect to the list of releases."""
    return _redirect("dumps/#releases")


@bp.route("/dumps/releases/<name>")
def redirect_to_release(name: str) -> Response:
    """Redirect to the files of a release."""
    return _redirect(find_published(current_release(), name).path)


@bp.route("/dumps/releases/<name>/")
def show_release(name: str) -> Response:
    """List the files of a release, which keep their addresses."""
    chosen = find_published(current_release(), name)
    return _list(chosen, chosen.path)


@bp.route("/dumps/<path:path>")
def download(path: str) -> Response:
    """Answer with a file of the current release, whole or in parts (RFC 9110, section 14)."""
    chosen = current_published(current_release())
    if formats := list_formats(chosen.downloads, path):
        return _redirect_to_format(formats, "dumps/")
    return _send(chosen, path, _FRESH)


@bp.route("/dumps/releases/<name>/<path:path>")
def download_of_release(name: str, path: str) -> Response:
    """Answer with a file of any release, at an address that never changes its content."""
    chosen = find_published(current_release(), name)
    if formats := list_formats(chosen.downloads, path):
        return _redirect_to_format(formats, chosen.path)
    return _send(chosen, path, _FOR_GOOD)


def _redirect_to_format(formats: Mapping[Format, ReleaseFile], folder: str) -> Response:
    """Redirect to the file in the format that the client accepts; HTML gets the list of files.

    By redirecting (303), each file keeps one address, one entity tag and consistent byte ranges.
    """
    form = render.choose((*formats, HTML))
    names = {form: file.path.removeprefix(FOLDER) for form, file in formats.items()}
    response = Response(status=303, headers={"Cache-Control": _FRESH, "Vary": "Accept"})
    response.headers["Location"] = link_to(folder + names.get(form, ""))
    others = (
        HeaderLink(link_to(folder + name, lang=None), "alternate", form.media_type)
        for form, name in names.items()
    )
    return add_relations(response, others)


def _redirect(path: str) -> Response:
    return Response(status=308, headers={"Location": link_to(path)})


def _list(chosen: PublishedRelease, path: str) -> Response:
    files, releases = chosen.downloads, list_published(current_release())
    unpacked = [f for f in files.values() if not (f.packed or f.is_chart)]
    groups = {
        "tables": [f for f in unpacked if _is_ours(f) and f.path.endswith((".csv", ".sqlite"))],
        "whole": [f for f in unpacked if _is_rdf(f) and f.path.startswith(f"{FOLDER}portraits.")],
        "yearly": [f for f in unpacked if _is_rdf(f) and f.path.startswith(f"{FOLDER}portrait-")],
        "decisions": [f for f in unpacked if f.path == FOLDER + DECISIONS],
        "sources": [f for f in unpacked if not _is_ours(f)],
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
    response = render.finish(response, HTML)
    _check_preconditions(response.get_etag()[0] or "", None)
    return add_relations(response, _relate(chosen, chosen.path))


def _dataset() -> schemaorg.Json:
    """Return the dataset of all portraits, with all files of the current release."""
    files = current_release().downloads.values()
    return schemaorg.series(
        current_release(), [f for f in files if f.sha256 and not (f.packed or f.is_chart)]
    )


def _is_ours(file: ReleaseFile) -> bool:
    return not file.path.startswith(SOURCES)


def _is_rdf(file: ReleaseFile) -> bool:
    return file.path.rpartition(".")[2] in syntaxes.BY_SUFFIX


def _send(chosen: PublishedRelease, path: str, freshness: str) -> Response:
    file = chosen.downloads.get(FOLDER + path)
    if file is None:
        names = (
            f.path.removeprefix(FOLDER)
            for f in chosen.downloads.values()
            if _is_ours(f) and not f.is_chart
        )
        parts = {"release": chosen.name, "path": (FOLDER + path)[:200]}
        raise UnknownPage(message("pages.no_file", **parts, known=names))
    _check_preconditions(file.tag, chosen.time)
    _drop_wrong_conditions(chosen.time)
    response = send_file(
        check_unchanged(chosen.folder, file.stored, chosen.manifest),
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
    return add_relations(response, _relate_file(chosen, file))


def _check_preconditions(tag: str, time: datetime | None) -> None:
    """Check that the client means this version; raises OtherVersion (RFC 9110, 13.1.1 and 13.1.4).

    Werkzeug would refuse «*», which means any version, and send the file with the refusal.
    """
    date = parse_date(request.headers.get("If-Unmodified-Since"))
    if "HTTP_IF_MATCH" in request.environ:
        known = parse_etags(request.environ.pop("HTTP_IF_MATCH"))
        # The front adds the coding to the tag of what it compresses.
        if not known.contains(tag) and not any(each.startswith(f"{tag}-") for each in known):
            raise OtherVersion(message("pages.other_tag", tag=tag))
    elif time and date and date < time:
        raise OtherVersion(message("pages.later_version", date=http_date(time)))


def _drop_wrong_conditions(time: datetime) -> None:
    """Remove conditions that Werkzeug evaluates wrongly.

    An unknown range unit, and a range with another method than GET, must be ignored, and a request
    for several ranges may be (RFC 9110, 14.2). A date other than ours belongs to another release,
    possibly a later one that was rolled back.
    """
    environ = request.environ
    ranges = request.headers.get("Range", "")
    in_bytes = ranges.lower().lstrip().startswith("bytes=")
    if not in_bytes or "," in ranges or request.method != "GET":
        environ.pop("HTTP_RANGE", None)
    if parse_date(request.headers.get("If-Modified-Since")) != time:
        environ.pop("HTTP_IF_MODIFIED_SINCE", None)
    condition = parse_if_range_header(request.headers.get("If-Range"))
    if condition.date is not None and condition.date != time:
        environ.pop("HTTP_RANGE", None)


def _relate(chosen: PublishedRelease, path: str) -> Iterator[HeaderLink | None]:
    """Yield the links to the licence, the description, and the permanent address."""
    yield licence(chosen.manifest)
    yield HeaderLink(link_to("catalogue.ttl", lang=None), "describedby", "text/turtle")
    yield HeaderLink(f"{current_release().base_uri}{path}", "cite-as")


def _relate_file(chosen: PublishedRelease, file: ReleaseFile) -> Iterator[HeaderLink | None]:
    name = quote_path(file.path.removeprefix(FOLDER))
    yield from _relate(chosen, chosen.path + name)
    metadata = chosen.downloads.get(file.path + METADATA)
    if metadata and _is_ours(file):
        yield HeaderLink(f"./{name}{METADATA}", "describedby", METADATA_TYPE)
    if not (_is_rdf(file) and _is_ours(file)):
        return
    stem = file.path.rpartition(".")[0]
    for syntax in syntaxes.SYNTAXES:
        other = chosen.downloads.get(f"{stem}.{syntax.suffix}")
        if other and other is not file:
            yield HeaderLink(f"./{other.path.removeprefix(FOLDER)}", "alternate", syntax.media_type)
