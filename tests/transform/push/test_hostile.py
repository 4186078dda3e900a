"""What a store answers that it should not: each has its words, and nothing is current by it."""

import os
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.certificate import make_certificate
from tests.support.scripted_store import Answered, Call, ScriptedStore
from tests.support.small_release import numbered, write_small_release
from tests.support.waiting import ends
from tests.transform.push.conftest import Push, statements
from transform.errors import PushFailed
from transform.push import exchange
from transform.push.store import RESULTS

JSON = {"Content-Type": RESULTS}
HTML = {"Content-Type": "text/html"}
TEXTUAL = {"text": lambda call: bool(call.text), "graph": lambda call: bool(call.graph)}


def is_part(call: Call) -> bool:
    return call.method == "POST" and "/graph/" in call.graph


@pytest.mark.parametrize(
    ("of", "answer", "words"),
    [
        ("graph", Answered(403, HTML, b"<h1>No</h1> <b>entry</b>"), "answers 403: No entry; this"),
        ("graph", Answered(413), "413): raise its limit to 2 MB"),
        ("graph", Answered(400, {}, b"line 3"), "answers 400: line 3"),
        ("graph", Answered(405), "answers 405: –"),
        ("graph", Answered(404), "answers 404: no service at this address"),
        ("graph", Answered(401, {"WWW-Authenticate": "Digest x"}), "give PORTRAIT_IA_STORE_USER"),
        (
            "graph",
            Answered(301, {"Location": "http://u:secret@elsewhere.example/a?b=c"}),
            "redirects (301) to elsewhere.example/a; nothing was sent there",
        ),
        ("text", Answered(307, {"Location": "/q"}), "redirects (307) to /q; nothing"),
        ("text", Answered(302), "redirects (302) to –"),
        ("text", Answered(404), "answers 404: no service at this address"),
        ("text", Answered(200, HTML, b"<html>"), "answers in text/html what are no SPARQL results"),
        ("text", Answered(200, {}, b"{}"), "answers in – what are no SPARQL results"),
        ("text", Answered(200, JSON, b"{"), "what are no SPARQL results"),
        ("text", Answered(200, JSON, b"[]"), "what are no SPARQL results"),
        ("text", Answered(200, JSON, b"[" * 100_000), "what are no SPARQL results"),
        ("text", Answered(200, JSON, b'{"results": {"bindings": [1]}}'), "are no SPARQL results"),
        ("text", Answered(200, JSON, b"\xff" * 9_000_000), "an answer of more than 8 MB"),
        ("text", Answered(200, JSON | {"X-SPARQL-MaxRows": "10000"}, b"{}"), "only a part of the"),
        (
            "text",
            Answered(200, JSON | {"X-SQL-State": "S1TAT"}, b"{}"),
            "only a part of the answer",
        ),
    ],
)
def test_an_answer_that_another_try_would_get_again_has_its_words(
    of: str, answer: Answered, words: str, push: Push, base: str, tmp_path: Path,
    scripted: ScriptedStore,
) -> None:  # fmt: skip
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    scripted.script = lambda call: answer if TEXTUAL[of](call) else None
    notes: list[str] = []
    with pytest.raises(PushFailed) as failed:
        push(release, scripted.graph_store, notes=notes)
    assert words in str(failed.value)
    assert str(failed.value) == failed.value.text("en")
    assert "corriger" in failed.value.text("fr").lower()
    assert "secret" not in str(failed.value)
    assert "\n" not in str(failed.value)
    assert notes == []
    assert statements(scripted.behind, base) == {}


