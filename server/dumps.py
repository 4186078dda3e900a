"""Offer the files of a release: the dumps, their sums and the sources that were read."""

from flask import Blueprint, Response, request, send_file

from server import pages
from server.downloads import FOLDER, SOURCES, SUMS, Download
from server.faults import UnknownPage
from server.links import link_to
from server.visit import current_release
from transform import formats

bp = Blueprint("dumps", __name__)


@bp.route("/dumps")
def lead() -> Response:
    """Lead to the list, whose links are relative to the folder."""
    return Response(status=308, headers={"Location": link_to("dumps/")})


@bp.route("/dumps/")
def show() -> Response:
    """List what can be downloaded."""
    files = current_release().downloads
    compressed = {f"{path}.gz" for path in files if not path.startswith(SOURCES)}
    groups = {
        "whole": [f for f in files.values() if f.path.startswith(f"{FOLDER}portraits.")],
        "yearly": [f for f in files.values() if f.path.startswith(f"{FOLDER}portrait-")],
        "sources": [f for f in files.values() if f.path.startswith(SOURCES)],
    }
    plain = {name: [f for f in group if f.path not in compressed] for name, group in groups.items()}
    return pages.page(
        "dumps.html",
        groups=plain,
        files=files,
        sums=files.get(SUMS),
        names={f".{s.suffix}": s.name for s in formats.SYNTAXES},
    )


@bp.route("/dumps/<path:path>")
def download(path: str) -> Response:
    """Answer with a file, whole or in parts (RFC 9110, section 14)."""
    release = current_release()
    file = release.downloads.get(FOLDER + path)
    if file is None:
        raise UnknownPage(f"This release holds no file {FOLDER}{path}.")
    return _send(file)


def _send(file: Download) -> Response:
    # Werkzeug refuses a unit that it does not know; it is to be passed over (RFC 9110, 14.2).
    if not request.headers.get("Range", "bytes=").lower().lstrip().startswith("bytes="):
        del request.environ["HTTP_RANGE"]
    response = send_file(
        (current_release().folder / file.path).resolve(),
        mimetype=file.content_type,
        etag=file.tag,
        conditional=True,
        max_age=300,
    )
    response.headers["Content-Type"] = file.content_type
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
