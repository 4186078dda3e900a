"""Say what this site is, how to ask it, and whether it is well."""

import json
import re
from typing import Any

from flask import Blueprint, Response, request

from server import pages, queries
from server.comparing import list_pairs
from server.downloads import source_path
from server.negotiate import HTML
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
        "embedded": pages.in_script(json.dumps(_dataset(release), ensure_ascii=False).encode()),
    }
    response = Response(
        pages.render("home.html", **values), content_type="text/html; charset=utf-8"
    )
    return pages.finish(response, HTML, address)


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


@bp.route("/robots.txt")
def robots() -> Response:
    """Keep crawlers from queries: every link to one is another page to them."""
    return Response("User-agent: *\nDisallow: /sparql?\n", content_type="text/plain; charset=utf-8")


def _plain(text: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(text, content_type="text/plain; charset=utf-8", headers=headers)


def address_of(release: Release) -> str:
    """Give the address at which the reader is, so that what the page says can be copied."""
    if _HOST.fullmatch(request.headers.get("Host", "")):
        return request.url_root
    return release.base_uri


def _dataset(release: Release) -> dict[str, Any]:
    """Describe the series as schema.org does, for search engines."""
    manifest, language = release.manifest, pages.language()
    series, names = manifest["series"], manifest["publisher"]["name"]
    name = names.get(language) or names.get("fr", "")
    about = [series["description"].get(language, ""), (manifest["notice"] or {}).get(language, "")]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{release.base_uri}catalogue#serie",
        "name": series["title"].get(language, ""),
        "description": " ".join(filter(None, about)),
        "license": series["licence"],
        "url": release.base_uri,
        "creator": {
            "@type": "Organization",
            "name": name,
        },
        "temporalCoverage": "/".join(
            str(choose(portrait["year"] for portrait in manifest["portraits"]))
            for choose in (min, max)
        ),
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": told["media_type"].partition(";")[0],
                "contentUrl": release.base_uri + path,
            }
            for path, told in manifest["files"].items()
            if path.startswith("dumps/portraits.")
        ],
    }
