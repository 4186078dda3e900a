"""Each check passes on the example site, and is failed by a server that breaks just what it asks.

The server in front changes one thing; what was sent, what came and the next step are told.
"""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest

from server.conformance.check import CheckResult, Outcome
from server.conformance.checks import CHECKS, NAMES
from server.conformance.client import HttpClient
from server.conformance.run import run_one
from server.conformance.site import discover
from tests.conftest import PROJECT
from tests.support.changing_proxy import Change, Exchange, Proxy
from transform.text.message import Message

BY_NAME = {check.name: check for check in CHECKS}
LONG = 600_000  # bytes of a query


def result_of(name: str, address: str, notes: list[Message] | None = None) -> CheckResult:
    """Run a check on a site."""
    note = (notes if notes is not None else []).append
    return run_one(BY_NAME[name], discover(HttpClient(address, 60, note)))


def drop(name: str) -> Change:
    """Return a change that removes a header of every answer."""
    return lambda exchange: exchange.headers.pop(name, None)


def put(name: str, value: str) -> Change:
    """Return a change that sets a header of every answer."""
    return lambda exchange: exchange.headers.update({name: value})


def forget(name: str) -> Change:
    """Return a change that removes a header of every request."""
    return lambda exchange: exchange.sent.pop(name, None)


def replace(words: tuple[str, ...], old: bytes, new: bytes) -> Change:
    """Return a change in the body of answers to some requests; `old` is a pattern."""

    def change(exchange: Exchange) -> None:
        if exchange.is_for(*words):
            exchange.answer = re.sub(old, new, exchange.answer, flags=re.MULTILINE)

    return change


def status(words: tuple[str, ...], number: int, *, only: int = 0) -> Change:
    """Return a change of the status of answers to some requests, of one status where given."""

    def change(exchange: Exchange) -> None:
        if exchange.is_for(*words) and only in (0, exchange.status):
            exchange.status = number

    return change


def of_method(method: str, change: Change) -> Change:
    """Return a change of answers to one method only."""
    return lambda exchange: change(exchange) if exchange.method == method else None


def in_turn(*names: bytes) -> Change:
    """Return a change of the release that is named, another one each time."""
    turn = itertools.cycle(names)

    def change(exchange: Exchange) -> None:
        if exchange.path == "readyz":
            exchange.answer = b"ok %s\n" % next(turn)

    return change


def long_queries(number: int) -> Change:
    """Return a change of the status of answers to long queries."""

    def change(exchange: Exchange) -> None:
        if len(exchange.body) > LONG:
            exchange.status = number

    return change


def other_part(exchange: Exchange) -> None:
    """Change the bytes of a part."""
    if exchange.status == 206:
        exchange.answer = exchange.answer[::-1]


