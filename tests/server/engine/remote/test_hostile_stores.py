"""Stores that answer what they should not, or not at all: a fault each time, no short 200."""

import asyncio
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from server.engine import faults
from server.engine.interface import CSV, JSON, Limits, Outcome, Question
from server.engine.pool.cpu_affinity import CpuAffinity
from server.engine.pool.event_loop import PinnedLoop, get_loop, serve_on
from server.engine.remote import breaker
from server.engine.remote.address import EndpointAddress
from server.engine.remote.engine import RemoteEngine
from server.engine.remote.graphs import list_graphs
from server.engine.remote.rewriting import Visible
from server.problem import describe
from tests.support.certificate import make_certificate
from tests.support.remote_store import RemoteStore
from tests.support.scripted_store import Answered, Call, Script, ScriptedStore
from tests.support.waiting import ends, wait_until
from transform.push.credentials import Credentials

BASE = "http://a.example/"
VISIBLE = Visible(list_graphs(BASE, "0" * 16, ["2025"]), frozenset({"a:p"}))
NOBODY = RemoteStore("http://127.0.0.1:9/store", "http://127.0.0.1:9/query", "", "", 0)
QUERY = "SELECT ?x { ?x <a:p> ?y }"
PATIENT = Limits(seconds=60, waiting_seconds=60)
TYPE = {"Content-Type": JSON}


def rows(*values: str) -> bytes:
    bindings = [{"x": {"type": "literal", "value": value}} for value in values]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()


# What is refused without the store, whether it answers or not.
REFUSED = [
    ("SELECT ?x", faults.MalformedQuery),
    ("define get:soft 'soft' SELECT * { ?s ?p ?o }", faults.MalformedQuery),
    ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", faults.ServiceRefused),
    ("PREFIX bif: <bif:> SELECT (bif:now() AS ?x) { }", faults.UnknownFunction),
    ("CLEAR ALL", faults.UpdateRefused),
    (f"ASK {{ {'{' * 200}{'}' * 200} }}", faults.QueryTooDeep),
]
ONE = Answered(200, TYPE, rows("a"))


@pytest.fixture
def store() -> Iterator[ScriptedStore]:
    """A store that is nothing but its script."""
    with ScriptedStore(NOBODY).running() as store:
        yield store


Open = Callable[..., RemoteEngine]


@pytest.fixture
def open_on(store: ScriptedStore) -> Iterator[Open]:
    """Open an engine on the store, with a script."""
    with ExitStack() as engines:

        def run(script: Script, limits: Limits = PATIENT, **more: object) -> RemoteEngine:
            store.script = script
            address = EndpointAddress(f"{store.at}/sparql", **more)  # type: ignore[arg-type]
            return engines.enter_context(RemoteEngine(address, VISIBLE, BASE, limits))

        yield run


def ask(engine: RemoteEngine, kind: str = CSV, query: str = QUERY) -> bytes:
    with engine.ask(Question(query, BASE, kind)) as answer:
        return b"".join(answer.body)


def answer(status: int, body: bytes = b"", **headers: str) -> Script:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answered(status, named, body)


HTML = b"<html><body>\xc3\xa9 /usr/lib/store.py line 3</body></html>"


@pytest.mark.parametrize(
    ("script", "fault", "status"),
    [
        (answer(200, HTML, Content_Type="text/html"), faults.StoreUnfit, 502),
        (answer(200, HTML, Content_Type=JSON), faults.StoreUnfit, 502),
        (answer(200, b"", Content_Type=JSON), faults.StoreUnfit, 502),
        (answer(200, rows("a")), faults.StoreUnfit, 502),
        (answer(200, rows("a")[:-3], Content_Type=JSON), faults.StoreUnfit, 502),
        (answer(200, b'{"head":{},"boolean":true}', Content_Type=JSON), faults.StoreUnfit, 502),
        (answer(302, Location="http://127.0.0.1:9/"), faults.StoreUnfit, 502),
        (answer(401, WWW_Authenticate="Basic realm=x"), faults.StoreUnfit, 502),
        (answer(404, HTML), faults.StoreUnfit, 502),
        (answer(500, HTML), faults.StoreUnfit, 502),
        (answer(500, b"Virtuoso 37000 Error SQ156: Internal"), faults.StoreRefused, 422),
        (answer(500, b"Virtuoso S0022 Error SQ200: No column t."), faults.StoreRefused, 422),
        (answer(500, b"Virtuoso S1T00 Error SR171: Transaction timed out"),
         faults.StoreTooSlow, 504),
        (answer(400, b"error at 1:1: expected SELECT"), faults.StoreRefused, 422),
        (answer(200, rows("a"), Content_Type=JSON, X_SPARQL_MaxRows="1"), faults.ResultCapped, 422),
        (answer(200, rows("a"), Content_Type=JSON, X_SQL_State="S1TAT"), faults.ResultCapped, 422),
        (answer(206, rows("a"), Content_Type=JSON), faults.ResultCapped, 422),
        (answer(504, HTML), faults.StoreTooSlow, 504),
        (answer(503, HTML), faults.EngineBusy, 503),
        (answer(429, HTML, Retry_After="7"), faults.EngineBusy, 503),
        (answer(429, HTML, Retry_After="99999999"), faults.EngineBusy, 503),
    ],
)  # fmt: skip
def test_what_is_no_whole_result_is_a_fault(
    open_on: Open,
    store: ScriptedStore,
    script: Script,
    fault: type[faults.EngineFault],
    status: int,
) -> None:
    engine = open_on(script)
    with pytest.raises(fault) as raised:
        ask(engine)
    problem = describe(raised.value, "GET /sparql")
    assert problem.status == status
    assert "/usr/lib" not in str(problem.detail)
    assert "SQ156" not in str(problem.detail)
    assert dict(problem.headers).get("Retry-After", "0") in ("0", "5", "7", "600")
    assert ("Retry-After" in dict(problem.headers)) is (status != 422)
    assert len(store.calls) == 1


