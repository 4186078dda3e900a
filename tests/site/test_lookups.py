"""Lookups over HTTP: small questions need no query process, and have the same answers."""

import gzip
import json
import os
import signal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.support.processes import (
    find_workers,
    metric,
    query_processes,
    stop,
)
from tests.support.waiting import wait_until

LOOKUP = "SELECT ?p ?o {{ <{}id/portrait/2025> ?p ?o FILTER(?o != {}) }}"
# Each of its rows repeats a long name, so the answer is large.
LARGE = f"SELECT * {{{{ <{{}}id/cadre> ?{'p' * 1900} ?o }}}}"


def test_a_lookup_needs_no_query_process(
    folder: Path, boot: Any, fetch: Any, base_uri: str
) -> None:
    large = LARGE.format(base_uri)
    with boot(folder, query_seconds="2") as site:
        find_workers(site)
        wait_until(lambda: query_processes(site))
        stopped = stop(query_processes(site))
        try:
            for number in range(10):
                reply = fetch(f"{site}sparql?query={quote(LOOKUP.format(base_uri, number))}")
                assert reply.status == 200
                assert b'"bindings":[{' in reply.body
                assert fetch(f"{site}sparql?query={quote(LOOKUP.format(base_uri, 0))}").body
            packed = fetch(f"{site}sparql?query={quote(large)}", Accept_Encoding="gzip")
            assert packed.headers["Content-Encoding"] == "gzip"
            assert len(json.loads(gzip.decompress(packed.body))["results"]["bindings"]) > 20
            # Each worker keeps its own.
            wait_until(lambda: metric(site, "cache_hits_total") >= 8)
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)


def test_a_lookup_is_written_as_every_answer_is(site: str, fetch: Any, base_uri: str) -> None:
    text = LOOKUP.format(base_uri, 123456)
    address = f"{site}sparql?query={quote(text)}"
    first = fetch(address)
    again = fetch(address)
    queried = fetch(f"{site}sparql?query={quote(text + ' ORDER BY ?none')}")  # by a query process
    tag = first.headers["ETag"]
    assert (first.status, again.status, queried.status) == (200, 200, 200)
    assert first.body == again.body
    assert again.headers["ETag"] == tag
    names = sorted(name for name in first.headers if name != "ETag")
    assert names == sorted(name for name in queried.headers if name != "ETag")
    for name in ("Content-Type", "Vary", "Cache-Control", "Access-Control-Allow-Origin"):
        assert first.headers[name] == queried.headers[name]
    fresh = f"{site}sparql?query={quote(LOOKUP.format(base_uri, 654321))}"
    unknown = fetch(fresh, If_None_Match='"other"')
    assert unknown.status == 200
    assert fetch(fresh, If_None_Match=unknown.headers["ETag"]).status == 304
    never = f"{site}sparql?query={quote(LOOKUP.format(base_uri, 777777))}"
    assert fetch(never, If_None_Match="*").status == 304
    packed = fetch(address, Accept_Encoding="gzip")
    assert packed.headers.get("Content-Encoding") == "gzip"
    head = fetch(address, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == first.headers["Content-Length"]
