"""Kill a build, and a swap of the current release, at random moments: the site keeps a whole one.

Run `make benchmark-killing`; `--moments` and `--seed` are options. Each process is killed with
SIGKILL at a moment drawn from the time that one takes which is left alone. Afterwards `current` is
the release of before or the new one, and every release that can be seen agrees with its manifest.
After each tenth, and the last, a build is let end: it works, and nothing is left but releases.
Ends with 1 where that does not hold.
"""

import argparse
import csv
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from server.cli import main
from tests.conftest import HEADER, ROW
from tests.support.kept_validation import keep_validation
from transform.errors import PortraitError
from transform.release import folder as release_folder
from transform.release.integrity import check_release

LET_END = 10


class Releases:
    """A folder of releases, the files that they are built from, and what became of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._files = folder / "releases", folder
        self._number = 0
        self.counts: Counter[str] = Counter()

    def build(self) -> list[str]:
        """Write two portraits of one row that no build has had, and return the command."""
        self._number += 1
        given = []
        for year in (2024, 2025):
            file = self._files / f"{year}.csv"
            with file.open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out)
                writer.writerows([HEADER, (*ROW[:4], f"Essai {self._number}", ROW[5])])
            given.append(f"{year}={file}")
        return ["build", *given, "--to", str(self.folder)]

    def swap(self) -> list[str]:
        """Return the command that makes another release the current one."""
        now = self.current()
        other = next(each.name for each in release_folder.releases(self.folder) if not each.current)
        assert other != now
        return ["rollback", str(self.folder), other]

    def current(self) -> str | None:
        """Return the name of the current release."""
        return release_folder.current(self.folder)

    def names(self) -> set[str]:
        """Return the names of all releases."""
        return {release.name for release in release_folder.releases(self.folder)}

    def faults(self, allowed: set[str | None]) -> list[str]:
        """Return what is wrong after a kill; `allowed` are the releases that may be current."""
        found = [] if self.current() in allowed else [f"current is {self.current()}"]
        for release in release_folder.releases(self.folder):
            try:
                check_release(release.path)
            except PortraitError as fault:
                found.append(str(fault))
        self.counts["leftovers"] += bool(self.left())
        return found

    def left(self) -> list[str]:
        """Return what stands in the folder beside releases, `current`, history and lock."""
        names = {path.name for path in self.folder.iterdir()}
        return sorted(names - self.names() - {"current", "history", ".lock"})


def start(arguments: list[str]) -> int:
    """Fork the command; return its process."""
    process = os.fork()
    if process == 0:
        _run(arguments)
    return process


def _run(arguments: list[str]) -> NoReturn:
    silent = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(silent, number)
    sys.argv = ["portrait-ia", *arguments]
    try:
        main()
    except SystemExit as end:
        os._exit(int(end.code or 0))
    finally:
        os._exit(70)


def end(process: int) -> int:
    """Wait for a process; return its exit code, less than 0 for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def kill_at_random(
    what: str, releases: Releases, begin: Callable[[], list[str]], moments: int, draw: random.Random
) -> list[str]:
    """Kill a command at random moments; return what did not hold."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        assert end(start(begin())) == 0
        times.append(time.perf_counter() - started)
    usual, found = sorted(times)[1], []
    counts = releases.counts = Counter()
    for number in range(1, moments + 1):
        before, there, command = releases.current(), releases.names(), begin()
        process = start(command)
        time.sleep(draw.uniform(0, usual))
        os.kill(process, signal.SIGKILL)
        counts["killed" if end(process) == -signal.SIGKILL else "over before"] += 1
        after = releases.current()
        counts["moved on" if after != before else "as before"] += 1
        # What a build makes current is a release that was not there, a swap the one that it names.
        new = releases.names() - there if what == "build" else {command[-1]}
        found += [f"{number}: {fault}" for fault in releases.faults({before, *new})]
        if number % LET_END == 0 or number == moments:
            status = end(start(releases.build()))
            if status or releases.left():
                found.append(f"{number}: the next build ended with {status}, {releases.left()}")
            release_folder.prune(releases.folder, 2)
    print(f"{what}, {moments} moments of {usual:.2f} s: {dict(counts)}")
    return found


def run(moments: int, seed: int) -> int:
    """Print what became of each kind; return the exit code."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        keep_validation(Path(name) / "validated")
        os.environ["TMPDIR"] = tempfile.tempdir = str(Path(name) / "scratch")
        Path(tempfile.tempdir).mkdir()
        releases = Releases(Path(name))
        found = kill_at_random("build", releases, releases.build, moments, draw)
        found += kill_at_random("swap", releases, releases.swap, moments, draw)
    print(*found or ["each time current was whole, and the next build worked"], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--moments", type=int, default=100)
    options.add_argument("--seed", type=int, default=17)
    given = options.parse_args()
    sys.exit(run(given.moments, given.seed))
