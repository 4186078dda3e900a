"""Ask other endpoints by SERVICE: those of the list, and nobody else."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from server.engine import ENGINES, JSON, Engine, Limits, Question, faults
from tests.bystander import Bystander
from tests.patience import wait_until

BASE = "http://localhost:8000/"
HOSTILE = '" ) } } # \\ \n \u0001 > « é »'
STORE = ox.Store()
STORE.load(
    f"""<{BASE}id/1> <a:name> "Un"@fr , "One"@en . <{BASE}id/2> <a:name> "Deux"@fr .
    <{BASE}id/3> <a:name> {ox.Literal(HOSTILE)} . _:b <a:name> "Rien" .""".encode(),
    format=ox.RdfFormat.TURTLE,
)


class Peer(BaseHTTPRequestHandler):
    """An endpoint whose path says how it behaves."""

    asked: list[str]
    elsewhere: str

    def do_POST(self) -> None:
        """Answer a query."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(body)["query"][0]
        self.asked.append(query)
        answer = getattr(self, self.path.strip("/").partition("?")[0])
        answer(query)

    def sparql(self, query: str, kind: str = JSON) -> None:
        """Answer as an endpoint does."""
        syntax = ox.QueryResultsFormat.from_media_type(kind)
        found = STORE.query(query)
        assert syntax
        assert isinstance(found, ox.QuerySolutions)
        self.say(200, found.serialize(format=syntax) or b"", kind)

    def xml(self, query: str) -> None:
        """Answer in the other format."""
        self.sparql(query, "application/sparql-results+xml")

    def redirect(self, query: str) -> None:
        """Lead to somewhere else."""
        self.say(307, b"", JSON, Location=self.elsewhere)

    def error(self, query: str) -> None:
        """Fail."""
        self.say(500, b"no", "text/plain")

    def page(self, query: str) -> None:
        """Answer what no endpoint does."""
        self.say(200, b"<html>", "text/html")

    def garbage(self, query: str) -> None:
        """Answer what is not what it says."""
        self.say(200, b'{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": 5}]}}', JSON)

    def injected(self, query: str) -> None:
        """Answer with an IRI that ends and begins something else."""
        term = {"type": "uri", "value": "a:a> } } SERVICE <a:a"}
        self.say(200, json.dumps(_table(term)).encode(), JSON)

    def packed(self, query: str) -> None:
        """Answer in a coding that nobody asked for."""
        self.say(200, b"xxxx", JSON, Content_Encoding="gzip")

    def huge(self, query: str) -> None:
        """Answer more than anybody wants."""
        self.say(200, b" " * (11 << 20), JSON)

    def broken(self, query: str) -> None:
        """Break off."""
        body = json.dumps(_table({"type": "literal", "value": "x"})).encode()
        self.say(200, body, JSON, length=len(body) + 10)
        self.close_connection = True

    def slow(self, query: str) -> None:
        """Answer too late."""
        time.sleep(4)

    def dripping(self, query: str) -> None:
        """Answer a byte at a time, for ever."""
        self.say(200, b"", JSON, length=1000)
        try:
            for _ in range(100):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            self.asked.append("left")

    def say(
        self, status: int, body: bytes, kind: str, length: int | None = None, **more: str
    ) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # who asked has heard enough
            self.asked.append("left")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _table(term: dict[str, str]) -> dict[str, Any]:
    return {"head": {"vars": ["s"]}, "results": {"bindings": [{"s": term}]}}


WAYS = ("sparql", "xml", "redirect", "error", "page", "garbage", "injected", "packed", "huge",
        "broken", "slow", "dripping")  # fmt: skip


