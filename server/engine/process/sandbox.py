"""Take from a query process what a query has no use for: files, sockets, memory, descendants."""

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


def seal(keeper: int) -> None:
    """Shut this freshly forked process in, before it starts the thread that queries run in.

    With no descriptor left to open (`close_for_good`; on disk a `wall`), no query reaches a file or
    an address, whatever the engine makes of it (SERVICE, LOAD). The process dies with its keeper,
    its death leaves no dump of what was asked, and the kernel, when short of memory, takes it
    before anything else.
    """
    with contextlib.suppress(OSError):  # only a preference; not every container lets it be said
        Path("/proc/self/oom_score_adj").write_text("1000")
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:  # it died between the fork and the line above
            os._exit(0)
        _prctl(_PR_SET_DUMPABLE, 0)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    os.setpgid(0, 0)  # so that `yield_to_younger` reaches all of its threads
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # the engine writes «memory allocation failed» there, we log why
        os.dup2(nowhere, standard)
    os.close(nowhere)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory(memory: int) -> None:
    """Let this process add `memory` bytes to its address space."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        ceiling = pages * _PAGE + memory
        resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))


def close_for_good() -> None:
    """Let this process open nothing more."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def yield_to_younger(process: int) -> None:
    """Have the kernel prefer other processes to a sealed one; that cannot be taken back."""
    # From where this process stands: a server that was started as the nicest stays so.
    own = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PGRP, process, min(own + _STEP, _LAST))


def resident(process: int) -> int:
    """Give the bytes of memory that a process has in use, 0 where that cannot be known."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def worked(process: int) -> float:
    """Give the seconds that a process has computed for; where that cannot be known, those passed.

    The difference of two such times is that of one query: on a busy machine far less than the
    time that passed. The clock of a process is numbered as clock_getcpuclockid(3) does.
    """
    try:
        return time.clock_gettime(~process << 3 | 2)
    except OSError:
        return time.monotonic()


def peak() -> int:
    """Give the most bytes of memory that this process ever had in use."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value})")
