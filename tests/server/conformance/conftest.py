"""Serve the example portraits once, and stand a proxy in front that changes answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.conftest import _boot
from tests.support.changing_proxy import Proxy, running


@pytest.fixture(scope="package")
def served(example: Path) -> Iterator[str]:
    """The address of a site over the example portraits, whose queries end after a second."""
    with _boot(example, query_seconds="1") as address:
        yield address


@pytest.fixture(scope="package")
def before_it(served: str) -> Iterator[Proxy]:
    """A proxy in front of it."""
    with running(served) as proxy:
        yield proxy


@pytest.fixture
def proxy(before_it: Proxy) -> Iterator[Proxy]:
    """The proxy, which changes nothing at first."""
    before_it.reset()
    yield before_it
    before_it.reset()
