"""Load a site while releases are swapped and workers are killed; ends with 1 if a reader notices.

python -m tests.benchmarks.swapping [--seconds 120] [--rate 200]

Two releases of the example are built, the second with one more row. Each request of the load has,
under each of the two, one answer, which is asked before: during the load every answer must be one
of these two, byte for byte, so that none is cut and none is made of both releases. A request may
fail only on a connection to a worker that was just killed, and at most once for each connection
that this worker had; a cut answer counts as a failure, a short 200 as a wrong answer.
"""

import argparse
import contextlib
import hashlib
import http.client
import itertools
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from tests.benchmarks.site import COMMAND, free_port, wait_for
from tests.conftest import PROJECT
from tests.support.processes import children

CONNECTIONS = 24
SWAP_SECONDS, KILL_SECONDS = 5.0, 10.0
BASE = "http://localhost:8000/"
PREFIX = f"PREFIX p: <{BASE}def#> PREFIX d: <http://purl.org/dc/terms/> "
PAGES = (
    *("", "initiatives", "organismes", "categories", "initiatives?annee=2025", "portraits/2025"),
    *("recherche?q=assistant", "changements/2024-2025", "requetes", "sparql", "aide", "dumps/"),
    *("doc/portrait/2025", "doc/portrait/2024", "def", "catalogue", "graphiques"),
)
DOCUMENTS = ("doc/portrait/2025.ttl", "doc/portrait/2025.jsonld", "catalogue.ttl", "def.ttl")
FILES = ("initiatives.csv", "initiatives.json", "requetes/statuts.csv")
QUERIES = (
    "SELECT (COUNT(*) AS ?n) { ?e a p:Inscription }",
    "SELECT ?y (COUNT(*) AS ?n) { ?e a p:Inscription ; p:annee ?y } GROUP BY ?y ORDER BY ?y",
    "SELECT ?s (COUNT(*) AS ?n) { ?e p:statut ?s } GROUP BY ?s ORDER BY ?s",
    "SELECT ?e { ?e a p:Inscription ; p:annee 2025 } ORDER BY ?e",
    "SELECT ?t (COUNT(*) AS ?n) { ?s a ?t } GROUP BY ?t ORDER BY ?t",
)


class Ask(NamedTuple):
    """A request of the load; a query gets a number of its own, so that few answers are kept."""

    path: str
    accept: str
    is_query: bool

    def target(self, number: int) -> str:
        """Return the target of one request."""
        text = quote(f"{PREFIX}{self.path} # {number}")
        return f"/sparql?query={text}" if self.is_query else f"/{self.path}"


ASKS = (
    *(Ask(path, "text/html", is_query=False) for path in PAGES),
    *(Ask(path, "*/*", is_query=False) for path in (*DOCUMENTS, *FILES)),
    *(Ask(text, "application/sparql-results+json", is_query=True) for text in QUERIES),
)


class Broken(NamedTuple):
    """A request that failed: when, and how."""

    time: float
    how: str


class Load:
    """Clients that ask at a rate together until they are told to end, each on its connection."""

    def __init__(self, site: str, rate: float, answers: dict[Ask, set[str]]) -> None:
        self.waits: list[float] = []
        self.broken: list[Broken] = []
        self.wrong: Counter[str] = Counter()
        self._netloc = urlsplit(site).netloc
        self._every = CONNECTIONS / rate
        self._answers = answers
        self._over = threading.Event()
        self._numbers = itertools.count()

    def run(self, seconds: float) -> None:
        """Ask for so long."""
        clients = [threading.Thread(target=self._keep) for _ in range(CONNECTIONS)]
        for client in clients:
            client.start()
        time.sleep(seconds)
        self._over.set()
        for client in clients:
            client.join()

    def _keep(self) -> None:
        chance = random.Random()
        connection = http.client.HTTPConnection(self._netloc, timeout=30)
        due = time.monotonic() + chance.random() * self._every
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due += self._every
            one = chance.choice(ASKS)
            begun = time.monotonic()
            try:
                status, digest = fetch(connection, one, next(self._numbers))
            except (OSError, http.client.HTTPException) as error:
                self.broken.append(Broken(time.monotonic(), type(error).__name__))
                connection.close()
                continue
            self.waits.append(time.monotonic() - begun)
            if status != 200 or digest not in self._answers[one]:
                self.wrong[f"{status} {one.path[:60]}"] += 1
        connection.close()


def fetch(connection: http.client.HTTPConnection, one: Ask, number: int) -> tuple[int, str]:
    """Return the status and the digest of an answer."""
    connection.request("GET", one.target(number), headers={"Accept": one.accept})
    reply = connection.getresponse()
    return reply.status, hashlib.sha256(reply.read()).hexdigest()