@pytest.fixture(scope="module")
def stranger() -> Iterator[socket.socket]:
    """A port that nobody may connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.fixture(scope="module")
def peer(stranger: socket.socket) -> Iterator[str]:
    """The address of an endpoint."""
    Peer.asked = []
    Peer.elsewhere = "http://{}:{}/sparql".format(*stranger.getsockname())
    with ThreadingHTTPServer(("127.0.0.1", 0), Peer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture(scope="module", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, peer: str
) -> Iterator[Engine]:
    """An engine over two statements that may ask the peer, in each of its ways, and a dead one."""
    quads = tmp_path_factory.mktemp("shelf") / "release" / "dumps" / "portraits.nq"
    quads.parent.mkdir(parents=True)
    lines = [f'<{BASE}id/{n}> <a:size> "{n}0" <{BASE}graph/a> .\n' for n in (1, 2)]
    quads.write_text("".join(lines))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}/dead"
        allowed = (*(peer + way for way in WAYS), f"{peer}sparql?of=a", dead)
        limits = Limits(seconds=3, services=allowed)
        with ENGINES[str(request.param)](quads, BASE, limits) as opened:
            yield opened


def ask(engine: Engine, text: str) -> list[dict[str, str]]:
    with engine.ask(Question(text, BASE, JSON)) as answer:
        found = json.loads(b"".join(answer.body))["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


JOINED = [
    ("SELECT ?z ?n {{ ?i <a:size> ?z SERVICE <{0}sparql> {{ ?i <a:name> ?n }} }}", 3),
    ("SELECT ?z ?n {{ ?i <a:size> ?z SERVICE <{0}sparql?of=a> {{ ?i <a:name> ?n }} }}", 3),
    ("SELECT ?z ?n {{ SERVICE <{0}xml> {{ ?i <a:name> ?n }} ?i <a:size> ?z }}", 3),
    ("SELECT ?n {{ SERVICE SILENT <{0}sparql> {{ <id/1> <a:name> ?n }} }}", 2),
    ("PREFIX a: <a:> SELECT ?n {{ service#x\n<{0}sparql>{{ ?i a:name ?n FILTER(?n='Un'@fr)}}}}", 1),
    ("BASE <http://localhost:8000/id/> SELECT * {{ SERVICE <{0}xml> {{ <1> <a:name> ?n }} }}", 2),
    ("SELECT * {{ SERVICE <{0}sparql> {{ ?i <a:name> '}}' }} }}", 0),
    ('SELECT * {{ SERVICE <{0}sparql> {{ ?i <a:name> ?n FILTER(?n != """}}"x}}""") }} }}', 5),
    ("SELECT * {{ SERVICE <{0}sparql> {{ ?i <a:name> ?n # }} }}\n }} }}", 5),
    ("SELECT * {{ ?i <a:size> ?z OPTIONAL {{ SERVICE <{0}sparql> {{ ?i <a:no> ?n }} }} }}", 2),
    ("SELECT * {{ SERVICE <{0}sparql> {{ ?i <a:name> ?n OPTIONAL {{ ?i <a:no> ?o }} }} }}", 5),
    ("SELECT * {{ SERVICE <{0}sparql> {{ <id/1> <a:name> 'Un'@fr }} }}", 1),
    ("SELECT * {{ SERVICE <{0}sparql> {{ <id/1> <a:name> 'Un'@en }} }}", 0),
    ("SELECT * {{ SERVICE <{0}sparql> {{ SELECT ?i {{ ?i <a:name> ?n }} LIMIT 2 }} }}", 2),
    (
        "SELECT * {{ SERVICE <{0}sparql> {{ ?i <a:name> 'Un'@fr }} SERVICE <{0}xml>"
        " {{ ?i <a:name> ?n }} BIND('SERVICE <a:a> {{}}' AS ?x) }}",
        2,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rows"), JOINED)
def test_solutions_of_another_endpoint_are_joined(
    engine: Engine, peer: str, text: str, rows: int
) -> None:
    assert len(ask(engine, text.format(peer))) == rows


def test_texts_come_back_as_they_are(engine: Engine, peer: str) -> None:
    text = f"SELECT ?n {{ SERVICE <{peer}sparql> {{ <id/3> <a:name> ?n }} }}"
    assert ask(engine, text) == [{"n": HOSTILE}]


def test_a_foreign_blank_node_is_an_iri_of_the_peer(engine: Engine, peer: str) -> None:
    (row,) = ask(engine, f"SELECT ?i {{ SERVICE <{peer}sparql> {{ ?i <a:name> 'Rien' }} }}")
    assert row["i"].startswith(f"{peer}.well-known/genid/")


REFUSED = [
    "SELECT * {{ SERVICE <{stranger}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{stranger}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <{peer}other> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <{peer}sparql#x> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <{peer}spar\\u0071l> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE ?e {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?e {{ <{stranger}> <{peer}sparql> }} SERVICE ?e {{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(<{stranger}> AS ?e) SERVICE SILENT ?e {{ ?s ?p ?o }} }}",
    "PREFIX p: <{peer}> SELECT * {{ SERVICE p:sparql {{ ?s ?p ?o }} }}",
    "PREFIX : <{stranger}> SELECT * {{ SERVICE: {{ ?s ?p ?o }} }}",
    "BASE <{peer}> SELECT * {{ SERVICE <sparql> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <{peer}sparql> {{ ?s ?p ?o }} SERVICE <{stranger}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <{peer}sparql> {{ ?s ?p ?o }} SERVICE ?s {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p trueSERVICESILENT<{stranger}>{{}} }}",
    "SELECT * {{ ?a ?b ?c FILTER(?a<?b)SERVICE#>\n<{stranger}>{{}} }}",
    "SELECT * {{ \\u0053ERVICE <{stranger}> {{ ?s ?p ?o }} }}",
    "SELECT * {{" + " SERVICE <{peer}sparql> {{ ?s ?p ?o }}" * 9 + " }}",
]


@pytest.mark.parametrize("text", REFUSED)
def test_nobody_else_is_asked(
    engine: Engine, peer: str, stranger: socket.socket, text: str
) -> None:
    address = "http://{}:{}/".format(*stranger.getsockname())
    with pytest.raises(faults.ServiceRefused):
        ask(engine, text.format(peer=peer, stranger=address))
    with pytest.raises(BlockingIOError):
        stranger.accept()


def test_update_with_a_service_is_refused(engine: Engine, peer: str) -> None:
    Peer.asked.clear()
    with pytest.raises(faults.UpdateRefused):
        ask(engine, f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{peer}sparql> {{ ?s ?p ?o }} }}")
    assert [said for said in Peer.asked if said != "left"] == []  # who was asked before may end now


