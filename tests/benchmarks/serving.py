"""Drive our server, `oxigraph serve` and nginx in turns with wrk; print requests/s and ratios.

Also the processor time of a request in the server, in µs: ours in the HTTP processes and in the
query processes. It depends less than requests/s on what else the machine does. How many query
processes were started for 1,000 requests: what costs one that did nothing wrong costs all. And the
processor time of the engine alone, asked the same queries in one process, without HTTP: no server
around it can do with less.

python -m tests.benchmarks.serving [--turns 5] [--seconds 5] [--only points]

Needs wrk and nginx (Debian: wrk, nginx-light) and the PyPI package oxigraph. The peer holds the
same N-Quads in memory and queries the union of the graphs, as ours does. The queries are drawn from
the classes, properties and subjects that the release itself names; but for the mix and the
documents each bears another number, so that nothing is kept. Medians over the turns, in brackets
the least and the most; ratios are of the same turn.
"""

import argparse
import contextlib
import io
import json
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
from urllib.parse import quote, unquote

import pyoxigraph as ox

from tests.conftest import PROJECT
from tests.support.processes import metric

JSON = "application/sparql-results+json"
CONNECTIONS = 8
MOST_P99 = 2.0  # times the peer's, in the same turn
MOST_WORK = 150  # µs of the HTTP processes for a query that is not kept, with one connection
MOST_STARTED = 1  # query processes for 1,000 queries
_QUERIES = 5_000  # of a load, each of which is asked with one number after the other
_NUMBER = "98765432123456789"  # stands in a text where each request has a number of its own
_MOST_ROWS = 2_100  # about 500 kB
_RANDOM = random.Random(20250101)  # the same mix every time


class Load(NamedTuple):
    """A list of targets, which peer answers them too, and the least ratio, where one is a goal."""

    name: str
    targets: list[str]
    peer: str
    goal: float | None = None

    @property
    def unique(self) -> bool:
        """Return whether no cached answer can serve a target."""
        return _NUMBER in self.targets[0]


class Measured(NamedTuple):
    """Requests a second, the 99th percentile in ms, and what a request costs.

    That is its µs in the HTTP processes and beyond, and for 1,000 of them query processes.
    """

    rate: float
    p99: float
    failed: int
    worker: float = 0.0
    beyond: float = 0.0
    started: float = 0.0


class Server(NamedTuple):
    """Where a server listens, its process, and whether it is ours."""

    at: str
    process: int
    ours: bool = False


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--turns", type=int, default=5)
    options.add_argument("--seconds", type=int, default=5)
    options.add_argument("--only", default="")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as running:
        work = Path(place)
        ours, release, worker_mb = running.enter_context(_ours(work))
        loads = [load for load in _loads(ours.at) if given.only in load.name]
        peers = {"oxigraph": running.enter_context(_oxigraph(release))}
        documents = [load for load in loads if load.peer == "nginx"]
        if documents:
            peers["nginx"] = running.enter_context(_nginx(work, ours.at, documents[0].targets))
        results: dict[tuple[str, str], list[Measured]] = {}
        for turn in range(given.turns):
            for load in loads:
                for who, at in (("ours", ours), (load.peer, peers[load.peer])):
                    script = _write_script(work, load, who, 2 * turn)
                    measured = _measure(script, at, given.seconds, CONNECTIONS)
                    results.setdefault((load.name, who), []).append(measured)
                if load.unique:
                    script = _write_script(work, load, "ours", 2 * turn + 1)
                    measured = _measure(script, ours, given.seconds, 1)
                    results.setdefault((load.name, "alone"), []).append(measured)
        print(f"workers with their query processes, proportional memory: {worker_mb()}")
        _print(loads, results)
        sizes = {load.name: _sizes(ours.at, load) for load in loads}
        _print_costs(loads, results, sizes, _time_engine(release, loads))


