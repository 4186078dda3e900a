"""Serve the style sheet, scripts and libraries of the editor, at addresses with a digest."""

import hashlib
import logging
from functools import cache
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

from server.web.links import link_to

bp = Blueprint("assets", __name__)
log = logging.getLogger(__name__)
_FOLDER = Path(str(files("server").joinpath("static")))
_EDITOR = "editor"
# A year: the address changes with the bytes (RFC 8246).
_FOREVER = "public, max-age=31536000, immutable"
_FRESH = "public, max-age=300"


@bp.route("/static/<path:path>")
def send(path: str) -> Response:
    """Answer with a file, at its address with or without the digest."""
    prefix, _, name = path.partition("/")
    current = prefix == digest()
    if not current:
        name = path
    if name not in _names():
        abort(404)
    response = send_from_directory(_FOLDER, name)
    response.headers["Cache-Control"] = _FOREVER if current else _FRESH
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def link(name: str) -> str:
    """Return the link to a file, at the address that never changes its content."""
    return link_to(f"static/{digest()}/{name}", lang=None)


@cache
def digest() -> str:
    """Return a digest of all files with their names."""
    total = hashlib.sha256()
    for name, file in _files().items():
        body = file.read_bytes()
        total.update(f"{name} {len(body)}\n".encode() + body)
    return total.hexdigest()[:16]


@cache
def _names() -> frozenset[str]:
    """Return the name of every file; a request is checked here, not in the file system."""
    return frozenset(_files())


def _files() -> dict[str, Path]:
    paths = sorted(path for path in _FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(_FOLDER).as_posix(): path for path in paths}


@cache
def modules() -> tuple[str, ...]:
    """List the scripts of the editor, so that a browser requests all of them at once.

    Empty without the libraries: the page for queries is then a plain form.
    """
    if not (_FOLDER / _EDITOR / "built.json").is_file():
        log.warning("no query editor, only a plain form: run «pip install -e .» again, with npm")
        return ()
    own, libraries = (sorted((_FOLDER / name).glob("*.js")) for name in ("sparql", _EDITOR))
    return tuple(file.relative_to(_FOLDER).as_posix() for file in (*own, *libraries))
