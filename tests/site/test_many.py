"""A resource that very many things point at has pages that are whole and do not overlap."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.conftest import write_release

MANY = 2100


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory, boot: Any) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("crowded")
    write_release(folder / "a", MANY)
    (folder / "current").symlink_to("a")
    with boot(folder) as site:
        yield site


def test_pages_of_very_many_hold_each_once(crowded: str, fetch: Any) -> None:
    seen: list[str] = []
    for number in (1, 2, MANY // 50 - 1):
        page = fetch(f"{crowded}doc/portrait/2025?page={number}", Accept="text/html")
        assert page.status == 200
        found = re.findall(r'href="[^"]*id/initiative/(simple\d+)/2025"', page.text)
        assert set(found).isdisjoint(seen)
        seen += found
        if number == 1:
            assert "Exemple simple 000" in page.text
    assert len(seen) > 130
