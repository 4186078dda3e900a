"""Take from a query process what no query needs: files, sockets, more memory, child processes."""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_STEP, _LAST = 10, 19  # niceness, see nice(2)
_PAGE = resource.getpagesize()


def seal(fork_server: int, last_words: int) -> None:
    """Seal this freshly forked process, before it starts the thread that runs queries.

    What it writes to standard error goes to the descriptor `last_words`, which is closed.

    Where it can open no descriptor (`close_for_good`; on disk the filter of `seccomp`), no query
    reaches a file or an address, whatever the engine tries (SERVICE, LOAD). The process dies with
    its fork server (a process id), its death leaves no dump of queries, and the
    kernel, when short of memory, kills it before any other.
    """
    with contextlib.suppress(OSError):  # only a preference, which some containers refuse
        Path("/proc/self/oom_score_adj").write_text("1000")
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != fork_server:  # the fork server died before the line above
            os._exit(0)
        _prctl(_PR_SET_DUMPABLE, 0)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    os.setpgid(0, 0)  # so that `yield_to_younger` reaches all of its threads
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard, target in enumerate((nowhere, nowhere, last_words)):
        os.dup2(target, standard)
    os.close(nowhere)
    os.close(last_words)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory(memory: int) -> None:
    """Limit what this process may add to its address space to `memory` bytes.

    Raises MemoryError where this account may not have as much.
    """
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        ceiling = pages * _PAGE + memory
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY and most < ceiling:
            raise MemoryError(
                f"a query process needs {ceiling >> 20} MB of address space and may have"
                f" {most >> 20} MB: raise that limit (ulimit -v), or lower"
                " PORTRAIT_IA_QUERY_MEMORY_MB"
            )
        resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))


def close_for_good() -> None:
    """Forbid this process to open any more descriptors, for good."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def yield_to_younger(process: int) -> None:
    """Lower the priority of a sealed process below that of others; it cannot be raised again."""
    # Relative to this process: a server that was started with the lowest priority stays there.
    own = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PGRP, process, min(own + _STEP, _LAST))


def resident(process: int) -> int:
    """Return the bytes of memory that a process has in use, 0 where the system does not show it."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def worked(process: int) -> float:
    """Return the CPU seconds of a process, or monotonic seconds where its clock cannot be read.

    The difference of two such times is the CPU time of one query: on a busy machine far less than
    the time that passed. The number of a process's clock is that of clock_getcpuclockid(3).
    """
    try:
        return time.clock_gettime(~process << 3 | 2)
    except OSError:
        return time.monotonic()


def peak() -> int:
    """Return the most bytes of memory that this process ever had in use."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value})")
