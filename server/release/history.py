"""Find the releases that were published here: the current one and those before it."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from server.faults import UnknownPage
from server.release.current import Release
from server.release.files import Download, list_downloads
from transform.errors import UnreadableRelease
from transform.release import history
from transform.release.manifest import FILE, Manifest, read_manifest

log = logging.getLogger(__name__)


class Published(NamedTuple):
    """A release that was published: its folder, what it says of itself, when, its files."""

    folder: Path
    manifest: Manifest
    time: datetime
    downloads: Mapping[str, Download]

    @property
    def name(self) -> str:
        """Give the name that its content gave it."""
        return self.folder.name

    @property
    def path(self) -> str:
        """Give where its files are, below the site, for good."""
        return f"dumps/releases/{self.name}/"


def published(current: Release) -> Published:
    """Give the current release as one that was published."""
    time = _time(current.folder, history.times(current.folder.parent))
    return Published(current.folder, current.manifest, time, current.downloads)


def list_published(current: Release) -> list[Published]:
    """List what was published, the newest first; what was only built is nobody's business.

    A release that cannot be read any more is logged and left out.
    """
    shelf = current.folder.parent
    names = dict.fromkeys((*reversed(history.names(shelf)), current.name))
    times = history.times(shelf)
    found = []
    for name in names:
        folder = shelf / name
        try:
            if (folder / FILE).is_file():
                found.append(Published(folder, *_read(folder, _time(folder, times))))
        except UnreadableRelease as fault:
            log.warning("not listed: %s", fault)
    return sorted(found, key=lambda one: one.time, reverse=True)


def find_published(current: Release, name: str) -> Published:
    """Give a release by its name; raises UnknownPage, which names those there are."""
    known = {one.name: one for one in list_published(current)}
    if name not in known:
        there = ", ".join(known)
        raise UnknownPage(f"No release {name[:100]!r} was published here; there are: {there}.")
    return known[name]


@lru_cache(maxsize=64)
def _read(folder: Path, time: datetime) -> tuple[Manifest, datetime, Mapping[str, Download]]:
    manifest = read_manifest(folder)
    return manifest, time, list_downloads(folder, manifest)


def _time(folder: Path, times: Mapping[str, datetime]) -> datetime:
    """Give when a release was published; of one that came without a history, when it was built."""
    if folder.name in times:
        return times[folder.name]
    return datetime.fromtimestamp(int((folder / FILE).stat().st_mtime), UTC)
