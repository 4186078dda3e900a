"""Header lines that were seen before: a known request equals the parsed one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http.connection import parser
from server.http.connection.known_heads import Head, KnownHeads
from server.http.connection.parser import RequestParser
from server.http.refusals import Refused

_LINES = st.sampled_from(
    [
        b"Host: localhost",
        b"Host: a b",
        b"Accept: text/turtle",
        b"accept:application/ld+json , */*",
        b"Accept-Encoding: gzip",
        b"Connection: close",
        b"Connection: keep-alive",
        b"Content-Length: 0",
        b"Content-Length: 2",
        b"Transfer-Encoding: chunked",
        b"Expect: 100-continue",
        b"Upgrade: h2c\r\nConnection: Upgrade",
        b"Cookie: a=b\xff",
        b"X-Long: " + 1024 * b"x",
        b"no colon",
    ]
)
_FIRST = st.sampled_from(
    [
        b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1",
        b"GET / HTTP/1.1",
        b"GET /\xc3\xa9 HTTP/1.1",
        b"GET /a#b HTTP/1.1",
        b"GET /a HTTP/1.1 HTTP/1.1",
        b"GET /a b HTTP/1.1",
        b"GET  / HTTP/1.1",
        b"GET http://elsewhere/a HTTP/1.1",
        b"GET * HTTP/1.1",
        b"GET / HTTP/1.0",
        b"HEAD / HTTP/1.1",
        b"POST / HTTP/1.1",
        b"GET /\x7f HTTP/1.1",
        b"GET /\x00 HTTP/1.1",
    ]
)
_REST = st.sampled_from([b"", b"ok", b"\r\n", b"GET / HTTP/1.1\r\nHost: b\r\n\r\n"])


class Forgetful(KnownHeads):
    """Known heads that recognise none."""

    def recognise(self, data: bytes) -> Head | None:
        return None


def read(data: bytes) -> list[Any]:
    """Return the requests or the refusal that some bytes make, and the state of the parser."""
    incoming = RequestParser("127.0.0.1", lambda: False, 100)
    incoming.rest = data
    events: list[Any] = []
    try:
        while incoming.rest:
            incoming.parse()
    except Refused as refused:
        events.append((refused.reply.status, refused.reply.body))
    for request, last in incoming.ready:
        events.append((request.method, request.target, dict(request.headers), request.peer))
        events.append((request.body, request.length, request.head_size, last))
    return [*events, incoming.phase, incoming.number, incoming.size]


@given(
    first=st.lists(_FIRST, min_size=2, max_size=4),
    lines=st.lists(_LINES, min_size=1, max_size=4),
    rest=_REST,
)
def test_a_known_head_gives_the_request_that_the_parser_gives(
    first: list[bytes], lines: list[bytes], rest: bytes
) -> None:
    block = b"\r\n".join([b"Host: localhost", *lines, b"", b""]) + rest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "known_heads", KnownHeads())
        known = [read(line + b"\r\n" + block) for line in first]
        patch.setattr(parser, "known_heads", Forgetful())
        assert known == [read(line + b"\r\n" + block) for line in first]


def test_what_comes_again_needs_no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    heads = KnownHeads()
    monkeypatch.setattr(parser, "known_heads", heads)
    lines = b" HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"
    assert heads.recognise(b"GET /a" + lines) is None
    first = read(b"GET /a" + lines)
    known = heads.recognise(b"GET /another?b" + lines)
    assert known is not None
    assert known[0] == b"/another?b"
    assert read(b"GET /a" + lines) == first


def test_a_header_of_two_lines_weighs_what_it_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "known_heads", KnownHeads())
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: a/b\r\nAccept: c/d\r\n\r\n"
    assert read(request) == read(request)


def test_so_many_heads_are_known_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    heads = KnownHeads()
    monkeypatch.setattr(parser, "known_heads", heads)
    requests = [b"GET / HTTP/1.1\r\nHost: h%d\r\n\r\n" % number for number in range(300)]
    for request in requests:
        read(request)
    known = [heads.recognise(request) is not None for request in requests]
    assert known == 44 * [False] + 256 * [True]
