"""Find which releases a page has been in, and which of them was current at a time (RFC 7089)."""

import mmap
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from server.release.current import Release
from server.release.history import PublishedRelease, list_published
from server.web.links import quote_path
from transform.release import history
from transform.release.document_index import FILE as DOCUMENTS

# What stands in the index, by the beginning of the path, and how it begins there.
_LISTED = {"doc/": "", "id/": "", "portraits/": "portrait/"}


class Memento(NamedTuple):
    """A page of the site in one release: its path below the site, and when it was published."""

    path: str
    release: str
    time: datetime


def list_mementos(current: Release, path: str) -> list[Memento]:
    """Return the page in each published release that has it, the oldest first.

    Documents and portraits are looked up in the index of a release; any other page is taken to be
    in all.
    """
    return [
        Memento(f"releases/{one.name}/{path}", one.name, one.time)
        for one in reversed(list_published(current))
        if _has(one, path)
    ]


def choose(current: Release, mementos: Sequence[Memento], time: datetime | None) -> Memento:
    """Return the memento of the release that was current at a time, of the newest without one.

    Before the first publication that is the first one (RFC 7089, 4.5.3).
    """
    by_release = {memento.release: memento for memento in mementos}
    if time is None:
        return by_release.get(current.name, mementos[-1])
    publications = sorted(history.publications(current.folder.parent), key=lambda one: one[0])
    before = [name for at, name in publications if at <= time and name in by_release]
    return by_release[before[-1]] if before else mementos[0]


def _has(published: PublishedRelease, path: str) -> bool:
    for begin, listed in _LISTED.items():
        if path.startswith(begin):
            name = quote_path(listed + path.removeprefix(begin))
            return _lists(published.folder / DOCUMENTS, name)
    return True


def _lists(index: Path, path: str) -> bool:
    """Check whether an index lists a path, also without the suffix of a format."""
    names = {path, path.rpartition(".")[0]} - {""}
    try:
        with (
            index.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines,
        ):
            return any(_holds_line(lines, name.encode()) for name in names)
    except (OSError, ValueError):  # there is no index, or an empty one
        return False


def _holds_line(lines: mmap.mmap, line: bytes) -> bool:
    return lines[: len(line) + 1] == line + b"\n" or lines.find(b"\n" + line + b"\n") >= 0
