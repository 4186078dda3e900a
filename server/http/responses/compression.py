"""Compress what is worth it, in the coding that the client likes best (RFC 9110, 12.5.3)."""

import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol

import brotli
import zstandard

from server.negotiation import LONGEST, read_ranges

# In the order of our liking: at these levels zstd is the quickest, br the smallest.
CODINGS = ("zstd", "br", "gzip")
LEAST = 1024  # bytes; below, the headers outweigh what is saved
_TEXTUAL = (
    "text/",
    "application/sparql-results+",
    "application/ld+json",
    "application/rdf+xml",
    "application/n-triples",
    "application/n-quads",
    "application/trig",
    "application/json",
    "application/problem+json",
    "application/xml",
    "image/svg+xml",
)


class Compressor(Protocol):
    """What compresses one body, part by part."""

    def compress(self, data: bytes, /) -> bytes:
        """Take a part; gives what is ready."""
        ...

    def flush(self) -> bytes:
        """Give the rest."""
        ...


class Choice(NamedTuple):
    """A coding, or None for the body as it is; and whether the body as it is is refused."""

    coding: str | None
    plain_refused: bool = False

    @property
    def hopeless(self) -> bool:
        """Say whether nothing that we can send is taken."""
        return self.coding is None and self.plain_refused


_AS_IT_IS = Choice(None)


def choose_coding(accepted: bytes | None) -> Choice:
    """Give the coding that a client likes best."""
    return _AS_IT_IS if accepted is None else _choose(accepted[:LONGEST])


@lru_cache(maxsize=1024)
def _choose(accepted: bytes) -> Choice:
    weights: dict[str, float] = {}
    for item in read_ranges(accepted.decode("latin-1")):
        name = {"x-gzip": "gzip", "*/*": "*"}.get(item.value, item.value)
        weights[name] = max(weights.get(name, 0.0), item.weight)
    rest = weights.get("*", 0.0)
    # Not being named refuses a coding, but identity only where «*;q=0» does so.
    plain = weights.get("identity", weights.get("*", 0.001))
    rated = [(weights.get(name, rest), -place) for place, name in enumerate(CODINGS)]
    weight, place = max(rated)
    # An identity that is not named is what is left; one that is named has a say.
    if weight > 0 and (weight >= plain or "identity" not in weights):
        return Choice(CODINGS[-place], plain <= 0)
    return Choice(None, plain <= 0)


def worth_it(content_type: str, length: int) -> bool:
    """Say whether a body gets smaller by enough."""
    return length >= LEAST and content_type.startswith(_TEXTUAL)


def compress(body: bytes, coding: str) -> bytes:
    """Give a whole body in a coding: done once for each answer that is kept."""
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=6).compress(body)
    if coding == "br":
        squeezed: bytes = brotli.compress(body, quality=5)
        return squeezed
    return b"".join(compress_stream(iter([body]), coding))


def compress_stream(parts: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Yield a long body in a coding, part by part."""
    squeezer = _squeezer(coding)
    for part in parts:
        if ready := squeezer.compress(part):
            yield ready
    yield squeezer.flush()


def _squeezer(coding: str) -> Compressor:
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=3).compressobj()
    if coding == "br":
        return _Brotli()
    return zlib.compressobj(6, zlib.DEFLATED, 31)  # 31: with the header of gzip


class _Brotli:
    def __init__(self) -> None:
        self._compressor = brotli.Compressor(quality=4)

    def compress(self, data: bytes, /) -> bytes:
        ready: bytes = self._compressor.process(data)
        return ready

    def flush(self) -> bytes:
        rest: bytes = self._compressor.finish()
        return rest