BEFORE: list[tuple[str, str, Change]] = [
    ("accept", "Accept is not passed on", forget("Accept")),
    ("conditions", "If-None-Match is not passed on", forget("If-None-Match")),
    ("conditions", "If-Modified-Since is not passed on", forget("If-Modified-Since")),
    ("ranges", "Range is not passed on", forget("Range")),
    ("result-formats", "Accept is not passed on", forget("Accept")),
    ("protocol", "Content-Type is not passed on", forget("Content-Type")),
]
NUMBER = rb'triples> "\d+"'
AFTER: list[tuple[str, str, Change]] = [
    ("accept", "Vary is removed", drop("Vary")),
    ("accept", "images are given", status((), 200, only=406)),
    ("accept", "a type is changed", put("Content-Type", "text/plain")),
    ("same-statements", "one syntax says less", replace(("doc/",), rb"^<.*label.*\n", b"")),
    ("same-statements", "one syntax is cut off", replace(("doc/",), rb'(?s)"@id".*', b"")),
    ("same-statements", "the context leads away",
     replace(("doc/",), rb'"\.\./\.\./contexte\.jsonld"', b'"https://elsewhere.invalid/c"')),
    ("head", "HEAD is refused", of_method("HEAD", status((), 405))),
    ("head", "HEAD has another type", of_method("HEAD", put("Content-Type", "text/plain"))),
    ("conditions", "the tags are removed", drop("ETag")),
    ("ranges", "the part is another one", other_part),
    ("cors", "no script may read", drop("Access-Control-Allow-Origin")),
    ("cors", "the header comes twice", put("Access-Control-Allow-Origin", "*, *")),
    ("cors", "OPTIONS is refused", of_method("OPTIONS", status((), 403))),
    ("cors", "a POST is not allowed", drop("Access-Control-Allow-Methods")),
    ("headers", "scripts may run", put("Content-Security-Policy", "default-src *")),
    ("headers", "scripts may run in a page",
     put("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'")),
    ("headers", "types are guessed", drop("X-Content-Type-Options")),
    ("headers", "a cookie is set", put("Set-Cookie", "session=1")),
    ("problems", "what is missing is found", status((), 200, only=404)),
    ("problems", "pages of errors are replaced", put("Content-Type", "text/html")),
    ("problems", "a problem is no JSON", replace(("nothing-is-here",), rb"(?s).*", b"<h1>oops")),
    ("problems", "a method is not refused", of_method("DELETE", status((), 200))),
    ("dereferencing", "303 becomes 302", status(("id/",), 302)),
    ("dereferencing", "the target is elsewhere",
     put("Location", "https://elsewhere.invalid/doc/portrait/2025")),
    ("dereferencing", "the document is of something else",
     replace(("doc/",), rb"id/\w+/", b"id/other/")),
    ("protocol", "what is no query is answered", status(("sparql",), 200, only=400)),
    ("protocol", "another graph is counted", replace(("default-graph-uri",), rb'"\d+"', b'"7"')),
    ("result-formats", "texts are broken", replace(("sparql?query",), "é".encode(), b"\xe9")),
    ("result-formats", "a format is not described",
     replace(("sparql?format=nt",), rb"^.*SPARQL_Results_CSV.*\n", b"")),
    ("update", "updates are accepted", status((), 200, only=403)),
    ("service", "others are asked", status(("SERVICE",), 200)),
    ("service", "others are asked silently", status(("SERVICE+SILENT",), 200)),
    ("service", "graphs are fetched", replace(("FROM",), rb'"0"', b'"3"')),
    ("description", "a graph has another size", replace(("format=nt",), NUMBER, b'triples> "7"')),
    ("description", "the endpoint is elsewhere",
     replace(("format=nt",), rb"(#endpoint> )<.*>", rb"\1<https://elsewhere.invalid/sparql>")),
    ("description", "a graph is not described",
     replace(("format=nt",), rb"^.*namedGraph> .*graphe-2024.*\n", b"")),
    ("description", "a class has another number",
     replace(("format=nt",), rb'entities> "\d+"', b'entities> "7"')),
    ("void", "the numbers are old", replace(("void.nt",), NUMBER, b'triples> "7"')),
    ("void-links", "files are missing", status(("dumps/",), 404)),
    ("void-links", "the endpoint is elsewhere",
     replace(("void.nt",), rb"(#sparqlEndpoint> )<.*>", rb"\1<https://elsewhere.invalid/sparql>")),
    ("dcat", "titles are missing", replace(("catalogue.nt",), rb"^.*terms/title> .*\n", b"")),
    ("release", "servers differ", in_turn(b"aaaa", b"bbbb")),
    ("release", "pages are of another release", in_turn(b"aaaa")),
    ("release", "the release cannot be served",
     replace(("readyz",), rb"\Z", b"this is not current, which cannot be served: damaged\n")),
    ("freshness", "copies last for a year", put("Cache-Control", "public, max-age=31536000")),
    ("freshness", "copies last for good", put("Cache-Control", "max-age=60, immutable")),
    ("freshness", "nothing says for how long", drop("Cache-Control")),
    ("query-length", "long queries are refused", long_queries(413)),
    ("query-length", "longer queries are taken", long_queries(200)),
    ("query-seconds", "another status comes", status(("%3Fm",), 504)),
    ("files", "a file is another one", replace(("portraits.ttl",), rb"\A.", b"?")),
    ("files", "a file is longer", replace(("portrait-2025.csv",), rb"\Z", b"more")),
    ("files", "a file is missing", status(("portrait-2024.csv",), 404)),
    ("files", "a type is changed", put("Content-Type", "text/plain")),
]  # fmt: skip


def test_every_check_has_a_server_that_fails_it() -> None:
    assert {name for name, *_ in (*BEFORE, *AFTER)} == set(NAMES)
    assert len(set(NAMES)) == len(NAMES) == len(CHECKS)


