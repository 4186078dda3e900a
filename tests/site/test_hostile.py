"""Hostile queries and requests while another client behaves well: it never waits long.

ENGINE.md's list of what kills the reference server, and more. Limits are short here; what is
proved is that each hostile request gets a documented status, that the well-behaved client is
answered all along, and that afterwards no process is busy and no memory is kept.
"""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import pytest

from tests.support.processes import (
    cpu_seconds,
    family,
    find_workers,
    proportional_megabytes,
    server_process,
)
from tests.support.waiting import wait_until

SECONDS = 1.0
TOTAL_MB = 600
CLIENTS = 3  # that send hostile queries
DEEP = 20_000
# What the README and the faults document: nothing else may come.
DOCUMENTED = {200, 400, 403, 404, 405, 406, 408, 413, 414, 415, 422, 429, 431, 503}
CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i ."


def nested(before: str, core: str, after: str, depth: int = DEEP) -> str:
    return f"{before * depth}{core}{after * depth}"


def select(pattern: str) -> str:
    return f"SELECT * WHERE {{ {pattern} }}"


QUERIES = {
    "parentheses": select(f"FILTER({nested('(', '1=1', ')')})"),
    "groups": select(nested("{", "?s ?p ?o", "}")),
    "negations": select(f"FILTER({'!' * DEEP}true)"),
    "minus signs": f"SELECT ({'-' * DEEP}1 AS ?x) {{}}",
    "plus chain": f"SELECT ({'+'.join(['1'] * DEEP)} AS ?x) {{}}",
    "times chain": f"SELECT ({'*'.join(['1'] * DEEP)} AS ?x) {{}}",
    "or chain": select(f"FILTER({' || '.join(['?x'] * DEEP)})"),
    "and chain": select(f"FILTER({' && '.join(['?x'] * DEEP)})"),
    "union chain": select(" UNION ".join(["{?s ?p ?o}"] * DEEP)),
    "optional nest": select(nested("OPTIONAL {", "?s ?p ?o", "}", 5000)),
    "minus nest": select("?s ?p ?o " + nested("MINUS {", "?s ?p ?o", "}", 5000)),
    "exists nest": select(nested("FILTER EXISTS {", "?s ?p ?o", "}", 3000)),
    "not exists nest": select(nested("FILTER NOT EXISTS {", "?s ?p ?o", "}", 3000)),
    "sub-selects": nested("SELECT * {", "?s ?p ?o", "}", 5000),
    "graph nest": select(nested("GRAPH ?g {", "?s ?p ?o", "}", 5000)),
    "functions": f"SELECT ({nested('ABS(', '1', ')')} AS ?x) {{}}",
    "if nest": f"SELECT ({nested('IF(true,', '1', ',2)', 5000)} AS ?x) {{}}",
    "coalesce nest": f"SELECT ({nested('COALESCE(', '1', ')', 5000)} AS ?x) {{}}",
    "concat nest": f"SELECT ({nested('CONCAT(', '1', ')', 5000)} AS ?x) {{}}",
    "binds": select(" ".join(f"BIND({n} AS ?v{n})" for n in range(5000))),
    "filters": select("?s ?p ?o " + "FILTER(?o)" * DEEP),
    "in list": select(f"FILTER(1 IN ({','.join(['2'] * 100_000)}))"),
    "path steps": select(f"?s {'/'.join(['<a:b>'] * 2000)} ?o"),
    "path alternatives": select(f"?s {'|'.join(['<a:b>'] * DEEP)} ?o"),
    "path inverses": select(f"?s {'^' * DEEP}<a:b> ?o"),
    "path groups": select(f"?s {nested('(', '<a:b>', ')')} ?o"),
    "path stars": select(f"?s {nested('(', '<a:b>', ')*', 2000)} ?o"),
    "negated set": select(f"?s !({'|'.join(['<a:b>'] * 50_000)}) ?o"),
    "any path closure": select("?s (!<a:a>|^!<a:a>)* ?o . ?o (!<a:a>|^!<a:a>)* ?x"),
    "blank nodes": select("?s ?p " + nested("[ ?p ", "[]", "]", 2000)),
    "collections": select("?s ?p " + nested("(", "1", ")", 5000)),
    "long collection": select(f"?s ?p ({' '.join(['1'] * 50_000)})"),
    "triple patterns": select(" . ".join(f"?s{n} ?p ?o{n}" for n in range(3000))),
    "star of patterns": select(" . ".join(f"?s ?p{n} ?o{n}" for n in range(200))),
    "quoted triples": select(nested("<<( ", "?a ?b ?c", " )>>", 1) + " ?p ?o"),
    "deep quoted triples": select("?s ?p " + nested("<<( ?a ?b ", "?c", " )>>", 2000)),
    "cross product": select(CROSS),
    "sorted cross product": f"SELECT * {{ {CROSS} }} ORDER BY ?a ?d ?g",
    "distinct cross product": f"SELECT DISTINCT * {{ {CROSS} }}",
    "counted cross product": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "grouped cross product": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {CROSS} }} GROUP BY ?a ?d ?g",
    "concatenated cross product": f"SELECT (GROUP_CONCAT(?c) AS ?x) {{ {CROSS} }}",
    "constructed cross product": f"CONSTRUCT {{ ?a ?e ?i }} WHERE {{ {CROSS} }}",
    "described cross product": f"DESCRIBE ?a ?d ?g {{ {CROSS} }}",
    "asked cross product": f"ASK {{ {CROSS} FILTER(false && ?a = ?g) FILTER(RAND() < 0) }}",
    "doubling strings": "SELECT ?x { BIND('a' AS ?a0) "
    + " ".join(f"BIND(CONCAT(?a{n},?a{n}) AS ?a{n + 1})" for n in range(40))
    + " BIND(?a40 AS ?x) }",
    "doubling replace": "SELECT ?x { BIND('aaaaaaaa' AS ?a0) "
    + " ".join(f"BIND(REPLACE(?a{n},'a','aaaaaaaa') AS ?a{n + 1})" for n in range(12))
    + " BIND(?a12 AS ?x) }",
    "regular expression": "SELECT (REGEX('" + "a" * 5000 + "b', '(a*)*(a*)*(a*)*c') AS ?x) {}",
    "large repetition": "SELECT (REGEX('a', '(((a{1,100}){1,100}){1,100}){1,100}') AS ?x) {}",
    "values": f"SELECT * {{ VALUES ?x {{ {'1 ' * 200_000} }} VALUES ?y {{ {'1 ' * 1000} }} }}",
    "order keys": f"SELECT * {{ ?s ?p ?o }} ORDER BY {'(?s) ' * 20_000}",
    "group keys": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY "
    + " ".join(f"(?s AS ?g{n})" for n in range(5000)),
    "many prefixes": "".join(f"PREFIX p{n}: <a:{n}>\n" for n in range(20_000)) + "ASK {}",
    "long name": f"ASK {{ ?s ?p <a:{'x' * 500_000}> }}",
    "long literal": f"ASK {{ ?s ?p '{'x' * 500_000}' }}",
    "escapes": "ASK { ?s ?p '" + "\\u0041" * 80_000 + "' }",
    "service": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "silent service": "SELECT * { service SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "escaped service": "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "bound service": "SELECT * { VALUES ?e { <http://127.0.0.1:9/> } SERVICE ?e { ?s ?p ?o } }",
    "service in exists": select("FILTER EXISTS { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"),
    "commented service": select("SERVICE#\n<http://127.0.0.1:9/>#\n{ ?s ?p ?o }"),
    "from elsewhere": "SELECT * FROM <http://127.0.0.1:9/x> { ?s ?p ?o }",
    "unclosed": "SELECT * { ?s ?p",
    "nothing": "",
    "NUL": "ASK { ?s ?p '\x00' }",
}

