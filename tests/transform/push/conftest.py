"""Push small releases in this process, each below a base URI of its own."""

import itertools
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import PROJECT
from tests.support.remote_store import RemoteStore
from tests.support.scripted_store import ScriptedStore
from transform.push import push as steps
from transform.push.credentials import PASSWORD, USER
from transform.push.endpoints import find_endpoints
from transform.push.exchange import StoreExchange
from transform.push.push import Pushed
from transform.push.store import Store

Push = Callable[..., Pushed]
_NUMBERS = itertools.count()


@pytest.fixture
def base() -> str:
    """A base URI of which no other test has graphs in any store."""
    return f"https://e{os.getpid()}-{next(_NUMBERS)}.example/ia/"


@pytest.fixture
def scripted(oxigraph_server: RemoteStore) -> Iterator[ScriptedStore]:
    """What stands before an oxigraph server."""
    with ScriptedStore(oxigraph_server).running() as store:
        yield store


@pytest.fixture
def push(monkeypatch: pytest.MonkeyPatch) -> Push:
    """Push a release to a Graph Store endpoint in this process; notes go to `push.notes`."""
    for variable in (USER, PASSWORD):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("NETRC", os.devnull)

    def run(
        release: Path,
        to: str,
        keep: int | None = None,
        seconds: float = 90,
        retries: int = 2,
        notes: list[str] | None = None,
        take_over: bool = False,
    ) -> Pushed:
        noted: list[str] = [] if notes is None else notes
        with StoreExchange(seconds, retries, noted.append) as exchange:
            store = Store(find_endpoints(to, None, None), exchange)
            return steps.push(release, store, keep, take_over=take_over)

    return run


@pytest.fixture
def virtuoso_login(virtuoso: RemoteStore, push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be the user of the Virtuoso that may write."""
    monkeypatch.setenv(USER, virtuoso.user)
    monkeypatch.setenv(PASSWORD, virtuoso.password)


_PUSHED = """
import sys
from pathlib import Path
from transform.errors import PushFailed
from transform.push import push
from transform.push.endpoints import find_endpoints
from transform.push.exchange import StoreExchange
from transform.push.store import Store
with StoreExchange(90, 0, print) as exchange:
    try:
        push.push(Path(sys.argv[1]), Store(find_endpoints(sys.argv[2], None, None), exchange))
    except PushFailed as fault:
        sys.exit(str(fault))
"""


def start_push(release: Path, to: str) -> "subprocess.Popen[str]":
    """Start a process that pushes a release; it ends with 1 and its fault on stderr, or with 0."""
    command = [sys.executable, "-c", _PUSHED, str(release), to]
    environment = {**os.environ, "NETRC": os.devnull}
    return subprocess.Popen(
        command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True
    )


def ask(query_endpoint: str, query: str) -> list[dict[str, str]]:
    """Return the rows of an answer of a store."""
    headers = {"Accept": "application/sparql-results+json"}
    url = f"{query_endpoint}?{urlencode({'query': query})}"
    with urllib.request.urlopen(urllib.request.Request(url, None, headers), timeout=90) as reply:
        rows = json.load(reply)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def statements(store: RemoteStore, base_uri: str) -> dict[str, set[tuple[str, ...]]]:
    """Return all that a store holds below a base URI, by the end of the graphs' names."""
    start = f"{base_uri}releases/"
    query = (
        "SELECT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } "
        f'FILTER(STRSTARTS(STR(?g), "{start}")) }}'
    )
    found: dict[str, set[tuple[str, ...]]] = {}
    for row in ask(store.query, query):
        graph = row["g"].removeprefix(start)
        found.setdefault(graph, set()).add((row["s"], row["p"], row["o"]))
    return found


def write(method: str, store: RemoteStore, graph: str, turtle: str = "") -> None:
    """Change a graph of a store that everybody may write to."""
    url = f"{store.graph_store}?{urlencode({'graph': graph})}"
    headers = {"Content-Type": "text/turtle"}
    request = urllib.request.Request(url, turtle.encode() or None, headers, method=method)
    urllib.request.urlopen(request, timeout=90).close()
