"""Every link on a page works: on this host, and below a mount, though the release names another."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

MOST = 400


class Links(HTMLParser):
    """The addresses that a page names, and those of them that leave the site."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.local: list[str] = []
        self.outside: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        target = given.get("href") or given.get("src") or given.get("action")
        if target is None or target.startswith("data:"):
            return
        if "//" in target.partition("?")[0]:
            self.outside.append(given)
        else:
            self.local.append(target)


@pytest.mark.parametrize("mount", ["", "/ia", "/a/b"])
def test_every_local_link_works(app: Flask, mount: str) -> None:
    def nothing(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [])
        return []

    site = Client(DispatcherMiddleware(nothing, {mount: app}), Response)
    start = f"http://localhost{mount}/"
    seen, waiting = {start}, [start]
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        reply = site.get(address.removeprefix("http://localhost"), headers={"Accept": "text/html"})
        assert reply.status_code < 400, address
        found = [reply.headers["Location"]] if "Location" in reply.headers else []
        if reply.mimetype == "text/html":
            found += Links(reply.text).local
        reply.close()
        for target in found:
            absolute = urldefrag(urljoin(address, target))[0]
            assert absolute.startswith(start), (address, target)
            if absolute not in seen:
                seen.add(absolute)
                waiting.append(absolute)
    assert len(seen) > 150


@pytest.mark.parametrize(
    "path", ["/", "/doc/initiative/hostile/2025", "/doc/portrait/2025", "/def", "/catalogue"]
)
def test_links_outside_are_marked(client: Any, path: str) -> None:
    for given in Links(client.get(path, headers={"Accept": "text/html"}).text).outside:
        assert "external" in (given.get("rel") or ""), given


def test_the_language_goes_along(client: Any) -> None:
    page = client.get("/?lang=en").text
    for target in Links(page).local:
        assert "lang=" in target or "." in target.rpartition("/")[2] or "#" in target, target


def test_a_parameter_may_have_any_name(client: Any) -> None:
    reply = client.get("/id/portrait/2025?path=a&query=b&self=c")
    assert reply.status_code == 303
    assert reply.headers["Location"] == "../../doc/portrait/2025?path=a&query=b&self=c"
