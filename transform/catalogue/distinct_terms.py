"""Count distinct terms in bounded memory."""

from hashlib import blake2b
from pathlib import Path

# Digests of 16 bytes in memory before they are laid down: about 20 MB.
_HELD = 200_000
_BUCKETS = 64
_SIZE = 16


class DistinctTerms:
    """Terms that were added, each once; beyond memory, their digests lie in files of a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._base = folder / name
        self._held: set[bytes] = set()
        self._laid_down = False
        self._total: int | None = None

    def add(self, term: str) -> None:
        """Add a term."""
        self._held.add(_digest(term))
        if len(self._held) >= _HELD:
            self._lay_down()

    def total(self) -> int:
        """Say how many there are; nothing may be added after."""
        if self._total is None:
            laid = range(_BUCKETS) if self._laid_down else ()
            self._total = sum(len(self._bucket(n)) for n in laid) or len(self._held)
        return self._total

    def _lay_down(self) -> None:
        buckets: dict[int, list[bytes]] = {}
        for digest in self._held:
            buckets.setdefault(digest[0] % _BUCKETS, []).append(digest)
        for number, digests in buckets.items():
            with self._base.with_suffix(f".{number}").open("ab") as out:
                out.write(b"".join(digests))
        self._held.clear()
        self._laid_down = True

    def _bucket(self, number: int) -> set[bytes]:
        file = self._base.with_suffix(f".{number}")
        raw = file.read_bytes() if file.exists() else b""
        laid = {raw[at : at + _SIZE] for at in range(0, len(raw), _SIZE)}
        return laid | {digest for digest in self._held if digest[0] % _BUCKETS == number}


def _digest(term: str) -> bytes:
    return blake2b(term.encode(), digest_size=_SIZE).digest()
