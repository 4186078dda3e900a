"""Open earlier releases when they are asked for, and close them when they are idle."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from server.engine.faults import EngineDown
from server.engine.histogram import Histogram
from server.engine.interface import Limits
from server.engine.stats import EngineStats
from server.engine.timing import TimedEngine
from server.faults import ReleaseUnready, UnknownPage
from server.release.current import Opener, Release, open_release
from transform.errors import PortraitError
from transform.release import history
from transform.release.integrity import check_quads
from transform.release.manifest import FILE
from transform.text.message import message

log = logging.getLogger(__name__)
_LOOK_EVERY = 1.0  # seconds
_WAIT_SECONDS = 2.0  # how long a request waits for a release that another one is opening
# What the queries about earlier releases may take: they are few, and the current one goes first.
_PROCESSES, _WAITING = 2, 8


@dataclass(slots=True)
class _Opened:
    release: Release
    used: float  # monotonic seconds


class OlderReleases:
    """The published releases of a folder beside the current one, of which `most` may be open."""

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        opener: Opener,
        most: int,
        refuse: Callable[[Path], None] = lambda _: None,
        times: Histogram | None = None,
        idle_seconds: float = 120.0,
    ) -> None:
        """Open with `opener` after `refuse`, which raises PortraitError for a release folder.

        That is one that does not fit into memory, or that a remote store does not hold whole. The
        time of queries is counted in `times`. A release that nobody has asked for `idle_seconds`
        is closed.
        """
        self._folder = folder
        self._limits = replace(
            limits,
            processes=min(_PROCESSES, limits.processes),
            idle=1,
            waiting=min(_WAITING, limits.waiting),
            total_memory_mb=min(limits.total_memory_mb, _PROCESSES * limits.memory_mb),
        )
        self._opener = opener
        self._most = most
        self._refuse = refuse
        self._times = times or Histogram()
        self._idle_seconds = idle_seconds
        self._past = EngineStats()
        self.begin_anew()

    @contextmanager
    def lend(self, name: str) -> Iterator[Release]:
        """Yield a release, which stays open until the request is over.

        Raises UnknownPage for a release that was not published, and ReleaseUnready for one that
        cannot be opened now.
        """
        release = self._borrow(name)
        try:
            yield release
        finally:
            with self._lock:
                release.lent -= 1
                if opened := self._open.get(name):
                    opened.used = time.monotonic()

    def stats(self) -> EngineStats:
        """Add up the numbers of the engines that are open, and the totals of the closed ones."""
        with self._lock:
            return sum((one.release.engine.stats() for one in self._open.values()), self._past)

    def close(self) -> None:
        """Close all releases that nobody is reading."""
        self.close_idle(0.0)

    def close_idle(self, seconds: float) -> None:
        """Close the releases that nobody has asked for so long."""
        before = time.monotonic() - seconds
        with self._lock:
            idle = [
                name
                for name, one in self._open.items()
                if not one.release.lent and one.used <= before
            ]
            releases = [self._take_out(name) for name in idle]
        for release in releases:
            release.close()
            log.info("closed the earlier release %s", release.name)

    def begin_anew(self) -> None:
        """Begin with nothing open, and with locks that no thread of a parent process holds."""
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._open: dict[str, _Opened] = {}
        self._is_watched = False

    def _watch(self) -> None:
        """Close what is idle, until nothing is open."""
        while True:
            time.sleep(_LOOK_EVERY)
            self.close_idle(self._idle_seconds)
            with self._lock:
                if not self._open:
                    self._is_watched = False
                    return

    def _borrow(self, name: str) -> Release:
        if release := self._lend_open(name):
            return release
        known = [each for each in history.names(self._folder) if self._is_there(each)]
        if name not in known:
            raise UnknownPage(message("pages.no_release", name=name[:100], known=known))
        if not self._most:
            raise UnknownPage(message("pages.older_closed"), f"dumps/releases/{name}/")
        if not self._opening.acquire(timeout=_WAIT_SECONDS):
            raise ReleaseUnready(message("pages.older_opening"))
        try:
            return self._lend_open(name) or self._open_new(name)
        finally:
            self._opening.release()

    def _is_there(self, name: str) -> bool:
        return (self._folder / name / FILE).is_file()

    def _lend_open(self, name: str) -> Release | None:
        with self._lock:
            opened = self._open.get(name)
            if opened:
                opened.release.lent += 1
            return opened.release if opened else None

    def _open_new(self, name: str) -> Release:
        self._make_room()
        folder = self._folder / name
        try:
            check_quads(folder)
            self._refuse(folder)
            release = open_release(folder, self._limits, self._opener)
        except (PortraitError, EngineDown) as fault:
            log.warning("the earlier release %s cannot be opened: %s", name, fault)
            raise ReleaseUnready(
                message("pages.older_unready", name=name), f"dumps/releases/{name}/"
            ) from fault
        log.info("opened the earlier release %s", name)
        release.engine = TimedEngine(release.engine, self._times)
        with self._lock:
            release.lent += 1
            self._open[name] = _Opened(release, time.monotonic())
            if not self._is_watched:
                self._is_watched = True
                threading.Thread(target=self._watch, name="older-releases", daemon=True).start()
        return release

    def _make_room(self) -> None:
        """Close the release that was not used for longest; raises ReleaseUnready if all are."""
        with self._lock:
            if len(self._open) < self._most:
                return
            idle = [(one.used, name) for name, one in self._open.items() if not one.release.lent]
            if not idle:
                raise ReleaseUnready(message("pages.older_taken", most=self._most))
            _, name = min(idle)
            release = self._take_out(name)
        release.close()

    def _take_out(self, name: str) -> Release:
        release = self._open.pop(name).release
        self._past += release.engine.stats().past
        return release
