"""Serve a release of 1,000,000 rows from memory, from disk and from Virtuoso.

Readiness, memory and latency are printed. Run `make benchmark-million`; it takes 15 GB of disk and,
for the engine in memory, 8 GB of memory. Virtuoso takes part where it is installed.
A build takes about 1 ms a row, and no file of a portrait may be larger than 256 MB, so by default
the statements of a built release of 20,000 rows (two years) are written fifty times, each time with
other keys of initiatives; `--build` builds all rows instead (32 GB of disk), and `--built FOLDER`
takes a folder of releases that it built. PSS shares what processes share.
"""

import argparse
import csv
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from tests.benchmarks.starting import HERE, free_port
from tests.support.processes import worked
from tests.support.remote_store import RemoteStore
from tests.support.virtuoso import run_virtuoso
from transform.push.credentials import PASSWORD, USER

BASE_ROWS, COPIES = 20_000, 50
TURNS = 5
VIRTUOSO_BUFFERS = 340_000  # of 8 kB, as its documentation advises for 4 GB of memory
BASE = "http://localhost:8000/"
QUERIES = {
    "point: what an initiative says": "SELECT * { <{initiative}> ?p ?o }",
    "star: its rows, body, status, portrait": (
        "SELECT * { ?row <{base}def#inscriptionDe> <{initiative}> ; <{base}def#organisme> ?body ;"
        " <{base}def#statut> ?status ; <http://purl.org/dc/terms/isPartOf> ?portrait }"
    ),
    "count of a class": "SELECT (COUNT(*) AS ?n) { ?s a <{base}def#Inscription> }",
    "rows by portrait": (
        "SELECT ?portrait (COUNT(?row) AS ?rows) { ?row a <{base}def#Inscription> ;"
        " <http://purl.org/dc/terms/isPartOf> ?portrait } GROUP BY ?portrait"
    ),
    "count of all": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "rows by body and status": (
        "SELECT ?body ?status (COUNT(*) AS ?rows) { ?row <{base}def#organisme> ?body ;"
        " <{base}def#statut> ?status } GROUP BY ?body ?status ORDER BY DESC(?rows)"
    ),
    "initiatives by the statuses of two years": (
        "SELECT ?before ?after (COUNT(*) AS ?n) { ?one <{base}def#inscriptionDe> ?initiative ;"
        " <{base}def#annee> 2024 ; <{base}def#statut> ?before . ?two <{base}def#annee> 2025 ;"
        " <{base}def#inscriptionDe> ?initiative ; <{base}def#statut> ?after }"
        " GROUP BY ?before ?after"
    ),
    "words in names": (
        "SELECT (COUNT(*) AS ?n) { ?row a <{base}def#Inscription> ;"
        " <http://www.w3.org/2000/01/rdf-schema#label> ?name"
        " FILTER(CONTAINS(LCASE(?name), 'robot')) }"
    ),
    "hostile: cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
    "hostile: sort": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f",
}
PAGES = (
    "", "doc/portrait/2025", "doc/portrait/2025?page=5000", "doc/statut/solution-en-production",
    "def", "catalogue", "graph/2025", "sparql", "dumps/",
)  # fmt: skip


