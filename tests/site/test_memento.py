"""Earlier releases as sites of their own, and their pages by date (Memento, RFC 7089)."""

import json
import shutil
import threading
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest

from server.app import create_app
from server.engine.interface import Limits
from server.engine.opening import open_engine
from server.faults import ReleaseUnready, UnknownPage
from server.release.older import OlderReleases
from server.settings import Settings
from tests.support.processes import children, find_fork_servers
from tests.support.waiting import wait_until
from transform.errors import StoreFailed
from transform.release import history

A, B, C = "a" * 16, "b" * 16, "c" * 16
# As the history of `published` has it: A, B, A again, B again; C was only built.
FIRST, SECOND = "Mon, 06 May 2024 07:08:09 GMT", "Sat, 07 Jun 2025 08:09:10 GMT"
COUNT = "SELECT (COUNT(*) AS ?n) { ?e a <https://exemple.gouv.qc.example/ia/def#Inscription> }"


def count(site: str, fetch: Any) -> int:
    reply = fetch(f"{site}sparql?query={quote(COUNT)}", Accept="text/csv")
    assert reply.status == 200, reply.text
    return int(reply.text.split()[1])


def test_an_earlier_release_is_asked_at_an_address_of_its_own(published: str, fetch: Any) -> None:
    now, before = count(published, fetch), count(f"{published}releases/{A}/", fetch)
    assert now == before + 1
    assert count(f"{published}releases/{B}/", fetch) == now  # the current one has one, too
    assert count(published, fetch) == now


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/ld+json"])
def test_a_document_of_an_earlier_release_says_when_that_was_published(
    published: str, fetch: Any, method: str, accept: str
) -> None:
    reply = fetch(f"{published}releases/{A}/doc/portrait/2025", method, Accept=accept)
    assert (reply.status, reply.kind) == (200, accept)
    assert reply.headers["Memento-Datetime"] == FIRST
    assert reply.headers["X-Robots-Tag"] == "noindex"
    here = f"{published}releases/{A}/doc/portrait/2025"
    assert relations(reply, here, "original") == [f"{published}doc/portrait/2025"]
    assert relations(reply, here, "timegate") == [f"{published}timegate/doc/portrait/2025"]
    assert relations(reply, here, "timemap") == [f"{published}timemap/doc/portrait/2025"]


def relations(reply: Any, here: str, relation: str) -> list[str]:
    """Return the absolute targets of the links of a relation."""
    links = (link.partition(">") for link in ", ".join(reply.headers.get_all("Link")).split(", <"))
    return [
        urljoin(here, target.lstrip("<"))
        for target, _, rest in links
        if f'rel="{relation}"' in rest
    ]


def test_a_document_of_today_leads_to_its_past(published: str, fetch: Any) -> None:
    here = f"{published}doc/portrait/2025"
    reply = fetch(here, Accept="text/turtle")
    assert "Memento-Datetime" not in reply.headers
    (gate,) = relations(reply, here, "timegate")
    then = fetch(gate, Accept_Datetime="Tue, 07 May 2024 00:00:00 GMT")
    assert then.status == 302
    found = urljoin(gate, then.headers["Location"])
    assert found == f"{published}releases/{A}/doc/portrait/2025"
    assert fetch(found, Accept="text/turtle").headers["Memento-Datetime"] == FIRST


@pytest.mark.parametrize(
    ("asked", "release"),
    [
        (None, B),
        ("Mon, 01 Jan 2024 00:00:00 GMT", A),  # before there was any
        (FIRST, A),
        ("Sat, 07 Jun 2025 08:09:09 GMT", A),
        (SECOND, B),
        ("Wed, 31 Dec 2025 12:00:00 GMT", A),  # it was current again
        ("Thu, 01 Jan 2026 00:00:00 GMT", B),
        ("Fri, 01 Jan 2100 00:00:00 GMT", B),
    ],
)
def test_the_timegate_leads_to_what_was_current_then(
    published: str, fetch: Any, asked: str | None, release: str
) -> None:
    headers = {"Accept-Datetime": asked} if asked else {}
    reply = fetch(f"{published}timegate/sparql", headers=headers)
    assert (reply.status, reply.headers["Vary"]) == (302, "Accept-Datetime")
    target = urljoin(f"{published}timegate/sparql", reply.headers["Location"])
    assert target == f"{published}releases/{release}/sparql"
    here = f"{published}timegate/sparql"
    assert relations(reply, here, "original") == [f"{published}sparql"]
    assert relations(reply, here, "first memento") == [f"{published}releases/{A}/sparql"]


