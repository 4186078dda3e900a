"""Run the `oxigraph` server of PyPI: everybody may read it and write to it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import take_port
from tests.support.remote_store import RemoteStore, answers
from tests.support.waiting import wait_until

PROGRAM = Path(sys.executable).with_name("oxigraph")


@contextmanager
def run_oxigraph(folder: Path, *options: str) -> Iterator[RemoteStore]:
    """Yield a running server that keeps its data in a folder; `options` are of `oxigraph serve`.

    Skips where the program is missing.
    """
    if not PROGRAM.exists():
        pytest.skip("no oxigraph in this environment: pip install oxigraph")
    port, reservation = take_port()
    bound = f"127.0.0.1:{port}"
    command = [str(PROGRAM), "serve", "--location", str(folder), "--bind", bound, *options]
    log = folder.with_name(f"{folder.name}.log")
    with reservation, log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            at = f"http://127.0.0.1:{port}"
            wait_until(lambda: answers(f"{at}/", server))
            yield RemoteStore(f"{at}/store", f"{at}/query", "", "", server.pid)
        finally:
            server.kill()
            server.wait(60)
