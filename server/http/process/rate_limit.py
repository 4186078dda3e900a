"""Limit how many requests a client may make a minute."""

import hashlib
import math
import mmap
import struct
import time
from collections.abc import Mapping

from server.networks import Network, find_client

_SLOTS = 1 << 16
_SLOT = struct.Struct("d")
SIZE = _SLOTS * _SLOT.size  # bytes that the workers share
_BURST = 0.5  # part of a minute's requests that may come at once


class RateLimit:
    """The requests of each client, counted over all workers in memory that they share.

    A slot holds a client's theoretical arrival time (the generic cell rate algorithm): each
    request moves it on, and it may lie only a burst ahead of now. Two clients on one slot, or two
    workers that write at once, make the count slightly wrong; the secret keeps a client from
    finding another's slot.
    """

    def __init__(
        self, per_minute: int, trusted: tuple[Network, ...], shared: mmap.mmap, secret: bytes
    ) -> None:
        self._cost = 60.0 / per_minute if per_minute else 0.0
        self._trusted = trusted
        self._shared = shared
        self._secret = secret

    def seconds_to_wait(self, peer: str, headers: Mapping[bytes, bytes]) -> int:
        """Count a request; return 0, or for a refused one the whole seconds to wait."""
        if not self._cost:
            return 0
        client = find_client(peer, headers, self._trusted)
        digest = hashlib.blake2b(client.encode(), digest_size=8, key=self._secret).digest()
        place = int.from_bytes(digest) % _SLOTS * _SLOT.size
        now = time.monotonic()
        arrival: float = max(now, _SLOT.unpack_from(self._shared, place)[0])
        excess = arrival + self._cost - now - max(60.0 * _BURST, self._cost)
        if excess > 0:
            return math.ceil(excess)
        _SLOT.pack_into(self._shared, place, arrival + self._cost)
        return 0
