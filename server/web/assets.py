"""Serve style sheet, scripts and the editor's libraries, below a digest of all their bytes."""

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
# A year; the address changes with the bytes (RFC 8246).
_FOREVER = "public, max-age=31536000, immutable"
_FRESH = "public, max-age=300"


@bp.route("/static/<path:path>")
def send(path: str) -> Response:
    """Answer with a file, by its address of this edition or by its plain one."""
    edition, _, name = path.partition("/")
    current = edition == digest()
    if not current:
        name = path
    if name not in _names():
        abort(404)
    response = send_from_directory(_FOLDER, name)
    response.headers["Cache-Control"] = _FOREVER if current else _FRESH
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def link(name: str) -> str:
    """Give the link to a file, at the address that is good for ever."""
    return link_to(f"static/{digest()}/{name}", lang=None)


@cache
def digest() -> str:
    """Give the edition: a digest of all files with their names."""
    summed = hashlib.sha256()
    for name, file in _files().items():
        body = file.read_bytes()
        summed.update(f"{name} {len(body)}\n".encode() + body)
    return summed.hexdigest()[:16]


@cache
def _names() -> frozenset[str]:
    """Give the name of every file: what is asked for is looked up here, not in the file system."""
    return frozenset(_files())


def _files() -> dict[str, Path]:
    found = sorted(path for path in _FOLDER.rglob("*") if path.is_file())
    return {file.relative_to(_FOLDER).as_posix(): file for file in found}


@cache
def modules() -> tuple[str, ...]:
    """Give every script of the editor, so that a browser asks for all at once.

    None without the libraries: the page for queries is then a plain form.
    """
    if not (_FOLDER / _EDITOR / "built.json").is_file():
        log.warning("no query editor, only a plain form: run «pip install -e .» again, with npm")
        return ()
    own, others = (sorted((_FOLDER / name).glob("*.js")) for name in ("sparql", _EDITOR))
    return tuple(file.relative_to(_FOLDER).as_posix() for file in (*own, *others))
