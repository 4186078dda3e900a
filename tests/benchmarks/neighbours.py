"""Ask as a normal client does, alone and beside hostile ones, in turns; compare the waits.

python -m tests.benchmarks.neighbours [--turns 6] [--seconds 10] [--within 300]

Goal: the median of the waits grows by no more than half. The limits are those of a site that
nobody has configured. Beside them, the same with as many endless loops outside of the server: so
much comes of the machine and none of it of the server.

A turn takes three times `--seconds` and what answers that are due take then, all of it 190 s and
a little more unless it is told otherwise; none begins that would not end `--within` so long.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.clients import HOSTILE, Load
from tests.benchmarks.site import serve

KINDS = ("alone", "loops", "hostile")


def main() -> None:
    """Measure and print, each turn as it ends."""
    description, _, epilog = (__doc__ or "").partition("\n")
    form = argparse.RawDescriptionHelpFormatter
    options = argparse.ArgumentParser(description=description, epilog=epilog, formatter_class=form)
    options.add_argument("--turns", type=int, default=6)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--within", type=float, default=300.0, help="seconds")
    given = options.parse_args()
    turns: list[dict[str, Load]] = []
    with tempfile.TemporaryDirectory() as place, serve(Path(place), {}) as (site, _):
        end = time.monotonic() + given.within
        Load(site, 1, 0).run(given.seconds)  # so that no turn is the first
        took = 0.0
        while len(turns) < max(1, given.turns) and time.monotonic() + took < end:
            begun = time.monotonic()
            turns.append(_take_turn(site, given.seconds))
            took = time.monotonic() - begun
            waits = ", ".join(f"{kind} {1000 * _wait(turns[-1][kind]):.1f} ms" for kind in KINDS)
            print(f"turn {len(turns)} of {given.turns}, {took:.0f} s: {waits}", flush=True)
    _print_all(turns)


def _take_turn(site: str, seconds: float) -> dict[str, Load]:
    loads = {kind: Load(site, 1, HOSTILE if kind == "hostile" else 0) for kind in KINDS}
    for kind, load in loads.items():
        with _loops(HOSTILE if kind == "loops" else 0):
            load.run(seconds)
    return loads


def _wait(load: Load) -> float:
    return statistics.median(load.waits)


def _print_all(turns: list[dict[str, Load]]) -> None:
    for kind in KINDS:
        ratios = [_wait(turn[kind]) / _wait(turn["alone"]) for turn in turns]
        wait = 1000 * statistics.median(_wait(turn[kind]) for turn in turns)
        print(f"{kind:8} median wait {wait:6.1f} ms, {statistics.median(ratios):5.2f} × alone")
    failed = [failure for turn in turns for load in turn.values() for failure in load.failures]
    print(f"normal requests that failed: {len(failed)}")


@contextmanager
def _loops(number: int) -> Iterator[None]:
    with ExitStack() as running:
        for _ in range(number):
            loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            running.callback(loop.wait)
            running.callback(loop.kill)
        yield


if __name__ == "__main__":
    main()
