"""Drive our server, `oxigraph serve` and nginx in turns with wrk; print requests/s and ratios.

Also the processor time of a request in the server, in µs: ours in the workers and in the query
processes. It depends less than requests/s on what else the machine does.

python -m tests.benchmarks.serving [--turns 3] [--seconds 5]

Needs wrk and nginx (Debian: wrk, nginx-light) and the PyPI package oxigraph. The peer holds the
same N-Quads in memory and queries the union of the graphs, as ours does. Medians over the turns.
"""

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from tests.conftest import PROJECT

JSON = "application/sparql-results+json"
_UNIQUE = 100_000  # more than one turn asks, so that no cache helps
_RANDOM = random.Random(20250101)  # the same mix every time


class Load(NamedTuple):
    """A list of targets, which peer answers them too, and the ratio to reach."""

    name: str
    targets: list[str]
    peer: str
    goal: float


class Measured(NamedTuple):
    """Requests a second, the 99th percentile in ms, and its µs in workers and beyond."""

    rate: float
    p99: float
    failed: int
    worker: float = 0.0
    beyond: float = 0.0


class Server(NamedTuple):
    """Where a server listens, and its process."""

    at: str
    process: int


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--turns", type=int, default=3)
    options.add_argument("--seconds", type=int, default=5)
    options.add_argument("--only", default="")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as running:
        work = Path(place)
        ours, release, worker_mb = running.enter_context(_ours(work))
        loads = [load for load in _loads(release) if given.only in load.name]
        peers = {"oxigraph": running.enter_context(_oxigraph(release))}
        documents = [load for load in loads if load.peer == "nginx"]
        if documents:
            peers["nginx"] = running.enter_context(_nginx(work, ours.at, documents[0].targets))
        results: dict[tuple[str, str], list[Measured]] = {}
        for turn in range(given.turns):
            for load in loads:
                for who, at in (("ours", ours), (load.peer, peers[load.peer])):
                    script = _write_script(work, load, who, turn)
                    measured = _measure(script, at, given.seconds)
                    results.setdefault((load.name, who), []).append(measured)
        print(f"workers with their query processes, proportional memory: {worker_mb()}")
        _print(loads, results)


def _print(loads: list[Load], results: dict[tuple[str, str], list[Measured]]) -> None:
    head = " ".join(f"{who + '/s':>8} {'p99 ms':>7} {'µs':>11}" for who in ("ours", "peer"))
    print(f"{'':17} {head} {'ratio':>6}  goal")
    for load in loads:
        ours, theirs = results[load.name, "ours"], results[load.name, load.peer]
        ratio = statistics.median(a.rate / b.rate for a, b in zip(ours, theirs, strict=True))
        row = f"{_cells(ours)} {_cells(theirs)} {ratio:6.2f}"
        failed = sum(m.failed for m in ours), sum(m.failed for m in theirs)
        note = f"  failed: {failed[0]} ours, {failed[1]} theirs" if any(failed) else ""
        print(f"{load.name:17} {row}  {load.goal:g} {load.peer}{note}")


def _cells(measured: list[Measured]) -> str:
    worker, beyond = _mid(measured, "worker"), _mid(measured, "beyond")
    cost = f"{worker:.0f} + {beyond:.0f}" if worker and beyond else f"{worker + beyond:.0f}"
    return f"{_mid(measured, 'rate'):8.0f} {_mid(measured, 'p99'):7.1f} {cost:>11}"


def _mid(measured: list[Measured], name: str) -> float:
    return statistics.median(float(getattr(m, name)) for m in measured)


def _loads(release: Path) -> list[Load]:
    subjects = sorted(
        {
            line.split(" ", 1)[0]
            for line in (release / "dumps/portraits.nq").open()
            if "/id/" in line
        }
    )
    subjects = [subject for subject in subjects if "/id/" in subject]
    points = [
        f"SELECT ?p ?o {{ {subjects[n % len(subjects)]} ?p ?o FILTER(?o != {n}) }}"
        for n in range(_UNIQUE)
    ]
    group = (
        "PREFIX pia: <http://localhost:8000/def#> SELECT ?c ?s (COUNT(*) AS ?n) {{ ?r{} "
        "a pia:Inscription ; pia:categorie ?c ; pia:statut ?s FILTER(?s != {}) }} GROUP BY ?c ?s"
    )
    aggregates = [group.format(n, n) for n in range(_UNIQUE)]  # no two share a pattern
    popular = [*points[:100], *aggregates[:50]]
    _RANDOM.shuffle(popular)
    weights = [1 / rank for rank in range(1, len(popular) + 1)]
    mix = _RANDOM.choices(popular, weights, k=5000)
    pages = [subject[len("<http://localhost:8000/id/") : -1] for subject in subjects[:200]]
    return [
        Load("mix", _queries(mix), "oxigraph", 3.0),
        Load("unique aggregates", _queries(aggregates), "oxigraph", 1.0),
        Load("points", _queries(points), "oxigraph", 0.5),
        Load("documents", [f"/doc/{page}.ttl" for page in pages], "nginx", 0.5),
    ]