def test_the_example_passes_and_is_asked_no_more_than_it_can_bear(proxy: Proxy) -> None:
    site = discover(HttpClient(proxy.address, 60, lambda _: None))
    results = [run_one(check, site) for check in CHECKS]
    wrong = {r.check.name: (r.findings, r.reason) for r in results if r.outcome != Outcome.PASSED}
    assert wrong == {}
    downloads = [e for e in proxy.requests if e.path.startswith("dumps/") and e.method == "GET"]
    assert len(proxy.requests) - len(downloads) < 160
    assert len([e for e in proxy.requests if e.is_for("%3Fm")]) == 1  # the query without end


def _told(result: CheckResult) -> None:
    assert result.outcome is Outcome.FAILED, result.reason
    for found in result.findings:
        assert found.sent.split(" ")[0] in {"GET", "HEAD", "POST", "OPTIONS", "DELETE"}
        for text in (found.came, found.expected, found.step):
            assert str(text).strip()


@pytest.mark.parametrize(
    ("name", "change"), [pytest.param(n, c, id=f"{n}: {why}") for n, why, c in BEFORE]
)
def test_what_is_not_passed_on_is_told(proxy: Proxy, name: str, change: Change) -> None:
    proxy.before = change
    _told(result_of(name, proxy.address))


@pytest.mark.parametrize(
    ("name", "change"), [pytest.param(n, c, id=f"{n}: {why}") for n, why, c in AFTER]
)
def test_what_is_changed_is_told(proxy: Proxy, name: str, change: Change) -> None:
    proxy.after = change
    _told(result_of(name, proxy.address))


def test_a_query_that_ends_in_time_or_at_a_limit_decides_nothing(proxy: Proxy) -> None:
    proxy.after = status(("%3Fm",), 200)
    assert result_of("query-seconds", proxy.address).outcome is Outcome.CANNOT_TELL
    proxy.after = status(("COUNT",), 503)
    assert result_of("void", proxy.address).outcome is Outcome.CANNOT_TELL
    proxy.after = replace(("limites",), rb">1[^<]{1,2}s<", b">3600 s<")
    result = result_of("query-seconds", proxy.address)
    assert result.outcome is Outcome.CANNOT_TELL
    assert "--seconds" in str(result.reason)


DOWN = b'{"status": 503, "kind": "store-down", "detail": "The store does not answer."}'


def without_its_store(exchange: Exchange) -> None:
    """Answer as a site does whose store is down: a problem, a text, or a head without a body."""
    if exchange.is_for("sparql?format=") or exchange.path in ("sparql/limites", "sparql"):
        return
    if exchange.path.startswith(("sparql", "doc/", "id/", "def", "catalogue", "readyz")):
        of_texts = "text/" in exchange.sent.get("Accept", "")
        exchange.status = 503
        exchange.headers["Content-Type"] = "text/plain" if of_texts else "application/problem+json"
        exchange.answer = b"503 Service Unavailable\n" if of_texts else DOWN


@pytest.mark.parametrize(
    "name",
    ["accept", "head", "problems", "dereferencing", "protocol", "result-formats", "void-links",
     "release", "query-seconds", "service"],
)  # fmt: skip
def test_a_store_that_is_down_is_no_fault_of_the_servers_in_front(proxy: Proxy, name: str) -> None:
    proxy.after = without_its_store
    result = result_of(name, proxy.address)
    assert result.outcome is Outcome.CANNOT_TELL, result.findings
    assert "store-down" in str(result.reason)


def test_a_query_that_a_store_was_cut_off_from_has_ended_in_time(proxy: Proxy) -> None:
    def cut_off(exchange: Exchange) -> None:
        if exchange.is_for("%3Fm"):
            exchange.status, exchange.answer = 504, DOWN.replace(b"store-down", b"store-too-slow")

    proxy.after = cut_off
    assert result_of("query-seconds", proxy.address).outcome is Outcome.PASSED


def test_what_a_site_does_not_have_is_inapplicable(proxy: Proxy) -> None:
    proxy.after = replace(("void.nt",), rb"^.*exampleResource> .*\n", b"")
    assert result_of("accept", proxy.address).outcome is Outcome.INAPPLICABLE


def test_no_update_that_is_sent_changes_anything(proxy: Proxy) -> None:
    result_of("update", proxy.address)
    sent = [exchange for exchange in proxy.requests if exchange.is_for("DELETE")]
    assert len(sent) == 3
    assert all(exchange.is_for("FILTER", "false") for exchange in sent)


