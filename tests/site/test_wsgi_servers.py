"""The application alone, under servers that are not ours: it asks query processes of its own."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import PROJECT
from tests.support.ports import take_port
from tests.support.processes import children, family, lives
from tests.support.waiting import SECONDS, wait_until

APPLICATION = """
import os
from pathlib import Path
from server.app import create_app
from server.settings import read_settings

app = create_app(Path(os.environ["PORTRAIT_IA_FOLDER"]), read_settings(os.environ))
"""
WAITRESS = ["-m", "waitress", "--threads=8", "--listen=127.0.0.1:{port}", "application:app"]
GUNICORN = [
    "-m", "gunicorn", "--preload", "--workers=2", "--threads=4", "--bind=127.0.0.1:{port}",
    "application:app",
]  # fmt: skip
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@contextmanager
def serve(command: list[str], folder: Path, where: Path) -> Iterator[tuple[str, int]]:
    """Start a server over the application; return its address and its process."""
    (where / "application.py").write_text(APPLICATION)
    port, reservation = take_port()
    environ = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": f"{where}:{PROJECT}",
        "PORTRAIT_IA_FOLDER": str(folder),
        "PORTRAIT_IA_QUERY_SECONDS": "3",
        "PORTRAIT_IA_QUEUE_SECONDS": f"{SECONDS:g}",
    }
    arguments = [part.format(port=port) for part in command]
    process = subprocess.Popen([sys.executable, *arguments], env=environ, cwd=where)
    with reservation:
        try:
            wait_until(lambda: process.poll() is not None or answers(port))
            assert process.poll() is None
            yield f"http://127.0.0.1:{port}/", process.pid
        finally:
            below = family(process.pid)
            process.terminate()
            process.wait(60)
            wait_until(lambda: not any(map(lives, below)))


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module", params=[WAITRESS, GUNICORN], ids=["waitress", "gunicorn"])
def served(
    request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    with serve(request.param, folder, tmp_path_factory.mktemp("wsgi")) as started:
        yield started


def ask(fetch: Any, site: str, query: str, accept: str) -> Any:
    return fetch(f"{site}sparql?query={quote(query)}", Accept=accept)


@pytest.mark.parametrize(
    ("query", "accept", "status", "expected"),
    [
        ("SELECT (7 AS ?n) {}", "application/sparql-results+json", 200, b'"value":"7"'),
        ("SELECT (7 AS ?n) {}", "text/csv", 200, b"n\r\n7"),
        ("SELECT (7 AS ?n) {}", "text/html", 200, b"<td"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", "text/turtle", 200, b" ."),
        ("SELECT nothing", "*/*", 400, b"malformed-query"),
        ("INSERT DATA { <a:a> <a:b> 1 }", "text/csv", 403, b"403 Forbidden"),
        (ENDLESS, "*/*", 503, b"query-too-slow"),
    ],
    ids=["json", "csv", "page", "graph", "malformed", "update", "slow"],
)
def test_the_application_alone_answers_queries(
    served: tuple[str, int], fetch: Any, query: str, accept: str, status: int, expected: bytes
) -> None:
    reply = ask(fetch, served[0], query, accept)
    assert reply.status == status
    assert expected in reply.body


def test_the_application_alone_answers_all_else(served: tuple[str, int], fetch: Any) -> None:
    for path, accept in (("", "text/html"), ("catalogue", "text/turtle"), ("def", "text/turtle")):
        assert fetch(f"{served[0]}{path}", Accept=accept).status == 200, path


def test_many_are_answered_at_once(served: tuple[str, int], fetch: Any) -> None:
    def ask_one(number: int) -> bool:
        query = f"SELECT ({number} AS ?n) {{ ?s ?p ?o }} LIMIT 2000"
        reply = ask(fetch, served[0], query, "application/sparql-results+json")
        rows = reply.body.count(b'"value":"%d"' % number)
        return bool(reply.status == 200 and rows > 1000)

    with ThreadPoolExecutor(8) as clients:
        assert all(clients.map(ask_one, range(80)))


def test_each_process_of_a_server_asks_query_processes_of_its_own(
    served: tuple[str, int], fetch: Any
) -> None:
    """What was forked must not read answers that belong to another."""
    site, server = served
    for number in range(40):
        query = f"SELECT ({number} AS ?n) {{}}"
        assert b'"value":"%d"' % number in ask(fetch, site, query, "*/*").body
    workers = [process for process in children(server) if len(family(process)) > 2]
    assert workers


@pytest.mark.parametrize("command", [WAITRESS, GUNICORN], ids=["waitress", "gunicorn"])
def test_a_new_release_is_noticed(command: list[str], two_releases: Path, fetch: Any) -> None:
    """Also by a process that was forked, without the thread that looked for it before."""
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    with serve(command, two_releases, two_releases) as (site, _):

        def ask_all() -> set[bytes]:
            """Ask so often that each process of the server is asked."""
            return {ask(fetch, site, count, "text/csv").body for _ in range(20)}

        (before,) = ask_all()
        (two_releases / "next").symlink_to("bbbbbbbbbbbbbbbb")
        (two_releases / "next").replace(two_releases / "current")
        wait_until(lambda: before not in ask_all())
