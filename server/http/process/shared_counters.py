"""Count the replies and the work of all workers, in memory that they share."""

import mmap
import struct
import time
from collections.abc import Mapping
from typing import NamedTuple

from server.http.messages import Reply, write_head
from server.http.process import prometheus
from server.http.refusals import Refused

_STATUSES = (
    200, 204, 206, 301, 303, 304, 308, 400, 403, 404, 405, 406, 408, 412, 413, 414, 415, 416, 417,
    422, 429, 431, 500, 501, 502, 503, 504, 505, 0,
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
_PLACE = struct.Struct(f"d{len(_CELLS) + len(_COUNTERS) + len(_GAUGES)}Q")
_STALE = 10.0  # seconds after which the gauges of a worker that writes nothing no longer count


class Counts(NamedTuple):
    """The counters of a worker since it began, and its gauges now, by the name of the metric."""

    done: Mapping[str, int]
    held: Mapping[str, int]


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

    def count(self, target: bytes, status: int, kind: str = "") -> None:
        """Count a reply, and the kind of the fault that it reports."""
        cell = ("sparql" if target.startswith(b"/sparql") else "other", status)
        self._counts[cell if cell in self._counts else (cell[0], 0)] += 1
        if kind:
            self._counts[kind if kind in _KINDS else "other"] += 1

    def publish(self, counts: Counts) -> None:
        """Write the counts of this worker for the others to read."""
        replies = [self._counts[cell] for cell in _CELLS]
        done = [self._before[name] + counts.done.get(name, 0) for name in _COUNTERS]
        held = [counts.held.get(name, 0) for name in _GAUGES]
        _PLACE.pack_into(self._shared, self._at, time.monotonic(), *replies, *done, *held)

    def reply(self, method: str) -> Reply:
        """Return the reply with all counts (Prometheus text format 0.0.4)."""
        if method not in ("GET", "HEAD"):
            detail = "The counts can be read, by GET."
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

    def _sums(self) -> tuple[dict[tuple[str, int], int], dict[str, int], dict[str, int]]:
        """Return replies by group and status, refusals by kind, and the rest by metric name."""
        size = self._most_workers * _PLACE.size
        now, places = time.monotonic(), self._shared[self._offset : self._offset + size]
        sums = [0] * (len(_CELLS) + len(_COUNTERS) + len(_GAUGES))
        for written, *numbers in _PLACE.iter_unpack(places):
            # The counters of a worker that has ended still count; its gauges do not.
            lasting = len(sums) if now - written < _STALE else -len(_GAUGES)
            for cell, number in enumerate(numbers[:lasting]):
                sums[cell] += number
        cells = dict(zip(_CELLS, sums, strict=False))
        replies = {cell: number for cell, number in cells.items() if isinstance(cell, tuple)}
        refusals = {cell: number for cell, number in cells.items() if isinstance(cell, str)}
        names = (*_COUNTERS, *_GAUGES)
        return replies, refusals, dict(zip(names, sums[len(_CELLS) :], strict=True))


def size(most_workers: int) -> int:
    """Return the bytes of memory that the workers share."""
    return most_workers * _PLACE.size
