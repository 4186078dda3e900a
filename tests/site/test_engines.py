"""A site whose engine is on disk, and one that may ask another, answer as any other does."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.patience import wait_until
from tests.site.conftest import BASE, write_release

COUNT = quote("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory, boot: Any) -> Iterator[tuple[str, Path]]:
    """A site that answers from a store on disk, and its folder."""
    folder: Path = tmp_path_factory.mktemp("on-disk")
    write_release(folder / "0123456789abcdef")
    (folder / "current").symlink_to("0123456789abcdef")
    with boot(folder, engine="disk") as address:
        yield address, folder


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("", "text/html"),
        ("doc/portrait/2025", "text/html"),
        ("doc/portrait/2025.nt", "*/*"),
        ("def", "text/html"),
        ("catalogue", "text/html"),
        ("graph/2025.nt", "*/*"),
        (f"sparql?query={COUNT}", "text/csv"),
        ("rdf-graph-store?default", "application/n-triples"),
    ],
)
def test_both_engines_say_the_same(
    on_disk: tuple[str, Path], site: str, fetch: Any, path: str, accept: str
) -> None:
    here, there = (fetch(address + path, Accept=accept) for address in (on_disk[0], site))
    assert (here.status, here.kind) == (200, there.kind)
    said = [sorted(reply.text.replace(site, on_disk[0]).splitlines()) for reply in (here, there)]
    assert said[0] == said[1]


def test_a_new_release_gets_its_store_while_the_old_one_is_served(
    on_disk: tuple[str, Path], fetch: Any
) -> None:
    address, folder = on_disk
    write_release(folder / "fedcba9876543210", more=70)
    (folder / "next").symlink_to("fedcba9876543210")
    (folder / "next").rename(folder / "current")

    def moved() -> bool:
        assert fetch(f"{address}doc/portrait/2025", Accept="text/html").status == 200
        return "fedcba9876543210" in fetch(f"{address}readyz").text

    wait_until(moved)
    assert len([p for p in (folder / ".stores").iterdir() if p.is_dir()]) == 2


@pytest.fixture(scope="module")
def federated(folder: Path, boot: Any, site: str) -> Iterator[str]:
    """A site that may ask the site of the other tests, and an endpoint that nobody answers at."""
    with boot(folder, service_endpoints=f"{site}sparql, http://127.0.0.1:9/sparql") as address:
        yield address


def _ask(endpoint: str, silent: str = "") -> str:
    return quote(
        f"SELECT ?n {{ SERVICE {silent} <{endpoint}> {{ <{BASE}id/portrait/2025> ?p ?n }} }}"
    )


def test_an_endpoint_of_the_list_is_asked(federated: str, site: str, fetch: Any) -> None:
    reply = fetch(f"{federated}sparql?query={_ask(f'{site}sparql')}", Accept="text/csv")
    assert reply.status == 200
    assert len(reply.text.splitlines()) > 3
    assert "no-store" in reply.headers["Cache-Control"]


def test_an_endpoint_that_fails_is_502(federated: str, fetch: Any) -> None:
    reply = fetch(f"{federated}sparql?query={_ask('http://127.0.0.1:9/sparql')}")
    assert (reply.status, reply.kind) == (502, "application/problem+json")
    assert json.loads(reply.body)["kind"] == "service-failed"
    silent = fetch(f"{federated}sparql?query={_ask('http://127.0.0.1:9/sparql', 'SILENT')}")
    assert len(json.loads(silent.body)["results"]["bindings"]) == 1


def test_any_other_endpoint_is_403_and_is_not_connected_to(federated: str, fetch: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.settimeout(0)
        endpoint = f"http://127.0.0.1:{stranger.getsockname()[1]}/sparql"
        for silent in ("", "SILENT"):
            reply = fetch(f"{federated}sparql?query={_ask(endpoint, silent)}")
            assert reply.status == 403
            assert "127.0.0.1:9/sparql" in json.loads(reply.body)["detail"]
        with pytest.raises(BlockingIOError):
            stranger.accept()


def test_a_slow_endpoint_is_504(folder: Path, boot: Any, fetch: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as slow:
        endpoint = f"http://127.0.0.1:{slow.getsockname()[1]}/sparql"
        with boot(folder, service_endpoints=endpoint, query_seconds="4") as address:
            reply = fetch(f"{address}sparql?query={_ask(endpoint)}")
    assert (reply.status, json.loads(reply.body)["kind"]) == (504, "service-too-slow")


def test_the_service_says_whom_it_may_ask(federated: str, site: str, fetch: Any) -> None:
    feature = "sparql-service-description#BasicFederatedQuery"
    assert feature in fetch(f"{federated}sparql", Accept="application/n-triples").text
    assert feature not in fetch(f"{site}sparql", Accept="application/n-triples").text
    assert f"{site}sparql" in fetch(f"{federated}sparql", Accept="text/html").text
    page = fetch(f"{site}sparql", Accept="text/html", Accept_Language="en").text
    assert "SERVICE is refused" in page
