"""Manage releases: immutable folders named by their content, and `current`, which is one of them.

A release is written under a temporary name that nothing serves, and gets its own name in one
step once it is whole and on disk; `current` moves in one step too. A build that is killed leaves
a folder that the next build removes.

Two locks keep others out: `.lock`, for as long as a release is written or old ones are removed, and
that of the folder itself, for the moment in which `current` moves or releases lose their names. So
one can go back while a build is under way, and what is current is never removed.
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
from transform.release.use import is_used
from transform.text.message import message

CURRENT = "current"
_BUILDING = ".building-"
_NAME = re.compile("[0-9a-f]{16}")


class ReleaseFolder(NamedTuple):
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
            remove_folder(left)
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
                remove_folder(folder)


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
        remove_folder(folder)
    else:
        damaged = folder.with_name(f"{folder.name}-replaced")
        if release.exists():
            release.rename(damaged)
        folder.rename(release)
        if damaged.exists():
            remove_folder(damaged)
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
    with _naming(release.parent):
        _publish(release)


def publish_after(compared: str | None, release: Path) -> None:
    """Publish a release that was compared with the current one, None if there was none.

    Raises MisusedCommand where another has become current since: what the new one drops and
    changes is not known then.
    """
    releases_folder = release.parent
    with _naming(releases_folder):
        now = current(releases_folder)
        if now not in (compared, release.name):
            raise MisusedCommand(
                message(
                    "release.current_moved",
                    folder=releases_folder,
                    name=release.name,
                    now=now or message("release.none"),
                )
            )
        _publish(release)


@contextmanager
def _naming(releases_folder: Path) -> Iterator[None]:
    """Keep others from naming, publishing and removing releases for a moment: wait for them."""
    with ExitStack() as lock:
        try:
            lock.enter_context(exclusive_lock(releases_folder))
        except OSError as error:
            raise _unwritten(releases_folder, error) from error
        yield


def _publish(release: Path) -> None:
    if not release.is_dir():  # removed by another process since it was built or looked at
        raise MisusedCommand(message("release.removed", folder=release.parent, name=release.name))
    try:
        history.add(release.parent, release.name)
    except OSError as error:
        raise _unwritten(release.parent, error) from error
    _point(release.parent, release.name)


def _point(releases_folder: Path, name: str) -> None:
    link = releases_folder / f".{CURRENT}.new"
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


def releases(releases_folder: Path) -> list[ReleaseFolder]:
    """List the releases, the one that was published last first."""
    if not releases_folder.is_dir():
        raise UnreadableRelease(message("release.no_folder", folder=releases_folder))
    paths = {path.name: path for path in releases_folder.iterdir() if _NAME.fullmatch(path.name)}
    published = [name for name in history.names(releases_folder) if name in paths]
    never = sorted(set(paths) - set(published))
    now = current(releases_folder)
    return [
        ReleaseFolder(name, paths[name], name == now) for name in (*reversed(published), *never)
    ]


class Pruned(NamedTuple):
    """The releases that were removed, and those that stay only because a server serves them."""

    removed: list[ReleaseFolder]
    used: list[ReleaseFolder]


def prune(releases_folder: Path, keep: int) -> Pruned:
    """Remove all releases but the current one and the `keep` that were published last.

    One that is removed is no release from the first step on: it loses its name before its files.
    One that a server still serves stays. The history keeps its lines, as it says what was published
    when. Raises UnreadableRelease where the current one is missing or damaged: which of the older
    ones can be served in its place is not known then.
    """
    if not releases_folder.is_dir():
        raise UnreadableRelease(message("release.no_folder", folder=releases_folder))
    with _locked(releases_folder):
        if (now := current(releases_folder)) is not None:
            check_release(releases_folder / now)
        try:
            with _naming(releases_folder):
                pruned = _unname(releases_folder, keep)
            for release in pruned.removed:
                remove_folder(_away(release))
            sync(releases_folder)
        except OSError as error:
            raise _unwritten(releases_folder, error) from error
    return pruned


def _unname(releases_folder: Path, keep: int) -> Pruned:
    pruned = Pruned([], [])
    for release in releases(releases_folder)[keep:]:
        if release.current:
            continue
        if is_used(release.path):
            pruned.used.append(release)
        else:
            release.path.rename(_away(release))
            pruned.removed.append(release)
    return pruned


def _away(release: ReleaseFolder) -> Path:
    return release.path.with_name(f"{_BUILDING}{release.name}")


def roll_back(releases_folder: Path, name: str | None) -> ReleaseFolder:
    """Make a release the current one again: `name`, or the one published before.

    One that was only built is thereby published.
    """
    known = [release.name for release in releases(releases_folder)]
    release = find_release(releases_folder, name or _before(releases_folder, known))
    check_release(release.path)
    with _naming(releases_folder):
        if release.name in history.names(releases_folder) and release.path.is_dir():
            _point(releases_folder, release.name)
        else:
            _publish(release.path)
    return release._replace(current=True)


def find_release(releases_folder: Path, name: str | None) -> ReleaseFolder:
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


def remove_folder(path: Path) -> None:
    """Remove a folder with all that it holds, or a link or file of its name."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
