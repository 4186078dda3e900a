"""A site whose engine is on disk answers as any other does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.site.conftest import write_release
from tests.support.waiting import wait_until

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
    lines = [sorted(reply.text.replace(site, on_disk[0]).splitlines()) for reply in (here, there)]
    assert lines[0] == lines[1]


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