def test_a_timemap_lists_the_page_in_each_published_release(published: str, fetch: Any) -> None:
    reply = fetch(f"{published}timemap/doc/portrait/2025")
    assert (reply.status, reply.kind) == (200, "application/link-format")
    lines = reply.text.rstrip("\n").split(",\n")
    assert lines[0] == f'<{published}doc/portrait/2025>;rel="original"'
    mementos = [line for line in lines if "memento" in line]
    assert mementos == [
        f'<{published}releases/{A}/doc/portrait/2025>;rel="first memento";datetime="{FIRST}"',
        f'<{published}releases/{B}/doc/portrait/2025>;rel="last memento";datetime="{SECOND}"',
    ]
    assert all(parsedate_to_datetime(line.split('"')[-2]) for line in mementos)
    assert C not in reply.text


def test_odd_paths_have_no_past(published: str, fetch: Any) -> None:
    for odd in ("..%2f..%2fevil", ".%2fsparql", "a/%2e%2e/b", "http://evil.example/", "doc//x"):
        assert fetch(f"{published}timegate/{odd}").status == 404, odd


@pytest.mark.parametrize("way", ["timegate", "timemap"])
def test_a_document_that_never_was_has_no_past(published: str, fetch: Any, way: str) -> None:
    assert fetch(f"{published}{way}/doc/portrait/1999").status == 404
    assert fetch(f"{published}{way}/doc/portrait/2025.ttl").status in (200, 302)


@pytest.mark.parametrize("way", ["timegate", "timemap"])
def test_a_page_that_never_was_has_no_past(published: str, fetch: Any, way: str) -> None:
    for none in (
        "aucune-page",
        "portraits/1999",
        "id/portrait/1999",
        "timemap/def",
        "initiatives/x",
    ):
        assert fetch(f"{published}{way}/{none}").status == 404, none
    for page in (
        "",
        "def",
        "initiatives",
        "portraits/2025",
        "portraits/2025.csv",
        "id/portrait/2025",
    ):
        assert fetch(f"{published}{way}/{page}").status in (200, 302), page


def test_the_query_is_part_of_what_is_asked(published: str, fetch: Any) -> None:
    gate = f"{published}timegate/sparql?query=ASK%7B%7D&lang=en"
    led = fetch(gate, Accept_Datetime=FIRST)
    target = urljoin(gate, led.headers["Location"])
    assert target == f"{published}releases/{A}/sparql?lang=en&query=ASK%7B%7D"
    asked = fetch(target, Accept="application/sparql-results+json")
    assert relations(asked, target, "original") == [f"{published}sparql?lang=en&query=ASK%7B%7D"]
    times = fetch(f"{published}timemap/sparql?query=ASK%7B%7D").text
    assert f"<{published}releases/{A}/sparql?query=ASK%7B%7D>" in times


def test_the_current_release_has_a_lasting_address_too(published: str, fetch: Any) -> None:
    here = f"{published}releases/{B}/doc/portrait/2025"
    reply = fetch(here, Accept="text/html", Accept_Language="en")
    assert reply.headers["Memento-Datetime"] == SECOND
    assert reply.headers["X-Robots-Tag"] == "noindex"
    assert relations(reply, here, "timegate") == [f"{published}timegate/doc/portrait/2025"]
    assert "earlier release" not in reply.text


def test_addresses_below_a_release_stay_there(published: str, fetch: Any) -> None:
    site = f"{published}releases/{A}/"
    for host in ("exemple.gouv.qc.example", urlsplit(published).netloc):
        page = fetch(f"{site}reconciliation", headers={"Host": host})
        assert page.status == 404
        page = fetch(site, headers={"Host": host, "Accept": "text/html"})
        assert page.status == 200
        assert '<a href="./' in page.text
        assert f'<a href="http://{host}' not in page.text
    assert "conformite" not in fetch(site, Accept="text/html").text