def _print(loads: list[Load], results: dict[tuple[str, str], list[Measured]]) -> None:
    head = " ".join(f"{who + '/s':>21} {'p99 ms':>7} {'µs':>11}" for who in ("ours", "peer"))
    print(f"{'':17} {head} {'ratio':>18}  goal")
    for load in loads:
        ours, theirs = results[load.name, "ours"], results[load.name, load.peer]
        ratios = [a.rate / b.rate for a, b in zip(ours, theirs, strict=True)]
        row = f"{_cells(ours)} {_cells(theirs)} {_spread(ratios, 2):>18}"
        failed = sum(m.failed for m in ours), sum(m.failed for m in theirs)
        note = f"  failed: {failed[0]} ours, {failed[1]} theirs" if any(failed) else ""
        goal = f"at least {load.goal:g} × {load.peer}" if load.goal else f"none ({load.peer})"
        print(f"{load.name:17} {row}  {goal}{note}")


def _cells(measured: list[Measured]) -> str:
    worker, beyond = _mid(measured, "worker"), _mid(measured, "beyond")
    cost = f"{worker:.0f} + {beyond:.0f}" if worker and beyond else f"{worker + beyond:.0f}"
    rate = _spread([m.rate for m in measured], 0)
    return f"{rate:>21} {_mid(measured, 'p99'):7.1f} {cost:>11}"


def _print_costs(
    loads: list[Load],
    results: dict[tuple[str, str], list[Measured]],
    sizes: dict[str, list[int]],
    engine: dict[str, float],
) -> None:
    """Print what the ratio of requests/s does not tell, and the goals for it."""
    single, several = "HTTP µs, 1 conn.", f"HTTP µs, {CONNECTIONS} conn."
    alone = "engine alone µs"
    head = f"{'p99 / peer':>18} {single:>18} {several:>18} {'started/1000':>18} {alone:>18}"
    print(f"\n{'':17} {head}  bytes: least, middle, most")
    for load in loads:
        ours, theirs = results[load.name, "ours"], results[load.name, load.peer]
        single_results = results.get((load.name, "alone"))
        cells = (
            _spread([a.p99 / b.p99 for a, b in zip(ours, theirs, strict=True)], 2),
            _spread([m.worker for m in single_results], 0) if single_results else "",
            _spread([m.worker for m in ours], 0),
            _spread([m.started for m in ours], 2),
            f"{engine[load.name]:.0f}" if load.name in engine else "",
        )
        row = " ".join(f"{cell:>18}" for cell in cells)
        print(f"{load.name:17} {row}  {', '.join(map(str, sizes[load.name]))}")
    goals = (MOST_P99, MOST_WORK, None, MOST_STARTED, None)
    row = " ".join(f"{f'at most {goal:g}' if goal else 'none':>18}" for goal in goals)
    print(f"{'goal of queries':17} {row}")


def _mid(measured: list[Measured], name: str) -> float:
    return statistics.median(float(getattr(m, name)) for m in measured)


def _spread(values: list[float], digits: int) -> str:
    """Write the median, and in brackets the least and the most."""
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({least:.{digits}f}–{most:.{digits}f})"


