"""List the public files of a release: a file that is not listed is not served."""

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from server.faults import ReleaseUnready
from server.negotiation import (
    CONSTRUCTED,
    CSV,
    EXCEL,
    Format,
)
from transform.errors import DamagedRelease, Said
from transform.files import digest
from transform.rdf import syntaxes
from transform.release.csv_dialects import FLAVOURS
from transform.release.integrity import check_file, check_sums, list_files, state_of
from transform.release.paths import (
    CHARTS,
    DATABASE,
    DECISIONS,
    SOURCES,
    download_path,
    is_packed,
    stored_path,
)
from transform.text.message import message

log = logging.getLogger(__name__)

FOLDER = "dumps/"
SUMS = "dumps/SHA256SUMS"
# The ending of a dump in each format; a client that states no preference gets the first.
_ENDINGS = {form: f".{form.suffix}" for form in CONSTRUCTED} | {
    form: flavour.ending for form, flavour in zip((CSV, EXCEL), FLAVOURS, strict=True)
}
_TEXTUAL = ("text/", "application/trig")


class ReleaseFile(NamedTuple):
    """A file: its path below the base URI, content type, bytes, digest and entity tag."""

    path: str
    content_type: str
    bytes: int
    sha256: str | None
    tag: str

    @property
    def stored(self) -> str:
        """Return its path below the release."""
        return stored_path(self.path)

    @property
    def is_chart(self) -> bool:
        """Check whether it is a file of a chart, which has a page of its own."""
        return self.stored.startswith(CHARTS)

    @property
    def packed(self) -> bool:
        """Check whether it is a compressed copy of another file."""
        return is_packed(self.path)


def source_path(portrait: Mapping[str, Any]) -> str:
    """Return the path of the source file of a portrait, below the release."""
    return f"{SOURCES}{portrait['year']}/{portrait['file']}"


def list_downloads(folder: Path, manifest: Mapping[str, Any]) -> dict[str, ReleaseFile]:
    """List the public files by path: dumps, their .gz, checksums and source files.

    A file that the manifest does not list is not served, but for the checksums.
    """
    folder = folder.resolve()
    encodings = {source_path(p): p.get("encoding") or "" for p in manifest["portraits"]}
    downloads: dict[str, ReleaseFile] = {}
    for path, entry in manifest["files"].items():
        if public := download_path(path):
            content_type = _with_charset(entry["media_type"], encodings.get(path, "utf-8"))
            _add(downloads, folder, public, content_type, entry["sha256"])
    # Another zlib makes other checksums in a release of the same name.
    tag = digest(folder / SUMS) if (folder / SUMS).is_file() else ""
    _add(downloads, folder, SUMS, "text/plain; charset=utf-8", None, tag)
    return downloads


# What was compared with the manifest: the state of each file then, and what was wrong with it.
_checked: dict[Path, tuple[object, Said]] = {}
_checking = threading.Lock()


def trust(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Note that all files of a release were compared with its manifest as they are now."""
    for path in (SUMS, *manifest["files"]):
        _checked[folder / path] = (state_of(folder / path), "")


def check_unchanged(folder: Path, path: str, manifest: Mapping[str, Any]) -> Path:
    """Return a file of a release, compared with its manifest unless it was, and is as it was then.

    A file of which neither size, times nor inode have changed is taken to be as it was. Raises
    ReleaseUnready.
    """
    file = folder / path
    if (problem := _find_problem(file)) is None:
        with _checking:  # one reads a large file, however many want it
            if (problem := _find_problem(file)) is None:
                state, problem = state_of(file), _compare(folder, path, manifest)
                _checked[file] = (state, problem)
    if problem:
        raise ReleaseUnready(message("pages.damaged_file", problem=problem))
    return file.resolve()


def _find_problem(file: Path) -> Said | None:
    """Return what was wrong with a file, "" for nothing; None where it was not compared yet."""
    state, problem = _checked.get(file, (None, ""))
    return problem if state is not None and state == state_of(file) else None


def _compare(folder: Path, path: str, manifest: Mapping[str, Any]) -> Said:
    try:
        listed = list_files(folder, manifest)
        if path == SUMS:
            check_sums(folder, listed)
        else:
            check_file(folder, path, listed[path])
    except DamagedRelease as fault:
        log.error("not sent: %s", fault)
        return fault.problem
    return ""


def list_formats(files: Mapping[str, ReleaseFile], stem: str) -> dict[Format, ReleaseFile]:
    """Return the files of a dump by format, from their common name, such as «portrait-2025»."""
    paths = {form: f"{FOLDER}{stem}{ending}" for form, ending in _ENDINGS.items()}
    return {form: files[path] for form, path in paths.items() if path in files and "/" not in stem}


def _add(
    downloads: dict[str, ReleaseFile],
    folder: Path,
    path: str,
    content_type: str,
    sha256: str | None,
    tag: str | None = None,
) -> None:
    file = folder / stored_path(path)
    if path in downloads or not file.is_file():
        return
    if file.resolve().is_relative_to(folder):
        size = file.stat().st_size
        downloads[path] = ReleaseFile(path, content_type, size, sha256, tag or sha256 or "")


def _with_charset(media_type: str, encoding: str) -> str:
    if not encoding or not media_type.startswith(_TEXTUAL):
        return media_type
    # «utf-8-sig» is Python's name for UTF-8 with a byte order mark.
    return f"{media_type}; charset={encoding.removesuffix('-sig')}"


def name_kind(file: ReleaseFile) -> tuple[str, str] | None:
    """Return the kind of a file, and the end of the key of its text, «dump_for_…»."""
    if file.path.startswith(SOURCES):
        return None
    for flavour, text in zip(reversed(FLAVOURS), ("excel", "csv"), strict=True):
        if file.path.endswith(flavour.ending):
            return "CSV", text
    if file.path == FOLDER + DECISIONS:
        return "SSSOM", "sssom"
    if file.path == FOLDER + DATABASE:
        return "SQLite", "sqlite"
    syntax = syntaxes.BY_SUFFIX.get(file.path.rpartition(".")[2])
    return (syntax.name, syntax.suffix) if syntax else None
