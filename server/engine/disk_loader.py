"""Write a release into a store on disk: run by `server.engine.disk_store` as a program of its own.

`disk_loader.py QUADS FOLDER MEMORY` reads the N-Quads and writes the RocksDB store, within MEMORY
bytes of address space. It writes an error as one line on standard output.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

import pyoxigraph as ox

_PR_SET_PDEATHSIG = 1
_CORES = 2  # the loader holds a batch of a million quads for each core that it may use


def files_of(quads: Path) -> list[Path]:
    """Return the files of a release: its N-Quads, and its catalogue where that is a file apart."""
    catalogue = quads.absolute().parents[1] / "catalogue.nq"
    return [quads, catalogue] if catalogue.is_file() else [quads]


def main() -> int:
    """Load the files; return the exit code: 2 for unreadable N-Quads, 1 for other errors."""
    quads, folder, memory = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:_CORES])
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    with contextlib.suppress(PermissionError):
        os.nice(5)  # processes that serve a release come first
    try:
        store = ox.Store(folder)
        for file in files_of(Path(quads)):
            store.bulk_load(path=file, format=ox.RdfFormat.N_QUADS)
        store.flush()
    except (OSError, SyntaxError, ValueError) as error:
        sys.stdout.write(" ".join(str(error).split()))
        return 2 if isinstance(error, SyntaxError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
