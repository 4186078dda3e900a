"""Ask as a normal client does, alone and beside hostile ones, in turns; compare the waits.

python -m tests.benchmarks.neighbours [--turns 6] [--seconds 10]

Goal: the median of the waits grows by no more than half. The limits are those of a site that
nobody has configured. Beside them, the same with as many endless loops outside of the server: so
much comes of the machine and none of it of the server.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.site import serve
from tests.benchmarks.soaking import HOSTILE, Load

KINDS = ("alone", "loops", "hostile")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--turns", type=int, default=6)
    options.add_argument("--seconds", type=float, default=10.0)
    given = options.parse_args()
    medians: dict[str, list[float]] = {kind: [] for kind in KINDS}
    failed = 0
    with tempfile.TemporaryDirectory() as place, serve(Path(place), {}) as (site, _):
        Load(site, 1, 0).run(given.seconds)  # so that no turn is the first
        for _ in range(given.turns):
            for kind in KINDS:
                load = Load(site, 1, HOSTILE if kind == "hostile" else 0)
                with _loops(HOSTILE if kind == "loops" else 0):
                    load.run(given.seconds)
                medians[kind].append(statistics.median(load.waits))
                failed += len(load.failures)
    for kind in KINDS:
        ratios = [a / b for a, b in zip(medians[kind], medians["alone"], strict=True)]
        wait = 1000 * statistics.median(medians[kind])
        print(f"{kind:8} median wait {wait:6.1f} ms, {statistics.median(ratios):5.2f} × alone")
    print(f"normal requests that failed: {failed}")


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
