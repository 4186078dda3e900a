"""Measure builds with a registry of bodies: four times the bodies and rows, how many times as long.

Run: python -m tests.benchmarks.registry [BODIES]    (rows: ten a body)
"""

import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import COMMAND, HEADER, ROW

_HEAD = "".join(
    f"@prefix {name}: <{iri}> .\n"
    for name, iri in (
        ("org", "http://www.w3.org/ns/org#"),
        ("pia", "def#"),
        ("skos", "http://www.w3.org/2004/02/skos/core#"),
    )
)


def write_inputs(folder: Path, bodies: int) -> None:
    """Write a registry of bodies with three spellings each, a layout, and ten rows a body."""
    blocks = [
        f"<id/organisme/ville-{n}> a pia:Organisme ;\n"
        f'    skos:prefLabel "Ville numéro {n} du Québec"@fr ;\n'
        f'    skos:altLabel "Ville {n}"@fr ;\n    skos:altLabel "V{n}"@fr ;\n'
        "    org:classification <id/genre/organisme> ;\n    pia:revise true .\n"
        for n in range(bodies)
    ]
    (folder / "registre.ttl").write_text(_HEAD + "".join(blocks), encoding="utf-8")
    settings = {"name": "essai", "extends": "quebec-exemple"}
    settings["registry"] = "registre.ttl"
    lines = ["layout = 1", *(f'{key} = "{value}"' for key, value in settings.items())]
    (folder / "essai.toml").write_text("\n".join(lines), encoding="utf-8")
    with (folder / "2030.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for n in range(10 * bodies):
            # One body in a hundred is unknown, so that candidates are looked for too.
            body = f"Vile {n % bodies}" if n % 100 == 0 else f"Ville {n % bodies}"
            writer.writerow((f"Essai {n}", ROW[1], body, *ROW[3:]))


def seconds(bodies: int) -> float:
    """Build once; gives the wall time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, bodies)
        command = [str(COMMAND), "build", f"2030={folder / '2030.csv'}"]
        command += ["--layout", str(folder / "essai.toml"), "--to", str(folder / "releases")]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started


def main() -> None:
    """Print both times, their ratio and the peak of memory."""
    few = int(sys.argv[1]) if len(sys.argv) > 1 else 2500
    times = [seconds(bodies) for bodies in (few, 4 * few)]
    for bodies, took in zip((few, 4 * few), times, strict=True):
        print(f"{bodies:>7} bodies, {10 * bodies:>8} rows: {took:7.1f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"four times as much takes {times[1] / times[0]:.1f} times as long; at most {peak} MB")


if __name__ == "__main__":
    main()
