"""No answer tells of our machine: paths, traces, what the environment holds."""

import itertools
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.conftest import PROJECT
from tests.site.test_hang_up import ENDLESS
from tests.support.processes import find_busy, send
from tests.support.waiting import wait_until

SECRET = "canary-of-a-password-5b1c"
ACCEPTS = ("text/html", "*/*")
LONG = "x" * 200_000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = {"Content-Type": "application/sparql-query"}
# What is asked: method, path, headers, body.
REQUESTS: list[tuple[str, str, dict[str, str], bytes | None]] = [
    ("GET", "", {}, None),
    ("GET", "metrics", {}, None),
    ("GET", "healthz", {}, None),
    ("GET", "sparql/limites", {}, None),
    ("GET", "sparql?query=nonsense", {}, None),
    ("GET", f"sparql?query={quote('SELECT * { SERVICE <file:///etc/passwd> {} }')}", {}, None),
    ("GET", f"sparql?query={quote('SELECT * FROM <file:///etc/passwd> {}')}", {}, None),
    ("GET", f"sparql?query={quote('ASK { ?s <x:f>(1) ?o }')}", {}, None),
    ("GET", f"sparql?query={quote('SELECT (<x:f>(1) AS ?a) {}')}", {}, None),
    ("GET", f"sparql?query={quote('ASK {' + '{' * 4000 + '}' * 4000 + '}')}", {}, None),
    ("GET", f"sparql?query={quote(ENDLESS)}", {}, None),
    (
        "GET",
        f"sparql?query={quote('SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a')}",
        {},
        None,
    ),
    ("GET", f"sparql?query={quote('SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }')}", {}, None),
    ("GET", "sparql?query=ASK{}&format=../../etc/passwd", {}, None),
    ("GET", "sparql?query=%ff%fe", {}, None),
    ("POST", "sparql", FORM, b"query=ASK{}&query=ASK{}"),
    ("POST", "sparql", FORM, b"update=LOAD <file:///etc/passwd>"),
    ("POST", "sparql", {"Content-Type": "text/x-none"}, b"x"),
    ("POST", "sparql", {**QUERY, "Content-Encoding": "gzip"}, b"x"),
    ("POST", "sparql", {**QUERY, "Expect": "something"}, b"ASK {}"),
    ("POST", "sparql", QUERY, b"#" * (1 << 21)),
    ("POST", "sparql", QUERY, b"#" * (1 << 23)),
    ("POST", "reconciliation", FORM, b"queries={"),
    ("GET", "rdf-graph-store?graph=nonsense", {}, None),
    ("GET", "rdf-graph-store?graph=file:///etc/passwd", {}, None),
    ("GET", "doc/portrait/1066", {}, None),
    ("GET", "doc/portrait/2025.exe", {}, None),
    ("GET", "dumps/../../../../etc/passwd", {}, None),
    ("GET", "dumps/%2e%2e/%2e%2e/manifest.json", {}, None),
    ("GET", "dumps/sources/2025/%00", {}, None),
    ("GET", "static/../settings.py", {}, None),
    ("GET", "dumps/releases/none/", {}, None),
    ("GET", "dumps/portraits.nt", {"Range": "bytes=999999999-"}, None),
    ("GET", "dumps/portraits.nt", {"If-Match": '"another"'}, None),
    ("GET", "catalogue", {"Accept": "image/png"}, None),
    ("GET", "catalogue", {"Accept-Encoding": "identity;q=0, *;q=0"}, None),
    ("GET", "graphiques/none.png", {}, None),
    ("GET", "requetes/none.csv", {}, None),
    ("GET", "requetes/benefices.csv?inconnu=1", {}, None),
    ("GET", "initiatives?page=none", {}, None),
    ("DELETE", "doc/portrait/2025", {}, None),
    ("BREW", "", {}, None),
    ("GET", f"?{LONG}", {}, None),
    ("GET", "", {"X-Long": "x" * 9000}, None),
]
RAW = [
    b"nonsense\r\n\r\n",
    b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
]
ASKED = {
    *(200, 400, 403, 404, 405, 406, 412, 413, 414, 415, 416, 417, 422, 429, 431),
    *(500, 501, 503, 505),
}


