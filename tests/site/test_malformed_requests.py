"""Requests of an attacker: each is refused in one way, or answered once and no more."""

import contextlib
import json
import select
import socket
import struct
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from server.http.connection.protocol import DRAINED

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
ASK = b"5\r\nASK{}\r\n"
SMUGGLED = b"GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n"


def connect(site: str, source: str = "127.0.0.1") -> socket.socket:
    parts = urlsplit(site)
    address = (str(parts.hostname), int(parts.port or 0))
    return socket.create_connection(address, 90, (source, 0))


def read(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


def send(site: str, data: bytes) -> bytes:
    """Send bytes, and return all replies until the server closes."""
    with connect(site) as client:
        client.sendall(data)
        return read(client)


def replies(raw: bytes) -> list[tuple[int, bytes]]:
    """Split replies that all have a length."""
    pairs, at = [], 0
    while at < len(raw):
        end = raw.index(b"\r\n\r\n", at)
        head = raw[at:end]
        at = end + 4 + int(head.lower().partition(b"content-length: ")[2].split()[0])
        pairs.append((int(head.split()[1]), raw[end + 4 : at]))
    return pairs


REFUSED = {
    "length and chunks": (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "chunks and length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nASK{}", 400),
    "two lengths in a line": (POST + b"Content-Length: 5, 5\r\n\r\nASK{}", 400),
    "signed length": (POST + b"Content-Length: +5\r\n\r\nASK{}", 400),
    "length of no digits": (POST + b"Content-Length: \r\n\r\nASK{}", 400),
    "endless length": (POST + b"Content-Length: " + b"9" * 19 + b"\r\n\r\n", 413),
    "coded and chunked": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    "identity and chunked": (POST + b"Transfer-Encoding: identity, chunked\r\n\r\n", 501),
    "chunked twice": (POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n", 400),
    "hidden coding": (POST + b"Transfer-Encoding: xchunked\r\n\r\n", 501),
    "chunks in HTTP/1.0": (CHUNKED.replace(b"1.1", b"1.0") + ASK + b"0\r\n\r\n", 400),
    "huge chunk": (CHUNKED + b"f" * 20 + b"\r\n", 400),
    "signed chunk": (CHUNKED + b"+5\r\nASK{}\r\n0\r\n\r\n", 400),
    "chunk with a bare line end": (CHUNKED + b"5\nASK{}\n0\n\n", 400),
    "endless extensions": (CHUNKED + b"5;" + b"x" * (28 << 20) + ASK[1:] + b"0\r\n\r\n", 400),
    "many trailers": (CHUNKED + ASK + b"0\r\n" + b"X: y\r\n" * 1000, 431),
    "folded line": (GET + b"X: a\r\n b\r\n\r\n", 400),
    "bare line ends": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    "NUL in a value": (GET + b"X: \x00\r\n\r\n", 400),
    "blank before the colon": (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    "no name": (GET + b": a\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (GET + b"host: b\r\n\r\n", 400),
    "two hosts in a line": (b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
    "host with markup": (b'GET / HTTP/1.1\r\nHost: "><script>\r\n\r\n', 400),
    "host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "two types": (POST + b"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nASK{}", 400),
    "absolute form of a user": (b"GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "absolute form without a host": (b"GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "absolute form of a port": (b"GET http://:80/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "absolute form of a query": (b"GET http://?a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "absolute form in place of the header": (b"GET http://a/ HTTP/1.1\r\n\r\n", 400),
    "absolute form beside a broken host": (b"GET http://a/ HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "authority form": (b"GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "two blanks before the target": (GET.replace(b" /", b"  /") + b"\r\n", 400),
    "two blanks behind the target": (GET.replace(b" HTTP", b"  HTTP") + b"\r\n", 400),
    "blank lines, and two blanks": (b"\r\n\r\n" + GET.replace(b" /", b"  /") + b"\r\n", 400),
    "no target between the blanks": (b"GET  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "tab before the target": (GET.replace(b" /", b"\t/") + b"\r\n", 400),
    "tab behind the target": (GET.replace(b" HTTP", b"\tHTTP") + b"\r\n", 400),
    "blank before the method": (b" " + GET + b"\r\n", 400),
    "blank in the version": (GET.replace(b"HTTP/", b"HTTP /") + b"\r\n", 400),
    "blank behind the version": (GET.replace(b"1.1", b"1.1 ") + b"\r\n", 400),
    "another scheme": (b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "fragment": (b"GET /healthz#a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "asterisk": (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n\r\n", 505),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    "preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "tunnel": (b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    "other expectation": (POST + b"Content-Length: 5\r\nExpect: 200-ok\r\n\r\n", 417),
    "compressed body": (POST + b"Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nASK{}", 415),
    "compressed chunks": (
        CHUNKED[:-2] + b"Content-Encoding: br\r\n\r\n" + ASK + b"0\r\n\r\n",
        415,
    ),
    "many lines": (GET + b"X: y\r\n" * 200, 431),
    "long line": (GET + b"Accept: " + b"x" * 9000 + b"\r\n\r\n", 431),
    "much in a chunk": (CHUNKED + b"%x\r\n" % (8 << 20) + b" " * (4 << 20), 413),
    "long address alone": (b"GET /" + b"x" * 200_000 + b" HTTP/1.0\r\n\r\n", 414),
    "long blanks": (GET + b"X:" + b" " * 400_000 + b"y\r\n\r\n", 431),
    "long name": (GET + b"x" * 200_000 + b": y\r\n\r\n", 431),
    "long first line": (b"GET / HTTP/1.1\r\nAccept: " + b"x" * 300_000 + b"\r\n\r\n", 431),
    "long address, beside headers": (
        b"GET /" + b"x" * 131_000 + b" HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 100 + b"\r\n\r\n",
        414,
    ),
    "long address": (b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_nothing_behind_it_is_read(site: str, name: str) -> None:
    data, status = REFUSED[name]
    (reply,) = replies(send(site, data + SMUGGLED))
    assert reply[0] == status
    problem = json.loads(reply[1])
    assert (problem["status"], bool(problem["detail"])) == (status, True)


BEFORE = {
    "a request": GET + b"\r\n",
    "an offer of another protocol": GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "a body": POST + b"Content-Length: 7\r\n\r\nASK {}\n",
    "a body that holds the line as it should be": POST + b"Content-Length: 36\r\n\r\n"
    b"ASK {}\r\n\r\n#GET /healthz HTTP/1.1\r\n\r\n",
    "chunks": CHUNKED + ASK + b"0\r\n\r\n",
    "chunks of empty lines": CHUNKED + b"b\r\nASK{}\r\n\r\n\r\n\r\n" + b"0\r\nX: y\r\n\r\n",
}


@pytest.mark.parametrize("at_once", [10_000, 7, 1])
@pytest.mark.parametrize("before", BEFORE)
def test_two_blanks_are_refused_wherever_the_line_begins(
    site: str, before: str, at_once: int
) -> None:
    data = BEFORE[before] + GET.replace(b" HTTP", b"  HTTP") + b"\r\n" + ONE["close"]
    with connect(site) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(data), at_once):
            with contextlib.suppress(ConnectionError):  # all was refused already
                client.sendall(data[at : at + at_once])
        answers = replies(read(client))
    assert [status for status, _ in answers] == [200, 400]


def test_behind_a_body_with_very_many_empty_lines_nothing_is_read(site: str) -> None:
    query = b"ASK {" + b"\r\n" * 2 + (b" " + b"\r\n" * 2) * 100 + b"}"
    chunks = CHUNKED + b"%x\r\n" % len(query) + query + b"\r\n0\r\n\r\n"
    answers = replies(send(site, chunks + GET.replace(b" HTTP", b"  HTTP") + b"\r\n"))
    assert [status for status, _ in answers] == [200]


def test_a_refusal_is_text_for_those_who_read_text(site: str) -> None:
    raw = send(site, b"GET /a#b HTTP/1.1\r\nHost: a\r\nAccept: text/plain, */*;q=0.1\r\n\r\n")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"Content-Type: text/plain; charset=utf-8" in head
    assert b"Access-Control-Allow-Origin: *" in head
    assert b"Connection: close" in head
    assert body.startswith(b"400 Bad Request: ")


@pytest.mark.parametrize(
    ("request_", "french", "english"),
    [
        (b"GET /a#b HTTP/1.1\r\n", "400 La demande ne peut pas être lue", "The request cannot be"),
        (
            b"POST / HTTP/1.1\r\nExpect: 200-ok\r\nContent-Length: 5\r\n",
            "417 Ce qui est attendu",
            "What is expected",
        ),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n", "431 Les en-têtes", "The headers of"),
        (b"CONNECT a:1 HTTP/1.1\r\n", "501 Ce serveur ne sait pas", "This server cannot do that"),
    ],
)
def test_a_refusal_is_a_page_in_both_languages_for_browsers(
    site: str, request_: bytes, french: str, english: str
) -> None:
    line, rest = request_.split(b"\r\n", 1)
    accept = b"Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
    raw = send(site, line + b"\r\nHost: a\r\n" + accept + rest + b"\r\n")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"Content-Type: text/html; charset=utf-8" in head
    assert b"Content-Length: %d\r\n" % len(body) in head
    page = body.decode()
    assert f"<h1>{french}" in page
    assert f'<p lang="en">{english}' in page
    # The heading of the other language, and the reason in both.
    assert (page.count('<p lang="fr">'), page.count('<p lang="en">')) == (1, 2)


def test_a_refusal_of_a_compressed_body_says_what_would_do(site: str) -> None:
    assert b"\r\nAccept-Encoding: identity\r\n" in send(site, REFUSED["compressed body"][0])


ONE = {
    "close": b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "close among others": b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n",
    "HTTP/1.0": b"GET /healthz HTTP/1.0\r\n\r\n",
    "HTTP/1.0 with an offer": b"GET /healthz HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
    "HTTP/1.0 that would stay": b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
}


@pytest.mark.parametrize("name", ONE)
def test_what_follows_the_last_request_is_not_answered(site: str, name: str) -> None:
    assert replies(send(site, ONE[name] + SMUGGLED)) == [(200, b"ok\n")]


ANSWERED = {
    "absolute form": b"GET http://a/healthz HTTP/1.1\r\nHost: b\r\n",
    "absolute form, another case": b"GET HTTP://a/healthz HTTP/1.1\r\nHost: b\r\n",
    "blank lines before": b"\r\n\r\n" + GET,
    "a body that nobody wants": GET + b"Content-Length: 0\r\n",
    "an offer of HTTP/2": GET + b"Connection: Upgrade, close\r\nUpgrade: h2c\r\n",
    "an offer of a socket": GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
    "host with a port": b"GET /healthz HTTP/1.1\r\nHost: [::1]:80\r\n",
    "empty host": b"GET /healthz HTTP/1.1\r\nHost:\r\n",
}


@pytest.mark.parametrize("name", ANSWERED)
def test_what_is_odd_and_allowed_is_answered(site: str, name: str) -> None:
    last = b"" if b"close" in ANSWERED[name] else ONE["close"]
    answers = replies(send(site, ANSWERED[name] + b"\r\n" + last))
    assert answers == [(200, b"ok\n")] * (2 if last else 1)


def test_what_is_wrong_behind_an_offer_of_another_protocol_is_no_defect(site: str) -> None:
    offer = GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    answers = replies(send(site, offer + b"GET /healthz HTTP/1.1\r\n\r\n"))
    assert [status for status, _ in answers] == [200, 400]


def test_an_absolute_form_names_the_host(site: str) -> None:
    head = b"GET http://c.example/reconciliation HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n"
    raw = send(site, head)
    assert b"http://c.example/" in raw
    assert b"http://b/" not in raw


def test_the_server_as_a_whole_has_options(site: str) -> None:
    raw = send(site, b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 204")
    assert b"\r\nAllow: " in raw


def test_a_query_with_an_offer_of_another_protocol_is_asked(site: str) -> None:
    offer = b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nASK{}"
    answers = replies(send(site, POST + offer + ONE["close"]))
    assert [status for status, _ in answers] == [200, 200]
    assert b"true" in answers[0][1]


def test_a_trailer_is_no_header(site: str) -> None:
    last = b"0\r\nHost: b\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    assert replies(send(site, CHUNKED + ASK + last + ONE["close"]))[0][0] == 200


@pytest.mark.parametrize(
    "data",
    [
        CHUNKED + b"5\r\nASK{}\r\n",
        CHUNKED + b"5\r\nASK{",
        CHUNKED + ASK + b"0\r\n",
        POST + b"Content-Length: 6\r\n\r\nASK{}",
        POST + b"Content-Len",
        GET,
    ],
)
def test_a_request_that_is_cut_short_is_not_run(site: str, data: bytes) -> None:
    with connect(site) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        ((status, body),) = replies(read(client))
    assert (status, json.loads(body)["kind"]) == (400, "unreadable-request")


def test_a_client_that_says_no_more_still_gets_its_answers(site: str) -> None:
    """It may have gone, so it is not waited for long: on a busy machine some tries come late."""
    query = b"GET /sparql?query=SELECT*%%7B?s%%20?p%%20%d%%7D HTTP/1.1\r\nHost: a\r\n\r\n"
    statuses: list[int] = []
    for begun in range(0, 50, 5):
        with connect(site) as client, contextlib.suppress(ConnectionError):
            client.sendall(b"".join(query % number for number in range(begun, begun + 5)))
            client.shutdown(socket.SHUT_WR)
            statuses = [status for status, _ in replies(read(client))]
        if statuses == [200] * 5:
            break
    assert statuses == [200] * 5


def test_one_byte_at_a_time_makes_a_request(site: str) -> None:
    with connect(site) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in CHUNKED + b"2\r\nAS\r\n3\r\nK{}\r\n0\r\n\r\n" + ONE["close"]:
            client.send(bytes([byte]))
        assert [status for status, _ in replies(read(client))] == [200, 200]


def test_ten_thousand_requests_at_once_are_answered_in_order(site: str) -> None:
    kept, other = (
        b"GET /def.ttl HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n",
    )
    every = 200
    data = b"".join(kept if n % every else other % n for n in range(10_000)) + ONE["close"]
    raw = bytearray()
    with connect(site) as client:
        client.setblocking(False)
        while b"ok\n" not in raw[-10:]:
            select.select([client], [client] if data else [], [])
            with contextlib.suppress(BlockingIOError):
                data = data[client.send(data) if data else 0 :]
            with contextlib.suppress(BlockingIOError):
                raw += client.recv(1 << 20)
    answers = replies(bytes(raw))
    assert len(answers) == 10_001
    assert [n for n, (status, _) in enumerate(answers) if status == 404] == [
        *range(0, 10_000, every)
    ]
    assert all(b"'/%d'" % n in answers[n][1] for n in range(0, 10_000, every))


def test_leave_to_send_is_given_behind_the_answer_before(site: str) -> None:
    """And not in the middle of it, where a client would read it as another answer."""
    long = quote("SELECT * { ?a ?b ?c . ?d a ?e } LIMIT 60000")
    first = f"GET /sparql?query={long}&format=csv HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    with connect(site) as client:
        client.sendall(first + POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        raw = b""
        while b"100 Continue" not in raw:
            part = client.recv(65536)
            assert part
            raw += part
        client.sendall(b"ASK{}" + ONE["close"])
        raw += read(client)
    raw = raw.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")
    assert [status for status, _ in replies(raw)] == [200, 200, 200]


def test_leave_to_send_is_given_for_each_request(site: str) -> None:
    head, leave = POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", b"100 Continue\r\n"
    raw = b""
    with connect(site) as client:
        client.settimeout(90)
        client.sendall(head)
        for number in (1, 2):
            while raw.count(leave) < number:
                raw += (part := client.recv(9999))
                assert part
            client.sendall(b"ASK{}" + (head if number == 1 else ONE["close"]))
        raw += read(client)
    answers = replies(raw.replace(b"HTTP/1.1 " + leave + b"\r\n", b""))
    assert [status for status, _ in answers] == [200, 200, 200]


def test_no_leave_is_given_to_send_what_is_too_much(site: str) -> None:
    data = POST + b"Expect: 100-continue\r\nContent-Length: 90000000\r\n\r\n"
    assert [status for status, _ in replies(send(site, data))] == [413]


def test_an_answer_to_head_has_no_body(site: str) -> None:
    """Whatever its source: cache, application, event loop, query process, file, fault."""
    long = quote("SELECT * { ?a ?b ?c . ?d a ?e } LIMIT 20000")
    paths = ["def.ttl", "def.ttl", "healthz", "dumps/portraits.nq", "rien", "metrics"]
    paths += [f"sparql?query={text}" for text in ("ASK%7B%7D", "ASK%7B%7D%23", "ASK%7B", long)]
    last = b"GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    requests = b"".join(f"HEAD /{path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for path in paths)
    *heads, head, body = send(site, requests + last).split(b"\r\n\r\n")
    statuses = [int(each.split(b" ")[1]) for each in (*heads, head)]
    assert statuses == [200, 200, 200, 200, 404, 200, 200, 200, 400, 200, 200]
    assert all(each.startswith(b"HTTP/1.1 ") for each in (*heads, head))
    lengths = [int(each.lower().partition(b"content-length: ")[2].split()[0]) for each in heads]
    assert min(lengths) >= len("ok\n")
    assert b"User-agent: *" in body


def test_an_answer_that_a_client_has_already_has_no_body(site: str) -> None:
    paths = ("def.ttl", "def.ttl", "dumps/portraits.nq", "sparql?query=ASK%7B%7D%23304")
    requests = "".join(
        f"GET /{path} HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n" for path in paths
    )
    *heads, body = send(site, requests.encode() + ONE["close"]).split(b"\r\n\r\n")
    assert [each[:13] for each in heads] == [b"HTTP/1.1 304 "] * 4 + [b"HTTP/1.1 200 "]
    assert body == b"ok\n"


def test_leave_to_send_is_given_once(site: str) -> None:
    data = CHUNKED[:-2] + b"Expect: 100-continue\r\n\r\n"
    with connect(site) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(data)
        raw = client.recv(100)
        for byte in b"0005\r\n":  # not yet of the body itself
            client.send(bytes([byte]))
            raw += b"".join(client.recv(100) for _ in select.select([client], [], [], 0.05)[0])
        client.sendall(b"ASK{}\r\n0\r\n\r\n" + ONE["close"])
        raw += read(client)
    assert raw.count(b"HTTP/1.1 100 Continue\r\n\r\n") == 1
    assert [status for status, _ in replies(raw.partition(b"\r\n\r\n")[2])] == [200, 200]


def test_an_answer_to_head_that_is_refused_has_no_body(site: str) -> None:
    raw = send(site, b"HEAD /a#b HTTP/1.1\r\nHost: a\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 400")
    assert raw.endswith(b"\r\n\r\n")


def test_an_answer_in_http_1_0_has_no_chunks(site: str) -> None:
    query = quote("SELECT * { ?a ?b ?c . ?d a ?e } LIMIT 60000")
    head = f"GET /sparql?query={query} HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n"
    ((status, body),) = replies(send(site, head.encode()))
    assert status == 200
    assert json.loads(body)["results"]


SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?d && ?d != ?g) }"


# What the kernel takes at most for both sides, see tcp(7).
KERNEL = sum(int(Path(f"/proc/sys/net/ipv4/tcp_{side}mem").read_text().split()[2]) for side in "rw")


def push(client: socket.socket, least: int) -> int:
    """Send until nothing more is taken for a second; return the bytes, at most a little over."""
    client.settimeout(1.0)
    sent = 0
    with contextlib.suppress(TimeoutError, ConnectionError):
        while sent < least:
            sent += client.send(b"\r\n" * (1 << 17))
    return sent


def test_little_is_read_behind_a_request_that_is_being_answered(patient: str) -> None:
    most = KERNEL + (4 << 20)
    with connect(patient) as client:
        client.sendall(b"GET /sparql?query=%b HTTP/1.1\r\nHost: a\r\n\r\n" % quote(SLOW).encode())
        assert push(client, 2 * most) < most
        # Behind so much that waits, an end would not come through, and the query run on.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_little_is_read_behind_a_refusal(site: str) -> None:
    most = KERNEL + DRAINED + (4 << 20)
    with connect(site) as client:
        client.sendall(b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n")
        assert push(client, 2 * most) < most
