"""Count distinct terms in bounded memory."""

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

# Digests of 16 bytes in memory before they are written to files: about 20 MB.
MOST_IN_MEMORY = 200_000
_BUCKETS = 64
_SIZE = 16


class DistinctTerms:
    """A set of terms; its digests lie in files of a folder when they outgrow memory."""

    def __init__(self, folder: Path, name: str) -> None:
        self._base = folder / name
        self._in_memory: set[bytes] = set()
        self._has_files = False
        self._total: int | None = None

    def add(self, terms: Iterable[bytes]) -> None:
        """Add some terms, few enough to be held in memory."""
        self._in_memory.update(map(_digest, terms))
        if len(self._in_memory) >= MOST_IN_MEMORY:
            self._write_files()

    def total(self) -> int:
        """Return how many distinct terms were added; none may be added afterwards."""
        if self._total is None:
            buckets = range(_BUCKETS) if self._has_files else ()
            self._total = sum(len(self._bucket(n)) for n in buckets) or len(self._in_memory)
        return self._total

    def _write_files(self) -> None:
        digests_by_bucket: dict[int, list[bytes]] = {}
        for digest in self._in_memory:
            digests_by_bucket.setdefault(digest[0] % _BUCKETS, []).append(digest)
        for number, digests in digests_by_bucket.items():
            with self._base.with_suffix(f".{number}").open("ab") as out:
                out.write(b"".join(digests))
        self._in_memory.clear()
        self._has_files = True

    def _bucket(self, number: int) -> set[bytes]:
        file = self._base.with_suffix(f".{number}")
        raw = file.read_bytes() if file.exists() else b""
        written = {raw[at : at + _SIZE] for at in range(0, len(raw), _SIZE)}
        return written | {digest for digest in self._in_memory if digest[0] % _BUCKETS == number}


def _digest(term: bytes) -> bytes:
    return blake2b(term, digest_size=_SIZE).digest()