def write_portraits(folder: Path, rows: int) -> list[str]:
    """Write two portraits of the example's rows, again and again; gives YEAR=FILE."""
    named = []
    for year in (2024, 2025):
        source = files("transform") / "examples" / f"exemple-portrait-{year}.csv"
        lines = source.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        delimiter = max(",;", key=lines[0].count)
        head, *read = csv.reader(lines, delimiter=delimiter)
        name = next(place for place, title in enumerate(head) if title.startswith("Nom"))
        path = folder / f"portrait-{year}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=delimiter)
            writer.writerow(head)
            for number in range(rows // 2):
                row = list(read[number % len(read)])
                row[name] += f" {number}"
                writer.writerow(row)
        named.append(f"{year}={path}")
    return named


def build(folder: Path, rows: int) -> Path:
    """Build a release of so many rows."""
    releases_folder = folder / f"releases-{rows}"
    command = [
        HERE / "portrait-ia",
        "build",
        *write_portraits(folder, rows),
        "--to",
        releases_folder,
    ]
    begun = time.perf_counter()
    subprocess.run([*map(str, command), "--base-uri", BASE], check=True, capture_output=True)
    print(f"build of {rows} rows: {time.perf_counter() - begun:.0f} s")
    return releases_folder


def multiply(small: Path, folder: Path) -> Path:
    """Write the N-Quads and the manifest of a release of many times as many rows."""
    release = folder / "releases" / "0123456789abcdef"
    (release / "dumps").mkdir(parents=True)
    for file in (small / "current").glob("catalogue.*"):
        shutil.copyfile(file, release / file.name)
    lines = (small / "current/dumps/portraits.nq").read_text("utf-8").splitlines(keepends=True)
    of_rows = [line for line in lines if "/id/initiative/" in line]
    with (release / "dumps/portraits.nq").open("w", encoding="utf-8") as out:
        out.writelines(line for line in lines if "/id/initiative/" not in line)
        for copy in range(COPIES):
            key = f"/id/initiative/{copy}q"
            out.writelines(line.replace("/id/initiative/", key) for line in of_rows)
    manifest = json.loads((small / "current/manifest.json").read_bytes())
    graphs = Counter(catalogue=manifest["graphs"]["catalogue"])
    for line in lines:
        name = line.rpartition(" <")[2].rpartition(">")[0].rpartition("/")[2]
        graphs[name] += COPIES if "/id/initiative/" in line else 1
    manifest |= {"graphs": dict(graphs), "quads": graphs.total(), "files": {}}
    (release / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    (folder / "releases/current").symlink_to(release.name)
    print(
        f"{graphs.total():,} quads, {(release / 'dumps/portraits.nq').stat().st_size / 1e9:.1f} GB"
    )
    return folder / "releases"


def push(releases_folder: Path, store: RemoteStore) -> None:
    """Load the current release into a store, and print what it took."""
    command = [HERE / "portrait-ia", "push", releases_folder, "--to", store.graph_store]
    environment = {**os.environ, USER: store.user, PASSWORD: store.password}
    begun, cpu = time.perf_counter(), worked(store.process)
    subprocess.run([*map(str, command)], check=True, env=environment, stdout=subprocess.DEVNULL)
    seconds, cpu = time.perf_counter() - begun, worked(store.process) - cpu
    print(f"pushed in {seconds:.0f} s, {cpu:.0f} s of CPU of the store")


@contextmanager
def served(releases_folder: Path, engine: str, workers: int) -> Iterator[tuple[str, int, float]]:
    """Serve; gives the address, the process and the seconds until it was ready."""
    port = free_port()
    command = [HERE / "portrait-ia", "serve", releases_folder, "--port", port, "--engine", engine]
    begun = time.perf_counter()
    server = subprocess.Popen([*map(str, command), "--workers", str(workers)])
    try:
        address = f"http://127.0.0.1:{port}/"
        while ask(f"{address}readyz")[0] != 200:
            if server.poll() is not None:
                raise SystemExit(f"--engine {engine} ended with {server.returncode}")
            time.sleep(0.05)
        yield address, server.pid, time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait()


def ask(address: str, accept: str = "text/html") -> tuple[int, float, bytes]:
    """Make a request: status (0 where nobody answers), seconds, body."""
    begun = time.perf_counter()
    request = urllib.request.Request(address, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            body, status = reply.read(), reply.status
    except urllib.error.HTTPError as refusal:
        body, status = refusal.read(), refusal.code
    except OSError:
        body, status = b"", 0
    return status, time.perf_counter() - begun, body


def megabytes(process: int) -> float:
    """Return the proportional memory (PSS) of a process and all below it, in MB."""
    try:
        status = Path(f"/proc/{process}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0.0
    match = re.search(r"^Pss: +(\d+)", status, re.MULTILINE)
    below = [
        int(child)
        for task in Path(f"/proc/{process}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return (int(match[1]) / 1024 if match else 0) + sum(map(megabytes, below))


def measure(releases_folder: Path, engine: str, workers: int) -> None:
    """Measure one engine, and print the results."""
    with served(releases_folder, engine, workers) as (address, process, seconds):
        print(
            f"{engine}, {workers} workers: ready after {seconds:.1f} s, {megabytes(process):.0f} MB"
        )
        query = f"SELECT ?i {{ ?i a <{BASE}def#Initiative> }} LIMIT 1"
        _, _, body = ask(f"{address}sparql?query={urllib.parse.quote(query)}", "text/csv")
        initiative = body.decode().split()[1]
        pages = (*PAGES, initiative.removeprefix(BASE).replace("id/", "doc/", 1))
        for page in pages:
            joint = "&" if "?" in page else "?"
            print_replies(page or "/", [ask(f"{address}{page}{joint}turn={n}") for n in range(2)])
        for name, text in QUERIES.items():
            query = text.replace("{initiative}", initiative).replace("{base}", BASE)
            turns = 1 if name.startswith("hostile") else TURNS
            queries = [urllib.parse.quote(f"{query} # {n}") for n in range(turns)]
            print_replies(
                name, [ask(f"{address}sparql?query={text}", "text/csv") for text in queries]
            )
        print(f"{engine}: {megabytes(process):.0f} MB at the end, load {os.getloadavg()[0]:.1f}")


def print_replies(what: str, replies: list[tuple[int, float, bytes]]) -> None:
    """Print the statuses and the median time of some requests."""
    statuses = ", ".join(sorted({str(status) for status, _, _ in replies}))
    print(f"  {what:45} {statuses:8} {statistics.median(s for _, s, _ in replies) * 1000:8.0f} ms")


def main() -> None:
    """Print all."""
    options = argparse.ArgumentParser()
    options.add_argument("--build", action="store_true", help="build all rows")
    options.add_argument("--built", type=Path, help="a folder of releases that was built")
    given = options.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = BASE_ROWS * COPIES
        releases_folder = given.built or (
            build(folder, rows) if given.build else multiply(build(folder, BASE_ROWS), folder)
        )
        if shutil.which("virtuoso-t"):
            with run_virtuoso(folder, buffers=VIRTUOSO_BUFFERS) as store:
                push(releases_folder, store)
                measure(releases_folder, store.query, 2)
                print(f"Virtuoso: {megabytes(store.process):.0f} MB")
        measure(releases_folder, "disk", 2)  # builds its store first
        measure(releases_folder, "disk", 2)
        measure(releases_folder, "memory", 1)


if __name__ == "__main__":
    main()
