"""Balance connections over the workers: they accept on one socket and share their counts."""

import mmap
import struct
import time

_PLACE = struct.Struct("dq")  # when it was written (monotonic seconds), number of connections
MOST_WORKERS = 64
SIZE = MOST_WORKERS * _PLACE.size
_STALE = 2.0  # seconds after which a worker counts as gone


class LoadBalance:
    """The number of connections of each worker, in memory that they share."""

    def __init__(self, shared: mmap.mmap, offset: int, place: int) -> None:
        self._shared = shared
        self._offset = offset
        self._place = place

    def publish(self, connections: int) -> None:
        """Write how many connections this worker has."""
        at = self._offset + self._place * _PLACE.size
        _PLACE.pack_into(self._shared, at, time.monotonic(), connections)

    def may_take(self, connections: int) -> bool:
        """Return whether no other worker has fewer connections."""
        now = time.monotonic()
        places = _PLACE.iter_unpack(self._shared[self._offset : self._offset + SIZE])
        return all(
            connections <= count
            for place, (written, count) in enumerate(places)
            if place != self._place and now - written < _STALE
        )


def last_published(shared: mmap.mmap, offset: int, place: int) -> float:
    """Return when a worker last published its count, in monotonic seconds; 0 for never."""
    written: float = _PLACE.unpack_from(shared, offset + place * _PLACE.size)[0]
    return written
