"""A resource with very many links to it has pages that are whole and do not overlap."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.app import create_app
from server.engine.opening import ENGINES
from server.settings import Settings
from server.web import term_table
from tests.site.conftest import write_release

MANY = 2100


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, boot: Any) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("many")
    write_release(folder / "a", MANY)
    (folder / "current").symlink_to("a")
    with boot(folder, workers=1) as site:
        yield site


def test_pages_of_very_many_hold_each_once(many: str, fetch: Any) -> None:
    seen: list[str] = []
    for number in (1, 2, MANY // 50 - 1):
        page = fetch(f"{many}doc/portrait/2025?page={number}", Accept="text/html")
        assert page.status == 200
        names = re.findall(r'href="[^"]*id/initiative/(simple\d+)/2025"', page.text)
        assert set(names).isdisjoint(seen)
        seen += names
        assert "Exemple simple" in page.text
    assert len(seen) > 130


@pytest.mark.parametrize("engine", ["memory", "disk"])
def test_each_page_of_many_hold_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setattr(term_table, "MOST_SORTED", 100)
    write_release(tmp_path / "a", 150)
    (tmp_path / "current").symlink_to("a")
    app = create_app(tmp_path, Settings(), ENGINES[engine])
    try:
        client, seen, number, last = app.test_client(), [], 1, 1
        while number <= last:
            page = client.get(f"/doc/portrait/2025?page={number}").text
            last = max([last, *map(int, re.findall(r"page=(\d+)", page))])
            seen += re.findall(r'href="[^"]*id/initiative/(simple\d+)/2025"', page)
            number += 1
    finally:
        app.extensions["current_release"].close()
    assert last == 4
    assert sorted(seen) == [f"simple{number:03}" for number in range(150)]
