"""Run Comunica's SPARQL endpoint over a file, read only."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from tests.support.npm import install
from tests.support.ports import take_port
from tests.support.remote_store import answers
from tests.support.waiting import wait_until
from transform.release.manifest import base_uri_of, read_manifest
from transform.release.paths import CATALOGUE_QUADS, QUADS
from transform.release.remote_graphs import in_store

_PACKAGE = "@comunica/query-sparql-file@4"
_PROGRAM = "node_modules/.bin/comunica-sparql-file-http"


@contextmanager
def run_comunica(release: Path, folder: Path) -> Iterator[str]:
    """Yield the address of an endpoint over a release, whose graphs have their names in a store.

    It listens on all addresses, as Comunica can do nothing else. Skips where npm cannot install it.
    """
    program = install(_PACKAGE) / _PROGRAM
    source = folder / "release.nq"
    base_uri = base_uri_of(read_manifest(release))
    with source.open("w", encoding="utf-8") as out:
        for file in (release / QUADS, release / CATALOGUE_QUADS):
            if file.exists():
                for quad in ox.parse(path=file, format=ox.RdfFormat.N_QUADS):
                    assert isinstance(quad.graph_name, ox.NamedNode)
                    graph = in_store(base_uri, release.name, quad.graph_name.value)
                    out.write(f"{quad.triple} <{graph}> .\n")
    port, reservation = take_port()
    command = ["node", str(program), str(source), "--port", str(port)]
    with reservation, (folder / "output").open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            address = f"http://127.0.0.1:{port}/sparql"
            wait_until(lambda: answers(f"{address}?query=ASK%7B%7D", server))
            yield address
        finally:
            server.terminate()
            server.wait(60)
