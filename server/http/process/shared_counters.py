"""Count the replies and the work of all workers, in memory that they share."""

import mmap
import struct
import time
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from server.engine.histogram import CELLS, Histogram
from server.http.messages import Reply, write_head
from server.http.process import prometheus
from server.http.refusals import Refused
from transform.text.message import message

_STATUSES = (
    200, 204, 206, 301, 302, 303, 304, 308, 400, 403, 404, 405, 406, 408, 412, 413, 414, 415, 416,
    417, 422, 429, 431, 500, 501, 502, 503, 504, 505, 0,
)  # fmt: skip
_GROUPS = ("sparql", "other")
_KINDS = (
    "malformed-query", "missing-query", "doubled-query", "unreadable-request", "malformed-request",
    "update-refused", "service-refused", "unknown-resource", "unknown-page", "method-not-allowed",
    "not-acceptable", "unwritable", "too-slow", "query-too-long", "address-too-long",
    "precondition-failed", "wrong-body-type", "requested-range-not-satisfiable",
    "unknown-expectation", "unsupported-query", "unknown-function",
    "query-too-large", "query-too-deep", "unorderable", "result-too-large", "too-many-requests",
    "headers-too-long", "defect", "unknown-method", "unknown-coding", "query-too-slow",
    "query-ended", "engine-busy", "engine-down", "release-unready", "too-many-connections",
    "unknown-version", "wrong-parameter", "store-down", "store-unfit", "store-too-slow",
    "store-refused", "result-capped", "other",
)  # fmt: skip
_CELLS = (*((group, status) for group in _GROUPS for status in _STATUSES), *_KINDS)
_COUNTERS = tuple(prometheus.COUNTERS)
_GAUGES = tuple(prometheus.GAUGES)
_TIMES = prometheus.HISTOGRAMS
_LASTING = len(_CELLS) + len(_COUNTERS) + len(_TIMES) * CELLS  # numbers that only grow
_PLACE = struct.Struct(f"d{_LASTING + len(_GAUGES)}Q")
_STALE = 10.0  # seconds after which the gauges of a worker that writes nothing no longer count


class Counts(NamedTuple):
    """The counters of a worker since it began, and its gauges now, by the name of the metric.

    `query_times` has the numbers of a `Histogram`.
    """

    done: Mapping[str, int]
    held: Mapping[str, int]
    query_times: Sequence[int] = (0,) * CELLS


class SharedCounters:
    """The counts of this worker, and in shared memory those of all workers."""

    def __init__(self, shared: mmap.mmap, offset: int, place: int, most_workers: int) -> None:
        self._shared = shared
        self._offset = offset
        self._at = offset + place * _PLACE.size
        self._most_workers = most_workers
        # A worker that was started again goes on from the counts of the one before it.
        _, *numbers = _PLACE.unpack_from(shared, self._at)
        self._counts = dict(zip(_CELLS, numbers, strict=False))
        self._before = dict(zip(_COUNTERS, numbers[len(_CELLS) :], strict=False))
        self._times_before = numbers[len(_CELLS) + len(_COUNTERS) : _LASTING]
        self._reply_times = {group: Histogram() for group in _GROUPS}

    def count(
        self, target: bytes, status: int, kind: str = "", seconds: float | None = None
    ) -> None:
        """Count a reply, the kind of the fault that it reports, and how long its head took."""
        cell = ("sparql" if target.startswith(b"/sparql") else "other", status)
        self._counts[cell if cell in self._counts else (cell[0], 0)] += 1
        if seconds is not None:
            self._reply_times[cell[0]].observe(seconds)
        if kind:
            self._counts[kind if kind in _KINDS else "other"] += 1

    def publish(self, counts: Counts) -> None:
        """Write the counts of this worker for the others to read."""
        replies = [self._counts[cell] for cell in _CELLS]
        done = [self._before[name] + counts.done.get(name, 0) for name in _COUNTERS]
        held = [counts.held.get(name, 0) for name in _GAUGES]
        replying = (self._reply_times[group].numbers for group in _GROUPS)
        now = chain(counts.query_times, *replying)
        times = map(sum, zip(self._times_before, now, strict=True))
        _PLACE.pack_into(self._shared, self._at, time.monotonic(), *replies, *done, *times, *held)

    def reply(self, method: str) -> Reply:
        """Return the reply with all counts (Prometheus text format 0.0.4)."""
        if method not in ("GET", "HEAD"):
            detail = message("http.counts_by_get")
            return Refused(405, "method-not-allowed", detail, ("Allow", "GET, HEAD")).reply
        body = "".join(f"{line}\n" for line in prometheus.write(*self._sums())).encode()
        headers = [
            ("Content-Type", prometheus.TYPE),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Access-Control-Allow-Origin", "*"),
        ]
        return Reply(200, write_head(200, headers), body)

    def _sums(
        self,
    ) -> tuple[
        dict[tuple[str, int], int],
        dict[str, int],
        dict[str, int],
        dict[tuple[str, str], Sequence[int]],
    ]:
        """Return replies by group and status, refusals by kind, the rest by name, and times."""
        size = self._most_workers * _PLACE.size
        now, places = time.monotonic(), self._shared[self._offset : self._offset + size]
        sums = [0] * (_LASTING + len(_GAUGES))
        for written, *numbers in _PLACE.iter_unpack(places):
            # The counters of a worker that has ended still count; its gauges do not.
            lasting = len(sums) if now - written < _STALE else _LASTING
            for cell, number in enumerate(numbers[:lasting]):
                sums[cell] += number
        cells = dict(zip(_CELLS, sums, strict=False))
        replies = {cell: number for cell, number in cells.items() if isinstance(cell, tuple)}
        refusals = {cell: number for cell, number in cells.items() if isinstance(cell, str)}
        begin = len(_CELLS) + len(_COUNTERS)
        named = dict(zip(_COUNTERS, sums[len(_CELLS) : begin], strict=True))
        named |= zip(_GAUGES, sums[_LASTING:], strict=True)
        times: dict[tuple[str, str], Sequence[int]] = {
            key: sums[begin + n * CELLS :][:CELLS] for n, key in enumerate(_TIMES)
        }
        return replies, refusals, named, times


def size(most_workers: int) -> int:
    """Return the bytes of memory that the workers share."""
    return most_workers * _PLACE.size
