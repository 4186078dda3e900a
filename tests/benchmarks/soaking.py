"""Serve a mix of normal, slow and hostile load for minutes; print what it costs, each minute.

python -m tests.benchmarks.soaking [--minutes 10]

Normal clients read pages and ask unique aggregates, lookups and other queries; a slow one reads
long answers to their end, another reads nothing (`tests.benchmarks.clients`). At the end of each
minute the load rests until the site is at rest too, and is measured. Ends with 1 when, after the
last minute, there are more processes or descriptors than after the first, or a fifth more memory;
when a processor is still busy; when a normal request has failed or no long answer was read whole.

The stock of idle query processes may hold fewer or more of them (`Limits.idle`): they are counted
apart, and a descriptor for each is taken off.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from server.settings import Settings
from tests.benchmarks.clients import Load
from tests.benchmarks.processes import Family, find_family
from tests.benchmarks.site import LIMITS, serve

_REST_SECONDS = 20.0


class Minute(NamedTuple):
    """What was seen of one minute, and of the rest after it."""

    load: Load
    rest: Family
    settled: float


def main() -> None:
    """Load, print, and judge."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--minutes", type=int, default=10)
    given = options.parse_args()
    minutes: list[Minute] = []
    with tempfile.TemporaryDirectory() as place, serve(Path(place), LIMITS) as (site, process):
        print(
            f"{'min':>3} {'normal':>7} {'median':>8} {'p99':>8} {'worst':>8} {'failed':>6} "
            f"{'hostile':>7} {'rest':>6} {'processes':>9} {'stock':>5} {'fds':>4} {'MB':>5}"
        )
        for number in range(given.minutes):
            load = Load(site, slow=1)
            load.run(60)
            begun = time.monotonic()
            rest = _rest(process)
            minutes.append(Minute(load, rest, time.monotonic() - begun))
            _print(number + 1, minutes[-1])
    hostile = sum((minute.load.answered for minute in minutes), Counter[str]())
    print("hostile requests:", ", ".join(f"{n} × {s}" for s, n in hostile.most_common()))
    sipped = [size for minute in minutes for size in minute.load.sipped]
    print(f"long answers that were read slowly and whole: {len(sipped)}, {sum(sipped) >> 20} MB")
    faults = list(_judge(minutes))
    print("\n".join(faults) or "as after the first minute")
    sys.exit(bool(faults))


def _rest(process: int) -> Family:
    """Wait until nothing is busy and connections have ended, and measure."""
    end = time.monotonic() + _REST_SECONDS
    before = find_family(process)
    while True:
        time.sleep(1)
        now = find_family(process)
        at_rest = now.cpu_seconds - before.cpu_seconds < 0.1 and now.descriptors == (
            before.descriptors
        )
        if at_rest or time.monotonic() > end:
            return now._replace(busy=now.cpu_seconds - before.cpu_seconds)
        before = now


def _print(number: int, minute: Minute) -> None:
    load, rest = minute.load, minute.rest
    waits = sorted(load.waits)
    cells = [statistics.median(waits), waits[len(waits) * 99 // 100], waits[-1]]
    print(
        f"{number:3} {len(waits):7} {' '.join(f'{1000 * cell:5.0f} ms' for cell in cells)} "
        f"{len(load.failures):6} {load.answered.total():7} {minute.settled:4.0f} s "
        f"{rest.processes:9} {rest.stock:5} {rest.descriptors:4} {rest.megabytes:5.0f}",
        flush=True,
    )


def _judge(minutes: list[Minute]) -> list[str]:
    first, last = minutes[0].rest, minutes[-1].rest
    failures = Counter(failure for minute in minutes for failure in minute.load.failures)
    most_stock = Settings().limits.idle * Settings().workers
    faults = {
        f"normal requests failed: {dict(failures)}": bool(failures),
        "no long answer was read slowly": not any(minute.load.sipped for minute in minutes),
        f"processes: {first.processes}, then {last.processes}": last.processes > first.processes,
        f"idle query processes: {last.stock} of {most_stock}": last.stock > most_stock,
        f"descriptors: {first.descriptors}, then {last.descriptors}": (
            last.descriptors > first.descriptors
        ),
        f"memory: {first.megabytes:.0f}, then {last.megabytes:.0f} MB": (
            last.megabytes > 1.2 * first.megabytes
        ),
        f"busy at rest: {last.busy:.1f} s a second": last.busy > 0.2,
    }
    return [fault for fault, holds in faults.items() if holds]


if __name__ == "__main__":
    main()