FAILING = [
    ("redirect", "answered 307"),
    ("error", "answered 500"),
    ("page", "text/html"),
    ("garbage", "cannot be read"),
    ("injected", "cannot be read"),
    ("packed", "gzip"),
    ("huge", "more than 10 MB"),
    ("broken", "broke"),
    ("dead", "cannot be asked"),
]


@pytest.mark.parametrize(("way", "told"), FAILING)
def test_a_peer_that_fails_is_said(
    engine: Engine, peer: str, stranger: socket.socket, way: str, told: str
) -> None:
    address = peer + way
    if way == "dead":
        address = next(iri for iri in engine._limits.services if iri.endswith("dead"))  # type: ignore[attr-defined]
    text = f"SELECT * {{ ?i <a:size> ?z SERVICE <{address}> {{ ?i <a:name> ?n }} }}"
    with pytest.raises(faults.ServiceFailed, match=told):
        ask(engine, text)
    assert len(ask(engine, text.replace("SERVICE", "SERVICE SILENT"))) == 2
    with pytest.raises(BlockingIOError):
        stranger.accept()


@pytest.mark.parametrize("way", ["slow", "dripping"])
def test_a_slow_peer_is_not_waited_for(
    engine: Engine, peer: str, bystander: Bystander, way: str
) -> None:
    text = f"SELECT * {{ ?i <a:size> ?z SERVICE <{peer}{way}> {{ ?i <a:name> ?n }} }}"
    begun = time.monotonic()
    # Half of what is left of three seconds: a busy machine has begun late.
    with pytest.raises(faults.ServiceTooSlow, match=r"within (1\.[0-5]|0\.\d)"):
        ask(engine, text)
    assert time.monotonic() - begun < bystander.allow(2.5, begun)
    assert len(ask(engine, text.replace("SERVICE", "SERVICE SILENT"))) == 2


def test_a_client_that_leaves_ends_the_wait(
    engine: Engine, peer: str, bystander: Bystander
) -> None:
    Peer.asked.clear()
    text = f"SELECT * {{ SERVICE <{peer}dripping> {{ ?i <a:name> ?n }} }}"
    gone = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(engine.ask, Question(text, BASE, JSON), gone.is_set)
        wait_until(lambda: Peer.asked, every=0.01)  # the answer begins to drip
        gone.set()
        begun = time.monotonic()
        assert isinstance(asked.exception(), faults.Abandoned)
        assert time.monotonic() - begun < bystander.allow(0.7, begun)
    assert bystander.until(lambda: "left" in Peer.asked, 0.7)
