"""Build the example release and serve it, as a stranger would."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.conftest import PROJECT

# Short, so that a minute has room for many hostile queries and fills the cache.
LIMITS = {
    "PORTRAIT_IA_QUERY_SECONDS": "2",
    "PORTRAIT_IA_CACHE_MB": "4",
    "PORTRAIT_IA_QUERY_MEMORY_MB": "200",
    "PORTRAIT_IA_TOTAL_MEMORY_MB": "1000",
}
COMMAND = [sys.executable, "-c", "from server.cli import main; main()"]


@contextlib.contextmanager
def serve(work: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Start a site; yield its address and its first process."""
    releases_folder, port = work / "releases", free_port()
    build = [*COMMAND, "build", "--to", str(releases_folder)]
    subprocess.run(build, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)
    with (work / "log").open("wb") as log:
        server = subprocess.Popen(
            [*COMMAND, "serve", str(releases_folder), "--port", str(port)],
            cwd=PROJECT,
            env={**os.environ, **variables},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}/", server.pid
    finally:
        server.terminate()
        server.wait(30)


def free_port() -> int:
    """Return a port that no server has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_for(address: str) -> None:
    """Wait until a server answers."""
    for _ in range(400):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.05)
    raise AssertionError("the site did not answer")
