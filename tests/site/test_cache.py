"""The cache in front of the application: what it keeps apart, what it never keeps."""

import contextlib
import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.site.conftest import fetch
from tests.support.processes import (
    cpu_seconds,
    family,
    find_workers,
    metric,
    query_processes,
    server_process,
)
from tests.support.reply import Reply
from tests.support.waiting import wait_until

DOC = "doc/portrait/2025"
TTL, HTML = "text/turtle", "text/html"
FORM = "application/x-www-form-urlencoded"
# A cross product that takes a third of a second of processor, so that a cache shows.
SLOW = "SELECT (COUNT(*) AS ?n) { ?a a ?c . ?d ?e ?f FILTER(?a < ?d) }"


def test_the_same_address_gives_each_client_its_own_representation(site: str, fetch: Any) -> None:
    for _ in range(2):
        for accept, language, coding in (
            (TTL, "fr", "identity"),
            (HTML, "fr", "identity"),
            (HTML, "en", "identity"),
            (HTML, "en", "gzip"),
            (HTML, "fr", "identity"),
            (HTML, "fr", "gzip"),
            ("application/ld+json", "en", "identity"),
        ):
            reply = fetch(
                site + DOC, Accept=accept, Accept_Language=language, Accept_Encoding=coding
            )
            assert reply.kind == accept
            assert reply.headers["Content-Encoding"] == (coding if coding == "gzip" else None)
            if accept == HTML and coding == "identity":
                assert f'<html lang="{language}"' in reply.text


