"""A reader's ways through the site: by keyboard alone, in another language, on paper, by links."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest

HTML = {"Accept": "text/html"}
MOST_TABS = 400
FOCUSED = """wanted => {
  const at = document.activeElement;
  return at !== null && at.matches(wanted);
}"""
# Of pages whose addresses differ in one name alone, so many are visited, and so many links tried.
VISITED, TRIED = 2, 25


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until an element that fits has the focus, which must be seen; then press Enter."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED, selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", selector
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"no Tab leads to {selector}")


def test_a_walk_by_keyboard_from_the_home_page_to_the_answer_of_a_query(
    examples: str, browser: Any
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-CA")
    page = context.new_page()
    page.goto(examples)
    tab_to(page, ".ways a[href*='initiatives']")
    tab_to(page, ".jump a")
    tab_to(page, ".facets a[href*='annee=2024']")
    assert "annee=2024" in page.url
    narrowed = page.url
    tab_to(page, ".entries h2 a")
    assert "/doc/initiative/" in page.url
    page.go_back()
    assert page.url == narrowed
    total = int(re.sub(r"\D", "", page.locator(".total strong").inner_text()))
    tab_to(page, "main a[href*='sparql?query=']")
    page.wait_for_selector(".cm-content")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#nombre")
    assert int(re.sub(r"\D", "", page.locator("#nombre").inner_text())) == total
    context.close()


def test_the_switch_of_language_keeps_the_place(examples: str, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-CA")
    page = context.new_page()
    for path in ("initiatives?annee=2024&q=donn%C3%A9es", "recherche?q=ramq", "def", "requetes"):
        page.goto(examples + path)
        before = urlsplit(page.url)
        page.locator(".top .language").click()
        page.wait_for_url("**lang=en**")
        after = urlsplit(page.url)
        assert after.path == before.path
        assert parse_qs(after.query) == {**parse_qs(before.query), "lang": ["en"]}
        assert page.locator("html").get_attribute("lang") == "en"
    # And what is followed from there stays in that language.
    page.locator(".ways a").first.click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "en"
    context.close()


def test_on_paper_stands_what_is_read_and_not_what_is_clicked(examples: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{examples}initiatives")
    page.emulate_media(media="print")
    for hidden in (".ways", ".top form", ".facets", ".formats"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".entries h2").first.is_visible()
    page.close()


class Links(HTMLParser):
    """The links of a page that a crawler follows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        target, relation = attributes.get("href"), attributes.get("rel") or ""
        if tag == "a" and target and "nofollow" not in relation:
            self.targets.append(target)


def shape(address: str) -> str:
    """Return an address without the names and numbers in which those of a kind differ."""
    parts = urlsplit(address)
    names = sorted(parse_qs(parts.query))
    return re.sub(r"/(?!id/|doc/)[a-z0-9-]{3,}(?=/|$)", "/_", parts.path) + "?" + ",".join(names)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_link_of_a_crawl_answers(examples: str, fetch: Any, language: str) -> None:
    start = f"{examples}?lang={language}"
    waiting, seen = [start], {start}
    visited: Counter[str] = Counter()
    while waiting:
        address = waiting.pop(0)
        reply = fetch(address, headers=HTML)
        while reply.status in (301, 303, 308):
            reply = fetch(urljoin(address, reply.headers["Location"]), headers=HTML)
        assert reply.status == 200, address
        if reply.kind != "text/html":
            continue
        visited[shape(address)] += 1
        if visited[shape(address)] > VISITED:
            continue
        local = [urldefrag(urljoin(address, target))[0] for target in Links(reply.text).targets]
        tried: Counter[str] = Counter()
        for target in local:
            tried[shape(target)] += 1
            if target.startswith(examples) and target not in seen and tried[shape(target)] < TRIED:
                seen.add(target)
                if visited[shape(target)] < TRIED:
                    waiting.append(target)
    assert len(visited) > 12
    assert len(seen) > 200
