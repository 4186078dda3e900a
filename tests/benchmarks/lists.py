"""Time lists and search over 100,000 initiatives, beside Datasette's of the same table.

Run: make benchmark-lists, or python -m tests.benchmarks.lists [--rows N] [--releases FOLDER]

Datasette, of an environment of its own that PEER_PYTHON names, serves the same portraits.sqlite.
Both are asked the same things in turn, each request with values that were not asked before, so
that no cache answers; a figure is of all turns. Without --releases, a release is built first.
"""

import argparse
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks.mapping import write_portrait
from tests.benchmarks.site import free_port, wait_for
from tests.conftest import COMMAND, PROJECT
from tests.site.conftest import list_anew
from transform.release.paths import DATABASE
from transform.text.search_words import WordIndexer

_BUILT = 5_000  # rows
_LAYOUT = 'layout = 1\nextends = "quebec"\n[columns]\nother = "list"\n'
# A site that keeps no answers, so that each is made anew.
_SERVE = {**os.environ, "PORTRAIT_IA_CACHE_MB": "0", "PYTHONPATH": str(PROJECT)}
_FACETS = ("annee", "portefeuille", "organisme", "categorie", "statut", "presence")
_CANCELLED = {"Accept-Encoding": "identity", "Accept": "text/html"}


class Values:
    """Values to ask for, taken from the tables."""

    def __init__(self, file: Path) -> None:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as tables:
            self._of = {
                name: [row[0] for row in tables.execute(f"SELECT {name} FROM {table}")]
                for name, table in (
                    ("organisme", "organismes"),
                    ("portefeuille", "portefeuilles"),
                    ("categorie", "categories"),
                    ("statut", "statuts"),
                    ("mot", "mots WHERE nombre > 200"),
                )
            }
        self._random = random.Random(1)

    def any(self, name: str) -> str:
        """Return a value of a list, or a word that occurs often."""
        return str(self._random.choice(self._of[name]))

    def page(self) -> int:
        """Return the number of a page of the whole list."""
        return self._random.randrange(1, 1500)


def ours(values: Values, kind: str) -> str:
    """Return the path of a request to our site."""
    match kind:
        case "whole list":
            return f"initiatives?page={values.page()}"
        case "one facet":
            return f"initiatives?organisme={values.any('organisme')}"
        case "two facets":
            return "initiatives?" + urlencode(
                {"statut": values.any("statut"), "categorie": values.any("categorie")}
            )
        case "facet and words":
            return "initiatives?" + urlencode(
                {"q": values.any("mot"), "statut": values.any("statut")}
            )
        case "words":
            return "recherche?" + urlencode({"q": f"{values.any('mot')} {values.any('mot')}"})
    return "recherche/suggestions?" + urlencode({"q": values.any("mot")[:3]})


def datasette(values: Values, kind: str) -> str | None:
    """Return the path of the same request to Datasette, None where it has no such page."""
    facets = [("_facet", name) for name in _FACETS]
    chosen: list[tuple[str, str]] = [("derniere", "1"), ("_size", "50"), ("_nosuggest", "1")]
    match kind:
        case "whole list":
            # Pages are by the last row seen: 50 rows a page, as on our site.
            chosen.append(("_next", str(50 * values.page())))
        case "one facet":
            chosen.append(("organisme", values.any("organisme")))
        case "two facets":
            chosen += [(name, values.any(name)) for name in ("statut", "categorie")]
        case "facet and words":
            # Its search is FTS5, too: one column of text, as `datasette` finds it by itself.
            chosen += [("_search", values.any("mot")), ("statut", values.any("statut"))]
        case "words":
            chosen = [("_search", f"{values.any('mot')} {values.any('mot')}"), ("_size", "50")]
            return "portraits/inscriptions?" + urlencode(chosen)
        case _:
            return None
    return "portraits/inscriptions?" + urlencode([*chosen, *facets])


KINDS = (
    "whole list", "one facet", "two facets", "facet and words", "words", "suggestions"
)  # fmt: skip


def copy_for_datasette(file: Path, target: Path) -> None:
    """Copy the tables, with an index of the words of entries, by which Datasette searches."""
    target.write_bytes(file.read_bytes())
    target.chmod(0o644)
    with closing(sqlite3.connect(target)) as tables:
        tables.executescript(
            """CREATE VIRTUAL TABLE inscriptions_fts USING fts5(
                 nom, benefices, content='inscriptions', tokenize="unicode61 remove_diacritics 2");
               INSERT INTO inscriptions_fts (inscriptions_fts) VALUES ('rebuild');"""
        )