def test_a_query_may_be_posted_where_the_release_is_not_open(published: str, fetch: Any) -> None:
    form = {"Content-Type": "application/sparql-query"}
    assert fetch(f"{published}releases/nope/sparql", "POST", "ASK {}", form).status == 404
    assert fetch(f"{published}releases/{A}/sparql", "POST", "ASK {}", form).status == 200


def test_a_cut_line_of_the_history_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "history").write_text(f"{A} 2024-05-06T07:08:09Z\n{B} 2026-02-0\n")
    assert [name for _, name in history.publications(tmp_path)] == [A]


def test_a_date_that_is_none_is_refused(published: str, fetch: Any) -> None:
    far = "Thu, 01 Jan 2026 00:00:00 +99999999999999999999"
    for wrong in ("yesterday", "2025-01-01", "", "x" * 5000, far):
        reply = fetch(f"{published}timegate/sparql", headers={"Accept-Datetime": wrong})
        assert reply.status == 400, wrong
        assert "Accept-Datetime" in reply.text


def test_pages_of_an_earlier_release_say_so_and_stay_in_it(published: str, fetch: Any) -> None:
    site = f"{published}releases/{A}/"
    page = fetch(f"{site}doc/portrait/2025?lang=en", Accept="text/html").text
    assert "This is an earlier release of this site, published on May 6, 2024." in page
    assert 'href="../../../../doc/portrait/2025?lang=en"' in page
    assert 'href="../../sparql?lang=en"' in page
    home = fetch(f"{site}?lang=fr", Accept="text/html")
    assert home.status == 200
    assert "6 mai 2024" in home.text
    assert "earlier release" not in fetch(f"{published}?lang=en", Accept="text/html").text


def test_names_are_redirected_within_the_release(published: str, fetch: Any) -> None:
    at = f"{published}releases/{A}/id/portrait/2025"
    reply = fetch(at)
    assert reply.status == 303
    target = urljoin(at, reply.headers["Location"])
    assert target == f"{published}releases/{A}/doc/portrait/2025"
    bare = fetch(f"{published}releases/{A}")
    assert (bare.status, bare.headers["Location"]) == (308, f"../releases/{A}/")
    files = fetch(f"{published}releases/{A}/dumps/portraits.nq")
    assert files.status == 308
    assert (
        fetch(urljoin(f"{published}releases/{A}/dumps/", files.headers["Location"])).status == 200
    )


@pytest.mark.parametrize(
    "path",
    [
        f"releases/{C}/",  # it was only built
        f"releases/{'d' * 16}/sparql",
        "releases/current/sparql",
        "releases/../sparql",
        "releases/..%2f..%2fetc/sparql",
        f"releases/{A}%00/sparql",
        f"releases/{A}/metrics",
        f"releases/{A}/healthz",
        f"releases/{A}/releases/{B}/sparql",
        f"releases/{A}/reconciliation",
        f"releases/{A}/nothing",
        f"releases/{A}/doc/portrait/1999",
    ],
)
def test_what_an_earlier_release_has_not_is_not_found(
    published: str, fetch: Any, path: str
) -> None:
    for accept in ("text/html", "application/json"):
        reply = fetch(f"{published}{path}", Accept=accept)
        assert reply.status == 404
        assert "Traceback" not in reply.text


def test_limits_hold_for_an_earlier_release(published: str, fetch: Any) -> None:
    site = f"{published}releases/{A}/sparql"
    form = {"Content-Type": "application/sparql-query"}
    elsewhere = "SELECT * { SERVICE <http://a.test/> { ?s ?p ?o } }"
    assert fetch(site, "POST", elsewhere, form).status == 403
    assert fetch(site, "POST", "SELECT", form).status == 400
    crash = "SELECT * " + "{" * 20_000 + "}" * 20_000
    assert fetch(site, "POST", crash, form).status == 422
    assert count(f"{published}releases/{A}/", fetch) > 0


