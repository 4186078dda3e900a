"""Tell by what a query process leaves behind what its query ended it with."""

import re
import signal
from typing import NamedTuple

from server.engine import faults
from server.engine.faults import EngineFault
from server.engine.process.fork_server import STACK
from transform.text.message import message
from transform.text.printable import shown

# This build of the engine aborts on a panic (SIGABRT): it writes what it was, and nothing in the
# process can catch it. It aborts in the same way where it is refused memory, in other words.
_UNSORTED = "does not correctly implement a total order"  # Rust's sort, of the engine's comparison
_NO_MEMORY = re.compile(r"memory allocation of \d+ bytes failed|std::bad_alloc|MemoryError")


class Ending(NamedTuple):
    """How a process ended: as `Popen.returncode`, its last words, the bytes that it had grown."""

    status: int
    words: str
    grown: int


def name_fault(ending: Ending, memory_mb: int) -> EngineFault:
    """Return the fault of the query that a process was working on when it ended."""
    if _UNSORTED in ending.words:
        return faults.Unorderable()
    if _NO_MEMORY.search(ending.words):
        return faults.QueryTooLarge(message("engine.query_beyond_memory", megabytes=memory_mb))
    # Who overflows the stack has touched all of it, which another wrong access has not.
    if ending.status in (-signal.SIGSEGV, -signal.SIGBUS) and ending.grown > STACK // 2:
        return faults.QueryTooDeep()
    if ending.status == -signal.SIGKILL:
        return faults.QueryEnded()
    return faults.EngineDefect(f"A query ended its process: {describe(ending)}")


def describe(ending: Ending) -> str:
    """Return how a process ended, for the log."""
    words = shown(ending.words) or "it wrote nothing"
    return f"status {ending.status}, {ending.grown >> 20} MB grown: {words}"
