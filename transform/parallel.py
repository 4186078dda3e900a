"""Spread long work over all cores, with few pieces in memory at once, and say how far it is."""

import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

# Called with what is being done, how much is done and how much there is.
Progress = Callable[[str, int, int], None]
Piece = TypeVar("Piece")
Result = TypeVar("Result")


def spread(
    function: Callable[[Piece], Result],
    pieces: Iterable[Piece],
    *,
    many: bool,
    start: Callable[..., None] | None = None,
    given: tuple[Any, ...] = (),
) -> Iterator[Result]:
    """Give the results of the pieces, in their order.

    `many`: there is enough to do that other processes are worth their start, a second or so.
    Each of them, or this one, calls `start(*given)` first.
    """
    cores = _cores() if many else 1
    if cores == 1:
        if start:
            start(*given)
        yield from map(function, pieces)
        return
    # spawn: a fork of a process that has threads may never wake up.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(cores, context, _begin, (start, given))
    try:
        remaining = iter(pieces)
        waiting = [pool.submit(function, piece) for piece in islice(remaining, 2 * cores)]
        while waiting:
            yield waiting.pop(0).result()
            waiting.extend(pool.submit(function, piece) for piece in islice(remaining, 1))
    finally:
        pool.shutdown(cancel_futures=True)


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


def _begin(start: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    """Begin a process that ends with the one that started it, also when that is killed."""
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()
    if start:
        start(*given)


def _end_after(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
