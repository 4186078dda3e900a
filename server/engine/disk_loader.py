"""Write a release into a store on disk: run by `server.engine.disk_store` as a program of its own.

`loading.py QUADS FOLDER MEMORY`: reads the N-Quads, writes the RocksDB store, takes at most so
many bytes of address space. What goes wrong is said in one line on standard output.
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
    """Give what a release is loaded from: its N-Quads, and its catalogue where that is apart."""
    catalogue = quads.absolute().parents[1] / "catalogue.nq"
    return [quads, catalogue] if catalogue.is_file() else [quads]


def main() -> int:
    """Load; gives the exit code."""
    quads, folder, memory = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:_CORES])
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    with contextlib.suppress(PermissionError):
        os.nice(5)  # a release that is being served goes first
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