def _send_part(call: Call) -> Answered | None:
    """Send the head and half of an answer, and cut it off."""
    body = rows("a", "b")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
    call.handler.wfile.write(head.encode() + body[:-20])
    call.handler.close_connection = True
    return None


def test_an_answer_that_breaks_off_is_a_fault_and_is_not_asked_again(
    open_on: Open, store: ScriptedStore
) -> None:
    with pytest.raises(faults.StoreUnfit):
        ask(open_on(_send_part))
    assert len(store.calls) == 1


def _hang(call: Call) -> Answered | None:
    """Answer nothing until the other side closes the connection."""
    call.handler.connection.settimeout(90)
    while call.handler.connection.recv(1):
        pass
    closed.set()
    call.handler.close_connection = True
    return None


def _dribble(call: Call) -> Answered | None:
    """Send a blank again and again, as long as the other side takes it."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: 99999\r\n\r\n"
    call.handler.close_connection = True
    try:
        call.handler.wfile.write(head.encode())
        while True:
            call.handler.wfile.write(b" ")
            time.sleep(0.01)
    except OSError:
        closed.set()
    return None


closed = threading.Event()


@pytest.mark.parametrize("script", [_hang, _dribble])
def test_a_store_that_is_slow_is_cut_off_at_the_limit(open_on: Open, script: Script) -> None:
    closed.clear()
    with pytest.raises(faults.StoreTooSlow, match="after 1 seconds"):
        ask(open_on(script, Limits(seconds=1)))
    assert closed.wait(90)


def test_a_client_that_leaves_ends_the_exchange(open_on: Open, store: ScriptedStore) -> None:
    closed.clear()
    engine = open_on(_hang)
    with pytest.raises(faults.Abandoned):
        engine.ask(Question(QUERY, BASE, CSV), lambda: bool(store.calls))
    assert closed.wait(90)
    wait_until(lambda: engine.stats().running == 0)


def test_closing_ends_what_runs_and_waits(open_on: Open, store: ScriptedStore) -> None:
    engine = open_on(_hang, Limits(seconds=60, waiting_seconds=60, processes=1))
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(ask, engine) for _ in range(2)]
        wait_until(lambda: engine.stats()[:2] == (1, 1))
        engine.close()
        assert all(isinstance(each.exception(60), faults.EngineDown) for each in asked)
    with pytest.raises(faults.EngineDown):
        ask(engine)


def test_an_answer_larger_than_the_limit_is_refused(open_on: Open) -> None:
    whole = answer(200, rows(*["a" * 1000] * 2500), Content_Type=JSON)
    engine = open_on(whole, Limits(seconds=60, result_mb=2))
    with pytest.raises(faults.ResultTooLarge):
        ask(engine)
    blanks = Answered(200, TYPE, rows("a").replace(b"[", b" " * (9 << 20) + b"["))
    engine = open_on(lambda _: blanks, Limits(seconds=60, result_mb=1))
    with pytest.raises(faults.ResultTooLarge):
        ask(engine)


def test_a_large_answer_goes_through_a_file(open_on: Open) -> None:
    values = [f"{number}" * 100 for number in range(10_000)]
    engine = open_on(answer(200, rows(*values), Content_Type=JSON))
    assert ask(engine).decode().split() == ["x", *values]


def test_as_many_run_at_once_as_may_and_the_others_wait(
    open_on: Open, store: ScriptedStore
) -> None:
    go_on = threading.Event()

    def wait(_: Call) -> Answered:
        go_on.wait(90)
        return ONE

    engine = open_on(wait, Limits(seconds=90, waiting_seconds=90, processes=2, waiting=3))
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(ask, engine) for _ in range(5)]
        wait_until(lambda: engine.stats()[:3] == (2, 3, 3))
        with pytest.raises(faults.EngineBusy, match="Too many"):
            ask(engine)
        wait_until(lambda: len(store.calls) == 2)
        go_on.set()
        assert {each.result(90) for each in asked} == {b"x\r\na\r\n"}


def test_a_question_waits_no_longer_than_it_may(open_on: Open) -> None:
    engine = open_on(_hang, Limits(seconds=60, waiting_seconds=0.2, processes=1))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, engine)
        wait_until(lambda: engine.stats().running == 1)
        with pytest.raises(faults.EngineBusy, match=r"in 0\.2 seconds"):
            ask(engine)
        engine.close()
        assert first.exception(60)


def test_a_kept_connection_that_was_closed_is_replaced_once(
    open_on: Open, store: ScriptedStore
) -> None:
    def close_after_each(call: Call) -> Answered:
        call.handler.close_connection = True  # without saying so
        return ONE

    engine = open_on(close_after_each)
    for _ in range(3):
        assert ask(engine) == b"x\r\na\r\n"
    assert len(store.calls) == 3

    def break_all_but_first(call: Call) -> Answered | None:
        call.handler.close_connection = call.number > 3
        return None if call.number > 3 else ONE

    store.script = break_all_but_first
    assert ask(engine)
    with pytest.raises(faults.StoreDown):
        ask(engine)
    assert len(store.calls) == 6  # the kept connection, and a new one


def test_the_time_limit_ends_a_question_whose_store_is_still_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The system's search for an address knows no time limit: nobody waits for its end."""
    found, searched = threading.Event(), threading.Event()

    def search(*_: object, **__: object) -> None:
        searched.set()
        found.wait()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", search)
    store = EndpointAddress("http://store.invalid/sparql")
    try:
        with RemoteEngine(store, VISIBLE, BASE, Limits(seconds=0.2)) as engine, ends():
            with pytest.raises(faults.StoreTooSlow):
                ask(engine)
            assert searched.is_set()
            assert not found.is_set()
    finally:
        found.set()


