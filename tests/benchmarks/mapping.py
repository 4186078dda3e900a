"""Map, and build, portraits of 1,000 to 100,000 rows, beside morph-kgc on the same rows.

Run `make benchmark`, which puts morph-kgc, whose pandas is an older one, into an environment of
its own and names it in PEER_PYTHON. Each figure comes from a process of its own; the two mappers
take turns, and the median of three turns counts. Peak memory is that of the process and its
children.
"""

import csv
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

SIZES = (1_000, 10_000, 100_000)
TURNS = 3
NAME = "Nom de l'actif, du projet ou de l'initiative"
RML = """
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix pia: <http://localhost:8000/def#> .
<#rows> a rr:TriplesMap ;
  rml:logicalSource [ rml:source "{file}" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rr:template "http://localhost:8000/id/initiative/{{n}}/2025" ;
                  rr:class pia:Inscription ] ;
{maps} .
"""
COLUMNS = {
    NAME: "nomTelQuEcrit",
    "Catégorie": "categorieTelleQuEcrite",
    "Organisme public responsable": "organismeTelQuEcrit",
    "Portefeuille ministériel": "portefeuilleTelQuEcrit",
    "Bénéfices associés": "benefices",
    "Statut": "statutTelQuEcrit",
}


def write_portrait(rows: int, path: Path) -> None:
    """Write the rows of the example again and again, each with a name of its own."""
    source = files("transform") / "examples" / "exemple-portrait-2025.csv"
    text = source.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    read = list(csv.DictReader(text, delimiter=";"))
    random.Random(1).shuffle(read)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["n", *COLUMNS], extrasaction="ignore")
        writer.writeheader()
        for n in range(rows):
            row = read[n % len(read)]
            writer.writerow({**row, "n": n, NAME: f"{row[NAME]} {n}"})


def map_ours(path: Path) -> int:
    """Read and map a portrait, write N-Triples; gives the number of triples."""
    from transform.graphs.mapping import map_rows
    from transform.pipeline.prepare import prepare
    from transform.pipeline.sources import parse_sources

    layout = path.with_suffix(".toml")
    layout.write_text('layout = 1\nextends = "quebec"\n[columns]\nother = "list"\n')
    sources = parse_sources([f"2025={path}"], [str(layout)])
    work = prepare(sources, "http://localhost:8000/", lambda *_: None)
    triples = 0
    with path.with_suffix(".nt").open("w", encoding="utf-8") as out:
        for context in work.contexts:
            for text in map_rows(context, work.rows[context.reading.year]):
                out.write(text)
                triples += text.count("\n")
    return triples


def map_morph(path: Path) -> int:
    """Map the same rows with morph-kgc; gives the number of triples."""
    import morph_kgc

    maps = " ;\n".join(
        f"  rr:predicateObjectMap [ rr:predicate pia:{name} ;"
        f' rr:objectMap [ rml:reference "{column}" ] ]'
        for column, name in COLUMNS.items()
    )
    mapping = path.with_suffix(".rml.ttl")
    mapping.write_text(RML.format(file=path, maps=maps), encoding="utf-8")
    config = f"[CONFIGURATION]\nlogging_level=ERROR\n[D]\nmappings={mapping}\n"
    return len(morph_kgc.materialize_set(config))


def build_ours(path: Path) -> int:
    """Build a whole release."""
    from click.testing import CliRunner

    from server.cli import main

    layout = str(path.with_suffix(".toml"))
    releases_folder = str(path.with_suffix(".releases"))
    arguments = ["build", f"2025={path}", "--layout", layout, "--to", releases_folder]
    result = CliRunner().invoke(main, arguments)
    if result.exit_code:
        raise SystemExit(result.output)
    manifest = json.loads((Path(releases_folder) / "current" / "manifest.json").read_bytes())
    return int(manifest["quads"])


def measure(what: str, path: Path) -> tuple[float, float, int]:
    """Run one of the functions above in a process of its own: seconds, megabytes, triples."""
    python = os.environ["PEER_PYTHON"] if what == "morph-kgc" else sys.executable
    done = subprocess.run([python, __file__, what, path], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{what}: {done.stderr}")
    seconds, megabytes, triples = json.loads(done.stdout.splitlines()[-1])
    return seconds, megabytes, triples


def run_one(what: str, path: Path) -> None:
    """Be the process that is measured."""
    run = {"ours": map_ours, "morph-kgc": map_morph, "build": build_ours}[what]
    started = time.perf_counter()
    triples = run(path)
    seconds = time.perf_counter() - started
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = sum(resource.getrusage(one).ru_maxrss for one in who) / 1024
    print(json.dumps([seconds, peak, triples]))


def main() -> None:
    """Print a line a size and a mapper."""
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, median of {TURNS}")
    print(f"{'':10} {'rows':>8} {'s':>8} {'µs/row':>8} {'triples':>9} {'µs/triple':>9} {'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for rows in SIZES:
            path = Path(folder) / f"portrait-{rows}.csv"
            write_portrait(rows, path)
            taken: dict[str, list[tuple[float, float, int]]] = {}
            for _ in range(TURNS):
                for what in ("ours", "morph-kgc"):
                    taken.setdefault(what, []).append(measure(what, path))
            taken["build"] = [measure("build", path)]
            for what, turns in taken.items():
                seconds = statistics.median(turn[0] for turn in turns)
                peak = max(turn[1] for turn in turns)
                triples = turns[0][2]
                print(
                    f"{what:10} {rows:8} {seconds:8.2f} {seconds / rows * 1e6:8.1f}"
                    f" {triples:9} {seconds / triples * 1e6:9.2f} {peak:6.0f}"
                )
            ours, morph = (
                statistics.median(t[0] for t in taken[what]) / taken[what][0][2]
                for what in ("ours", "morph-kgc")
            )
            print(f"per triple, ours / morph-kgc: {ours / morph:.2f}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        run_one(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