def _loads(site: str) -> list[Load]:
    """Draw queries from what the release names: as one would who has never seen it."""
    pairs = _ask(site, "SELECT ?s ?p { ?s ?p ?o FILTER(isIRI(?s)) }")
    kinds = _ask(site, "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c ?p")
    statements: dict[str, int] = {}
    for kind in kinds:
        statements[kind["c"]] = statements.get(kind["c"], 0) + int(kind["n"])
    points = [_point(_RANDOM.choice(pairs)) for _ in range(_QUERIES)]
    aggregates = [_aggregate(number, _RANDOM.choice(kinds)) for number in range(_QUERIES)]
    listings = [_listing(statements) for _ in range(_QUERIES)]
    drawn = _RANDOM.choices((points, aggregates, listings), (6, 3, 1), k=_QUERIES)
    popular = [
        text.replace(_NUMBER, "0") for text in (*points[:90], *aggregates[:45], *listings[:15])
    ]
    _RANDOM.shuffle(popular)
    weights = [1 / rank for rank in range(1, len(popular) + 1)]
    mix = _RANDOM.choices(popular, weights, k=5000)
    base = "http://localhost:8000/id/"
    subjects = sorted({pair["s"] for pair in pairs if pair["s"].startswith(base)})
    pages = [subject.removeprefix(base) for subject in subjects[:200]]
    return [
        Load("mix", _queries(mix), "oxigraph", 5.0),
        Load("unique aggregates", _queries(aggregates), "oxigraph", 0.85),
        Load("points", _queries(points), "oxigraph", 0.5),
        Load("listings", _queries(listings), "oxigraph"),
        Load("unique of all", _queries([_RANDOM.choice(kind) for kind in drawn]), "oxigraph"),
        Load("documents", [f"/doc/{page}.ttl" for page in pages], "nginx", 0.5),
    ]


def _point(pair: dict[str, str]) -> str:
    """Ask about one subject, in one of five ways."""
    subject, name = f"<{pair['s']}>", f"<{pair['p']}>"
    return _RANDOM.choice(
        (
            f"SELECT ?p ?o {{ {subject} ?p ?o FILTER(?o != {_NUMBER}) }}",
            f"SELECT ?o {{ {subject} {name} ?o FILTER(?o != {_NUMBER}) }}",
            f"SELECT ?t ?o {{ {subject} a ?t ; {name} ?o FILTER(?o != {_NUMBER}) }}",
            f"ASK {{ {subject} {name} ?o FILTER(?o != {_NUMBER}) }}",
            f"SELECT ?s ?p {{ ?s ?p {subject} FILTER(?s != {_NUMBER}) }} LIMIT 10",
        )
    )


def _aggregate(number: int, kind: dict[str, str]) -> str:
    """Count the values of a property, or its subjects, in a class; no two share a pattern."""
    row, pattern = f"?r{number}", f"a <{kind['c']}> ; <{kind['p']}> ?o"
    counted = f"{{ {row} {pattern} FILTER({row} != {_NUMBER}) }}"
    return _RANDOM.choice(
        (
            f"SELECT ?o (COUNT(*) AS ?n) {counted} GROUP BY ?o",
            f"SELECT (COUNT(DISTINCT ?o) AS ?n) (COUNT(*) AS ?m) {counted}",
        )
    )


def _listing(statements: dict[str, int]) -> str:
    """List so many statements about the things of a class: short lists more often than long."""
    rows = round(_MOST_ROWS ** _RANDOM.random())
    classes = [name for name, number in statements.items() if number >= rows]
    name = _RANDOM.choice(classes or [max(statements, key=lambda name: statements[name])])
    return f"SELECT ?s ?p ?o {{ ?s a <{name}> ; ?p ?o FILTER(?o != {_NUMBER}) }} LIMIT {rows}"


