"""Have other endpoints asked for a sealed query process (SPARQL 1.1 Federated Query).

The process can open no connection, so it cuts each `SERVICE <iri> { … }` out of the query, has
the asking process put it to the endpoint (`server.engine.peers`, which alone decides what may be
asked), and writes the solutions in its place as VALUES. The result is that of the standard: a
service is evaluated by itself and joined. What our scanner sees is then checked by the engine's
parser: the piece is a query, and no SERVICE is left in the rest.
"""

import json
import re
import socket
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

import pyoxigraph as ox

from server.engine import faults, reading
from server.engine.framing import FAULT, SERVICE, Frames, frame

_MOST = 8  # endpoints that one query asks
_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n\r]*)
    |(?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    |(?P<string>\"{3}(?:[^"\\]|\\.|"{1,2}(?!"))*\"{3}|'{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<word>[?$@]?(?:[\w:.%-]|\\[^uU])+)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_PROLOGUE = re.compile(
    r"(?:\s+|#[^\n\r]*|BASE\s*<[^>]*>|PREFIX\s*[^\s<]*\s*<[^>]*>|VERSION\s*(?:'[^']*'|\"[^\"]*\"))*",
    re.IGNORECASE,
)


class _Call(NamedTuple):
    """A SERVICE clause: where it stands in the text, whom it asks, and its group."""

    start: int
    end: int
    endpoint: str
    silent: bool
    group: str


class Peers:
    """The way to other endpoints, for the questions of one connection."""

    def __init__(self, connection: socket.socket, frames: Frames) -> None:
        self._connection = connection
        self._frames = frames

    def resolve(self, text: str, base_iri: str) -> str:
        """Give a query with the solutions of its services in their places; raises EngineFault."""
        calls = list(_find_calls(text))
        rest = _replace(text, calls, ["{}"] * len(calls))
        if not calls or reading.uses("SERVICE", rest, base_iri):
            raise faults.ServiceRefused(
                "SERVICE is only understood as SERVICE <iri> { … }, with the whole IRI of the"
                " endpoint: no variable, no prefix."
            )
        if len(calls) > _MOST:
            raise faults.ServiceRefused(f"One query may ask at most {_MOST} endpoints.")
        prologue = _PROLOGUE.match(text)
        before = f"BASE <{base_iri}>\n{prologue[0] if prologue else ''}\n"
        queries = [f"{before}SELECT * WHERE {call.group}" for call in calls]
        if not all(reading.is_query(query, base_iri) for query in queries):
            raise faults.ServiceRefused("A SERVICE of this query cannot be read by itself.")
        found = [self._ask(call, query) for call, query in zip(calls, queries, strict=True)]
        return _replace(text, calls, found)

    def _ask(self, call: _Call, query: str) -> str:
        asked = {"endpoint": call.endpoint, "silent": call.silent, "query": query}
        self._connection.sendall(frame(SERVICE, json.dumps(asked).encode()))
        letter, payload = self._frames.next()
        if letter == FAULT:
            raise faults.load_fault(payload)
        media_type, _, body = payload.partition(b"\n")
        if not media_type:
            return "{}"  # a service that failed silently: one solution that binds nothing
        try:
            return _values(media_type.decode(), body, call.endpoint)
        except (SyntaxError, ValueError) as error:
            if call.silent:
                return "{}"
            raise faults.ServiceFailed(
                f"<{call.endpoint}> answered what cannot be read as its type {media_type.decode()}."
            ) from error


def _find_calls(text: str) -> Iterator[_Call]:
    """Give the SERVICE clauses that name an IRI, none within another: that is its peer's."""
    tokens = [found for found in _TOKEN.finditer(text) if found.lastgroup != "space"]
    place = 0
    while place < len(tokens):
        start, place = place, place + 1
        if tokens[start][0].lower() != "service":
            continue
        silent = place < len(tokens) and tokens[place][0].lower() == "silent"
        place += silent
        if place + 1 >= len(tokens) or tokens[place].lastgroup != "iri":
            continue
        end = _end_of_group(tokens, place + 1)
        if end is not None:
            group = text[tokens[place + 1].start() : tokens[end].end()]
            iri = tokens[place][0][1:-1]
            yield _Call(tokens[start].start(), tokens[end].end(), iri, silent, group)
            place = end + 1


def _end_of_group(tokens: list[re.Match[str]], place: int) -> int | None:
    depth = 0
    for number in range(place, len(tokens)):
        if tokens[number].lastgroup == "sign":
            depth += {"{": 1, "}": -1}.get(tokens[number][0], 0)
        if depth <= 0:
            return number if number > place else None
    return None


def _replace(text: str, calls: list[_Call], groups: list[str]) -> str:
    parts, place = [], 0
    for call, group in zip(calls, groups, strict=True):
        parts += [text[place : call.start], " ", group, " "]
        place = call.end
    return "".join([*parts, text[place:]])


def _values(media_type: str, body: bytes, endpoint: str) -> str:
    """Write solutions as a group that holds nothing but them; raises SyntaxError, ValueError."""
    syntax = ox.QueryResultsFormat.from_media_type(media_type)
    if syntax is None:
        raise ValueError(media_type)
    results = ox.parse_query_results(body, syntax)
    if not isinstance(results, ox.QuerySolutions):
        raise ValueError("an ASK")
    names = results.variables
    rows = [f"({' '.join(_term(row[name], endpoint) for name in names)})" for row in results]
    return f"{{ VALUES ({' '.join(map(str, names))}) {{ {' '.join(rows)} }} }}"


def _term(term: object, endpoint: str) -> str:
    if term is None:
        return "UNDEF"
    if isinstance(term, ox.BlankNode):  # RDF 1.1, section 3.5: VALUES takes no blank node
        return f"<{urljoin(endpoint, '/.well-known/genid/')}{term.value}>"
    return str(term)
