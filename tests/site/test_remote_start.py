"""A site over a remote store: what it refuses to start with, and when it moves to a release."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.site.conftest import BASE, Boot, write_release
from tests.support.certificate import make_certificate
from tests.support.remote_store import RemoteStore
from tests.support.scripted_store import Answered, ScriptedStore
from tests.support.stored_release import change_graph, store_release
from tests.support.waiting import wait_until
from transform.release.remote_graphs import in_store, record_graph

NOBODY = RemoteStore("http://127.0.0.1:9/store", "http://127.0.0.1:9/query", "", "", 0)
FIRST, SECOND = "a" * 16, "b" * 16


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two releases, of which the first is current."""
    folder = tmp_path_factory.mktemp("two")
    write_release(folder / FIRST, more=3)
    write_release(folder / SECOND, more=4)
    (folder / "current").symlink_to(FIRST)
    return folder


@pytest.fixture
def scripted() -> Iterator[ScriptedStore]:
    """A store that is nothing but its script."""
    with ScriptedStore(NOBODY).running() as store:
        yield store


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://", "not an http(s) URL"),
        ("disque", "give memory, disk, or the address"),
        ("http://lectrice:s3cret@127.0.0.1/sparql", "PORTRAIT_IA_STORE_PASSWORD"),
        ("http://127.0.0.1:9/sparql#x", "without #"),
        ("http://127.0.0.1:9/sparql", "Connection refused"),
        ("http://store.invalid/sparql", "cannot be reached"),
    ],
)
def test_a_url_without_a_store_is_one_line(
    portrait_ia: Run, releases: Path, url: str, word: str
) -> None:
    done = portrait_ia("serve", releases, "--engine", url)
    assert done.returncode == 2
    assert word in done.stderr
    assert "s3cret" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("answered", "word"),
    [
        (Answered(200, {"Content-Type": "text/html"}, b"<html>"), "'text/html'"),
        (Answered(302, {"Location": "http://127.0.0.1:9/"}), "another address (302)"),
        (Answered(401), "does not let this server ask (401)"),
        (Answered(200, {"Content-Type": "application/sparql-results+json"}, b"{"), "no SPARQL"),
        (Answered(503), "no place"),
    ],
)
def test_a_store_that_is_none_is_one_line(
    portrait_ia: Run, releases: Path, scripted: ScriptedStore, answered: Answered, word: str
) -> None:
    scripted.script = lambda _: answered
    done = portrait_ia("serve", releases, "--engine", f"{scripted.at}/sparql")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert word in done.stderr


@pytest.mark.parametrize(
    ("speaks_tls", "word"), [(True, "CERTIFICATE_VERIFY_FAILED"), (False, "WRONG_VERSION_NUMBER")]
)
def test_a_store_without_tls_that_can_be_trusted_is_one_line(
    portrait_ia: Run,
    releases: Path,
    scripted: ScriptedStore,
    tmp_path: Path,
    speaks_tls: bool,
    word: str,
) -> None:
    """`push` says the same: `tests/transform/push/test_hostile.py`."""
    if speaks_tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*make_certificate(tmp_path, "IP:127.0.0.1"))
        scripted.use_tls(context)
    url = f"{scripted.at.replace('http:', 'https:')}/sparql"
    done = portrait_ia("serve", releases, "--engine", url)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert word in done.stderr
    assert "SSL_CERT_FILE" in done.stderr


def test_a_release_is_served_once_the_store_holds_it_whole(
    portrait_ia: Run, releases: Path, oxigraph_server: RemoteStore, boot: Boot, fetch: Any
) -> None:
    store = oxigraph_server
    refused = portrait_ia("serve", releases, "--engine", store.query)
    assert refused.returncode == 2
    assert f"portrait-ia push {releases} --to" in refused.stderr
    store_release(store, releases / FIRST)
    one_more = f"<{BASE}x> <{BASE}y> <{BASE}z> .\n"
    graph = in_store(BASE, FIRST, f"{BASE}graph/2025")
    change_graph("POST", store, graph, one_more)
    refused = portrait_ia("serve", releases, "--engine", store.query)
    assert "graph/2025 has" in refused.stderr
    change_graph("DELETE", store, record_graph(BASE, FIRST))
    store_release(store, releases / FIRST)
    count = "sparql?query=SELECT(COUNT(*)AS?n){?s%20a%20%3Cdef%23Inscription%3E}"
    with (
        ScriptedStore(store).running() as front,
        boot(releases, engine=f"{front.at}/query") as site,
    ):
        assert '"6"' in fetch(site + count).text
        (releases / "next").symlink_to(SECOND)
        (releases / "next").replace(releases / "current")
        wait_until(lambda: "not whole in the store" in fetch(f"{site}readyz").text)
        assert fetch(f"{site}readyz").text.startswith(f"ok {FIRST}")
        assert '"6"' in fetch(site + count).text
        store_release(store, releases / SECOND)
        wait_until(lambda: fetch(f"{site}readyz").text == f"ok {SECOND}\n")
        wait_until(lambda: '"7"' in fetch(site + count).text)
        check_while_the_store_fails(front, site, fetch)


def check_while_the_store_fails(front: ScriptedStore, site: str, fetch: Any) -> None:
    """Check that what needs the store is refused, is not kept, and comes back with the store."""
    front.script = lambda _: Answered(502, {"Content-Type": "text/html"}, b"<html>")
    page = "doc/portrait/2024"
    for path in (page, "readyz", "sparql?query=ASK%7B%3Fs%20a%20%3Fo%7D"):
        reply = fetch(site + path)
        assert reply.status in (502, 503)
        assert int(reply.headers["Retry-After"]) > 0
        assert reply.headers["Cache-Control"] == "no-store"
    assert fetch(f"{site}dumps/portraits.nt").status == 200
    assert fetch(f"{site}healthz").status == 200
    front.script = lambda _: None
    wait_until(lambda: fetch(f"{site}readyz").status == 200)
    wait_until(lambda: fetch(site + page).status == 200)