def test_the_connection_is_kept(open_on: Open, store: ScriptedStore) -> None:
    engine = open_on(lambda _: ONE)
    for _ in range(3):
        ask(engine)
    assert len({call.handler.client_address for call in store.calls}) == 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time by which a store that fails is left alone; it passes when the test says so."""
    now = [1000.0]
    monkeypatch.setattr(breaker, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


@pytest.mark.usefixtures("clock")
def test_a_store_that_is_down_is_left_alone_until_a_probe_is_answered() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/sparql"
        with RemoteEngine(EndpointAddress(url), VISIBLE, BASE, PATIENT) as engine:
            with pytest.raises(faults.StoreDown, match="cannot be reached"):
                ask(engine)
            with pytest.raises(faults.StoreDown, match="does not answer") as raised:
                ask(engine)
            assert dict(describe(raised.value, "").headers)["Retry-After"] == "1"
            for query, refused in REFUSED:
                with pytest.raises(refused):
                    ask(engine, query=query)
            with pytest.raises(faults.FormNotAcceptable):
                ask(engine, "image/png")


def test_a_store_that_comes_back_is_asked_again(
    open_on: Open, store: ScriptedStore, clock: list[float]
) -> None:
    is_down = True

    def sometimes(call: Call) -> Answered:
        if is_down:
            return Answered(502, {"Content-Type": "text/html"}, HTML)
        return ONE if "a:p" in call.text else Answered(200, TYPE, b'{"head":{},"boolean":true}')

    engine = open_on(sometimes)
    with pytest.raises(faults.StoreUnfit):
        ask(engine)
    with pytest.raises(faults.StoreDown):
        ask(engine)
    assert "a:p" not in store.calls[1].text  # a probe
    with pytest.raises(faults.StoreDown):
        ask(engine)
    assert len(store.calls) == 2
    is_down = False
    clock[0] += 0.9
    with pytest.raises(faults.StoreDown):
        ask(engine)
    clock[0] += 0.2
    assert ask(engine) == b"x\r\na\r\n"


def test_a_query_that_fails_keeps_no_others_from_the_store(
    open_on: Open, store: ScriptedStore
) -> None:
    def script(call: Call) -> Answered | None:
        return _hang(call) if "a:bad" in call.text else ONE

    engine = open_on(script, Limits(seconds=1.5))
    visible = "SELECT ?x { ?x <a:p> <a:bad> }"
    for _ in range(3):
        with pytest.raises(faults.StoreTooSlow):
            ask(engine, query=visible)
        assert ask(engine)


@pytest.mark.parametrize("scheme", ["Basic realm=x", 'Digest realm="x", nonce="y", qop="auth"'])
def test_credentials_are_sent_to_who_asks_for_them(
    open_on: Open, store: ScriptedStore, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def script(call: Call) -> Answered:
        allowed = call.headers.get("Authorization", "").startswith(scheme.split()[0])
        return ONE if allowed else Answered(401, {"WWW-Authenticate": scheme}, b"who?")

    who = Credentials("lectrice", "s3cret:à")
    engine = open_on(script, credentials=who)
    assert [ask(engine), ask(engine)] == [b"x\r\na\r\n"] * 2
    assert "Authorization" not in store.calls[0].headers
    assert len(store.calls) == 3
    store.script = answer(403, b"no")
    with pytest.raises(faults.StoreUnfit) as raised:
        ask(engine)
    said = f"{raised.value} {EndpointAddress('http://h/', who)!r} {caplog.text}"
    assert "s3cret" not in said


def test_a_certificate_that_nobody_signed_is_refused(
    store: ScriptedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path, "IP:127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    store.use_tls(context)
    store.script = lambda _: ONE
    url = store.at.replace("http:", "https:") + "/sparql"
    with (
        RemoteEngine(EndpointAddress(url), VISIBLE, BASE, PATIENT) as engine,
        pytest.raises(faults.StoreDown),
    ):
        ask(engine)
    assert store.calls == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
    with RemoteEngine(EndpointAddress(url), VISIBLE, BASE, PATIENT) as engine:
        assert ask(engine) == b"x\r\na\r\n"


def test_an_event_loop_is_told_the_outcome_and_may_withdraw(
    open_on: Open, store: ScriptedStore
) -> None:
    closed.clear()
    engine = open_on(lambda call: _hang(call) if "hang" in call.text else ONE)

    async def run() -> Outcome:
        loop = asyncio.get_running_loop()
        serve_on(PinnedLoop(loop, CpuAffinity(0, 0)))
        outcomes: asyncio.Queue[Outcome] = asyncio.Queue()
        hanging = Question("SELECT ?hang { ?hang <a:p> ?y }", BASE, CSV)
        ticket = engine.begin(hanging, outcomes.put_nowait)
        while not store.calls:
            await asyncio.sleep(0.02)
        ticket.withdraw()
        engine.begin(Question(QUERY, BASE, CSV), outcomes.put_nowait)
        first = await outcomes.get()
        assert outcomes.empty()
        return first

    before = get_loop()
    try:
        outcome = asyncio.run(run())
    finally:
        serve_on(before)  # other tests of this process ask on it
    assert not isinstance(outcome, faults.EngineFault)
    assert b"".join(outcome.body) == b"x\r\na\r\n"
    assert closed.wait(90)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"head":{},"boolean":true}', b"true"),
        (b'{"head":{"vars":["__ASK_RETVAL"]},"results":{"bindings":[{"__ASK_RETVAL":'
         b'{"type":"typed-literal","datatype":"http://www.w3.org/2001/XMLSchema#integer",'
         b'"value":"1"}}]}}', b"true"),
        (b'{"head":{"vars":["__ASK_RETVAL"]},"results":{"bindings":[]}}', b"false"),
    ],
)  # fmt: skip
def test_a_truth_value_is_one_however_a_store_writes_it(
    open_on: Open, body: bytes, expected: bytes
) -> None:
    engine = open_on(answer(200, body, Content_Type=JSON))
    assert ask(engine, query="ASK { ?x <a:p> ?y }") == expected


def test_old_types_of_results_are_those_of_today(open_on: Open) -> None:
    boolean = '"datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": "%d"'
    values = [f'{{"x": {{ "type": "typed-literal", {boolean % (n % 2)} }}}}' for n in range(3000)]
    text = f'{{"x": {{"type": "literal", "value": {json.dumps(boolean % 1)} }}}}'
    start, end = '{"head": {"vars": ["x"]}, "results": {"bindings": [', "]}}"
    body = start + ",".join([text, *values]) + end
    engine = open_on(answer(200, body.encode(), Content_Type=JSON))
    found = [row["x"]["value"] for row in json.loads(ask(engine, JSON))["results"]["bindings"]]
    assert found == [boolean % 1, *["false", "true"] * 1500]


def test_a_member_beside_the_results_is_passed_over(open_on: Open) -> None:
    body = rows('a}, "metadata": {}')[:-1] + b',\n"metadata": { "httpRequests": 0, "b": "c" }}\n'
    assert ask(open_on(answer(200, body, Content_Type=JSON))).count(b"metadata") == 1
