"""Keep releases: immutable folders named by their content, and `current`, which is one of them.

A release is written beside the others under a name that nothing serves, and gets its own name
in one step once it is whole and on disk; `current` moves in one step too. Whoever is killed in
between leaves a folder that the next build clears away.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from transform.errors import MisusedCommand, UnreadableRelease
from transform.files import (
    LOCK,
    exclusive_lock,
    put_in_place,
    sync,
)
from transform.release import history
from transform.release.manifest import read_manifest

CURRENT = "current"
_BUILDING = ".building-"
_NAME = re.compile("[0-9a-f]{16}")


class Release(NamedTuple):
    """A release in its folder; `current`: it is the one that is served."""

    name: str
    path: Path
    current: bool


@contextmanager
def building(shelf: Path) -> Iterator[Path]:
    """Give a folder to write a release in; it is cleared away unless `adopt` took it.

    One build at a time: raises MisusedCommand when another one is under way.
    """
    taken = MisusedCommand(
        f"{shelf}: another build is under way there. Wait for it, or choose another --to."
    )
    with ExitStack() as lock:
        try:
            shelf.mkdir(parents=True, exist_ok=True)
            lock.enter_context(exclusive_lock(shelf / LOCK, taken))
        except OSError as error:
            raise MisusedCommand(
                f"{shelf}: cannot write there ({error.strerror}). Choose another --to."
            ) from error
        for left in shelf.glob(f"{_BUILDING}*"):
            _remove(left)
        folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=shelf))
        try:
            yield folder
        except OSError as error:
            raise _unwritten(shelf, error) from error
        finally:
            if folder.exists():
                _remove(folder)


def adopt(folder: Path, name: str) -> Path:
    """Make a written folder the release `name`, for good; gives its path.

    Everything is on disk before the name exists, so a release that can be seen is whole.
    """
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            path.chmod(0o444)
        sync(path)
    folder.chmod(0o755)
    sync(folder)
    release = folder.parent / name
    if release.exists():
        _remove(folder)
    else:
        folder.rename(release)
    sync(release.parent)
    return release


def publish(release: Path) -> None:
    """Make a release the current one, in one step, as the newest of the history."""
    shelf = release.parent
    try:
        history.add(shelf, release.name)
    except OSError as error:
        raise _unwritten(shelf, error) from error
    _point(shelf, release.name)


def _point(shelf: Path, name: str) -> None:
    link = shelf / f"{_BUILDING}{CURRENT}"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        put_in_place(link, shelf / CURRENT)
    except OSError as error:
        raise _unwritten(shelf, error) from error


def _unwritten(shelf: Path, error: OSError) -> MisusedCommand:
    return MisusedCommand(
        f"{shelf}: the release cannot be written there ({error.strerror}: {error.filename})."
        " Make room or see to its permissions; what was current still is."
    )


def current(shelf: Path) -> str | None:
    """Give the name of the current release, None if there is none."""
    try:
        return (shelf / CURRENT).readlink().name
    except OSError:
        return None


def releases(shelf: Path) -> list[Release]:
    """List the releases, the one that was published last first."""
    if not shelf.is_dir():
        raise UnreadableRelease(
            f"{shelf}: no such folder. Build with `portrait-ia build … --to {shelf}`."
        )
    found = {path.name: path for path in shelf.iterdir() if _NAME.fullmatch(path.name)}
    published = [name for name in history.names(shelf) if name in found]
    never = sorted(set(found) - set(published))
    now = current(shelf)
    return [Release(name, found[name], name == now) for name in (*reversed(published), *never)]


def roll_back(shelf: Path, name: str | None) -> Release:
    """Make an earlier release the current one again: `name`, or the one published before."""
    known = {release.name: release for release in releases(shelf)}
    wanted = name or _before(shelf, list(known))
    if wanted not in known:
        there = ", ".join(known) or "none"
        raise MisusedCommand(f"{shelf}: no release {wanted!r}; there are: {there}.")
    read_manifest(known[wanted].path)
    _point(shelf, wanted)
    return known[wanted]._replace(current=True)


def _before(shelf: Path, newest_first: list[str]) -> str:
    now = current(shelf)
    published = [name for name in newest_first if name in history.names(shelf)]
    earlier = published[published.index(now) + 1 :] if now in published else published
    if not earlier:
        raise MisusedCommand(
            f"{shelf}: no release before the current one."
            f" List them with `portrait-ia releases {shelf}`."
        )
    return earlier[0]


def content_name(manifest: bytes, digests: Mapping[str, str]) -> str:
    """Return the name of a release: 16 hexadecimal digits of a SHA-256 over its files.

    `digests` are the SHA-256 of the files that count, by path, beside the manifest, which counts
    too.
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
