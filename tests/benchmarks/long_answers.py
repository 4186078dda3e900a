"""Ask for little, alone and beside clients that read long answers, in turns; compare the waits.

python -m tests.benchmarks.long_answers [--turns 3] [--seconds 10] [--readers 10]

Goal: the 99th percentile of the waits is at most twice that of the same turn alone. A long answer
is one of about 90 MB, read as fast as it comes; one that its limit of ten seconds ended is
counted apart.
"""

import argparse
import contextlib
import http.client
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from tests.benchmarks.site import serve

CLIENTS = 4  # that ask for little
POINT = "SELECT ?p ?o {{ <http://localhost:8000/id/portrait/2025> a ?t ; ?p ?o FILTER(?o != {}) }}"
LONG = "SELECT * {{ ?a ?b ?c . ?d a ?e FILTER(?c != {}) }} LIMIT 230000"


class Clients:
    """Clients that ask a query, each time with another number, until they are told to end."""

    def __init__(self, site: str, text: str, number: int) -> None:
        self.waits: list[float] = []
        self.answers: Counter[int] = Counter()  # by status
        self._host, self._text = urlsplit(site).netloc, text
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(number)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        with contextlib.closing(http.client.HTTPConnection(self._host, timeout=60)) as connection:
            while not self._over.is_set():
                query = quote(self._text.format(random.randrange(10**9)))
                begun = time.perf_counter()
                connection.request("GET", f"/sparql?query={query}")
                reply = connection.getresponse()
                while reply.read(1 << 18) and not self._over.is_set():
                    pass
                if self._over.is_set():
                    return
                self.waits.append(time.perf_counter() - begun)
                self.answers[reply.status] += 1

    def show(self) -> str:
        """Return the middle and the 99th percentile of the waits, and the answers by status."""
        middle, worst = 1000 * statistics.median(self.waits), 1000 * percentile(self.waits)
        return f"{middle:.1f} ms, p99 {worst:.1f} ms, {dict(self.answers)}"


def percentile(waits: list[float]) -> float:
    """Return the 99th percentile."""
    return sorted(waits)[len(waits) * 99 // 100]


def main() -> None:
    """Measure and print, each turn as it ends."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--turns", type=int, default=3)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--readers", type=int, default=10)
    given = options.parse_args()
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as place, serve(Path(place), {}) as (site, _):
        for turn in range(given.turns):
            with Clients(site, POINT, CLIENTS) as alone:
                time.sleep(given.seconds)
            with Clients(site, LONG, given.readers) as readers:
                time.sleep(2.0)  # until they are under way
                with Clients(site, POINT, CLIENTS) as beside:
                    time.sleep(given.seconds)
            ratios.append(percentile(beside.waits) / percentile(alone.waits))
            print(f"turn {turn + 1}: alone {alone.show()}; beside {beside.show()}", flush=True)
            print(f"  long answers by status: {dict(readers.answers)}", flush=True)
            time.sleep(2.0)  # until nothing runs for them any more
    print(f"p99 beside / alone: {', '.join(f'{ratio:.2f}' for ratio in ratios)}; goal: at most 2")


if __name__ == "__main__":
    main()
