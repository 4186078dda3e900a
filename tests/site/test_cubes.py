"""Cubes over HTTP: slices of what was counted need no query process, and nobody can tell."""

import gzip
import json
import os
import signal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.patience import wait_until
from tests.site.conftest import write_release
from tests.site.processes import find_workers, query_processes
from tests.site.test_shelf import move

SLICE = (
    "PREFIX pia: <{}def#> SELECT ?p (COUNT(*) AS ?n) {{ ?r a pia:Inscription ; "
    "<http://purl.org/dc/terms/isPartOf> ?p FILTER(?p != {}) }} GROUP BY ?p ORDER BY DESC(?n)"
)


class Asking:
    """Ask for one slice after another, none of them twice."""

    def __init__(self, site: str, fetch: Any, base_uri: str) -> None:
        self._site, self._fetch, self._base_uri = site, fetch, base_uri
        self._asked = 0

    def __call__(self, **headers: str) -> Any:
        self._asked += 1
        text = SLICE.format(self._base_uri, self._asked)
        return self._fetch(f"{self._site}sparql?query={quote(text)}", **headers)

    def count(self) -> int:
        reply = self()
        assert reply.status == 200
        return int(json.loads(reply.body)["results"]["bindings"][0]["n"]["value"])


def warm(asking: Asking, site: str) -> list[int]:
    """Have each worker make the cube; gives the query processes, stopped."""
    for _ in range(20 * len(find_workers(site))):
        asking()
    wait_until(lambda: query_processes(site))
    stopped = query_processes(site)
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    return stopped


def test_a_slice_of_a_cube_needs_no_query_process(
    folder: Path, boot: Any, fetch: Any, base_uri: str
) -> None:
    with boot(folder, query_seconds="2") as site:
        asking = Asking(site, fetch, base_uri)
        before = asking.count()
        stopped = warm(asking, site)
        try:
            assert [asking.count() for _ in range(20)] == [before] * 20
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)


def test_a_slice_is_told_as_every_answer_is(site: str, fetch: Any, base_uri: str) -> None:
    asking = Asking(site, fetch, base_uri)
    first = asking()
    for _ in range(20):
        last = asking()
    assert (first.status, last.status) == (200, 200)
    assert json.loads(first.body) == json.loads(last.body)
    names = sorted(name for name in first.headers if name != "ETag")
    assert names == sorted(name for name in last.headers if name != "ETag")
    assert first.headers["Content-Type"] == last.headers["Content-Type"]
    assert asking(If_None_Match=last.headers["ETag"]).status in (200, 304)
    assert asking(Accept="text/csv").body.startswith(b"p,n\r\n")


def test_the_cubes_of_a_release_go_with_it(
    two_releases: Path, boot: Any, fetch: Any, base_uri: str
) -> None:
    with boot(two_releases) as site:
        asking = Asking(site, fetch, base_uri)
        for _ in range(20 * len(find_workers(site))):
            before = asking.count()
        move(two_releases, "bbbbbbbbbbbbbbbb")
        wait_until(lambda: all(asking.count() == before + 1 for _ in range(20)))


def test_a_large_slice_is_compressed(tmp_path: Path, boot: Any, fetch: Any, base_uri: str) -> None:
    write_release(tmp_path / "aaaaaaaaaaaaaaaa", more=400)
    (tmp_path / "current").symlink_to("aaaaaaaaaaaaaaaa")
    text = "SELECT ?r (COUNT(*) AS ?n) {{ ?r a <{}def#Inscription> FILTER(?r != {}) }} GROUP BY ?r"
    with boot(tmp_path) as site:
        for number in range(10 * len(find_workers(site))):
            address = f"{site}sparql?query={quote(text.format(base_uri, number))}"
            packed = fetch(address, Accept_Encoding="gzip")
            assert packed.headers["Content-Encoding"] == "gzip"
            rows = json.loads(gzip.decompress(packed.body))["results"]["bindings"]
            assert len(rows) > 400
            assert packed.body == fetch(address, Accept_Encoding="gzip").body
