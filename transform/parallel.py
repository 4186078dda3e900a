"""Spread work over all cores, with few pieces in memory at once."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import Any, TypeVar

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
    cores = len(os.sched_getaffinity(0)) if many else 1
    if cores == 1:
        if start:
            start(*given)
        yield from map(function, pieces)
        return
    # spawn: a fork of a process that has threads may never wake up.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(cores, context, start, given)
    try:
        remaining = iter(pieces)
        waiting = [pool.submit(function, piece) for piece in islice(remaining, 2 * cores)]
        while waiting:
            yield waiting.pop(0).result()
            waiting.extend(pool.submit(function, piece) for piece in islice(remaining, 1))
    finally:
        pool.shutdown(cancel_futures=True)
