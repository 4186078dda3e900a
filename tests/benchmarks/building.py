"""Measure builds of many rows by the command line: CPU with children, wall time, peak memory.

Run: python -m tests.benchmarks.building [--rows N …] [--against REVISION] [--turns N]

With --against, an older revision, checked out beside, takes turns with the working tree on the
same rows; both run on the libraries of this Python. Other work on the machine adds to the CPU
time of both: compare within one run. Peak memory is that of the largest process. The name of the
release says whether both wrote the same bytes.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.mapping import write_portrait
from tests.conftest import COMMAND

ROOT = Path(__file__).resolve().parents[2]
_LAYOUT = 'layout = 1\nextends = "quebec"\n[columns]\nother = "list"\n'


class Cost(NamedTuple):
    """What one build took, and the name of the release that it wrote."""

    cpu: float
    wall: float
    megabytes: float
    release: str


def measure(tree: Path, portrait: Path, layout: Path) -> Cost:
    """Build a release with the code of a source tree, in a process that this one starts."""
    arguments = [sys.executable, "-m", "tests.benchmarks.building", "--one"]
    arguments += [str(tree), str(portrait), str(layout)]
    measured = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT)
    if measured.returncode:
        raise SystemExit(f"{tree}: the build failed.\n{measured.stderr}")
    cpu, wall, megabytes, release = measured.stdout.split()
    return Cost(float(cpu), float(wall), float(megabytes), release)


def build_once(tree: Path, portrait: Path, layout: Path) -> Cost:
    """Build, and add up what all children of this process took."""
    with tempfile.TemporaryDirectory() as name:
        releases_folder = Path(name) / "releases"
        command = [str(COMMAND), "build", f"2025={portrait}", "--layout", str(layout)]
        command += ["--to", str(releases_folder)]
        # The command is installed once; the folder that stands first says whose code it runs.
        started = time.perf_counter()
        environment = {**os.environ, "PYTHONPATH": str(tree)}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=tree, env=environment)
        wall = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        release = (releases_folder / "current").readlink().name
        return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, release)


@contextmanager
def trees(revision: str | None) -> Iterator[dict[str, Path]]:
    """Return the source trees to measure by name; a checked-out revision goes at the end."""
    if revision is None:
        yield {"working tree": ROOT}
        return
    with tempfile.TemporaryDirectory() as name:
        beside = Path(name) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(beside), revision], check=True)
        try:
            yield {revision: beside, "working tree": ROOT}
        finally:
            subprocess.run([*git, "remove", "--force", str(beside)], check=True)


def compare(sources: dict[str, Path], rows: int, turns: int, folder: Path) -> None:
    """Print the median and the spread of each tree, which take turns, for one number of rows."""
    portrait, layout = folder / f"portrait-{rows}.csv", folder / "layout.toml"
    write_portrait(rows, portrait)
    layout.write_text(_LAYOUT, encoding="utf-8")
    costs: dict[str, list[Cost]] = {name: [] for name in sources}
    for _ in range(turns):
        for name, tree in sources.items():
            costs[name].append(measure(tree, portrait, layout))
    for name, turned in costs.items():
        times = [cost.cpu for cost in turned]
        print(
            f"{rows:>8} {name:>14} {statistics.median(times):8.2f}"
            f" {min(times):7.2f}–{max(times):.2f}"
            f" {statistics.median(cost.wall for cost in turned):8.2f}"
            f" {max(cost.megabytes for cost in turned):6.0f}  {turned[0].release}",
            flush=True,
        )
    if len(costs) > 1:
        old, new = (statistics.median(cost.cpu for cost in turned) for turned in costs.values())
        print(f"{rows:>8} rows: {old / new:.2f} times less CPU")


def main() -> None:
    """Print a line for each number of rows and each tree."""
    parser = argparse.ArgumentParser(description="Measure builds of many rows.")
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--against", metavar="REVISION")
    parser.add_argument("--one", type=Path, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(*build_once(*options.one))
        return
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, median of {options.turns}")
    print(f"{'rows':>8} {'code':>14} {'CPU s':>8} {'spread':>13} {'wall s':>8} {'MB':>6}  release")
    with trees(options.against) as sources, tempfile.TemporaryDirectory() as name:
        for rows in options.rows:
            compare(sources, rows, options.turns, Path(name))


if __name__ == "__main__":
    main()
