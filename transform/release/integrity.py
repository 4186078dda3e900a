"""Check that the files of a release are those that its manifest lists.

Every file of a release but its manifest and `SHA256SUMS` has its size and SHA-256 in the manifest,
and `SHA256SUMS` holds a part of that. A file that the manifest does not list is nobody's: it is
neither read nor served, so it does no harm. The one exception is `catalogue.nq`, which an engine
loads where there is one: it must be listed.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from transform.files import digest, reason_message
from transform.release.manifest import FILE, Manifest, damaged, read_manifest
from transform.release.paths import (
    CATALOGUE_QUADS,
    CHARTS,
    DUMPS,
    QUADS,
    SOURCES,
    SUMS,
    download_path,
)
from transform.text.message import Message, message

SUMS_PATH = f"{DUMPS}{SUMS}"
_SHA256 = re.compile("[0-9a-f]{64}")
_SUMS_LINE = re.compile("([0-9a-f]{64})  (.+)")

Step = Callable[[int, int], None]  # bytes that were compared, bytes of all files


class ListedFile(NamedTuple):
    """Size in bytes and SHA-256 of a file, as the manifest lists them."""

    bytes: int
    sha256: str


def check_release(release: Path, step: Step = lambda *_: None) -> Manifest:
    """Return the manifest of a release whose files are all there, of their size and digest.

    Sizes come first, as they cost nothing. Raises UnreadableRelease, naming the first file
    that does not agree.
    """
    manifest = read_manifest(release)
    listed = list_files(release, manifest)
    if not isinstance(manifest["base_uri"], str):
        raise damaged(release, FILE, message("release.base_uri_no_text"))
    if QUADS not in listed:
        raise damaged(release, FILE, message("release.lists_not", path=QUADS))
    if CATALOGUE_QUADS not in listed and (release / CATALOGUE_QUADS).exists():
        unlisted = message("release.lists_not_there", path=CATALOGUE_QUADS)
        raise damaged(release, FILE, unlisted)
    for path, about in listed.items():
        _check_size(release, path, about.bytes)
    check_sums(release, listed)
    done, total = 0, sum(about.bytes for about in listed.values())
    for path, about in listed.items():
        step(done, total)
        _check_digest(release, path, about.sha256)
        done += about.bytes
    return manifest


def check_quads(release: Path) -> Manifest:
    """Return the manifest of a release whose N-Quads are of their size and digest.

    Raises UnreadableRelease.
    """
    manifest = read_manifest(release)
    listed = list_files(release, manifest)
    for path in (QUADS, CATALOGUE_QUADS):
        if path in listed:
            check_file(release, path, listed[path])
        elif path == QUADS or (release / path).exists():
            raise damaged(release, FILE, message("release.lists_not", path=path))
    return manifest


def check_file(release: Path, path: str, about: ListedFile) -> None:
    """Compare the size and the digest of a file; raises DamagedRelease."""
    _check_size(release, path, about.bytes)
    _check_digest(release, path, about.sha256)


def list_files(release: Path, manifest: Manifest) -> dict[str, ListedFile]:
    """Return size and digest of each file by its path; raises DamagedRelease."""
    files = manifest["files"]
    if not isinstance(files, Mapping):
        raise damaged(release, FILE, message("release.files_no_object"))
    return {path: _read_entry(release, path, entry) for path, entry in files.items()}


def fingerprint(release: Path) -> str:
    """Return what changes once a file is written, replaced, moved or removed.

    It is made of the size, the inode and the times of the manifest and of each file that it lists,
    and reads none of them but the manifest. The time of change (`st_ctime`) cannot be set back.
    """
    manifest = release / FILE
    try:
        files = json.loads(manifest.read_bytes())["files"]
        paths = [manifest, *(release / path for path in (SUMS_PATH, *files))]
    except (OSError, ValueError, TypeError, KeyError):
        paths = [manifest]
    state = repr([state_of(path) for path in paths])
    return hashlib.blake2b(state.encode(), digest_size=16).hexdigest()


def state_of(path: Path) -> tuple[int, ...] | None:
    """Return device, inode, size and times of a file; None where there is none."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return None
    return (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def _read_entry(release: Path, path: str, entry: Any) -> ListedFile:
    size, sha256 = (
        (entry.get("bytes"), entry.get("sha256")) if isinstance(entry, Mapping) else (None, None)
    )
    plain = not PurePosixPath(path).is_absolute() and ".." not in path.split("/")
    if not (plain and isinstance(size, int) and _SHA256.fullmatch(str(sha256))):
        raise damaged(release, FILE, message("release.entry", path=path))
    return ListedFile(size, str(sha256))


def _check_size(release: Path, path: str, size: int) -> None:
    file = release / path
    try:
        inside = file.resolve(strict=True).is_relative_to(release.resolve())
        actual = file.stat().st_size
    except (OSError, ValueError) as error:
        raise damaged(release, path, _unreadable(error)) from error
    if not (inside and file.is_file()):
        raise damaged(release, path, message("release.no_file"))
    if actual != size:
        raise damaged(release, path, message("release.size", actual=actual, expected=size))


def _check_digest(release: Path, path: str, sha256: str) -> None:
    try:
        actual = digest(release / path)
    except OSError as error:
        raise damaged(release, path, _unreadable(error)) from error
    if actual != sha256:
        raise damaged(release, path, message("release.digest"))


def check_sums(release: Path, listed: Mapping[str, ListedFile]) -> None:
    """Compare `SHA256SUMS`, which the manifest does not list, with it; raises DamagedRelease."""
    try:
        lines = (release / SUMS_PATH).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise damaged(release, SUMS_PATH, _unreadable(error)) from error
    matches = [_SUMS_LINE.fullmatch(line) for line in lines]
    sums = sorted((match[2], match[1]) if match else ("", "") for match in matches)
    expected = list_sums({path: about.sha256 for path, about in listed.items()})
    # A release of an earlier version lists no charts.
    if sums not in (expected, [each for each in expected if not each[0].startswith(CHARTS)]):
        raise damaged(release, SUMS_PATH, message("release.sums", file=FILE))


def list_sums(digests: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the lines of `SHA256SUMS` as name and digest, by the digests of a release's files.

    They are those of dumps and charts, by their names below `/dumps/`; no source is among them.
    """
    named = ((download_path(path), sha256) for path, sha256 in digests.items())
    return sorted(
        (path.removeprefix(DUMPS), sha256)
        for path, sha256 in named
        if path and not path.startswith(SOURCES)
    )


def _unreadable(error: Exception) -> Message:
    return message("release.cannot_be_read", reason=reason_message(error))
