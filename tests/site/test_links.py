"""Every link on a page works, on another host and path than those of the base URI too."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from server.app import create_app
from server.settings import Settings

MOST = 400


class Links(HTMLParser):
    """The addresses in a page, and those outside the site."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.local: list[str] = []
        self.outside: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        target = attributes.get("href") or attributes.get("src") or attributes.get("action")
        if target is None or target.startswith("data:"):
            return
        if "//" in target.partition("?")[0]:
            self.outside.append(attributes)
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
        targets = [reply.headers["Location"]] if "Location" in reply.headers else []
        if reply.mimetype == "text/html":
            targets += Links(reply.text).local
        reply.close()
        for target in targets:
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
    for attributes in Links(client.get(path, headers={"Accept": "text/html"}).text).outside:
        if attributes.get("rel") == "canonical":  # the page itself, where it is at home
            continue
        assert "external" in (attributes.get("rel") or ""), attributes


def test_the_language_goes_along(client: Any) -> None:
    page = client.get("/?lang=en").text
    for target in Links(page).local:
        assert "lang=" in target or "." in target.rpartition("/")[2] or "#" in target, target


def test_a_parameter_may_have_any_name(client: Any) -> None:
    reply = client.get("/id/portrait/2025?path=a&query=b&self=c")
    assert reply.status_code == 303
    assert reply.headers["Location"] == "../../doc/portrait/2025?path=a&query=b&self=c"


def test_the_home_page_leads_to_the_framework_where_there_is_one(
    client: Any, example: Path
) -> None:
    app = create_app(example, Settings())
    try:
        home = app.test_client().get("/?lang=en").text
        [target] = [
            link for link in Links(home).local if link.partition("?")[0].endswith("id/cadre")
        ]
        page = urljoin("/", target).replace("/id/", "/doc/")
        framework = app.test_client().get(page, headers={"Accept": "text/html"}).text
        assert "Governance framework for AI in Québec" in framework
    finally:
        app.extensions["current_release"].close()
    assert "id/cadre" not in client.get("/").text