GET = "GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\n"
POST = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
REQUESTS = {
    "no request at all": "\r\n\r\n",
    "noise": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "wrong version": "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "no version": "GET /\r\n\r\n",
    "no path": "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
    "unknown method": "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
    "long method": f"{'A' * 5000} / HTTP/1.1\r\nHost: a\r\n\r\n",
    "trace": "TRACE /sparql HTTP/1.1\r\nHost: a\r\n\r\n",
    "connect": "CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: a\r\n\r\n",
    "absolute form": "GET http://exemple.invalid/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "asterisk": "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "no host": "GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "rude host": 'GET / HTTP/1.1\r\nHost: "><script>\r\n\r\n',
    "huge header": f"GET / HTTP/1.1\r\nHost: a\r\nX: {'x' * 300_000}\r\n\r\n",
    "many headers": "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n" * 20_000 + "\r\n",
    "header without colon": "GET / HTTP/1.1\r\nHost: a\r\nrubbish\r\n\r\n",
    "header with NUL": "GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
    "folded header": "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "long address": f"GET /doc/{'x' * 200_000} HTTP/1.1\r\nHost: a\r\n\r\n",
    "address with blanks": "GET /a b c HTTP/1.1\r\nHost: a\r\n\r\n",
    "broken escape": "GET /sparql?query=%ZZ HTTP/1.1\r\nHost: a\r\n\r\n",
    "broken UTF-8": "GET /sparql?query=%FF%FE HTTP/1.1\r\nHost: a\r\n\r\n",
    "escaped NUL": "GET /doc/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "climbing path": "GET /dumps/../../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    "escaped climbing": "GET /dumps/%2e%2e/%2e%2e/manifest.json HTTP/1.1\r\nHost: a\r\n\r\n",
    "doubly escaped climbing": "GET /dumps/%252e%252e%252fetc HTTP/1.1\r\nHost: a\r\n\r\n",
    "backslashes": "GET /dumps/..\\..\\etc HTTP/1.1\r\nHost: a\r\n\r\n",
    "line end in path": "GET /id/a%0d%0aX:%20y HTTP/1.1\r\nHost: a\r\n\r\n",
    "double slash": "GET //exemple.invalid/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "two lengths": f"{POST}Content-Length: 5\r\nContent-Length: 7\r\n\r\nASK{{}}",
    "negative length": f"{POST}Content-Length: -1\r\n\r\nASK{{}}",
    "length that is none": f"{POST}Content-Length: x\r\n\r\nASK{{}}",
    "huge length": f"{POST}Content-Length: 99999999999999999999\r\n\r\nASK{{}}",
    "length and chunks": f"{POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "broken chunk": f"{POST}Transfer-Encoding: chunked\r\n\r\nZZ\r\nASK{{}}\r\n0\r\n\r\n",
    "unknown coding": f"{POST}Transfer-Encoding: rot13\r\n\r\nNFX{{}}",
    "compressed body": f"{POST}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nASK{{}}",
    "empty body": f"{POST}Content-Length: 0\r\n\r\n",
    "rude Accept": f"{GET}Accept: {'*/*;q=0.1,' * 8000}\r\n\r\n",
    "Accept of quotes": f"{GET}Accept: {chr(34) * 20_000}\r\n\r\n",
    "rude range": "GET /dumps/portraits.nq HTTP/1.1\r\nHost: a\r\nRange: bytes="
    + ",".join(f"{n}-{n}" for n in range(5000))
    + "\r\n\r\n",
    "rude language": f"GET / HTTP/1.1\r\nHost: a\r\nAccept-Language: {'fr-' * 20_000}\r\n\r\n",
    "rude cookie": f"GET / HTTP/1.1\r\nHost: a\r\nCookie: {'a=b;' * 10_000}\r\n\r\n",
}


