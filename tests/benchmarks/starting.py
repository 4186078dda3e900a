"""Time from the start of a server to its first answer, ours beside the reference server.

Run `make benchmark`. Both serve the example release (N-Quads, in memory), in turns; the medians
count. The reference server is `oxigraph` from PyPI; it loads before it serves.
"""

import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

TURNS = 7
HERE = Path(sys.executable).parent
ASK = "?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D"


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def first_answer(command: Sequence[object], port: int, path: str) -> float:
    """Start a server, ask until it answers, end it; gives seconds."""
    started = time.perf_counter()
    with subprocess.Popen(
        [*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            while time.perf_counter() - started < 30:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                        return time.perf_counter() - started
                except OSError:
                    time.sleep(0.005)
        finally:
            server.terminate()
    raise SystemExit(f"{command[0]} did not answer")


def main() -> None:
    """Print the medians."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        releases_folder = Path(folder) / "releases"
        subprocess.run(
            [HERE / "portrait-ia", "build", "--to", releases_folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        quads = releases_folder / "current" / "dumps" / "portraits.nq"
        for turn in range(TURNS):
            port = free_port()
            command = [HERE / "portrait-ia", "serve", releases_folder, "--port", port]
            ours.append(first_answer(command, port, "/doc/portrait/2025.ttl"))
            port, store = free_port(), Path(folder) / f"store-{turn}"
            started = time.perf_counter()
            load = [HERE / "oxigraph", "load", "--location", store, "--file", quads]
            subprocess.run([*map(str, load)], check=True, capture_output=True)
            loaded = time.perf_counter() - started
            serve = [HERE / "oxigraph", "serve", "--location", store, "--bind", f"127.0.0.1:{port}"]
            theirs.append(loaded + first_answer(serve, port, f"/query{ASK}"))
    print(f"start to first answer, median of {TURNS}: portrait-ia {statistics.median(ours):.2f} s,")
    print(f"oxigraph load + serve {statistics.median(theirs):.2f} s")


if __name__ == "__main__":
    main()