class Answers:
    """What came back, all of it, and what may not stand there."""

    def __init__(self, *folders: Path) -> None:
        self.statuses: set[int] = set()
        places = {PROJECT, Path(sys.prefix), Path(sys.base_prefix), Path.home(), *folders}
        words = {"Traceback", "site-packages", '.py"', "line 1, in ", SECRET}
        self._forbidden = sorted({str(place) for place in places if place != Path("/")} | words)

    def take(self, what: object, status: int, text: str) -> None:
        """Look at one."""
        self.statuses.add(status)
        assert [word for word in self._forbidden if word in text] == [], (what, status)


@pytest.fixture(scope="module")
def told(
    tmp_path_factory: pytest.TempPathFactory, broken: str, example: Path, fetch: Any, boot: Any
) -> Iterator[tuple[Answers, str, Path]]:
    """A site over a copy of the example, with secrets in its environment."""
    folder = tmp_path_factory.mktemp("secret-place")
    for name in ("current", "history"):
        if (example / name).is_symlink():
            (folder / name).symlink_to((example / name).readlink())
        else:
            (folder / name).write_bytes((example / name).read_bytes())
    release = (example / "current").resolve()
    for file in release.rglob("*"):
        if file.is_file():
            copy = folder / release.name / file.relative_to(release)
            copy.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, copy)
    limits = {"query_seconds": "2", "query_memory_mb": "100", "result_mb": "1"}
    secrets = {"api_password": SECRET, "engine_token": f"Bearer {SECRET}"}
    answers = Answers(folder, example)
    limits |= {"requests_per_minute": "4", "trusted_proxies": "127.0.0.1"}
    with boot(folder, **limits, **secrets) as site:
        yield answers, site, folder


CLIENTS = itertools.count(1)


def other() -> dict[str, str]:
    """Return the header of a client that has made no request yet."""
    return {"X-Forwarded-For": f"192.0.{next(CLIENTS) // 256 % 256}.{next(CLIENTS) % 256}"}


def look(answers: Answers, fetch: Any, site: str, request: Any) -> None:
    method, path, headers, body = request
    for accept in ACCEPTS:
        try:
            reply = fetch(site + path, method, body, {"Accept": accept, **other(), **headers})
        except ConnectionError:  # refused before all of it was sent
            continue
        text = f"{reply.headers}\n{reply.body.decode('utf-8', 'replace')}"
        answers.take((method, path[:80], accept), reply.status, text)


def exchange(site: str, data: bytes) -> str:
    parts = urlsplit(site)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), 90) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b"")).decode("utf-8", "replace")


def test_no_answer_tells_a_path_a_trace_or_a_secret(
    told: tuple[Answers, str, Path], broken: str, fetch: Any
) -> None:
    answers, site, folder = told
    for request in REQUESTS:
        look(answers, fetch, site, request)
    for data in RAW:
        text = exchange(site, data)
        answers.take(data, int(text.split()[1]), text)
    for query in ("defect", "busy", "slow", "large", "short"):
        look(answers, fetch, broken, ("GET", f"sparql?query={query}", {}, None))

    # A query whose process is killed.
    asking = threading.Thread(
        target=look,
        args=(answers, fetch, site, ("GET", f"sparql?query={quote(ENDLESS)}%23", {}, None)),
    )
    asking.start()
    send(find_busy(site), signal.SIGKILL)
    asking.join(90)

    # A file that has changed, and a current that leads nowhere.
    dump = folder / (folder / "current").readlink() / "dumps/portraits.nt"
    dump.unlink()
    dump.write_text("<a:a> <a:b> <a:c> .\n")
    wait_until(lambda: fetch(f"{site}dumps/portraits.nt", headers=other()).status == 503)
    look(answers, fetch, site, ("GET", "dumps/portraits.nt", {}, None))
    (folder / "next").symlink_to("nowhere")
    (folder / "next").rename(folder / "current")
    wait_until(lambda: "not current" in fetch(f"{site}readyz", headers=other()).text)
    look(answers, fetch, site, ("GET", "readyz", {}, None))

    for _ in range(5):
        look(answers, fetch, site, ("GET", "healthz", {"X-Forwarded-For": "127.0.0.1"}, None))
    assert answers.statuses >= ASKED, ASKED - answers.statuses