@contextmanager
def serve(command: list[str], port: int, variables: dict[str, str]) -> Iterator[str]:
    """Start a server and yield its address."""
    server = subprocess.Popen(
        command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PROJECT
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(60)


def ask(address: str) -> float:
    """Return the milliseconds of one request; any status but 200 ends the benchmark."""
    request = urllib.request.Request(address, headers=_CANCELLED)
    started = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as reply:
        reply.read()
    return 1000 * (time.perf_counter() - started)


def measure(sites: dict[str, tuple[str, Callable[[str], str | None]]], turns: int) -> None:
    """Print the median and the 95th percentile of each kind of request, and their ratio."""
    print(f"{'request':<16} {'site':<10} {'median ms':>10} {'p95 ms':>8}")
    for kind in KINDS:
        times: dict[str, list[float]] = {}
        for _ in range(turns):
            for name, (address, path_of) in sites.items():
                if path := path_of(kind):
                    times.setdefault(name, []).append(ask(address + path))
        for name, own in times.items():
            late = statistics.quantiles(own, n=20)[-1]
            print(f"{kind:<16} {name:<10} {statistics.median(own):10.1f} {late:8.1f}", flush=True)
        if len(times) > 1:
            first, second = (statistics.quantiles(own, n=20)[-1] for own in times.values())
            print(f"{kind:<16} {'p95 ratio':<10} {second / first:10.2f} times as fast")


def build(rows: int, folder: Path) -> Path:
    """Build a release of the portrait that other benchmarks use, with the tables of so many rows.

    A part of them is built, and its tables are copied over, each initiative under a key and a name
    of its own: to build them all takes minutes and adds nothing that a list reads.
    """
    portrait, layout = folder / "portrait.csv", folder / "layout.toml"
    write_portrait(_BUILT, portrait)
    layout.write_text(_LAYOUT, encoding="utf-8")
    releases = folder / "releases"
    command = [str(COMMAND), "build", f"2025={portrait}", "--layout", str(layout)]
    subprocess.run([*command, "--to", str(releases)], check=True, stdout=subprocess.DEVNULL)
    release = (releases / "current").resolve()
    file = release / "dumps" / DATABASE
    file.chmod(0o644)
    multiply(file, rows // _BUILT)
    for name in ("manifest.json", "dumps/SHA256SUMS"):
        (release / name).chmod(0o644)
    list_anew(release, f"dumps/{DATABASE}")
    return releases


def multiply(file: Path, times: int) -> None:
    """Copy initiatives, entries and the index of search so many times."""
    with closing(sqlite3.connect(file, isolation_level=None)) as tables:
        tables.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")
        for table in ("initiatives", "inscriptions"):
            names = [row[1] for row in tables.execute(f"PRAGMA table_info({table})")]
            copied = {
                "initiative": "initiative || '9' || ?1",
                "uri": "replace(uri, initiative, initiative || '9' || ?1)",
                "nom": "nom || ' – ' || ?1",
                "tri": "tri || ' – ' || ?1",
                "chose": "chose + ?1 * (SELECT count(*) FROM initiatives WHERE"
                " instr(initiative, '9') = 0)",
            }
            columns = ", ".join(copied.get(name, name) for name in names)
            tables.executemany(
                f"INSERT INTO {table} SELECT {columns} FROM {table}"
                " WHERE instr(initiative, '9') = 0",
                ((number,) for number in range(1, times)),
            )
        indexer = WordIndexer(["fr", "en"])
        rows = tables.execute(
            """SELECT e.chose, e.initiative, e.uri, e.nom, e.benefices,
                 o.nom || ' ' || p.nom || ' ' || c.nom || ' ' || s.nom
               FROM inscriptions e JOIN organismes o USING (organisme)
               JOIN portefeuilles p USING (portefeuille) JOIN categories c USING (categorie)
               JOIN statuts s USING (statut) WHERE instr(e.initiative, '9')"""
        ).fetchall()
        for number, key, uri, *texts in rows:
            thing = ("initiative", key, uri, texts[0])
            tables.execute("INSERT INTO choses VALUES (?, ?, ?, ?, ?)", (number, *thing))
            stems = (" ".join(indexer.stems(text or "", "fr")) for text in texts)
            tables.execute(
                "INSERT INTO recherche (rowid, nom, texte, contexte) VALUES (?, ?, ?, ?)",
                (number, *stems),
            )
            begun = (number, " ".join(indexer.words(texts[0])))
            tables.execute("INSERT INTO amorces (rowid, nom) VALUES (?, ?)", begun)
        tables.executescript(
            f"""UPDATE mots SET nombre = nombre * {times};
                UPDATE groupes SET inscriptions = inscriptions * {times};
                UPDATE sortes SET derniere = (SELECT max(chose) FROM choses)
                  WHERE sorte = 'initiative'; ANALYZE;"""
        )


def main() -> None:
    """Serve both and measure."""
    parser = argparse.ArgumentParser(description="Time lists and search beside Datasette.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--releases", type=Path)
    options = parser.parse_args()
    peer = os.environ.get("PEER_PYTHON")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        releases = options.releases or build(options.rows, work)
        file = releases / "current/dumps" / DATABASE
        port, peer_port = free_port(), free_port()
        code = "from server.cli import main; main()"
        own = [sys.executable, "-c", code, "serve", str(releases), "--port", str(port)]
        with serve(own, port, dict(_SERVE)) as address:
            values = Values(file)
            sites: dict[str, tuple[str, Callable[[str], str | None]]] = {
                "ours": (address, lambda kind: ours(values, kind))
            }
            if peer is None:
                measure(sites, options.turns)
                return
            table = work / "portraits.db"
            copy_for_datasette(file, table)
            command = [peer, "-m", "datasette", "serve", "--immutable", str(table)]
            command += ["--port", str(peer_port), "--setting", "sql_time_limit_ms", "60000"]
            command += ["--setting", "facet_time_limit_ms", "60000"]
            command += ["--setting", "suggest_facets", "off", "--setting", "num_sql_threads", "4"]
            with serve(command, peer_port, dict(os.environ)) as peer_address:
                others = Values(file)
                sites["Datasette"] = (peer_address, lambda kind: datasette(others, kind))
                measure(sites, options.turns)


if __name__ == "__main__":
    main()
