"""Choose the release to serve: the current one, once it was checked, or the last good one.

One process of a site does it: that which starts the workers, or the application itself under
another server. A release that a remote store does not hold yet is looked for again there, as it may
be pushed later. What `current` points to is compared with its manifest before it is served. Where
it is missing or damaged, the release that is served goes on, and when none is served yet, the last
one that was published and is whole, until `current` is right again.
"""

import logging
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from transform.errors import DamagedRelease, StoreFailed, UnreadableRelease
from transform.release.folder import CURRENT, list_instead
from transform.release.integrity import check_release, fingerprint
from transform.text.message import message, text_in

log = logging.getLogger(__name__)

Progress = Callable[[str], None]
# Raises StoreFailed where the engine cannot answer from a release folder, whose files are whole.
Vet = Callable[[Path], None]
_VET_AGAIN = 5.0  # seconds


class ReleaseChoice(NamedTuple):
    """The release to serve, and why it is not the one that `current` points to, where it is not.

    `release` is the path of its folder, "" while there is none to serve; `fingerprint` is that of
    the files that were checked; `trouble` and `checking` are for everyone to read, in English.
    """

    release: str = ""
    fingerprint: str = ""
    trouble: str = ""
    checking: str = ""


class Chooser(Protocol):
    """Chooses the release to serve."""

    def choose(self) -> ReleaseChoice:
        """Return the release to serve now."""
        ...

    def refuse(self, release: str, checked: str, reason: str) -> None:
        """Refuse a release that could not be opened; `checked` is its fingerprint."""
        ...


class ReleaseChooser:
    """Chooses from a folder of releases; for one thread."""

    def __init__(
        self, folder: Path, progress: Progress = lambda _: None, vet: Vet = lambda _: None
    ) -> None:
        """Choose from a folder; `progress` is called with a text while a release is checked."""
        self._folder = folder
        self._progress = progress
        self._vet = vet
        self._vetted: set[Path] = set()
        self._vet_again: float | None = None  # when, after one was refused
        self._choice: ReleaseChoice | None = None
        self._previous: Path | None = None
        self._none_whole: list[tuple[Path, str]] = []  # when there was none to serve
        self._target: tuple[Path, str] | None = None
        self._whole: dict[Path, str] = {}  # fingerprints of releases that were checked
        self._not_opened: dict[tuple[Path, str], str] = {}
        self._logged: Path | None = None

    def choose(self) -> ReleaseChoice:
        """Return the release to serve now; checks what has changed, which may take a while.

        Raises UnreadableRelease where there never was a release to serve, and StoreFailed where
        the first one is not in the store that is to answer.
        """
        target = Path(os.path.realpath(self._folder / CURRENT))  # tolerates a loop of links
        now = target, fingerprint(target)
        again = self._vet_again is not None and time.monotonic() > self._vet_again
        changed = now != self._target or self._others_have_changed()
        if self._choice is None or again or changed:
            self._choice = self._choose(target)
            self._target = now
        return self._choice

    def refuse(self, release: str, checked: str, reason: str) -> None:
        """Refuse a release that could not be opened, though its files are those of its manifest."""
        self._not_opened[Path(release), checked] = reason
        self._target = None

    def _others_have_changed(self) -> bool:
        """Check whether the release that is served has changed, or, without one, any other."""
        if self._choice and self._choice.release:
            return fingerprint(Path(self._choice.release)) != self._choice.fingerprint
        instead = list_instead(self._folder, self._previous)
        return [(release, fingerprint(release)) for release in instead] != self._none_whole

    def _choose(self, target: Path) -> ReleaseChoice:
        self._vet_again = None
        try:
            find_current(self._folder)
            choice = self._check(target)
        except StoreFailed as fault:
            if self._choice is None:
                raise
            self._vet_again = time.monotonic() + _VET_AGAIN
            return self._choose_instead(target, fault)
        except UnreadableRelease as fault:
            return self._choose_instead(target, fault)
        self._logged = None
        if self._choice and self._choice.release not in ("", choice.release):
            self._previous = Path(self._choice.release)
        return choice

    def _choose_instead(
        self, target: Path, fault: UnreadableRelease | StoreFailed
    ) -> ReleaseChoice:
        served = Path(self._choice.release) if self._choice and self._choice.release else None
        problem = getattr(fault, "problem", message("server.leads_nowhere", current=CURRENT))
        if isinstance(fault, StoreFailed):
            problem = message("server.not_in_store", name=target.name)
        trouble = text_in("en", problem)
        instead = list_instead(self._folder, self._previous)
        self._none_whole = [(release, fingerprint(release)) for release in instead]
        for release in [served, *instead] if served else instead:
            try:
                choice = self._check(release)
            except (UnreadableRelease, StoreFailed):
                continue
            problem = fault.text("en").rstrip(".")
            if release == served:
                self._log(target, f"{problem}; the old release goes on: {release.name}")
            else:
                self._log(target, f"{problem}; served instead: {release.name}")
            return choice._replace(trouble=trouble)
        if self._choice is None:
            raise fault
        self._previous = served or self._previous
        self._log(
            target, f"{fault.text('en')} No other release is whole: only what is in memory goes on."
        )
        return ReleaseChoice(trouble=trouble)

    def _check(self, release: Path) -> ReleaseChoice:
        mark = fingerprint(release)
        if reason := self._not_opened.get((release, mark)):
            raise DamagedRelease(reason, message("server.not_opened", name=release.name))
        if self._whole.get(release) != mark:
            check_release(release, partial(self._report, release.name))
            self._whole[release] = mark
        if release not in self._vetted:
            self._vet(release)
            self._vetted.add(release)
        return ReleaseChoice(str(release), mark)

    def _report(self, name: str, done: int, total: int) -> None:
        self._progress(f"{name}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB")

    def _log(self, target: Path, message: str) -> None:
        """Log why a release is refused, once for each that `current` points to."""
        if target != self._logged:
            log.error("%s", message)
        self._logged = target


def find_current(folder: Path) -> Path:
    """Return the release folder that `current` points to; raises UnreadableRelease."""
    current = folder / CURRENT
    if not current.exists():
        raise UnreadableRelease(message("server.no_current", folder=folder))
    return current.resolve()
