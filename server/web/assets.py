"""Serve the style sheet and the scripts at addresses that change with their bytes.

They are bundled when the package is built (hatch_build.py); without that, pages take the sources
themselves, and the page for queries, whose scripts import libraries from npm, is a plain form.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

from server.web.links import link_to

bp = Blueprint("assets", __name__)
log = logging.getLogger(__name__)
FOLDER = Path(str(files("server").joinpath("static")))
_BUILT = "built/built.json"
_EDITOR = "sparql/page.js"
_AGAIN = "run «pip install -e .» again, with npm"
# A year: the address changes with the bytes (RFC 8246).
_FOREVER = "public, max-age=31536000, immutable"
_FRESH = "public, max-age=300"


@bp.route("/static/<path:path>")
def send(path: str) -> Response:
    """Answer with a file; `path` is a bundle, or a file with or without the digest before it."""
    prefix, _, name = path.partition("/")
    if prefix != digest():
        name = path
    current = name != path or name in bundle_of().values()
    if name not in file_names():
        abort(404)
    response = send_from_directory(FOLDER, name)
    response.headers["Cache-Control"] = _FOREVER if current else _FRESH
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def link(name: str) -> str:
    """Return the link to a file, or to its bundle, at an address that never changes its content."""
    return link_to(locate(name), lang=None)


def locate(name: str) -> str:
    """Return the path of that address, from the root of the site."""
    bundle = bundle_of().get(name)
    return f"static/{bundle or f'{digest()}/{name}'}"


@cache
def has_editor() -> bool:
    """Check whether the scripts of the query editor are bundled with their libraries."""
    if _EDITOR not in bundle_of():
        log.warning("no query editor, only a plain form: %s", _AGAIN)
        return False
    return True


@cache
def digest() -> str:
    """Return a digest of all files with their names."""
    total = hashlib.sha256()
    for name, file in _files().items():
        body = file.read_bytes()
        total.update(f"{name} {len(body)}\n".encode() + body)
    return total.hexdigest()[:16]


@cache
def file_names() -> frozenset[str]:
    """Return the name of every file; a request is checked here, not in the file system."""
    return frozenset(_files())


def list_programs() -> list[str]:
    """Return the paths of what was bundled as WebAssembly, from the root of the site."""
    return [f"static/{name}" for name in _files() if name.endswith(".wasm")]


def _files() -> dict[str, Path]:
    paths = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): path for path in paths}


@cache
def bundle_of() -> Mapping[str, str]:
    """Return the bundle of each source that a page names; empty where nothing was bundled."""
    record = FOLDER / _BUILT
    if not record.is_file():
        return {}
    built = json.loads(record.read_text("utf-8"))
    sources = {f"server/static/{name}": file.read_bytes() for name, file in _files().items()}
    sums = {name: hashlib.sha256(body).hexdigest() for name, body in sources.items()}
    for name, digest_then in built["sources"].items():
        if sums.get(name, digest_then) != digest_then:
            log.warning("%s has changed since it was bundled: %s", name, _AGAIN)
    bundles: dict[str, str] = built["pages"]
    return bundles