def _queries(texts: list[str]) -> list[str]:
    return ["/sparql?query=" + quote(text) for text in texts]


def _write_script(work: Path, load: Load, who: str, turn: int) -> Path:
    """Write what wrk runs: the targets in order, each turn from another place."""
    targets = load.targets
    if who == "oxigraph":
        targets = [target.replace("/sparql", "/query", 1) for target in targets]
    (work / "targets").write_text("\n".join(targets))
    script = work / "load.lua"
    script.write_text(
        f"""
local targets, place = {{}}, 0
for line in io.lines("{work / "targets"}") do targets[#targets + 1] = line end
place = math.floor(#targets * {turn % 5} / 5)
request = function()
  place = place % #targets + 1
  return wrk.format("GET", targets[place], {{Accept = "{JSON if who != "nginx" else "*/*"}"}})
end
"""
    )
    return script


def _measure(script: Path, server: Server, seconds: int) -> Measured:
    before = _worked(server.process)
    measured = _wrk(script, server.at, seconds)
    after = _worked(server.process)
    requests = measured.rate * seconds / 1e6
    worker, beyond = ((b - a) / requests for a, b in zip(before, after, strict=True))
    return measured._replace(worker=worker, beyond=beyond)


def _worked(process: int) -> tuple[float, float]:
    """Return the processor time of a server and its workers, and of all that these started."""
    near = [process, *_children().get(process, [])]
    family = _family(process)
    return sum(map(_seconds, near)), sum(
        _seconds(member) for member in family if member not in near
    )


def _seconds(process: int) -> float:
    """Return the processor time, in seconds, of a process and its ended children (proc(5))."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _wrk(script: Path, at: str, seconds: int) -> Measured:
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "--latency", "-s", str(script), at]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = float(re.findall(r"Requests/sec:\s*([\d.]+)", output)[0])
    number, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)", output)[0]
    bad = re.findall(r"Non-2xx or 3xx responses: (\d+)", output)
    p99 = float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
    return Measured(rate, p99, int(bad[0]) if bad else 0)


@contextlib.contextmanager
def _ours(work: Path) -> Iterator[tuple[Server, Path, Callable[[], str]]]:
    run = "from server.cli import main; main()"
    command = [sys.executable, "-c", run]
    releases_folder = work / "releases"
    build = [*command, "build", "--to", str(releases_folder)]
    subprocess.run(build, check=True, cwd=PROJECT, capture_output=True)
    port = _free_port()
    with _running([*command, "serve", str(releases_folder), "--port", str(port)], port) as process:
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        release = (releases_folder / "current").resolve()
        yield Server(f"http://127.0.0.1:{port}", process.pid), release, lambda: _memory(process.pid)


@contextlib.contextmanager
def _oxigraph(release: Path) -> Iterator[Server]:
    port = _free_port()
    command = [shutil.which("oxigraph", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")]
    assert command[0], "pip install oxigraph"
    at = f"http://127.0.0.1:{port}"
    serve = [command[0], "serve", "--union-default-graph", "-b", f"127.0.0.1:{port}"]
    with _running(serve, port) as process:
        body = (release / "dumps/portraits.nq").read_bytes()
        headers = {"Content-Type": "application/n-quads"}
        urllib.request.urlopen(urllib.request.Request(f"{at}/store", body, headers)).close()
        yield Server(at, process.pid)


@contextlib.contextmanager
def _nginx(work: Path, ours: str, targets: list[str]) -> Iterator[Server]:
    """Serve, as files, what our server answers."""
    for target in targets:
        file = work / "files" / target.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(ours + target) as reply:
            file.write_bytes(reply.read())
    port = _free_port()
    (work / "nginx.conf").write_text(
        f"worker_processes 2; daemon off; pid {work}/nginx.pid; error_log stderr crit; user root;"
        "events { worker_connections 256; } http { access_log off; sendfile on; tcp_nopush on;"
        f"types {{ text/turtle ttl; }} keepalive_requests 1000000000;"
        f"server {{ listen 127.0.0.1:{port}; root {work}/files; }} }}"
    )
    nginx = shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"])
    assert nginx, "apt-get install nginx-light"
    with _running([nginx, "-p", str(work), "-c", str(work / "nginx.conf")], port) as process:
        yield Server(f"http://127.0.0.1:{port}", process.pid)


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(400):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_for(address: str) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), urllib.request.urlopen(address):
            return
        time.sleep(0.05)


def _memory(process: int) -> str:
    """Return the proportional memory of each worker and what it started, in MB."""
    sums = []
    for worker in _children().get(process, []):
        texts = [Path(f"/proc/{member}/smaps_rollup").read_text() for member in _family(worker)]
        sizes = [int(match[1]) for text in texts if (match := re.search(r"\nPss:\s+(\d+)", text))]
        sums.append(sum(sizes) // 1024)
    return ", ".join(f"{size} MB" for size in sums)


def _family(process: int) -> list[int]:
    """Return a process and all that descend from it."""
    children, family = _children(), [process]
    for member in family:
        family += children.get(member, [])
    return family


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    return children


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
