"""List the files of a release that may be downloaded: what is not listed does not exist."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from server.negotiation import (
    CONSTRUCTED,
    CSV,
    EXCEL,
    Format,
)
from transform.rdf import syntaxes
from transform.release.csv_dialects import FLAVOURS
from transform.release.paths import GZIP, SOURCES, is_packed

FOLDER = "dumps/"
SUMS = "dumps/SHA256SUMS"
# How the name of a dump ends in each form. The first is what a client gets that has no wish.
_ENDINGS = {form: f".{form.suffix}" for form in CONSTRUCTED} | {
    form: flavour.ending for form, flavour in zip((CSV, EXCEL), FLAVOURS, strict=True)
}
_TEXTUAL = ("text/", "application/trig")


class Download(NamedTuple):
    """A file: path below the release, its type with parameters, bytes, digest and entity tag."""

    path: str
    content_type: str
    bytes: int
    sha256: str | None
    tag: str

    @property
    def packed(self) -> bool:
        """Say whether it is a compressed copy of another file."""
        return is_packed(self.path)


def source_path(portrait: Mapping[str, Any]) -> str:
    """Give where the file that a portrait was read from lies, below the release."""
    return f"{SOURCES}{portrait['year']}/{portrait['file']}"


def list_downloads(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Download]:
    """Give what may be downloaded, by path: the dumps, their .gz, the sums and the sources."""
    encodings = {source_path(p): p.get("encoding") or "" for p in manifest["portraits"]}
    found: dict[str, Download] = {}
    for path, told in manifest["files"].items():
        if path.startswith(FOLDER):
            content_type = _with_charset(told["media_type"], encodings.get(path, "utf-8"))
            _add(found, folder, path, content_type, told["sha256"])
            # Releases of earlier versions do not tell of their compressed copies.
            if is_packed(f"{path}.gz") and f"{path}.gz" not in manifest["files"]:
                _add(found, folder, f"{path}.gz", GZIP, None, f"{told['sha256']}-gz")
    _add(found, folder, SUMS, "text/plain; charset=utf-8", None, f"{folder.name}-sums")
    return found


def list_forms(files: Mapping[str, Download], stem: str) -> dict[Format, Download]:
    """Give the forms of a dump by the name that they share, such as «portrait-2025»."""
    paths = {form: f"{FOLDER}{stem}{ending}" for form, ending in _ENDINGS.items()}
    return {form: files[path] for form, path in paths.items() if path in files and "/" not in stem}


def _add(
    found: dict[str, Download],
    folder: Path,
    path: str,
    content_type: str,
    sha256: str | None,
    tag: str | None = None,
) -> None:
    file = folder / path
    if path not in found and file.is_file() and file.resolve().is_relative_to(folder.resolve()):
        found[path] = Download(path, content_type, file.stat().st_size, sha256, tag or sha256 or "")


def _with_charset(media_type: str, encoding: str) -> str:
    if not encoding or not media_type.startswith(_TEXTUAL):
        return media_type
    # «utf-8-sig» is Python's name; the mark at the beginning is part of the file.
    return f"{media_type}; charset={encoding.removesuffix('-sig')}"


def name_kind(file: Download) -> tuple[str, str] | None:
    """Give what a file is, and how the text that says for whom it is ends: «dump_for_…»."""
    if file.path.startswith(SOURCES):
        return None
    for flavour, text in zip(reversed(FLAVOURS), ("excel", "csv"), strict=True):
        if file.path.endswith(flavour.ending):
            return "CSV", text
    syntax = syntaxes.BY_SUFFIX.get(file.path.rpartition(".")[2])
    return (syntax.name, syntax.suffix) if syntax else None
