"""Kill a build, a swap, a push and an export at random moments: what is served stays whole.

Run `make benchmark-killing`; `--moments`, `--seed` and `--only` are options. Each process is killed
with SIGKILL at a moment drawn from the time that one takes which is left alone. Afterwards
`current` is the release of before or the new one, and every release that can be seen agrees with
its manifest; the release that is current in the store (`oxigraph serve`) has each of its graphs
whole; the exported site is that of before or the new one, with all its files. After each tenth, and
the last, the command is let end: it works, and nothing is left. Ends with 1 where that does not
hold.
"""

import argparse
import csv
import os
import random
import signal
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from server.cli import main
from server.export.place import read_record
from tests.conftest import HEADER, ROW
from tests.support.kept_validation import keep_validation
from tests.support.oxigraph_server import run_oxigraph
from tests.support.remote_store import RemoteStore
from tests.support.small_release import numbered, write_small_release
from transform.errors import PortraitError
from transform.release import folder as release_folder
from transform.release.integrity import check_release
from transform.release.remote_graphs import CURRENT, in_store

LET_END = 10
KINDS = ["build", "swap", "push", "export"]
STORE_BASE = "http://store.example/"


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
        """Return what stands beside releases, `current`, history and lock, and in TMPDIR."""
        names = {path.name for path in self.folder.iterdir()}
        temporary = [path.name for path in Path(tempfile.gettempdir()).iterdir()]
        return sorted(names - self.names() - {"current", "history", ".lock"}) + temporary


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


class Stored:
    """A store, and three releases that are pushed to it in turns, each removing the oldest."""

    def __init__(self, folder: Path, store: RemoteStore) -> None:
        self._folder, self._store = folder, store
        self._statements = {}
        for name, number in (("a" * 16, 3000), ("b" * 16, 4000), ("c" * 16, 5000)):
            graphs = {"2025": numbered(number), "2024": numbered(2000), "catalogue": numbered(10)}
            write_small_release(folder, STORE_BASE, graphs, name)
            self._statements[name] = {graph: len(lines) for graph, lines in graphs.items()}
        self.now = ""

    def command(self) -> list[str]:
        """Return the command that makes the next release the current one of the store."""
        names = [*self._statements]
        other = names[(names.index(self.now) + 1) % len(names) if self.now else 0]
        url, query = self._store.graph_store, self._store.query
        where = ["--to", url, "--query", query, "--release", other, "--keep", "1"]
        return ["push", str(self._folder), *where]

    def look(self) -> list[str]:
        """Note which release is current; return what of it is not whole."""
        pointer = f"<{STORE_BASE}releases/>"
        text = f"SELECT ?r {{ GRAPH {pointer} {{ ?site <{CURRENT}> ?r }} }}"
        (address,) = self._ask(text)
        self.now = address.rpartition("/")[2]
        found = []
        for graph, expected in self._statements[self.now].items():
            name = in_store(STORE_BASE, self.now, f"{STORE_BASE}graph/{graph}")
            (held,) = self._ask(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
            if int(held) != expected:
                found.append(f"{name} has {held} of {expected} statements")
        return found

    def _ask(self, query: str) -> list[str]:
        address = f"{self._store.query}?query={urllib.parse.quote(query)}"
        request = urllib.request.Request(address, headers={"Accept": "text/csv"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            lines: list[str] = reply.read().decode().split()
            return lines[1:]


class Site:
    """A place to which a release is exported, again and again."""

    def __init__(self, releases: Path, site: Path) -> None:
        self._command = ["export", str(releases), "--to", str(site)]
        self._site = site
        self._files = 0

    def command(self) -> list[str]:
        """Return the command."""
        return self._command

    def look(self) -> list[str]:
        """Return what of the site is missing."""
        files = sum(path.is_file() for path in self._site.resolve().rglob("*"))
        self._files = self._files or files
        record = read_record(self._site)
        return [] if record and files == self._files else [f"{files} of {self._files} files"]


def kill_what_ends(
    what: str, target: Stored | Site, moments: int, draw: random.Random
) -> list[str]:
    """Kill a push or an export at random moments; return what did not hold."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        assert end(start(target.command())) == 0
        times.append(time.perf_counter() - started)
        assert not target.look()
    usual, found, counts = sorted(times)[1], [], Counter[str]()
    for number in range(1, moments + 1):
        process = start(target.command())
        time.sleep(draw.uniform(0, usual))
        os.kill(process, signal.SIGKILL)
        counts["killed" if end(process) == -signal.SIGKILL else "over before"] += 1
        found += [f"{what} {number}: {fault}" for fault in target.look()]
        if number % LET_END == 0 or number == moments:
            status = end(start(target.command()))
            found += [f"{what} {number}: the next ended with {status}"] * bool(status)
            found += [f"{what} {number}, ended: {fault}" for fault in target.look()]
    print(f"{what}, {moments} moments of {usual:.2f} s: {dict(counts)}", flush=True)
    return found


def run(moments: int, seed: int, only: list[str]) -> int:
    """Print what became of each kind; return the exit code."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        keep_validation(Path(name) / "validated")
        os.environ["TMPDIR"] = tempfile.tempdir = str(Path(name) / "scratch")
        Path(tempfile.tempdir).mkdir()
        releases, found = Releases(Path(name)), list[str]()
        if "build" in only:
            found += kill_at_random("build", releases, releases.build, moments, draw)
        elif end(start(releases.build())) or end(start(releases.build())):
            found.append("no release could be built")
        if "swap" in only:
            found += kill_at_random("swap", releases, releases.swap, moments, draw)
        if "push" in only:
            with run_oxigraph(Path(name) / "store") as store:
                stored = Stored(Path(name) / "pushed", store)
                found += kill_what_ends("push", stored, moments, draw)
        if "export" in only:
            site = Site(releases.folder, Path(name) / "site")
            found += kill_what_ends("export", site, moments, draw)
    print(*found or ["each time what is served was whole, and the next one worked"], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--moments", type=int, default=100)
    options.add_argument("--seed", type=int, default=17)
    options.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    given = options.parse_args()
    sys.exit(run(given.moments, given.seed, given.only))
