"""Compress a body in the coding that the client prefers (RFC 9110, 12.5.3)."""

import zlib
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import brotli
import zstandard

from server.negotiation import read_ranges

# In our order of preference: at these levels zstd is the quickest, br the smallest.
CODINGS = ("zstd", "br", "gzip")
LEAST = 1024  # bytes; below, the added headers cost more than compression saves
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
    """Compresses one body, part by part."""

    def compress(self, data: bytes, /) -> bytes:
        """Compress a part; return the bytes that are ready."""
        ...

    def flush(self) -> bytes:
        """Return the remaining bytes."""
        ...


class CodingChoice(NamedTuple):
    """A coding, None for no compression; and whether the client refuses an uncompressed body."""

    coding: str | None
    plain_refused: bool = False

    @property
    def refuses_all(self) -> bool:
        """Return whether the client accepts nothing that we can send."""
        return self.coding is None and self.plain_refused


def choose_coding(accepted: str) -> CodingChoice:
    """Return the coding that a client prefers, from its Accept-Encoding, empty where it is absent.

    Without a preference the body is sent as it is.
    """
    weights: dict[str, float] = {}
    for item in read_ranges(accepted):
        name = {"x-gzip": "gzip", "*/*": "*"}.get(item.value, item.value)
        weights[name] = max(weights.get(name, 0.0), item.weight)
    rest = weights.get("*", 0.0)
    # A coding that is not named is refused; identity only where «*;q=0» refuses it.
    plain = weights.get("identity", weights.get("*", 0.001))
    rated = [(weights.get(name, rest), -place) for place, name in enumerate(CODINGS)]
    weight, place = max(rated)
    # An identity that is not named comes last; one that is named has its own weight.
    if weight > 0 and (weight >= plain or "identity" not in weights):
        return CodingChoice(CODINGS[-place], plain <= 0)
    return CodingChoice(None, plain <= 0)


def worth_it(content_type: str, length: int) -> bool:
    """Return whether compression is likely to save enough."""
    return length >= LEAST and content_type.startswith(_TEXTUAL)


def compress(body: bytes, coding: str) -> bytes:
    """Compress a whole body, better and slower than a stream: done once for a cached answer."""
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=6).compress(body)
    if coding == "br":
        compressed: bytes = brotli.compress(body, quality=5)
        return compressed
    return b"".join(compress_stream(iter([body]), coding))


def compress_stream(parts: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Yield a long body compressed, part by part."""
    compressor = _compressor_of(coding)
    for part in parts:
        if ready := compressor.compress(part):
            yield ready
    yield compressor.flush()


def _compressor_of(coding: str) -> Compressor:
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