def _ask(site: str, text: str) -> list[dict[str, str]]:
    """Return the values of each row of an answer."""
    rows = json.loads(_fetch(f"{site}/sparql?query={quote(text)}"))["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def _fetch(address: str, accept: str = JSON) -> bytes:
    request = urllib.request.Request(address, headers={"Accept": accept})
    with urllib.request.urlopen(request) as reply:
        body: bytes = reply.read()
        return body


def _sizes(site: str, load: Load) -> list[int]:
    """Return the least, the middle and the largest length of some answers."""
    some = _RANDOM.sample(load.targets, min(300, len(load.targets)))
    lengths = sorted(
        len(_fetch(site + target, "*/*" if load.peer == "nginx" else JSON)) for target in some
    )
    return [lengths[0], lengths[len(lengths) // 2], lengths[-1]]


def _time_engine(release: Path, loads: list[Load]) -> dict[str, float]:
    """Return, by the name of a load, the µs of the engine for one of its queries, without HTTP."""
    store = ox.Store()
    store.bulk_load(path=release / "dumps/portraits.nq", format=ox.RdfFormat.N_QUADS)
    times = {}
    for load in loads:
        if not load.unique:
            continue
        texts = [
            unquote(target.partition("=")[2]).replace(_NUMBER, str(number))
            for number, target in enumerate(load.targets)
        ]
        times[load.name] = min(_time_texts(store, texts) for _ in range(3))
    return times


def _time_texts(store: ox.Store, texts: list[str]) -> float:
    begun = time.process_time()
    for text in texts:
        results = store.query(text, use_default_graph_as_union=True)
        assert not isinstance(results, ox.QueryTriples)
        results.serialize(io.BytesIO(), ox.QueryResultsFormat.JSON)
    return (time.process_time() - begun) / len(texts) * 1e6


def _queries(texts: list[str]) -> list[str]:
    return ["/sparql?query=" + quote(text) for text in texts]


def _write_script(work: Path, load: Load, who: str, turn: int) -> Path:
    """Write what wrk runs: the targets in order, each turn from another place and number."""
    targets = load.targets
    if who == "oxigraph":
        targets = [target.replace("/sparql", "/query", 1) for target in targets]
    (work / "targets").write_text("\n".join(targets).replace(_NUMBER, "\t"))
    script = work / "load.lua"
    script.write_text(
        f"""
local before, behind, place, number = {{}}, {{}}, 0, {(turn + 1) * 10**8}
for line in io.lines("{work / "targets"}") do
  before[#before + 1], behind[#before + 1] = line:match("^([^\t]*)\t?(.*)$")
end
place = math.floor(#before * {turn % 5} / 5)
request = function()
  place, number = place % #before + 1, number + 1
  local target = before[place]
  if behind[place] ~= "" then target = target .. string.format("%d", number) .. behind[place] end
  return wrk.format("GET", target, {{Accept = "{JSON if who != "nginx" else "*/*"}"}})
end
"""
    )
    return script


def _measure(script: Path, server: Server, seconds: int, connections: int) -> Measured:
    before, started = _worked(server.process), _started(server)
    measured = _wrk(script, server.at, seconds, connections)
    after = _worked(server.process)
    requests = measured.rate * seconds
    worker, beyond = ((b - a) / requests * 1e6 for a, b in zip(before, after, strict=True))
    started = (_started(server) - started) / requests * 1000
    return measured._replace(worker=worker, beyond=beyond, started=started)


def _started(server: Server) -> float:
    """Return how many query processes were started so far; of a peer, that has none, 0."""
    if not server.ours:
        return 0.0
    time.sleep(1.1)  # workers tell each other twice a second
    return metric(f"{server.at}/", "query_processes_started_total")


def _worked(process: int) -> tuple[float, float]:
    """Return the processor seconds of a server and its workers, and of all that they started."""
    near = [process, *_children().get(process, [])]
    family = _family(process)
    return sum(map(_seconds, near)), sum(
        _seconds(member) for member in family if member not in near
    )


def _seconds(process: int) -> float:
    """Return the processor time of a process and of its children that have ended (proc(5))."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _wrk(script: Path, at: str, seconds: int, connections: int) -> Measured:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script)]
    command.append(at)
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
    shelf = work / "releases"
    build = [*command, "build", "--to", str(shelf)]
    subprocess.run(build, check=True, cwd=PROJECT, capture_output=True)
    port = _free_port()
    with _running([*command, "serve", str(shelf), "--port", str(port)], port) as process:
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        release = (shelf / "current").resolve()
        server = Server(f"http://127.0.0.1:{port}", process.pid, ours=True)
        yield server, release, lambda: _memory(process.pid)


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
        rollups = [Path(f"/proc/{member}/smaps_rollup").read_text() for member in _family(worker)]
        sizes = [
            int(results[1]) for text in rollups if (results := re.search(r"\nPss:\s+(\d+)", text))
        ]
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
