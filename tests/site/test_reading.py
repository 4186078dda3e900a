"""A reader's ways through the site: by keyboard alone, in another language, on paper, by links."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.site.conftest import BROWSER_MS
from tests.support.crawl import crawl

MOST_TABS = 400
FOCUSED = """wanted => {
  const at = document.activeElement;
  return at !== null && at.matches(wanted);
}"""


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
    context.set_default_timeout(BROWSER_MS)
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
    context.set_default_timeout(BROWSER_MS)
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
    page.set_default_timeout(BROWSER_MS)
    page.goto(f"{examples}initiatives")
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".ways", ".top form", ".search", ".facets", ".orders", ".formats"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".entries h2").first.is_visible()
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(255, 255, 255)"  # though the screen is dark
    page.close()


@pytest.mark.parametrize("width", [641, 768, 1280])
def test_numbers_of_a_list_stand_below_their_years(examples: str, browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(BROWSER_MS)
    page.goto(f"{examples}organismes")
    lefts = "rows => rows.slice(0, 9).map(row => [...row.cells].map(cell => cell.offsetLeft))"
    head, *rows = page.locator(".things tr").evaluate_all(lefts)
    assert rows == [head] * 8
    page.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_link_of_a_crawl_answers(examples: str, fetch: Any, language: str) -> None:
    visited, seen = crawl(fetch, examples, f"{examples}?lang={language}")
    assert visited > 12
    assert seen > 200
