"""The site in a browser, at the width of a telephone and of a desktop."""

from typing import Any

import pytest

PAGES = [
    "",
    "?lang=en",
    "doc/portrait/2025",
    "doc/initiative/hostile/2025",
    "doc/organisme/cegep-du-vieux-montreal",
    "sparql",
    "sparql?query=SELECT*%7B%3Fs%3Fp%3Fo%7DLIMIT%2040",
    "sparql?query=CONSTRUCT%7B%3Fs%3Fp%3Fo%7DWHERE%7B%3Fs%3Fp%3Fo%7DLIMIT%2040",
    "dumps/",
    "def",
    "catalogue",
    "graph/2025",
]


def _width(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_leave_the_console_empty_and_load_nothing_from_elsewhere(
    site: str, page: Any, width: int
) -> None:
    messages: list[str] = []
    addresses: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("dialog", lambda dialog: messages.append(dialog.type))
    page.on("request", lambda request: addresses.append(request.url))
    page.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        reply = page.goto(site + path)
        assert reply.status == 200, path
        assert _width(page) == width, path
    assert not messages
    assert not [address for address in addresses if not address.startswith((site, "data:"))]


BROKEN_WORDS = """() => {
  const broken = [], texts = document.createTreeWalker(document.querySelector('table'), 4);
  for (let text; (text = texts.nextNode()); ) for (const word of text.data.matchAll(/[^\\s-]+/g)) {
    const range = document.createRange();
    range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(line => line.top)).size > 1) broken.push(word[0]);
  }
  return broken;
}"""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_of_the_limits_are_whole_on_a_telephone(site: str, page: Any, language: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{site}sparql/limites?lang={language}")
    assert page.evaluate(BROKEN_WORDS) == []
    assert _width(page) == 360


@pytest.mark.parametrize("width", [360, 1280])
def test_a_large_answer_leaves_the_page_short(site: str, page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}sparql?query=SELECT*%7B%3Fs%3Fp%3Fo%7DLIMIT%20400")
    assert page.locator("tbody tr").count() > 50
    assert page.locator(".answer .scroll").bounding_box()["height"] <= 0.9 * 800
    # The examples take five screens of a phone; 400 rows would take dozens more.
    assert page.evaluate("document.documentElement.scrollHeight") < 7 * 800


def test_hostile_cells_are_shown_as_text(site: str, page: Any) -> None:
    page.goto(f"{site}doc/initiative/hostile/2025")
    assert page.locator("h1").inner_text() == (
        "<script>alert(1)</script> et </script><!-- <b>gras</b>"
    )
    shown = page.locator("main").inner_text()
    assert '=HYPERLINK("http://exemple.invalid";"clic")' in shown
    assert "<img src=x onerror=alert(2)>" in shown
    assert page.locator("main img, main b, main script").count() == 0


def test_the_language_switch_works_and_stays(site: str, page: Any) -> None:
    page.goto(site)
    assert page.locator("html").get_attribute("lang") == "fr"
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="2025").first.click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("heading", level=1).inner_text() == "Portrait 2025, in English"
    page.get_by_role("link", name="Français").click()
    assert page.locator("html").get_attribute("lang") == "fr"


def test_a_query_can_be_asked_by_keyboard(site: str, page: Any) -> None:
    page.goto(f"{site}sparql")
    page.get_by_label("Requête").fill("SELECT (COUNT(*) AS ?n) { ?s a <def#Inscription> }")
    page.get_by_role("button", name="Lancer la requête").press("Enter")
    assert page.locator("tbody td").inner_text() == "63"


def test_the_keyboard_reaches_the_content_first(site: str, page: Any) -> None:
    page.goto(site)
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused == "#contenu"
    assert page.locator(".skip").bounding_box()["x"] >= 0


def test_pages_of_what_points_here(site: str, page: Any) -> None:
    page.goto(f"{site}doc/portrait/2025")
    page.get_by_text("Tous les énoncés").click()
    page.get_by_role("link", name="Suivante").click()
    assert "Page 2 de 2" in page.locator("main").inner_text()


CONTRAST = """() => {
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number);
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
  const ground = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$|transparent/.test(c)) return c; }
    return 'rgb(255, 255, 255)'; };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const a = light(getComputedStyle(e).color), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push([e.tagName, e.className, ratio]);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough(site: str, page: Any, scheme: str) -> None:
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1."""
    page.emulate_media(color_scheme=scheme)
    for path in ("", "doc/portrait/2025", "sparql", "dumps/", "def"):
        page.goto(site + path)
        assert page.evaluate(CONTRAST) == [], path