CANNED: dict[str, tuple[int, str | None, bytes]] = {
    "a page": (200, "text/html", b"<html><p>It works!</html>"),
    "nothing": (200, None, b""),
    "an error": (500, "text/plain", b"oops"),
    "not JSON": (200, None, b"[" * 100_000),
    "a list": (200, None, b"[]"),
    "another form": (200, None, b'{"results": {"bindings": [{"n": 1}, 2]}, "head": null}'),
    "a number too long": (
        200, None, b'{"results": {"bindings": [{"n": {"value": "' + b"9" * 5000 + b'"}}]}}'),
    "bytes": (200, None, bytes(range(256)) * 50),
    "a redirect": (302, None, b""),
}  # fmt: skip


@pytest.mark.parametrize("kind", CANNED)
def test_whatever_is_answered_ends_no_check(proxy: Proxy, kind: str) -> None:
    """All answers but those by which the site is found are the same, of the type asked for."""
    number, media_type, body = CANNED[kind]
    site = discover(HttpClient(proxy.address, 60, lambda _: None))

    def answer(exchange: Exchange) -> None:
        wanted = exchange.sent.get("Accept", "text/turtle").split(",")[0]
        exchange.status, exchange.answer = number, body
        exchange.headers = {"Content-Type": media_type or wanted, "Location": "//[bad"}

    proxy.after = answer
    for check in CHECKS:
        result = run_one(check, site)
        assert result.outcome is not Outcome.PASSED, check.name
        assert result.findings or result.reason


def _wait(handler: Any) -> bool:
    """Send a byte of the head now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(600):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        handler.server.pause.wait(0.1)
    return True


def _without_end(handler: Any) -> bool:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        handler.wfile.write(b"ok d95d\n" * 100_000)


def _cut_off(handler: Any) -> bool:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok")
    return True


def _no_http(handler: Any) -> bool:
    handler.wfile.write(b"\x16\x03\x01 nonsense\r\n\r\n")
    return True


@pytest.mark.parametrize("own", [_without_end, _cut_off, _no_http])
def test_an_answer_that_is_none_is_told(proxy: Proxy, own: Callable[[Any], bool]) -> None:
    site = discover(HttpClient(proxy.address, 60, lambda _: None))
    proxy.own = own
    _told(run_one(BY_NAME["release"], site))
    _told(run_one(BY_NAME["files"], discover_again(proxy, own)))


def discover_again(proxy: Proxy, own: Callable[[Any], bool]) -> Any:
    """Return the site, with its catalogue read, before answers are none any more."""
    proxy.own = lambda _: False
    site = discover(HttpClient(proxy.address, 60, lambda _: None))
    assert site.catalogue
    proxy.own = lambda handler: own(handler) if "SHA256" not in handler.path else False
    return site


def test_an_answer_that_drips_is_given_up(proxy: Proxy) -> None:
    import threading

    site = discover(HttpClient(proxy.address, 60, lambda _: None))
    site.client.seconds = 0.5
    pause = threading.Event()

    def drip(handler: Any) -> bool:
        handler.server.pause = pause
        return _wait(handler)

    proxy.own = drip
    try:
        result = run_one(BY_NAME["release"], site)
    finally:
        pause.set()
    _told(result)
    assert "0.5 s" in str(result.findings[0].came)


def test_a_site_that_limits_requests_is_waited_for(proxy: Proxy) -> None:
    turns = itertools.count()
    notes: list[Message] = []

    def limit(exchange: Exchange) -> None:
        if exchange.path == "readyz" and next(turns) == 0:
            exchange.status, exchange.headers["Retry-After"] = 429, "1"

    proxy.after = limit
    assert result_of("release", proxy.address, notes).outcome is Outcome.PASSED
    assert [note.values for note in notes] == [{"seconds": 1}]

    def refuse(exchange: Exchange) -> None:
        if exchange.path == "readyz":
            exchange.status, exchange.headers["Retry-After"] = 429, "9" * 9

    proxy.after = refuse
    _told(result_of("release", proxy.address))


@pytest.mark.parametrize("page", ["docs/conformite.md", "docs/conformite.en.md"])
def test_the_docs_list_every_check(page: str) -> None:
    text = (PROJECT / page).read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| (?:oui|non|yes|no) \|$", text, re.MULTILINE)
    assert tuple(rows) == NAMES
    here = re.findall(r"\| (?:oui|yes) \|$", text, re.MULTILINE)
    assert len(here) == len([c for c in CHECKS if not (c.outside or c.heavy)])
