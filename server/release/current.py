"""Open the current release, and switch to the next one without a failed request."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from server.engine.forked import call_in_forked
from server.engine.histogram import Histogram
from server.engine.interface import Engine, Limits
from server.engine.opening import open_engine
from server.engine.stats import EngineStats
from server.engine.timing import TimedEngine
from server.faults import ReleaseUnready
from server.release.choice import Chooser, ReleaseChoice, ReleaseChooser
from server.release.files import ReleaseFile, check_unchanged, list_downloads, trust
from server.release.register import Register, read_register
from transform.errors import UnreadableRelease
from transform.rdf.namespaces import BaseUri
from transform.release.integrity import fingerprint
from transform.release.manifest import Manifest, base_uri_of, read_manifest
from transform.release.paths import DATABASE, QUADS
from transform.release.thing_tables import VERSION
from transform.release.use import Use
from transform.text.message import message

log = logging.getLogger(__name__)

Opener = Callable[[Path, str, Limits], Engine]


@dataclass(eq=False)
class Release:
    """An open release: its folder, its manifest and its engine."""

    folder: Path
    manifest: Manifest
    engine: Engine
    use: Use
    lent: int = 0
    retired: bool = False

    @cached_property
    def name(self) -> str:
        """Return its name, which is derived from its content."""
        return self.folder.name

    @cached_property
    def base_uri(self) -> BaseUri:
        """Return the IRI below which its resources stand, independent of the requested host."""
        return base_uri_of(self.manifest)

    @cached_property
    def register(self) -> Register:
        """Return its register: languages, fields, words."""
        return read_register(self.manifest)

    @cached_property
    def years(self) -> list[int]:
        """Return the years of its portraits, the newest last."""
        return sorted(portrait["year"] for portrait in self.manifest["portraits"])

    @cached_property
    def has_tables(self) -> bool:
        """Check whether it holds the tables that lists and the search read, in their present form.

        A release that older software built may hold them in another one.
        """
        path = f"dumps/{DATABASE}"
        if path not in self.manifest["files"]:
            return False
        try:
            with (self.folder / path).open("rb") as file:
                header = file.read(64)  # SQLite, «Database File Format», 1.3: the user version
        except OSError:
            return False
        return int.from_bytes(header[60:64]) == VERSION

    @cached_property
    def downloads(self) -> dict[str, ReleaseFile]:
        """Return the public files, by path below the release."""
        return list_downloads(self.folder, self.manifest)

    def close(self) -> None:
        """End its engine; from now on it may be removed."""
        self.engine.close()
        self.use.end()

    def find_file(self, path: str) -> Path | None:
        """Return a file that the manifest lists, None for any other; raises ReleaseUnready."""
        if path not in self.manifest["files"]:
            return None
        return check_unchanged(self.folder, path, self.manifest)


def open_release(folder: Path, limits: Limits, opener: Opener = open_engine) -> Release:
    """Open a release folder; raises UnreadableRelease, or EngineDown."""
    manifest = read_manifest(folder)
    if not (folder / QUADS).is_file():
        raise UnreadableRelease(
            message("server.file_missing", folder=folder, file=QUADS, releases=folder.parent)
        )
    use = Use(folder)
    try:
        engine = opener(folder / QUADS, base_uri_of(manifest), limits)
    except BaseException:
        use.end()
        raise
    return Release(folder, manifest, engine, use)


class CurrentRelease:
    """The release that is served, which requests borrow; there may be none for a while.

    `chooser` says which one it is: that of the process that started this one, or one of its own.
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        opener: Opener = open_engine,
        chooser: Chooser | None = None,
    ) -> None:
        self._limits = limits
        self._opener = opener
        self._chooser = chooser or ReleaseChooser(folder)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._every = 1.0  # seconds
        self._refused = ("", "")  # release and fingerprint
        self.query_times = Histogram()
        self._choice = self._chooser.choose()
        # To look at, None while there is none; to ask, `lend` or `borrow` it.
        self.current = self._open_first() if self._choice.release else None
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
        """Return the release, which stays open until it is given back; raises ReleaseUnready."""
        with self._lock:
            if self.current is None:
                raise self.unready()
            self.current.lent += 1
            return self.current

    def give_back(self, release: Release) -> None:
        """Return a borrowed release; one that is retired is closed by the last."""
        with self._lock:
            release.lent -= 1
        if release.retired:
            self._close_if_done(release)

    @property
    def trouble(self) -> str:
        """Return why another release is served than `current` points to; "" where none is."""
        return self._choice.trouble

    def unready(self) -> ReleaseUnready:
        """Return the fault of a request while there is no release to serve."""
        if self._choice.trouble:
            return ReleaseUnready(message("server.none_served", trouble=self._choice.trouble))
        if parts := self._choice.checking:
            return ReleaseUnready(message("pages.checking_parts", parts=parts))
        return ReleaseUnready(message("pages.checking"))

    def stats(self) -> EngineStats:
        """Add up the numbers of all open engines, and the totals of the closed ones."""
        with self._lock:
            releases = (*([self.current] if self.current else []), *self._retired)
            return sum((release.engine.stats() for release in releases), self._past)

    def watch(self, seconds: float = 1.0) -> None:
        """Look for a new release every few seconds, in a thread of its own."""
        self._every = seconds
        self._begin_to_look()
        call_in_forked(self._begin_anew)

    def look(self) -> None:
        """Switch to the release that is chosen now; log one that cannot be opened."""
        try:
            self._choice = choice = self._chooser.choose()
            served = str(self.current.folder) if self.current else ""
            if choice.release in ("", served) or choice[:2] == self._refused:
                return
            self._replace(self._open(choice))
            log.info("serving release %s", Path(choice.release).name)
        except Exception as fault:  # no fault of a new release may end the site
            log.error("%s cannot be opened: %s", self._choice.release, fault)
            if self.current or isinstance(fault, UnreadableRelease):
                self._refused = self._choice[:2]
                self._chooser.refuse(*self._refused, str(fault))

    def close(self) -> None:
        """Stop looking and close the release."""
        self._closed.set()
        if self.current:
            self.current.close()

    def _open_first(self) -> Release:
        """Open the release that is chosen, or the one that is chosen once that was refused."""
        while True:
            try:
                return self._open(self._choice)
            except UnreadableRelease as fault:
                self._refused = refused = self._choice[:2]
                self._chooser.refuse(*refused, str(fault))
                self._choice = self._chooser.choose()
                if self._choice[:2] == refused or not self._choice.release:
                    raise

    def _open(self, choice: ReleaseChoice) -> Release:
        """Open a release whose files are still those that were checked."""
        folder = Path(choice.release)
        _refuse_changed(folder, choice)
        release = open_release(folder, self._limits, self._opener)
        try:
            _refuse_changed(folder, choice)
        except UnreadableRelease:
            release.close()
            raise
        release.engine = TimedEngine(release.engine, self.query_times)
        trust(folder, release.manifest)
        if choice.trouble:
            log.error("serving %s, and not current: %s", folder.name, choice.trouble)
        return release

    def _begin_to_look(self) -> None:
        looking = threading.Thread(target=self._keep_looking, name="current-release", daemon=True)
        looking.start()

    def _begin_anew(self) -> None:
        """Look in a forked process too, which has neither the thread nor what that thread held."""
        self._lock, self._closed = threading.Lock(), threading.Event()
        self.query_times.begin_anew()
        self._begin_to_look()

    def _keep_looking(self) -> None:
        while not self._closed.wait(self._every):
            self.look()

    def _replace(self, release: Release) -> None:
        with self._lock:
            old, self.current = self.current, release
            if old is None:
                return
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
            release.close()


def _refuse_changed(folder: Path, choice: ReleaseChoice) -> None:
    """Raise UnreadableRelease where a file is not the one that was checked."""
    if fingerprint(folder) != choice.fingerprint:
        raise UnreadableRelease(message("server.changed_after_check", folder=folder))