def test_what_is_gone_leads_to_its_last_state(
    old_and_new: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "releases"
    shutil.copytree(old_and_new[0].parent, folder, symlinks=True)
    listed = [set((folder / name / "documents.txt").read_text().splitlines()) for name in (A, B)]
    gone = min(listed[1] - listed[0])
    (folder / "current").unlink()
    (folder / "current").symlink_to(A)
    app = create_app(folder, Settings())
    client = app.test_client()
    led = client.get(f"/doc/{gone}.ttl")
    assert led.status_code == 302
    assert urljoin(f"http://localhost/doc/{gone}.ttl", led.headers["Location"]) == (
        f"http://localhost/releases/{B}/doc/{gone}.ttl"
    )
    last = client.get(f"/releases/{B}/doc/{gone}.ttl")
    assert (last.status_code, last.headers["Memento-Datetime"]) == (200, SECOND)
    assert client.get("/doc/initiative/never").status_code == 404
    app.extensions["older_releases"].close()
    app.extensions["current_release"].close()


@pytest.fixture
def older(old_and_new: tuple[Path, Path]) -> Iterator[OlderReleases]:
    opened = OlderReleases(old_and_new[0].parent, Limits(), open_engine, 1, idle_seconds=0.2)
    yield opened
    opened.close()


def test_it_is_open_while_it_is_read_and_closed_when_idle(older: OlderReleases) -> None:
    before = find_fork_servers()
    with older.lend(A) as release:
        assert release.name == A
        (fork_server,) = find_fork_servers() - before
        assert children(fork_server)
        assert older.stats().processes > 0
    wait_until(lambda: find_fork_servers() == before)
    assert older.stats().processes == 0
    assert older.stats().started > 0  # they still count


def test_no_more_are_open_than_allowed(older: OlderReleases) -> None:
    before = len(find_fork_servers())
    with older.lend(A), pytest.raises(ReleaseUnready), older.lend(B):
        pass
    with older.lend(B):  # A makes room, as nobody reads it any more
        wait_until(lambda: len(find_fork_servers()) == before + 1)


def test_one_thread_looks_after_them(older: OlderReleases) -> None:
    before = threading.enumerate()
    for _ in range(4):
        for name in (A, B):
            with older.lend(name):
                new = [thread.name for thread in threading.enumerate() if thread not in before]
                assert new.count("older-releases") == 1


def test_one_that_a_store_does_not_hold_is_refused(old_and_new: tuple[Path, Path]) -> None:
    def refuse(release: Path) -> None:
        raise StoreFailed(f"not here: {release.name}")

    older = OlderReleases(old_and_new[0].parent, Limits(), open_engine, 1, refuse)
    with pytest.raises(ReleaseUnready) as refused, older.lend(A):
        pass
    assert refused.value.way == f"dumps/releases/{A}/"


def test_none_is_opened_where_none_may_be(old_and_new: tuple[Path, Path]) -> None:
    closed = OlderReleases(old_and_new[0].parent, Limits(), open_engine, 0)
    with pytest.raises(UnknownPage) as refused, closed.lend(A):
        pass
    assert refused.value.way == f"dumps/releases/{A}/"


def test_a_damaged_one_is_refused_and_the_next_request_tries_again(
    old_and_new: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "releases"
    shutil.copytree(old_and_new[0].parent, folder, symlinks=True)
    quads = folder / A / "dumps/portraits.nq"
    whole = quads.read_bytes()
    quads.write_bytes(whole[:-100])
    older = OlderReleases(folder, Limits(), open_engine, 1)
    with pytest.raises(ReleaseUnready) as refused, older.lend(A):
        pass
    assert str(tmp_path) not in str(refused.value.detail)
    quads.write_bytes(whole)
    with older.lend(A) as release:
        assert release.name == A
    older.close()


def test_the_manifest_of_a_release_names_it(published: str, fetch: Any) -> None:
    """The page of an earlier release says which one it is of, for who quotes it."""
    page = fetch(f"{published}releases/{A}/", Accept="text/html").text
    assert f"<code>{A}</code>" in page
    assert json.dumps(A)[1:-1] not in fetch(published, Accept="text/html").text