def build_two(work: Path) -> tuple[Path, list[str]]:
    """Build two releases, and return their folder and names."""
    folder, names = work / "releases", list[str]()
    for more in (0, 1):
        sources = []
        for year in (2024, 2025):
            file = work / f"portrait-{year}.csv"
            text = (files("transform") / "examples" / f"exemple-portrait-{year}.csv").read_bytes()
            last = text.rstrip(b"\r\n").rpartition(b"\n")[2]
            extra = re.sub(rb"Exemple \d+", b"Exemple 99999", last, count=1)
            assert extra != last
            file.write_bytes(text.rstrip(b"\r\n") + (b"\r\n" + extra) * more * (year == 2025))
            sources.append(f"{year}={file}")
        build = [*COMMAND, "build", *sources, "--to", str(folder), "--base-uri", BASE]
        subprocess.run(build, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)
        names.append((folder / "current").resolve().name)
    assert len(set(names)) == 2
    return folder, names


def go_to(folder: Path, name: str) -> None:
    """Make a release current by the command that people use."""
    command = [*COMMAND, "rollback", str(folder), name]
    subprocess.run(command, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)


def learn(site: str, folder: Path, names: list[str]) -> dict[Ask, set[str]]:
    """Return the digests of the answers to each request under the two releases."""
    answers: dict[Ask, set[str]] = {one: set() for one in ASKS}
    for name in names:
        go_to(folder, name)
        connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=30)
        for _ in range(400):
            connection.request("GET", "/readyz")
            if name in connection.getresponse().read().decode():
                break
            time.sleep(0.05)
        time.sleep(3)  # each worker moves by itself
        for one in ASKS:
            for turn in range(2):
                status, digest = fetch(connection, one, turn)
                assert status == 200, (one, status)
                answers[one].add(digest)
        connection.close()
    assert all(1 <= len(digests) <= 2 for digests in answers.values()), [
        (one.path, len(digests)) for one, digests in answers.items() if len(digests) > 2
    ]
    differ = sum(len(digests) == 2 for digests in answers.values())
    print(f"{len(ASKS)} requests, {differ} of them with another answer in each release")
    return answers


def count_connections(process: int, port: int) -> int:
    """Return how many established connections of a port a process has."""
    inodes = set()
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                inodes.add(str(entry.readlink()))
    lines = Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]
    rows = (line.split() for line in lines)
    return sum(
        row[3] == "01" and int(row[1].rpartition(":")[2], 16) == port
        for row in rows
        if f"socket:[{row[9]}]" in inodes
    )


class Disturbances(threading.Thread):
    """Swaps the release and kills a worker, again and again."""

    def __init__(self, folder: Path, names: list[str], server: int, port: int) -> None:
        super().__init__(daemon=True)
        self.swaps = 0
        self.kills: list[tuple[float, int]] = []  # when, and how many connections it had
        self.over = threading.Event()
        self._where = (folder, itertools.cycle(names))
        self._server, self._port = server, port

    def run(self) -> None:
        """Swap and kill until told to end."""
        folder, names = self._where
        chance, begun = random.Random(), time.monotonic()
        while not self.over.wait(SWAP_SECONDS):
            go_to(folder, next(names))
            self.swaps += 1
            if time.monotonic() - begun >= KILL_SECONDS * (len(self.kills) + 1):
                workers = children(self._server)
                if len(workers) > 1:  # never the last one
                    worker = chance.choice(workers)
                    connections = count_connections(worker, self._port)
                    os.kill(worker, signal.SIGKILL)
                    self.kills.append((time.monotonic(), connections))


def judge(load: Load, disturbances: Disturbances) -> Iterator[str]:
    """Print what was seen, and yield what must not be."""
    waits = sorted(load.waits)
    p99 = waits[len(waits) * 99 // 100]
    print(
        f"{len(waits)} answers, median {statistics.median(waits) * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms, worst {waits[-1] * 1000:.0f} ms; "
        f"{disturbances.swaps} swaps, {len(disturbances.kills)} workers killed"
    )
    left = sorted(load.broken)
    for at, connections in disturbances.kills:
        own = [one for one in left if at - 0.5 <= one.time <= at + KILL_SECONDS / 2]
        left = [one for one in left if one not in own]
        print(f"a worker with {connections} connections was killed: {len(own)} requests broke off")
        if len(own) > connections:
            yield f"{len(own)} requests failed, though the worker had {connections} connections"
    if left:
        yield f"requests failed without a killed worker: {Counter(one.how for one in left)}"
    if load.wrong:
        yield f"wrong answers: {dict(load.wrong)}"


def main() -> None:
    """Load, disturb, print and judge."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--rate", type=float, default=200)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, names = build_two(Path(place))
        port = free_port()
        command = [*COMMAND, "serve", str(folder), "--port", str(port)]
        with (Path(place) / "log").open("wb") as log:
            server = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log)
        try:
            site = f"http://127.0.0.1:{port}/"
            wait_for(f"{site}readyz")
            load = Load(site, given.rate, learn(site, folder, names))
            disturbances = Disturbances(folder, names, server.pid, port)
            disturbances.start()
            load.run(given.seconds)
            disturbances.over.set()
            disturbances.join()
        finally:
            server.terminate()
            server.wait(30)
    faults = list(judge(load, disturbances))
    print("\n".join(faults) or "no reader noticed but those of killed workers")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