@pytest.mark.parametrize("count", [b"", b'{"n": {"value": "-1"}}', b'{"n": {"value": "many"}}'])
def test_a_count_that_is_none_is_refused(
    count: bytes, push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    body = b'{"results": {"bindings": [%b]}}' % count
    scripted.script = lambda call: Answered(200, JSON, body) if "COUNT" in call.text else None
    with pytest.raises(PushFailed, match="the count is no number"):
        push(release, scripted.graph_store)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_busy_store_is_tried_again(
    status: int, push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    answers = [Answered(status, {"Retry-After": "0"}, b"later")] * 2
    scripted.script = lambda call: answers.pop() if is_part(call) and answers else None
    notes: list[str] = []
    assert push(release, scripted.graph_store, notes=notes).counts
    graph = f"{base}releases/{release.name}/graph/2024"
    assert len(notes) == 2
    assert notes[0].startswith(f"POST {graph}: answers {status}: later")
    assert notes[0].endswith("; again in 0 s")


def test_a_busy_store_is_not_tried_for_ever_nor_waited_for_beyond_the_time(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    scripted.script = lambda call: Answered(503, {"Retry-After": "0"}) if is_part(call) else None
    with pytest.raises(PushFailed, match="answers 503"):
        push(release, scripted.graph_store, retries=2)
    assert sum(map(is_part, scripted.calls)) == 3
    scripted.script = lambda call: Answered(503, {"Retry-After": "999"}) if call.graph else None
    with pytest.raises(PushFailed, match="again only in 999 s"), ends():
        push(release, scripted.graph_store)


@pytest.mark.parametrize("wish", ["soon", "Fri, 99 Foo 2025", "-3"])
def test_an_unreadable_retry_after_counts_as_none(
    wish: str, push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    answers = [Answered(503, {"Retry-After": wish})]
    scripted.script = lambda call: answers.pop() if is_part(call) and answers else None
    notes: list[str] = []
    assert push(release, scripted.graph_store, notes=notes).counts
    assert notes[0].endswith("; again in 0 s")


def cut_off(call: Call) -> Answered | None:
    call.handler.close_connection = True
    return None


def cut_in_the_body(call: Call) -> Answered | None:
    call.handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
    return cut_off(call)


def no_http(call: Call) -> Answered | None:
    call.handler.wfile.write(b"220 smtp.example ESMTP\r\n")
    return cut_off(call)


@pytest.mark.parametrize("answer", [cut_off, cut_in_the_body, no_http])
def test_a_connection_that_is_cut_is_tried_again_and_then_said(
    answer: Callable[[Call], Answered | None], push: Push, base: str, tmp_path: Path,
    scripted: ScriptedStore,
) -> None:  # fmt: skip
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    left = [answer]
    scripted.script = lambda call: left.pop()(call) if is_part(call) and left else None
    assert push(release, scripted.graph_store).counts
    scripted.script = answer
    with pytest.raises(PushFailed, match="no answer"):
        push(release, scripted.graph_store, retries=1)
    assert sum(map(is_part, scripted.calls)) == 2


def test_a_store_that_is_not_there_is_said(push: Push, base: str, tmp_path: Path) -> None:
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    with pytest.raises(PushFailed, match="no answer"):
        push(release, "http://127.0.0.1:9/store", retries=0)
    with pytest.raises(PushFailed, match="no answer"):
        push(release, "http://none.invalid/store", retries=0)


@pytest.mark.parametrize("drips", [False, True])
def test_a_store_that_never_ends_is_left(
    drips: bool, push: Push, base: str, tmp_path: Path, scripted: ScriptedStore
) -> None:
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    left = threading.Event()

    def wait(call: Call) -> Answered | None:
        if not is_part(call):
            return None
        call.handler.close_connection = True
        out = call.handler.wfile
        with suppress(OSError):
            if drips:  # each byte begins the time limit of the socket anew
                out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not left.wait(0.05):
                out.write(b"." if drips else b"")
        return None

    scripted.script = wait
    try:
        with pytest.raises(PushFailed, match=r"not done after 2 s|no answer"), ends():
            push(release, scripted.graph_store, seconds=2, retries=0)
    finally:
        left.set()


def test_the_longest_pause_is_bounded() -> None:
    assert [exchange.pause_of(None, tried) for tried in (0, 1, 5, 20)] == [0.5, 1, 16, 60]


def test_a_certificate_is_checked_and_an_authority_of_ones_own_is_believed(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    scripted.use_tls(context)
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    to = scripted.graph_store.replace("http://127.0.0.1", "https://localhost")
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    with pytest.raises(PushFailed, match=r"no secure connection .* SSL_CERT_FILE"):
        push(release, to)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
    assert push(release, to).counts
    with pytest.raises(PushFailed, match="no secure connection"):  # it is for another name
        push(release, to.replace("localhost", "127.0.0.1"))
