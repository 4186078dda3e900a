"""List the releases that were published here: the current one and earlier ones."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from server.faults import UnknownPage
from server.release.current import Release
from server.release.files import ReleaseFile, list_downloads
from transform.errors import UnreadableRelease
from transform.release import history
from transform.release.manifest import FILE, Manifest, read_manifest
from transform.text.message import message

log = logging.getLogger(__name__)


class PublishedRelease(NamedTuple):
    """A published release: its folder, its manifest, when it was published, and its files."""

    folder: Path
    manifest: Manifest
    time: datetime
    downloads: Mapping[str, ReleaseFile]

    @property
    def name(self) -> str:
        """Return its name, which is derived from its content."""
        return self.folder.name

    @property
    def path(self) -> str:
        """Return the permanent path of its files, below the site."""
        return f"dumps/releases/{self.name}/"


def current_published(current: Release) -> PublishedRelease:
    """Return the current release as a published one."""
    time = _time(current.folder, history.times(current.folder.parent))
    return PublishedRelease(current.folder, current.manifest, time, current.downloads)


def list_published(current: Release) -> list[PublishedRelease]:
    """List the published releases, the newest first; those only built are not public.

    A release that is no longer readable is logged and left out.
    """
    parent = current.folder.parent
    names = dict.fromkeys((*history.names_at_first(parent), current.name))
    times = history.times(parent)
    releases = []
    for name in reversed(names):
        folder = parent / name
        try:
            if (folder / FILE).is_file():
                releases.append(PublishedRelease(folder, *_read(folder, _time(folder, times))))
        except UnreadableRelease as fault:
            log.warning("not listed: %s", fault)
    return releases


def find_published(current: Release, name: str) -> PublishedRelease:
    """Return a release by its name; raises UnknownPage."""
    by_name = {each.name: each for each in list_published(current)}
    if name not in by_name:
        raise UnknownPage(message("pages.no_release", name=name[:100], known=[*by_name]))
    return by_name[name]


@lru_cache(maxsize=64)
def _read(folder: Path, time: datetime) -> tuple[Manifest, datetime, Mapping[str, ReleaseFile]]:
    manifest = read_manifest(folder)
    return manifest, time, list_downloads(folder, manifest)


def _time(folder: Path, times: Mapping[str, datetime]) -> datetime:
    """Return when a release was published, or when it was built if there is no history of it."""
    if folder.name in times:
        return times[folder.name]
    return datetime.fromtimestamp(int((folder / FILE).stat().st_mtime), UTC)
