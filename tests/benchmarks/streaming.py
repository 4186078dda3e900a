"""Measure how much memory writing and sending dumps takes, at 10,000 and at 100,000 rows.

Constant means: ten times the rows, the same memory. The dumps are written, as in a build, in a
process of its own whose peak is read; then a server sends the files, and its peaks are read.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.site.conftest import BASE, _boot, write_release
from transform.files import digest
from transform.rdf.namespaces import RDF

SIZES = (10_000, 100_000)
# What a process of its own does: no more is loaded than a build loads to write dumps.
_WRITE = """
import sys
from pathlib import Path
from transform.layouts.model import FIELDS, load_layout
from transform.parallel import Workers
from transform.release.dumps import write_dumps
from transform.release.spreadsheets import CsvTable, columns_of
source, folder, base = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
scratch = folder.with_name(folder.name + "-pieces")
scratch.mkdir()
graphs = {"2025": source}
for name in ("organismes", "vocabulaire"):
    graphs[name] = scratch / f"{name}.nt"
    graphs[name].touch()
named = [(f"{base}graph/{name}", file) for name, file in graphs.items()]
quiet = dict(workers=Workers(), many=False, progress=lambda *_: None)
context = scratch / "context.nt"
context.touch()
tables = {2025: CsvTable(columns_of(load_layout("quebec"), FIELDS), {}, {}, "fr")}
write_dumps(named, tables, {2025: context}, folder, base, scratch, **quiet)
status = Path("/proc/self/status").read_text()
print(status.partition("VmHWM:")[2].split()[0])
"""


def lines(rows: int) -> Iterator[str]:
    """Yield a portrait as N-Triples, fifteen statements a row."""
    texts = [f"{name}TelQuEcrit" for name in ("nom", "organisme", "portefeuille", "statut")]
    for number in range(rows):
        about = f"<{BASE}id/initiative/{number:08}/2025>"
        yield f"{about} <{RDF}type> <{BASE}def#Inscription> .\n"
        yield f'{about} <http://www.w3.org/2000/01/rdf-schema#label> "Tri {number}"@fr .\n'
        yield f"{about} <http://purl.org/dc/terms/isPartOf> <{BASE}id/portrait/2025> .\n"
        yield f"{about} <{BASE}def#inscriptionDe> <{BASE}id/initiative/{number:08}> .\n"
        for name in ("organisme", "portefeuille", "categorie", "statut"):
            yield f"{about} <{BASE}def#{name}> <{BASE}id/{name}/n{number % 90}> .\n"
        yield f'{about} <{BASE}def#benefices> "- Réduire les délais\\n- Mieux servir"@fr .\n'
        for text in texts:
            yield f'{about} <{BASE}def#{text}> "Le texte tel qu\'il est écrit, {number}" .\n'
        source = f"{BASE}dumps/sources/2025/a.csv#row={number + 2}"
        yield f"{about} <http://www.w3.org/ns/prov#hadPrimarySource> <{source}> .\n"


def measure(source: Path, folder: Path) -> tuple[float, float]:
    """Write all dumps in a process of its own; return its peak in MB and the seconds it took."""
    begun = time.monotonic()
    command = [sys.executable, "-c", _WRITE, str(source), str(folder), BASE]
    done = subprocess.run(command, capture_output=True, check=True)
    return int(done.stdout) / 1024, time.monotonic() - begun


def serve(folder: Path, file: str) -> tuple[float, float, float]:
    """Send a file; give the peak of the largest process before and after, in MB, and MB/s."""
    with _boot(folder) as site:
        urlopen(f"{site}dumps/").read()
        pids = _family()
        before = max(map(_peak, pids))
        begun, got = time.monotonic(), 0
        with urlopen(f"{site}dumps/{file}") as answer:
            while part := answer.read(1 << 20):
                got += len(part)
        return before, max(map(_peak, pids)), got / 1e6 / (time.monotonic() - begun)


def _family() -> list[int]:
    """Return the processes below this one."""
    processes: list[int] = []
    new = [os.getpid()]
    while new:
        each = new.pop()
        children = Path(f"/proc/{each}/task/{each}/children").read_text().split()
        processes += map(int, children)
        new += map(int, children)
    return processes


def _peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _release(folder: Path, written: Path) -> None:
    """Make a release that offers written files beside its own few."""
    write_release(folder)
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    for file in written.iterdir():
        file.rename(folder / "dumps" / file.name)
        moved = folder / "dumps" / file.name
        entry = {"bytes": moved.stat().st_size, "sha256": digest(moved), "media_type": "text/plain"}
        manifest["files"][f"dumps/{file.name}"] = entry
        with (folder / "dumps/SHA256SUMS").open("a") as sums:
            sums.write(f"{entry['sha256']}  {file.name}\n")
    (folder / "manifest.json").write_text(json.dumps(manifest))


def main() -> None:
    """Print a table: MB and seconds at each size."""
    with tempfile.TemporaryDirectory() as folder:
        for rows in SIZES:
            releases_folder = Path(folder) / str(rows)
            written = releases_folder / "written"
            written.mkdir(parents=True)
            source = releases_folder / "portrait.nt"
            with source.open("w", encoding="utf-8") as out:
                out.writelines(lines(rows))
            peak, seconds = measure(source, written)
            print(f"{rows:>7} rows  written    {peak:6.0f} MB {seconds:6.1f} s", flush=True)
            _release(releases_folder / ("a" * 16), written)
            (releases_folder / "current").symlink_to("a" * 16)
            before, after, speed = serve(releases_folder, "portrait-2025.ttl")
            print(f"{rows:>7} rows  served     {before:6.0f} -> {after:.0f} MB, {speed:.0f} MB/s")


if __name__ == "__main__":
    main()
