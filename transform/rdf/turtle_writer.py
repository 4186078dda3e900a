"""Write Turtle and TriG: only the prefixes that are used, and a blank line between subjects.

pyoxigraph's serializer declares every prefix that it is given, in an order that changes from run
to run, and leaves no line between subjects.
"""

import io
import re
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from typing import Any, Protocol

import pyoxigraph as ox

# Of a stream, the prefixes are those that its first statements use; other IRIs stay whole.
FIRST = 1000
# The prefix of each name; IRIs are passed over.
_NAMES = re.compile(rb"<[^<>\s]*>|([A-Za-z][\w-]*):\S*")
# Where another subject, or another graph of TriG, follows. A literal has no line end of its own:
# the serializer escapes it. Each is a pattern of its own, as one that begins with fixed characters
# is found several times as fast.
_ENDS = (re.compile(rb" \.\n(?=[^}])"), re.compile(rb"\n\}\n(?=[^}])"))
_END_BYTES = 3


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...


def write(
    statements: Iterable[ox.Triple] | Iterable[ox.Quad],
    rdf: ox.RdfFormat,
    out: _Sink,
    prefixes: Mapping[str, str],
) -> None:
    """Write statements as they come; those of a subject that stand together are grouped."""
    rest = iter(statements)
    first: list[Any] = list(islice(rest, FIRST))
    body = write_body(first, rdf, prefixes)
    used = {name: prefixes[name] for name in used_prefixes(body)}
    out.write(write_head(used))
    if len(first) < FIRST:
        out.write(body)
    else:
        _serialize(chain(first, rest), rdf, out, used)


def write_head(prefixes: Mapping[str, str]) -> bytes:
    """Return the declarations of prefixes with a blank line behind them; nothing for none."""
    declared = [f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(prefixes.items())]
    return "".join([*declared, "\n"] if declared else declared).encode()


def write_body(
    statements: Iterable[ox.Triple], rdf: ox.RdfFormat, prefixes: Mapping[str, str]
) -> bytes:
    """Return a document without its declarations."""
    out = io.BytesIO()
    _serialize(statements, rdf, out, prefixes)
    return out.getvalue()


def used_prefixes(body: bytes) -> set[str]:
    """Return the names of the prefixes that a document without declarations uses."""
    # Each second part stands outside of literals, once their escaped quotes are gone. Words come
    # again and again, so each is looked at once.
    outside = body.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')[::2]
    words = b" ".join(set(b" ".join(outside).split()))
    return {name.decode() for name in set(_NAMES.findall(words)) - {b""}}


def _serialize(
    statements: Iterable[Any], rdf: ox.RdfFormat, out: _Sink, prefixes: Mapping[str, str]
) -> None:
    sink: Any = _Spaced(out, len(prefixes))  # pyoxigraph calls write and flush only
    ox.serialize(statements, sink, format=rdf, prefixes=dict(prefixes))


class _Spaced:
    """Pass on what the serializer writes without its declarations, with blank lines."""

    def __init__(self, out: _Sink, declarations: int) -> None:
        self._out = out
        self._declarations = declarations
        self._head = b""
        self._last = b""

    def write(self, data: bytes, /) -> int:
        if text := self._drop_declarations(data):
            # An end may have been cut by the end of the part before.
            known = spaced = self._last + text
            for end in _ENDS:
                spaced = end.sub(rb"\g<0>\n", spaced)
            self._out.write(spaced[len(self._last) :])
            self._last = known[-_END_BYTES:]
        return len(data)

    def _drop_declarations(self, data: bytes) -> bytes:
        """Return what does not belong to the declarations, each of which is a line."""
        if not self._declarations:
            return data
        *declared, rest = (self._head + data).split(b"\n", self._declarations)
        self._declarations -= len(declared)
        self._head = rest if self._declarations else b""
        return b"" if self._declarations else rest

    def flush(self) -> None:
        """Do nothing: what is held is the end of what was written."""
