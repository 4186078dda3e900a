"""Serve a mix of normal and hostile load for minutes; print what it costs, minute by minute.

python -m tests.benchmarks.soaking [--minutes 10]

At the end of each minute the load rests until the site is at rest too, and is measured. Ends with
1 when, after the last minute, there are more processes or descriptors than after the first, or a
fifth more memory; when a processor is still busy; or when a normal request has failed.

The stock of idle query processes may hold fewer or more of them (`Limits.idle`): they are counted
apart, and a descriptor for each is taken off.
"""

import argparse
import contextlib
import http.client
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from server.settings import Settings
from tests.benchmarks.processes import Family, find_family
from tests.benchmarks.site import LIMITS, serve
from tests.site.test_hostile import QUERIES, REQUESTS

NORMAL, HOSTILE = 4, 3  # clients
_REST_SECONDS = 20.0
_COUNT = "SELECT ?t (COUNT(*) AS ?n) {{ ?s a ?t FILTER(?t != <a:{}>) }} GROUP BY ?t"
_POINT = "SELECT * {{ ?s ?p ?o }} LIMIT {}"
_PAGES = ("", "sparql", "def.ttl", "catalogue.ttl", "dumps/", "doc/portrait/2025", "healthz")


class Load:
    """Clients that ask until they are told to end; a failure of a normal one is noted."""

    def __init__(self, site: str, normal: int = NORMAL, hostile: int = HOSTILE) -> None:
        self.site = site
        self.waits: list[float] = []
        self.failures: list[str] = []
        self.answered: Counter[str] = Counter()
        self._over = threading.Event()
        self._threads = [
            *(threading.Thread(target=self._keep, args=(self._ask,)) for _ in range(normal)),
            *(threading.Thread(target=self._keep, args=(self._attack,)) for _ in range(hostile)),
        ]

    def run(self, seconds: float) -> None:
        """Ask for so long."""
        for thread in self._threads:
            thread.start()
        time.sleep(seconds)
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _keep(self, work: Callable[[random.Random], None]) -> None:
        chance = random.Random()
        while not self._over.is_set():
            work(chance)

    def _ask(self, chance: random.Random) -> None:
        number = chance.randrange(10**6)
        text = chance.choice((_COUNT, _POINT)).format(number % 1000)
        paths = (*_PAGES, *[f"sparql?query={quote(text)}"] * 7)
        begun = time.perf_counter()
        try:
            status = self._fetch(chance.choice(paths))
        except OSError as error:
            status = type(error).__name__
        self.waits.append(time.perf_counter() - begun)
        if status != "200":
            self.failures.append(status)
        self._over.wait(0.02)

    def _fetch(self, path: str) -> str:
        connection = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", "/" + path)
            reply = connection.getresponse()
            reply.read()
            return str(reply.status)

    def _attack(self, chance: random.Random) -> None:
        text = chance.choice(list(QUERIES.values()))
        head = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
        raw = f"{head}Connection: close\r\nContent-Length: {len(text.encode())}\r\n\r\n{text}"
        if chance.random() < 0.3:
            raw = chance.choice(list(REQUESTS.values()))
        parts = urlsplit(self.site)
        status = "cut"
        with (
            contextlib.suppress(OSError),
            socket.create_connection((parts.hostname, parts.port), timeout=15) as client,
        ):
            client.sendall(raw.encode("utf-8") if raw.isascii() else raw.encode("latin-1"))
            if chance.random() < 0.2:  # some do not wait for the answer
                status = "hung up"
            else:
                status = client.recv(65536)[9:12].decode("latin-1") or "cut"
        self.answered[status] += 1


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
            load = Load(site)
            load.run(60)
            begun = time.monotonic()
            rest = _rest(process)
            minutes.append(Minute(load, rest, time.monotonic() - begun))
            _print(number + 1, minutes[-1])
    hostile = sum((minute.load.answered for minute in minutes), Counter[str]())
    print("hostile requests:", ", ".join(f"{n} × {s}" for s, n in hostile.most_common()))
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
    found = {
        f"normal requests failed: {dict(failures)}": bool(failures),
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
    return [fault for fault, holds in found.items() if holds]


if __name__ == "__main__":
    main()
