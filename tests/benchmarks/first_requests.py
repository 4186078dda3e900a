"""Time the first request of each kind to a server that has just started, and what follows it.

Run: python -m tests.benchmarks.first_requests [--releases FOLDER] [--turns N] [KIND …]

Each kind is asked of a server of its own with one worker, which has answered nothing but that it
is ready: first one thing, then another of the same kind, then the same again, which is kept.
Printed are medians of all turns, in milliseconds: processor time of the worker and its query
processes, and the clock. The same of the start itself, from the command to readiness, comes last.
"""

import argparse
import http.client
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.site import COMMAND, free_port, wait_for
from tests.conftest import PROJECT
from tests.support.processes import family, worked
from transform.release.paths import DATABASE

_TURNS = 5
# As where the package was installed: what Python and Jinja compiled is kept.
_VARIABLES = {**os.environ, "PYTHONPATH": str(PROJECT)}
_VARIABLES.pop("PYTHONDONTWRITEBYTECODE", None)


class Cost(NamedTuple):
    """Milliseconds of the processor, and of the clock."""

    processor: float
    clock: float


def list_kinds(database: Path) -> dict[str, tuple[str, str]]:
    """Return two paths of each kind, of things that the tables of a release name."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as tables:
        first, second = (
            {
                table: tables.execute(
                    f"SELECT {column} FROM {table} ORDER BY 1 LIMIT 1 OFFSET {number}"
                ).fetchone()[0]
                for table, column in _KEYS.items()
            }
            for number in (0, 1)
        )
    return {
        kind: (path.format(**first), path.format(**second)) for kind, path in _PATHS.items()
    } | {
        "home": ("?lang=fr", "?lang=en"),
        "list of bodies": ("organismes", "organismes?page=2"),
        "list of portfolios": ("portefeuilles", "portefeuilles?lang=en"),
        "search": ("recherche?q=traduction", "recherche?q=images"),
        "changes": ("changements/2024-2025", "changements/2024-2025?lang=en"),
        "ontology": ("def", "def?lang=en"),
        "editor": ("sparql", "sparql?lang=en"),
        "catalogue": ("catalogue", "catalogue?lang=en"),
        "question": ("requetes/statuts", "requetes/categories"),
        "help": ("aide/requetes", "aide/uris"),
    }


_KEYS = {
    "initiatives": "initiative",
    "organismes": "organisme",
    "portefeuilles": "portefeuille",
    "categories": "categorie",
    "statuts": "statut",
    "portraits": "annee",
}
_PATHS = {
    "initiative": "doc/initiative/{initiatives}",
    "initiative as Turtle": "doc/initiative/{initiatives}.ttl",
    "body": "doc/organisme/{organismes}",
    "portfolio": "doc/portefeuille/{portefeuilles}",
    "category": "doc/categorie/{categories}",
    "status": "doc/statut/{statuts}",
    "portrait": "doc/portrait/{portraits}",
    "list of initiatives": "initiatives?organisme={organismes}",
    "list and words": "initiatives?q=traduction&categorie={categories}",
    "list as CSV": "initiatives.csv?organisme={organismes}",
}


@contextmanager
def start(releases: Path) -> Iterator[tuple[int, int, Cost]]:
    """Start a server with one worker; yield its port, its process and what the start cost."""
    port, begun = free_port(), time.perf_counter()
    command = [*COMMAND, "serve", str(releases), "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=_VARIABLES,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        clock = time.perf_counter() - begun
        yield port, server.pid, Cost(_processor(server.pid) * 1000, clock * 1000)
    finally:
        server.terminate()
        server.wait(30)


def ask(port: int, server: int, path: str) -> Cost:
    """Return what a request costs the server."""
    members = family(server)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with closing(connection):
        before = {process: worked(process) for process in members}
        begun = time.perf_counter()
        connection.request("GET", f"/{path}", headers={"Accept": "text/html,*/*;q=0.1"})
        reply = connection.getresponse()
        reply.read()
        clock = time.perf_counter() - begun
    if reply.status != 200:
        raise SystemExit(f"/{path} answers {reply.status}")
    time.sleep(0.05)  # a query process began to wait, a thread is done
    used = sum(worked(process) - before.get(process, 0) for process in family(server))
    return Cost(used * 1000, clock * 1000)


def _processor(server: int) -> float:
    return sum(map(worked, family(server)))


def measure(releases: Path, turns: int, kinds: list[str]) -> None:
    """Print the medians of each kind."""
    paths = list_kinds(releases / "current" / "dumps" / DATABASE)
    chosen = [kind for kind in paths if not kinds or kind in kinds]
    costs: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    compile_all = [sys.executable, "-m", "server.web.compiled_templates"]
    subprocess.run(compile_all, check=True, cwd=PROJECT, env=_VARIABLES)
    with start(releases) as (port, server, _):
        for path, _ in paths.values():  # so that modules that are imported late are compiled, too
            ask(port, server, path)
    for _ in range(turns):
        for kind in chosen:
            first, second = paths[kind]
            with start(releases) as (port, server, started):
                costs["start", ""].append(started)
                for name, path in (("first", first), ("second", second), ("kept", first)):
                    costs[kind, name].append(ask(port, server, path))
    print("| request | first: processor | clock | second: processor | clock | kept: clock |")
    print("|---|---|---|---|---|---|")
    for kind in chosen:
        first_of, second_of, kept = (costs[kind, name] for name in ("first", "second", "kept"))
        print(f"| {kind} | {_write(first_of)} | {_write(second_of)} | {_medians(kept).clock:.1f} |")
    starts = costs["start", ""]
    print(f"start, {len(starts)} times: processor and clock {_write(starts)}, milliseconds")


def _medians(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(part) for part in zip(*costs, strict=True)))


def _write(costs: list[Cost]) -> str:
    middle = _medians(costs)
    return f"{middle.processor:.0f} | {middle.clock:.0f}"


def main() -> None:
    """Measure the releases that are given, or the example."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--releases", type=Path)
    arguments.add_argument("--turns", type=int, default=_TURNS)
    arguments.add_argument("kinds", nargs="*", metavar="KIND")
    chosen = arguments.parse_args()
    if chosen.releases:
        measure(chosen.releases, chosen.turns, chosen.kinds)
        return
    with tempfile.TemporaryDirectory() as folder:
        releases = Path(folder) / "releases"
        build = [*COMMAND, "build", "--to", str(releases)]
        subprocess.run(build, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)
        measure(releases, chosen.turns, chosen.kinds)


if __name__ == "__main__":
    main()
