"""Ask stores for the current release while another is pushed; print what readers waited.

python -m tests.benchmarks.pushing [--copies 10] [--seconds 20] [--readers 4]

Each store (oxigraph of PyPI, Debian's virtuoso-opensource-7) holds the example release as the
current one. Readers ask it about one row, and for the rows by status, in turns: first alone for
some seconds, then while `portrait-ia push` loads the example's statements many times over under
other names, as one release.
"""

import argparse
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from tests.conftest import PROJECT
from tests.support.oxigraph_server import run_oxigraph
from tests.support.remote_store import RemoteStore
from tests.support.small_release import write_small_release
from tests.support.virtuoso import run_virtuoso
from transform.push.credentials import PASSWORD, USER
from transform.push.parts import survey
from transform.release.manifest import read_manifest
from transform.release.paths import CATALOGUE_QUADS, QUADS
from transform.release.remote_graphs import in_store

COMMAND = [sys.executable, "-c", "from server.cli import main; main()"]
_DRAWN = random.Random(20250101)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--copies", type=int, default=10)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--readers", type=int, default=4)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place, ExitStack() as running:
        work = Path(place)
        subprocess.run([*COMMAND, "build", "--to", work / "example"], check=True, cwd=PROJECT,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        example = (work / "example" / "current").resolve()
        large = _write_copies(example, work / "large", given.copies)
        (work / "virtuoso").mkdir()
        stores = {
            "oxigraph": running.enter_context(run_oxigraph(work / "oxigraph")),
            "Virtuoso 7": running.enter_context(run_virtuoso(work / "virtuoso")),
        }
        print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        for name, store in stores.items():
            _push(store, work / "example")
            queries = _queries(example)
            with _asking(store, queries, given.readers) as waited:
                time.sleep(given.seconds)
            _print(f"{name}, alone", waited(), given.seconds)
            begun = time.monotonic()
            with _asking(store, queries, given.readers) as waited:
                _push(store, work / "large")
                took = time.monotonic() - begun
            _print(f"{name}, during a push", waited(), took)
            pushed = sum(survey(large).counts.values())
            print(f"{name}: {pushed:,} statements in {took:.0f} s, {pushed / took:,.0f}/s")


def _write_copies(example: Path, folder: Path, copies: int) -> Path:
    """Write a release that has each statement of the example several times, about other things."""
    base = read_manifest(example)["base_uri"]
    graphs: dict[str, list[str]] = {}
    for path in (QUADS, CATALOGUE_QUADS):
        for line in (example / path).read_text("utf-8").splitlines():
            statement, graph, _ = line.rsplit(" ", 2)
            for copy in range(copies):
                subject, rest = statement.split("> ", 1)
                name = graph[1:-1].removeprefix(f"{base}graph/")
                graphs.setdefault(name, []).append(f"{subject}-{copy}> {rest}")
    return write_small_release(folder, base, graphs, "f" * 16)


def _push(store: RemoteStore, releases_folder: Path) -> None:
    known = {USER: store.user, PASSWORD: store.password} if store.user else {}
    command = [*COMMAND, "push", str(releases_folder), "--to", store.graph_store]
    environment = {**os.environ, **known}
    subprocess.run(command, check=True, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)


def _queries(example: Path) -> list[str]:
    """Return what readers ask of the current release: its graphs do not change meanwhile."""
    base = read_manifest(example)["base_uri"]
    graph = in_store(base, example.name, f"{base}graph/2025")
    rows = {
        line.partition(" ")[0]
        for line in (example / QUADS).read_text("utf-8").splitlines()
        if line.endswith("/graph/2025> .") and "id/initiative/" in line.partition(" ")[0]
    }
    points = [f"SELECT * WHERE {{ GRAPH <{graph}> {{ {row} ?p ?o }} }}" for row in sorted(rows)]
    counted = (
        f"SELECT ?o (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s <{base}def#statut> ?o }} }} "
        "GROUP BY ?o"
    )
    return [query for point in points for query in (point, counted)]


@contextmanager
def _asking(
    store: RemoteStore, queries: list[str], readers: int
) -> Iterator[Callable[[], list[float]]]:
    """Ask by several readers while the block runs; yields what then gives the seconds waited."""
    waited: list[float] = []
    done = threading.Event()
    at = urlsplit(store.query)

    def read() -> None:
        with closing(http.client.HTTPConnection(str(at.hostname), at.port, timeout=300)) as client:
            while not done.is_set():
                target = f"{at.path}?query={quote(_DRAWN.choice(queries))}"
                begun = time.perf_counter()
                client.request("GET", target, headers={"Accept": "application/sparql-results+json"})
                reply = client.getresponse()
                body = reply.read()
                waited.append(time.perf_counter() - begun)
                assert reply.status == 200, body[:300]
                assert b'"value"' in body

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: waited
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _print(what: str, waited: list[float], seconds: float) -> None:
    cuts = statistics.quantiles(waited, n=1000)
    p50, p99 = cuts[499] * 1000, cuts[989] * 1000
    longest = max(waited) * 1000
    print(
        f"{what}: {len(waited):,} answers, {len(waited) / seconds:,.0f}/s, "
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {longest:.0f} ms"
    )


if __name__ == "__main__":
    main()
