"""Choose the event loop of this process that its query processes are asked on.

A worker of ours names the loop that it serves on. In any other program one is started in a thread
at the first question: after a fork, if there is one, for a child has no loop.
"""

import asyncio
import os
import threading
from typing import NamedTuple

from server.engine.pool.cpu_affinity import CpuAffinity


class PinnedLoop(NamedTuple):
    """A loop, and the cores that it and the processes asked on it run on."""

    loop: asyncio.AbstractEventLoop
    core: CpuAffinity


class _Chosen:
    pinned: PinnedLoop | None = None
    lock = threading.Lock()


def serve_on(pinned: PinnedLoop) -> None:
    """Ask query processes on this loop."""
    _Chosen.pinned = pinned


def get_loop() -> PinnedLoop:
    """Return the loop; start one where there is none."""
    with _Chosen.lock:
        if _Chosen.pinned is None:
            _Chosen.pinned = PinnedLoop(asyncio.new_event_loop(), CpuAffinity(0, 0))
            run = _Chosen.pinned.loop.run_forever
            threading.Thread(target=run, name="query processes", daemon=True).start()
        return _Chosen.pinned


def _forget() -> None:
    _Chosen.pinned, _Chosen.lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