def test_an_answer_to_a_query_has_a_tag_and_makes_a_304(site: str, fetch: Any) -> None:
    address = f"{site}sparql?query={quote('SELECT * { ?s a ?o } LIMIT 3')}"
    reply = fetch(address)
    assert "max-age=" in reply.headers["Cache-Control"]
    assert "stale-while-revalidate=" in reply.headers["Cache-Control"]
    again = fetch(address, If_None_Match=f'"other", W/{reply.headers["ETag"]}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == reply.headers["ETag"]
    assert again.headers["Vary"] == reply.headers["Vary"]
    assert fetch(address, If_None_Match='"other"').status == 200


def test_head_comes_from_what_get_keeps(site: str, fetch: Any) -> None:
    get, head = fetch(site + DOC), fetch(site + DOC, "HEAD")
    assert head.body == b""
    for name in ("ETag", "Content-Length", "Content-Type"):
        assert head.headers[name] == get.headers[name]


def test_a_kept_query_is_not_asked_again(site: str, fetch: Any) -> None:
    find_workers(site)
    address = f"{site}sparql?query={quote(SLOW)}"
    before = cpu_seconds(family(server_process(site)))
    assert fetch(address).status == 200
    once = cpu_seconds(family(server_process(site))) - before
    assert [fetch(address).status for _ in range(30)] == [200] * 30
    # The other worker, which keeps its own, has asked it once, too.
    assert cpu_seconds(family(server_process(site))) - before < 8 * max(once, 0.1)


def test_posted_queries_are_told_apart_by_their_bodies(site: str, fetch: Any) -> None:
    for _ in range(3):
        for number in (1, 2, 3, 3, 2):  # requests may go to one worker and the other in turn
            body = f"query={quote(f'SELECT ({number} AS ?x) {{}}')}"
            reply = fetch(f"{site}sparql", "POST", body, Content_Type=FORM, Accept="text/csv")
            assert reply.text.split() == ["x", str(number)]


@pytest.mark.parametrize(
    "call",
    ["RAND()", "STRUUID()", "NOW()", "uuid()", "\\u0052AND()", "MAX(DISTINCTRAND())"],
)
def test_what_differs_each_time_is_asked_each_time(site: str, fetch: Any, call: str) -> None:
    address = f"{site}sparql?query={quote(f'SELECT ({call} AS ?x) {{}}')}"
    replies = [fetch(address, Accept="text/csv") for _ in range(8)]
    assert len({reply.body for reply in replies}) == 8
    assert {reply.headers["Cache-Control"] for reply in replies} == {"no-store"}


def test_a_variable_named_service_keeps_no_answer_from_being_kept(site: str, fetch: Any) -> None:
    address = f"{site}sparql?query={quote('SELECT ?service { ?service ?p ?o } LIMIT 1')}"
    assert fetch(address).headers["ETag"]


@pytest.mark.parametrize("word", ["x=rand", "x=%4Eow"])
def test_only_in_a_query_does_a_word_make_an_answer_that_is_not_kept(
    site: str, fetch: Any, word: str
) -> None:
    reply = fetch(f"{site}{DOC}?{word}")
    assert reply.headers["ETag"]
    assert "max-age=" in reply.headers["Cache-Control"]


def test_errors_are_not_kept(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql?query=SELECT")
    assert (reply.status, reply.headers["Cache-Control"]) == (400, "no-store")
    assert reply.headers["ETag"] is None


def move(folder: Path, release: str) -> None:
    """Make another release the current one."""
    (folder / "next").symlink_to(release)
    os.replace(folder / "next", folder / "current")  # noqa: PTH105


def ask(site: str, path: str) -> bytes:
    """Ask once."""
    reply: Reply = fetch(f"{site}{path}", Accept="text/csv, */*;q=0.1")
    assert reply.status == 200
    return reply.body


def ask_each(site: str, path: str) -> set[bytes]:
    """Ask often, with other connections open, so that each worker takes its part."""
    bodies = set[bytes]()
    for number in range(24):
        parts = urlsplit(site)
        with contextlib.ExitStack() as open_ones:
            for _ in range(number % 4):
                at = (str(parts.hostname), int(parts.port or 0))
                open_ones.enter_context(socket.create_connection(at))
            bodies.add(ask(site, path))
    return bodies


def send(number: signal.Signals, processes: set[int]) -> set[int]:
    """Send a signal to processes, some of which may have ended; return them."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)
    return processes


def begin(site: str, path: str, late: set[bytes]) -> threading.Thread:
    """Ask in a thread, and wait until that is under way or over."""
    asking = threading.Thread(target=lambda: late.add(ask(site, path)))
    asking.start()
    wait_until(lambda: metric(site, "queries_running") or not asking.is_alive())
    return asking


COUNT = f"sparql?query={quote('SELECT (COUNT(?s) AS ?n) { ?s a <def#Inscription> }')}"


def test_a_new_release_ends_what_was_kept_and_what_is_under_way(
    two_releases: Path, boot: Any
) -> None:
    sums, late = "dumps/SHA256SUMS", set[bytes]()  # a file, as no query would be answered
    with boot(two_releases, query_seconds="600") as site:
        find_workers(site)
        before, files = ask_each(site, COUNT), ask_each(site, sums)
        kept = sum(len(fetch(f"{site}def.ttl?{number}").body) for number in range(20))
        wait_until(lambda: metric(site, "cache_bytes") > kept)
        path, asking, stopped = COUNT, threading.Thread(), set[int]()
        while not asking.is_alive():  # it was answered by one that was begun meanwhile
            stopped |= send(signal.SIGSTOP, set(query_processes(site)))
            path += "%23late"
            asking = begin(site, path, late)
        move(two_releases, "bbbbbbbbbbbbbbbb")
        wait_until(lambda: files.isdisjoint(ask_each(site, sums)))
        ask_each(site, "robots.txt")  # from now on the cache is that of the new release
        send(signal.SIGCONT, stopped)
        asking.join()

        def is_new() -> bool:
            """Return whether all kept answers are of the new release, in both workers."""
            after = ask_each(site, COUNT)
            return (
                before.isdisjoint(after)
                and after == ask_each(site, path)
                and metric(site, "cache_bytes") < kept // 4
            )

        wait_until(is_new)
    assert len(before) == len(late) == 1


def test_a_part_of_a_page_is_kept_as_the_whole_page(site: str, fetch: Any) -> None:
    address = f"{site}def.ttl?part"
    whole = fetch(address)
    assert not whole.headers["Accept-Ranges"]
    for headers in ({}, {"If_Range": whole.headers["ETag"]}):
        part = fetch(address, Range="bytes=0-9", **headers)
        assert (part.status, part.body) == (200, whole.body)


def test_many_who_ask_the_same_at_once_share_one_answer(site: str, fetch: Any) -> None:
    find_workers(site)
    address = f"{site}sparql?query={quote(SLOW.replace('?n', '?together'))}"
    before = cpu_seconds(family(server_process(site)))
    fetch(address + "%20")
    alone = cpu_seconds(family(server_process(site))) - before
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(fetch(address).status)) for _ in range(16)
    ]
    # One who leaves takes nothing from the others.
    leaving = socket.create_connection(("127.0.0.1", int(site.rsplit(":", 1)[1].strip("/"))))
    path = address[address.index("/sparql") :]
    leaving.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    time.sleep(0.05)
    for thread in threads:
        thread.start()
    leaving.close()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 16
    assert cpu_seconds(family(server_process(site))) - before < 8 * max(alone, 0.1)


def test_one_body_of_two_types_is_two_requests(site: str, fetch: Any) -> None:
    body, form = b"query=ASK%7B%7D", "application/x-www-form-urlencoded"
    for _ in range(4):  # each worker keeps its own
        assert fetch(f"{site}sparql", "POST", body, Content_Type=form).status == 200
        plain = fetch(f"{site}sparql", "POST", body, Content_Type="application/sparql-query")
        assert plain.status == 400


def test_each_host_gets_an_answer_of_its_own(site: str, fetch: Any) -> None:
    for host in ("a.example", "b.example") * 3:
        page = fetch(f"{site}reconciliation?host", Host=host).text
        other = "b.example" if host == "a.example" else "a.example"
        assert (f"http://{host}/" in page, other in page) == (True, False)


def test_a_post_is_answered_whole_whatever_its_client_has(site: str, fetch: Any) -> None:
    kind = "application/sparql-query"
    tag = fetch(f"{site}sparql", "POST", b"ASK{}#tag", Content_Type=kind).headers["ETag"]
    again = fetch(
        f"{site}sparql", "POST", b"ASK{}#tag", Content_Type=kind, If_None_Match=tag or "*"
    )
    assert again.status == 200


def test_each_coding_has_its_tag_and_caches_are_told(site: str, fetch: Any) -> None:
    address = f"{site}sparql?query={quote('SELECT * { ?s ?p ?o } LIMIT 30')}"
    plain, packed = (fetch(address, Accept_Encoding=coding) for coding in ("identity", "gzip"))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    for reply in (plain, packed):
        assert reply.headers["Vary"] == "Accept, Accept-Encoding"
    assert fetch(address, If_None_Match="*").status == 304
