"""Count replies over all workers, and say the counts as Prometheus reads them."""

import mmap
import struct
from collections.abc import Iterator

from server.front.faults import Refused
from server.front.message import Reply, write_head

_STATUSES = (
    200, 204, 206, 301, 303, 304, 308, 400, 403, 404, 405, 406, 408, 412, 413, 414, 415, 416, 417,
    422, 429, 431, 500, 501, 502, 503, 504, 505, 0,
)  # fmt: skip
_GROUPS = ("sparql", "other")
_GAUGES = ("connections", "held_bytes", "turned_away_total")
_PLACE = struct.Struct(f"{len(_STATUSES) * len(_GROUPS) + len(_GAUGES)}Q")
_ABOUT = {
    "connections": ("gauge", "Open connections."),
    "held_bytes": ("gauge", "Bytes of requests without answer and of answers without reader."),
    "turned_away_total": ("counter", "Connections that found no room."),
}
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Tally:
    """What this worker counts, and in shared memory what all workers have counted."""

    def __init__(self, shared: mmap.mmap, offset: int, place: int, most_workers: int) -> None:
        self._shared = shared
        self._offset = offset
        self._at = offset + place * _PLACE.size
        self._most_workers = most_workers
        # One that was started again goes on where the one before it ended.
        told = _PLACE.unpack_from(shared, self._at)
        self._counts = dict(zip(_cells(), told, strict=False))

    def count(self, target: bytes, status: int) -> None:
        """Count a reply."""
        group = "sparql" if target.startswith(b"/sparql") else "other"
        self._counts[group, status if status in _STATUSES else 0] += 1

    def tell(self, connections: int, held: int, turned_away: int) -> None:
        """Let the other workers know."""
        counts = [self._counts[cell] for cell in _cells()]
        _PLACE.pack_into(self._shared, self._at, *counts, connections, held, turned_away)

    def reply(self, method: str) -> Reply:
        """Give all counts as text (Prometheus text format 0.0.4)."""
        if method not in ("GET", "HEAD"):
            detail = "The counts can be read, by GET."
            return Refused(405, "method-not-allowed", detail, ("Allow", "GET, HEAD")).reply
        body = "".join(f"{line}\n" for line in self._lines()).encode()
        headers = [
            ("Content-Type", _TYPE),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Access-Control-Allow-Origin", "*"),
        ]
        return Reply(200, write_head(200, headers), body)

    def _lines(self) -> Iterator[str]:
        size = self._most_workers * _PLACE.size
        places = list(_PLACE.iter_unpack(self._shared[self._offset : self._offset + size]))
        sums = [sum(place[cell] for place in places) for cell in range(len(places[0]))]
        yield "# HELP portrait_ia_replies_total Replies; of the endpoint (sparql) and all others."
        yield "# TYPE portrait_ia_replies_total counter"
        for (group, status), number in zip(_cells(), sums, strict=False):
            if number:
                code = status or "other"
                yield f'portrait_ia_replies_total{{part="{group}",status="{code}"}} {number}'
        for name, number in zip(_GAUGES, sums[-len(_GAUGES) :], strict=True):
            kind, about = _ABOUT[name]
            yield f"# HELP portrait_ia_{name} {about}"
            yield f"# TYPE portrait_ia_{name} {kind}"
            yield f"portrait_ia_{name} {number}"


def size(most_workers: int) -> int:
    """Give the bytes that the workers share."""
    return most_workers * _PLACE.size


def _cells() -> Iterator[tuple[str, int]]:
    return ((group, status) for group in _GROUPS for status in _STATUSES)