@pytest.fixture(scope="module")
def strict(folder: Path, boot: Any) -> Iterator[str]:
    """A site whose limits are short."""
    given = {"query_memory_mb": "200", "total_memory_mb": str(TOTAL_MB)}
    with boot(folder, query_seconds=str(SECONDS), **given) as site:
        yield site


def ask(site: str, query: str, timeout: float = 120) -> tuple[int, bytes]:
    """Post a query; return status and body, read to the end."""
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=timeout)
    try:
        kind = {"Content-Type": "application/sparql-query"}
        connection.request("POST", "/sparql", query.encode(), kind)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


class Repeater:
    """Does some work every 100 ms, and counts the rounds and those that failed."""

    def __init__(self, work: Callable[[int], object]) -> None:
        self.rounds = 0
        self.failures: list[object] = []
        self._work = work
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_on)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _keep_on(self) -> None:
        while not self._over.wait(0.1):
            self.rounds += 1
            try:
                if failure := self._work(self.rounds):
                    self.failures.append(failure)
            except OSError as error:
                self.failures.append(error)


def test_hostile_queries_cost_only_those_who_send_them(strict: str) -> None:
    server = server_process(strict)
    find_workers(strict)
    assert ask(strict, "ASK {}")[0] == 200
    before = proportional_megabytes(family(server))
    sizes: list[float] = []
    too_slow: list[str] = []
    waited_through: list[int] = []

    def behave(number: int) -> object:
        """Ask what nobody has asked before, so that no answer is kept; 0 when all is well."""
        begun = len(too_slow)
        status, _ = ask(strict, f"SELECT * {{ ?s a ?o }} LIMIT 10 # {number}")
        waited_through.append(len(too_slow) - begun)
        return status if status != 200 else 0

    def attack(name: str) -> int:
        status, _ = ask(strict, QUERIES[name])
        if status == 503:
            too_slow.append(name)
        return status

    def look(_: int) -> object:
        sizes.append(proportional_megabytes(family(server)))
        return 0

    with (
        Repeater(behave) as neighbour,
        Repeater(look),
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        statuses = dict(zip(QUERIES, pool.map(attack, QUERIES), strict=True))
    assert {name: s for name, s in statuses.items() if s not in DOCUMENTED} == {}
    assert neighbour.failures == []
    assert neighbour.rounds > 20
    assert len(too_slow) >= 10
    # Each client is busy with one for a second; behind all of them the neighbour would wait.
    assert max(waited_through) <= 2 * CLIENTS, waited_through
    assert max(sizes) < before + TOTAL_MB + 100, (before, max(sizes))
    refused = [name for name in statuses if "service" in name]
    assert {name: statuses[name] for name in refused} == dict.fromkeys(refused, 403)

    def is_idle() -> bool:
        begun = cpu_seconds(family(server))
        time.sleep(0.5)
        return cpu_seconds(family(server)) - begun < 0.2

    wait_until(is_idle)
    wait_until(lambda: proportional_megabytes(family(server)) < before + 100)


@pytest.mark.parametrize("name", REQUESTS)
def test_malformed_request_gets_a_documented_status_or_is_closed(strict: str, name: str) -> None:
    address = urlsplit(strict)
    with socket.create_connection((address.hostname, address.port), timeout=120) as connection:
        try:
            connection.sendall(REQUESTS[name].encode("latin-1"))
            connection.shutdown(socket.SHUT_WR)
            reply = b"".join(iter(lambda: connection.recv(65536), b""))
        except OSError:  # closed in the middle of what we say
            reply = b""
    if reply:
        status = int(reply.split(b" ", 2)[1])
        assert status in DOCUMENTED | {204, 303, 206, 416, 417, 501, 505}, reply[:200]
        assert b"root:" not in reply
        head = reply.partition(b"\r\n\r\n")[0]
        assert b"\r\nX: y" not in head
    assert ask(strict, "ASK {}")[0] == 200


def test_there_are_enough_hostile_ones() -> None:
    assert len(QUERIES) >= 60
    assert len(REQUESTS) >= 40
