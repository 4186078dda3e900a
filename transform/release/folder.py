"""Manage releases: immutable folders named by their content, and `current`, which is one of them.

A release is written under a temporary name that nothing serves, and gets its own name in one
step once it is whole and on disk; `current` moves in one step too. A build that is killed leaves
a folder that the next build removes.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from transform.errors import MisusedCommand, Said, UnreadableRelease
from transform.files import (
    LOCK,
    exclusive_lock,
    put_in_place,
    reason_and_file,
    reason_message,
    sync,
)
from transform.release import history
from transform.release.integrity import check_release
from transform.text.message import message

CURRENT = "current"
_BUILDING = ".building-"
_NAME = re.compile("[0-9a-f]{16}")


class Release(NamedTuple):
    """A release in its folder; `current`: it is the one that is served."""

    name: str
    path: Path
    current: bool


@contextmanager
def building(releases_folder: Path) -> Iterator[Path]:
    """Create a folder to write a release in; remove it afterwards unless `adopt` renamed it.

    One build at a time: raises MisusedCommand when another one is under way.
    """
    with _locked(releases_folder):
        for left in releases_folder.glob(f"{_BUILDING}*"):
            _remove(left)
        try:
            folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=releases_folder))
        except OSError as error:
            raise _unwritten(releases_folder, error) from error
        try:
            yield folder
        except OSError as error:
            raise _unwritten(releases_folder, error) from error
        finally:
            if folder.exists():
                _remove(folder)


@contextmanager
def _locked(releases_folder: Path) -> Iterator[None]:
    """Keep other builds out of a folder, which is made where it is not there."""
    taken = MisusedCommand(message("release.building_elsewhere", folder=releases_folder))
    with ExitStack() as lock:
        try:
            releases_folder.mkdir(parents=True, exist_ok=True)
            lock.enter_context(exclusive_lock(releases_folder / LOCK, taken))
        except OSError as error:
            reason = reason_message(error)
            raise MisusedCommand(
                message("release.folder_unwritable", folder=releases_folder, reason=reason)
            ) from error
        yield


def adopt(folder: Path, name: str) -> Path:
    """Make a written folder the release `name`, for good, and return its path.

    Everything is on disk before the name exists, so a release that can be seen is whole. One of
    that name that is there already stays, unless it was damaged since: then it is replaced.
    """
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            path.chmod(0o444)
        sync(path)
    folder.chmod(0o755)
    sync(folder)
    release = folder.parent / name
    if release.exists() and _is_whole(release):
        _remove(folder)
    else:
        damaged = folder.with_name(f"{folder.name}-replaced")
        if release.exists():
            release.rename(damaged)
        folder.rename(release)
        if damaged.exists():
            _remove(damaged)
    sync(release.parent)
    return release


def _is_whole(release: Path) -> bool:
    try:
        check_release(release)
    except UnreadableRelease:
        return False
    return True


def publish(release: Path) -> None:
    """Make a release the current one, in one step, as the newest of the history."""
    releases_folder = release.parent
    try:
        history.add(releases_folder, release.name)
    except OSError as error:
        raise _unwritten(releases_folder, error) from error
    _point(releases_folder, release.name)


def _point(releases_folder: Path, name: str) -> None:
    link = releases_folder / f"{_BUILDING}{CURRENT}"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        put_in_place(link, releases_folder / CURRENT)
    except OSError as error:
        raise _unwritten(releases_folder, error) from error


def _unwritten(releases_folder: Path, error: OSError) -> MisusedCommand:
    return MisusedCommand(
        message("release.unwritten", folder=releases_folder, reason=reason_and_file(error))
    )


def current(releases_folder: Path) -> str | None:
    """Return the name of the current release, None if there is none."""
    try:
        return (releases_folder / CURRENT).readlink().name
    except OSError:
        return None


def releases(releases_folder: Path) -> list[Release]:
    """List the releases, the one that was published last first."""
    if not releases_folder.is_dir():
        raise UnreadableRelease(message("release.no_folder", folder=releases_folder))
    paths = {path.name: path for path in releases_folder.iterdir() if _NAME.fullmatch(path.name)}
    published = [name for name in history.names(releases_folder) if name in paths]
    never = sorted(set(paths) - set(published))
    now = current(releases_folder)
    return [Release(name, paths[name], name == now) for name in (*reversed(published), *never)]


def prune(releases_folder: Path, keep: int) -> list[Release]:
    """Remove all releases but the current one and the `keep` that were published last.

    One that is removed is no release from the first step on: it loses its name before its files.
    The history keeps its lines, as it says what was published when.
    """
    listed = releases(releases_folder)
    kept = {release.name for release in listed if release.current}
    kept |= {release.name for release in listed[:keep]}
    removed = [release for release in listed if release.name not in kept]
    with _locked(releases_folder):
        for release in removed:
            away = release.path.with_name(f"{_BUILDING}{release.name}")
            try:
                release.path.rename(away)
            except OSError as error:
                raise _unwritten(releases_folder, error) from error
            _remove(away)
        sync(releases_folder)
    return removed


def roll_back(releases_folder: Path, name: str | None) -> Release:
    """Make an earlier release the current one again: `name`, or the one published before."""
    known = [release.name for release in releases(releases_folder)]
    release = find_release(releases_folder, name or _before(releases_folder, known))
    check_release(release.path)
    _point(releases_folder, release.name)
    return release._replace(current=True)


def find_release(releases_folder: Path, name: str | None) -> Release:
    """Return a release of a folder: the current one, or that of a name; raises MisusedCommand."""
    known = {release.name: release for release in releases(releases_folder)}
    requested = current(releases_folder) or CURRENT if name is None else name
    if requested not in known:
        there: list[Said] = [*known] or [message("release.none")]
        raise MisusedCommand(
            message("release.unknown", folder=releases_folder, name=requested, there=there)
        )
    return known[requested]


def _before(releases_folder: Path, newest_first: list[str]) -> str:
    now = current(releases_folder)
    published = [name for name in newest_first if name in history.names(releases_folder)]
    earlier = published[published.index(now) + 1 :] if now in published else published
    if not earlier:
        raise MisusedCommand(message("release.none_before", folder=releases_folder))
    return earlier[0]


def list_instead(releases_folder: Path, previous: Path | None = None) -> list[Path]:
    """List the releases to serve where the current one cannot be, in the order to try them.

    First `previous`, which was current before; then those published before the current one, as
    `roll_back` would choose; last those published after it, which somebody went back from.
    """
    newest_first = [*reversed(history.names(releases_folder))]
    at = newest_first.index(now) if (now := current(releases_folder)) in newest_first else -1
    later, earlier = newest_first[: max(at, 0)], newest_first[at + 1 :]
    paths = [releases_folder / name for name in (*earlier, *later) if _NAME.fullmatch(name)]
    first = previous is not None and previous.name not in later
    return [previous, *paths] if first and previous else paths


def content_name(manifest: bytes, digests: Mapping[str, str]) -> str:
    """Return the name of a release: 16 hexadecimal digits of a SHA-256 over its files.

    `digests` are the SHA-256 of the files that count, by path, or the form of those whose bytes do
    not; the manifest counts too.
    """
    digest = hashlib.sha256(manifest)
    for path, file_digest in sorted(digests.items()):
        digest.update(f"{file_digest}  {path}\n".encode())
    return digest.hexdigest()[:16]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
