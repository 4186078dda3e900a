"""Spread long work over all cores, with few pieces in memory at once, and say how far it is."""

import gc
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from typing import Any, Self, TypeVar

# Called with what is being done, how much is done and how much there is.
Progress = Callable[[str, int, int], None]
Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Workers:
    """Processes for long work, a core each, started when there is first enough to do.

    They serve until the `with` block ends: each costs a second or so to start. What was imported
    before lives on, so while they serve the garbage collector passes over it, here and there.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        gc.freeze()
        return self

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def spread(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece], *, many: bool
    ) -> Iterator[Result]:
        """Return the results of the pieces, in their order.

        `many`: there is enough to do that other processes are worth their start.
        """
        if not many or _cores() == 1:
            yield from map(function, pieces)
            return
        pool, remaining = self._start(function), iter(pieces)
        waiting = [pool.submit(function, piece) for piece in islice(remaining, 2 * _cores())]
        while waiting:
            yield waiting.pop(0).result()
            waiting.extend(pool.submit(function, piece) for piece in islice(remaining, 1))

    def _start(self, function: Callable[..., Any]) -> ProcessPoolExecutor:
        if self._pool is None:
            # spawn: a fork of a process that has threads may never wake up.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(_cores(), context, _begin, (function,))
        return self._pool


def spread_in_threads(
    function: Callable[[Piece], Result], pieces: Iterable[Piece]
) -> Iterator[Result]:
    """Return the results of the pieces, in their order.

    For work that leaves Python to others, as hashing, compressing and writing do.
    """
    pool = ThreadPoolExecutor(_cores())
    try:
        yield from pool.map(function, pieces)
    finally:
        pool.shutdown(cancel_futures=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _begin(_function: Callable[..., Any]) -> None:
    """Begin a process that is to end with the one that started it, also when that is killed.

    The first function to be called is handed over so that what it needs has been imported.
    """
    gc.freeze()
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
