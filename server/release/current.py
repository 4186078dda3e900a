"""Open the current release, and switch to the next one without a failed request."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from server.engine.forked import call_in_forked
from server.engine.interface import Engine, Limits
from server.engine.opening import open_engine
from server.engine.stats import EngineStats
from server.release.files import Download, list_downloads
from transform.errors import UnreadableRelease
from transform.release.manifest import FILE, Manifest, read_manifest

log = logging.getLogger(__name__)

QUADS = "dumps/portraits.nq"
Opener = Callable[[Path, str, Limits], Engine]


@dataclass(eq=False)
class Release:
    """An open release: its folder, its manifest and its engine."""

    folder: Path
    manifest: Manifest
    engine: Engine
    lent: int = 0
    retired: bool = False

    @cached_property
    def name(self) -> str:
        """Return its name, which is derived from its content."""
        return self.folder.name

    @cached_property
    def base_uri(self) -> str:
        """Return the IRI below which its resources stand, independent of the requested host."""
        return str(self.manifest["base_uri"])

    @cached_property
    def downloads(self) -> dict[str, Download]:
        """Return the public files, by path below the release."""
        return list_downloads(self.folder, self.manifest)


def open_release(folder: Path, limits: Limits, opener: Opener = open_engine) -> Release:
    """Open a release folder; raises UnreadableRelease, or EngineDown."""
    manifest = read_manifest(folder)
    if not (folder / QUADS).is_file():
        raise UnreadableRelease(
            f"{folder}: {QUADS} is missing; run portrait-ia build --to {folder.parent}"
        )
    return Release(folder, manifest, opener(folder / QUADS, manifest["base_uri"], limits))


def find_current(folder: Path) -> Path:
    """Return the release folder that `current` points to; raises UnreadableRelease."""
    current = folder / "current"
    if not current.exists():
        raise UnreadableRelease(
            f"{folder}: holds no current release; run portrait-ia build --to {folder}"
        )
    return current.resolve()


class CurrentRelease:
    """The current release of a folder, which requests borrow."""

    def __init__(self, folder: Path, limits: Limits, opener: Opener = open_engine) -> None:
        self._folder = folder
        self._limits = limits
        self._opener = opener
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._every = 1.0  # seconds
        self._refused: tuple[Path, int] | None = None
        # To look at; to ask, `lend` or `borrow` it.
        self.current = open_release(find_current(self._folder), limits, opener)
        self._retired: list[Release] = []
        self._past = EngineStats()

    @contextmanager
    def lend(self) -> Iterator[Release]:
        """Yield the current release, which stays open until the request is over."""
        release = self.borrow()
        try:
            yield release
        finally:
            self.give_back(release)

    def borrow(self) -> Release:
        """Return the current release, which stays open until it is given back."""
        with self._lock:
            self.current.lent += 1
            return self.current

    def give_back(self, release: Release) -> None:
        """Return a borrowed release; one that is retired is closed by the last."""
        with self._lock:
            release.lent -= 1
        if release.retired:
            self._close_if_done(release)

    def stats(self) -> EngineStats:
        """Add up the numbers of all open engines, and the totals of the closed ones."""
        with self._lock:
            releases = (self.current, *self._retired)
            return sum((release.engine.stats() for release in releases), self._past)

    def watch(self, seconds: float = 1.0) -> None:
        """Look for a new release every few seconds, in a thread of its own."""
        self._every = seconds
        self._begin_to_look()
        call_in_forked(self._begin_anew)

    def look(self) -> None:
        """Switch to the release that `current` points to now; log one that cannot be opened."""
        target = Path(os.path.realpath(self._folder / "current"))  # tolerates a loop of links
        if target == self.current.folder:
            self._refused = None
            return
        candidate = (target, _time_of_manifest(target))
        try:
            if candidate != self._refused:
                self._replace(open_release(find_current(self._folder), self._limits, self._opener))
                log.info("serving release %s", target.name)
        except Exception as fault:  # no fault of a new release may end the site
            self._refused = candidate
            log.error("%s cannot be opened, the old release goes on: %s", target, fault)

    def close(self) -> None:
        """Stop looking and close the current release."""
        self._closed.set()
        self.current.engine.close()

    def _begin_to_look(self) -> None:
        looking = threading.Thread(target=self._keep_looking, name="current-release", daemon=True)
        looking.start()

    def _begin_anew(self) -> None:
        """Look in a forked process too, which has neither the thread nor what that thread held."""
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._begin_to_look()

    def _keep_looking(self) -> None:
        while not self._closed.wait(self._every):
            self.look()

    def _replace(self, release: Release) -> None:
        with self._lock:
            old, self.current = self.current, release
            old.retired = True
            self._retired.append(old)
        self._close_if_done(old)

    def _close_if_done(self, release: Release) -> None:
        with self._lock:
            done = release.retired and release.lent == 0
            release.retired = release.retired and not done
            if done:
                self._retired.remove(release)
                self._past += release.engine.stats().past
        if done:
            release.engine.close()


def _time_of_manifest(folder: Path) -> int:
    """Return when the manifest of a release was written; 0 without a manifest, which may follow."""
    try:
        return (folder / FILE).stat().st_mtime_ns
    except OSError:
        return 0
