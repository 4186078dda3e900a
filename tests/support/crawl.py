"""Follow the links of a site from page to page, as a crawler does."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

HTML = {"Accept": "text/html"}
# Of pages whose addresses differ in one name alone, so many are visited, and so many links tried.
VISITED, TRIED = 2, 25


class Links(HTMLParser):
    """The links of a page that a crawler follows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the target of a link."""
        attributes = dict(attrs)
        target, relation = attributes.get("href"), attributes.get("rel") or ""
        if tag == "a" and target and "nofollow" not in relation:
            self.targets.append(target)


def shape(address: str) -> str:
    """Return an address without the names and numbers in which those of a kind differ.

    A path of one name, such as /def, is of its own kind.
    """
    parts = urlsplit(address)
    names = sorted(parse_qs(parts.query))
    if parts.path.count("/") == 1:
        return f"{parts.path}?{','.join(names)}"
    return re.sub(r"/(?!id/|doc/)[a-z0-9-]{3,}(?=/|$)", "/_", parts.path) + "?" + ",".join(names)


def crawl(
    fetch: Callable[..., Any],
    site: str,
    start: str,
    read: Callable[[str, str], None] = lambda address, page: None,
    tried_most: int = TRIED,
) -> tuple[int, int]:
    """Ask for every page that links lead to; each must answer 200, redirected or not.

    A redirect must stay below `site`. `read` is given the address and the text of each page; of
    links in a page that differ in a name alone, fewer than `tried_most` are asked for. Returns how
    many kinds of pages were visited, and how many addresses were asked. Raises AssertionError, with
    the address.
    """
    waiting, seen = [start], {start}
    visited: Counter[str] = Counter()
    while waiting:
        address = place = waiting.pop(0)
        reply = fetch(address, headers=HTML)
        while reply.status in (301, 303, 308):
            place = urljoin(place, reply.headers["Location"])
            assert place.startswith(site), (address, place)
            reply = fetch(place, headers=HTML)
        assert reply.status == 200, (address, reply.status)
        if reply.kind != "text/html":
            continue
        read(address, reply.text)
        visited[shape(address)] += 1
        if visited[shape(address)] > VISITED:
            continue
        local = [urldefrag(urljoin(place, target))[0] for target in Links(reply.text).targets]
        tried: Counter[str] = Counter()
        for target in local:
            tried[shape(target)] += 1
            if target.startswith(site) and target not in seen and tried[shape(target)] < tried_most:
                seen.add(target)
                if visited[shape(target)] < tried_most:
                    waiting.append(target)
    return len(visited), len(seen)


def kind_of(address: str) -> str:
    """Return an address with the names left out that tell pages of one template apart."""
    parts = urlsplit(address)
    steps = parts.path.strip("/").split("/")
    kept = 2 if steps[0] in ("id", "doc") else 1
    names = sorted(name for name in parse_qs(parts.query) if name != "lang")
    return "/".join([*steps[:kept], *("_" for _ in steps[kept:])]) + "?" + ",".join(names)


def walk_kinds(
    fetch: Callable[..., Any], site: str, language: str, also: Iterable[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield the address and the text of one page of each kind that links of a language lead to.

    The walk begins at the home page, and at other paths, which may have queries.
    """
    begun = ["", *also]
    waiting = [f"{site}{path}{'&' if '?' in path else '?'}lang={language}" for path in begun]
    seen: set[str] = set()
    while waiting:
        address = waiting.pop(0)
        if kind_of(address) in seen:
            continue
        seen.add(kind_of(address))
        reply = fetch(address, headers=HTML)
        while reply.status in (301, 303, 308):
            address = urljoin(address, reply.headers["Location"])
            reply = fetch(address, headers=HTML)
        if reply.kind != "text/html":
            continue
        yield address, reply.text
        targets = (urldefrag(urljoin(address, link))[0] for link in Links(reply.text).targets)
        waiting += [target for target in targets if target.startswith(site)]
