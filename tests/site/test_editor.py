"""The page for queries in a browser: an editor that shows answers in place, or a plain form."""

import json
import re
import subprocess
import sys
from typing import Any
from urllib.parse import quote

import pytest

from server.web import assets
from tests.site.conftest import BASE, BROWSER_MS
from tests.site.test_browser import CONTRAST
from tests.site.test_hang_up import ENDLESS
from tests.support.processes import find_busy, lives
from tests.support.waiting import wait_until

PIA = f"PREFIX pia: <{BASE}def#>\n"
COUNT = PIA + "SELECT (COUNT(*) AS ?n) { ?s a pia:Inscription }"
# What Chromium says of any answer that is no 2xx: the refusal is meant.
REFUSED = "Failed to load resource: the server responded with a status of 4"


@pytest.fixture(autouse=True)
def built() -> None:
    """Refuse to test where the scripts of the editor are not bundled."""
    assert assets.has_editor(), "no editor: run pip install -e . with npm's registry in reach"


@pytest.fixture
def noticed(page: Any) -> list[str]:
    """The errors and messages of the browser, and every address that it requests."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: messages.append(request.url))
    return messages


def complaints(noticed: list[str], site: str) -> list[str]:
    allowed = (site, "data:", REFUSED)
    return [message for message in noticed if not message.startswith(allowed)]


def write(page: Any, text: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def open_page(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".cm-content").wait_for()


def test_a_query_is_asked_in_place_by_keyboard(site: str, page: Any, noticed: list[str]) -> None:
    open_page(page, f"{site}sparql")
    page.evaluate("window.stayed = true")
    write(page, COUNT)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Réponse reçue").wait_for()
    assert page.locator("tbody td").inner_text() == "63"
    assert page.evaluate("window.stayed")
    assert page.locator(".cm-lineNumbers").is_visible()
    keyword = page.get_by_text("SELECT", exact=True).evaluate("e => getComputedStyle(e).color")
    plain = page.locator(".cm-content").evaluate("e => getComputedStyle(e).color")
    assert keyword != plain
    assert complaints(noticed, site) == []


def test_the_address_is_a_permalink(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql?lang=en")
    write(page, COUNT)
    page.get_by_role("button", name="Run the query").click()
    page.get_by_text("Answered in").wait_for()
    assert "query=PREFIX" in page.url
    address = page.url
    open_page(page, f"{site}sparql")
    open_page(page, address)
    assert page.locator("tbody td").inner_text() == "63"
    assert page.locator("html").get_attribute("lang") == "en"
    assert "COUNT(*)" in page.locator(".cm-content").inner_text()


def test_the_link_can_be_copied(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, "ASK { <é> ?p '&+%' }")
    page.get_by_role("button", name="Copier le lien").click()
    page.get_by_text("Lien copié").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    open_page(page, copied)
    assert page.locator(".truth").inner_text() == "Non"
    assert page.locator(".cm-content").inner_text() == "ASK { <é> ?p '&+%' }"


def test_going_back_shows_the_query_before(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql?query={quote('ASK {}')}")
    write(page, COUNT)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Réponse reçue").wait_for()
    page.go_back()
    page.locator(".truth").wait_for()
    assert page.locator(".cm-content").inner_text() == "ASK {}"


def test_an_error_is_marked_where_the_server_says(site: str, page: Any, noticed: list[str]) -> None:
    open_page(page, f"{site}sparql")
    write(page, "SELECT *\nWHERE { 'é' ?p ?o }\nORDER ?s")
    with page.expect_response(lambda reply: reply.status == 400) as response:
        page.get_by_role("button", name="Lancer la requête").click()
    problem = response.value.json()
    assert response.value.headers["content-type"] == "application/problem+json"
    page.locator(".said.wrong").wait_for()
    assert problem["detail"] in page.locator(".said").inner_text()
    assert page.locator(".cm-problem-gutter").inner_text() == str(problem["line"]) == "3"
    assert page.locator(".cm-problem").inner_text() == "?s"
    assert page.locator(".cm-content").get_attribute("aria-invalid") == "true"
    page.get_by_role("button", name=f"ligne 3, colonne {problem['column']}").click()
    page.keyboard.insert_text(" ")
    assert page.locator(".cm-problem-gutter").count() == 0
    assert complaints(noticed, site) == []


@pytest.mark.parametrize(
    ("language", "heading", "detail"),
    [
        ("fr", "La demande ne peut pas être lue", "Vouliez-vous écrire WHERE\u202f?"),
        ("en", "The request cannot be read", "did you mean WHERE?"),
    ],
)
def test_a_mistake_is_told_in_the_language_of_the_page(
    site: str, page: Any, language: str, heading: str, detail: str
) -> None:
    """Whatever the browser prefers, and in a box that is as high as its words."""
    page.set_viewport_size({"width": 1280, "height": 900})
    open_page(page, f"{site}sparql?lang={language}")
    # As where a site has many of them: they stand beside the box, and were what made it high.
    page.locator(".examples").evaluate("e => { e.style.minHeight = '1200px' }")
    write(page, "SELECT * WERE { ?s ?p ?o }")
    page.keyboard.press("Control+Enter")
    page.locator(".said.wrong").wait_for()
    told = page.locator(".said.wrong")
    assert told.locator("p").all_inner_texts()[0].startswith(heading)
    assert told.locator("p").count() == 2  # no word on another language
    assert told.locator(".detail").inner_text().endswith(detail)
    assert told.locator(".detail").get_attribute("lang") is None
    box, last = told.bounding_box(), told.locator(":scope > :last-child").bounding_box()
    assert box["y"] + box["height"] - (last["y"] + last["height"]) < 20


def test_a_permalink_that_is_wrong_is_marked_too(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql?query={quote('ASK {' + chr(10) + '?s é:a ?o }')}")
    assert page.locator("h1").inner_text() == "La demande ne peut pas être lue"
    assert page.locator(".cm-problem-gutter").inner_text() == "2"
    write(page, "ASK {}")
    page.keyboard.press("Control+Enter")
    assert page.locator(".truth").inner_text() == "Oui"


def completions(page: Any, typed: str) -> list[str]:
    write(page, "")
    page.keyboard.type(typed)
    page.keyboard.press("Control+Space")
    page.locator(".cm-tooltip-autocomplete li").first.wait_for()
    page.wait_for_timeout(300)  # a list that has just come takes no Enter yet: it may be meant else
    return [str(text) for text in page.locator(".cm-completionLabel").all_inner_texts()]


def test_classes_properties_graphs_and_prefixes_are_completed(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql")
    assert completions(page, "ASK { ?s a inscr")[0] == "pia:Inscription"
    page.keyboard.press("Enter")
    # The brace was closed by the editor, the prefix declared by the completion.
    assert page.locator(".cm-content").inner_text() == f"{PIA}ASK {{ ?s a pia:Inscription}}"
    assert "dcterms:isPartOf" in completions(page, "ASK { ?s dcterms:is")
    assert "pia:organisme" in completions(page, "ASK { ?s organi")
    assert completions(page, "ASK { GRAPH 2025") == [f"<{BASE}graph/2025>"]
    assert completions(page, "PREFIX sko") == ["skos:"]
    page.keyboard.press("Enter")
    text = page.locator(".cm-content").inner_text().strip()
    assert text == "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
    assert completions(page, "SELECT ?unNom { ?s ?p ?unN") == ["?unNom"]


def test_completion_knows_what_the_description_says(site: str, fetch: Any) -> None:
    described = fetch(f"{site}sparql?format=nt").text
    for language, label in (("fr", "fait partie de"), ("en", "is part of")):
        reply = fetch(f"{site}sparql/termes.json?lang={language}")
        assert reply.kind == "application/json"
        terms = json.loads(reply.text)
        labels = {term["iri"]: term["label"] for term in terms["properties"]}
        assert labels["http://purl.org/dc/terms/isPartOf"] == label
        for kind, word in (("classes", "class"), ("properties", "property")):
            iris = re.findall(rf"<http://rdfs.org/ns/void#{word}> <(.*?)>", described)
            assert {term["iri"] for term in terms[kind]} == set(iris)
        graphs = re.findall(r"sparql-service-description#name> <(.*?)>", described)
        assert {term["iri"] for term in terms["graphs"]} == set(graphs)


def test_a_query_that_is_stopped_leaves_nothing_running(patient: str, page: Any) -> None:
    open_page(page, f"{patient}sparql")
    write(page, ENDLESS)
    page.keyboard.press("Control+Enter")
    stop = page.get_by_role("button", name="Interrompre")
    stop.wait_for()
    busy = find_busy(patient)
    stop.click()
    page.get_by_text("Requête interrompue.").wait_for()
    assert not stop.is_visible()
    wait_until(lambda: not lives(busy))


def test_columns_sort_by_number_and_by_language(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql")
    rows = '("été" 10) ("zone" 9) ("eau" 1.5) ("Étape" UNDEF)'
    write(page, f"SELECT ?nom ?n {{ VALUES (?nom ?n) {{ {rows} }} }}")
    page.keyboard.press("Control+Enter")

    def column(number: int) -> list[str]:
        texts = page.locator(f"tbody td:nth-child({number})").all_inner_texts()
        return [str(text) for text in texts]

    names = page.get_by_role("button", name="nom")
    names.click()
    assert column(1) == ["eau", "Étape", "été", "zone"]
    assert page.locator("th").first.get_attribute("aria-sort") == "ascending"
    names.press("Enter")
    assert column(1) == ["zone", "été", "Étape", "eau"]
    names.press("Enter")
    assert column(1) == ["été", "zone", "eau", "Étape"]
    page.get_by_role("button", name="n", exact=True).click()
    assert column(2) == ["1.5", "9", "10", "—"]
    page.get_by_role("button", name="n", exact=True).click()
    assert column(2) == ["10", "9", "1.5", "—"]


def test_things_are_shown_by_name_and_as_they_are_written(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql")
    write(page, f"{PIA}SELECT ?s ?type {{ VALUES ?s {{ <{BASE}id/portrait/2025> }} ?s a ?type }}")
    page.keyboard.press("Control+Enter")
    named = page.locator("tbody td:nth-child(1) a").first
    assert named.inner_text().startswith("Portrait 2025")
    assert named.get_attribute("title") == f"{BASE}id/portrait/2025"
    page.get_by_role("button", name="Montrer les IRI").click()
    assert named.inner_text() == "<id/portrait/2025>"
    assert "pia:Portrait" in page.locator("tbody").inner_text()
    named.click()
    page.get_by_role("heading", level=1, name="Portrait 2025").wait_for()
    assert page.url.startswith(f"{site}doc/portrait/2025")


def test_raw_answer_and_downloads(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql?query={quote(COUNT)}")
    page.get_by_text("Réponse brute").click()
    shown = page.locator("details pre")
    page.get_by_text('"bindings"').wait_for()
    assert json.loads(shown.inner_text())["results"]["bindings"][0]["n"]["value"] == "63"
    links = page.locator("#reponse .formats a").all()
    assert len(links) == 5
    for link in links:
        with page.expect_download() as coming:
            link.click()
        assert "63" in coming.value.path().read_text("utf-8-sig")
        assert coming.value.suggested_filename.startswith("reponse.")


def test_what_is_written_goes_along_to_the_other_language(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql")
    write(page, "ASK { ?pas ?encore ?lancee }")
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Run the query").wait_for()
    assert page.locator(".cm-content").inner_text() == "ASK { ?pas ?encore ?lancee }"


@pytest.mark.parametrize("width", [360, 1280])
def test_every_example_answers_with_rows_that_fit(
    site: str, page: Any, noticed: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_page(page, f"{site}sparql")
    for link in page.locator(".examples [data-query]").all():
        link.click()
        page.locator(".cm-content", has_text=link.inner_text()).wait_for()
        page.locator("#dit", has_text="Réponse reçue").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints(noticed, site) == []


def test_the_keyboard_alone_gets_in_and_out(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql")
    name = "e => (e.shadowRoot?.activeElement ?? e).getAttribute('aria-label') ?? e.textContent"
    focused = []
    for _ in range(16):
        page.keyboard.press("Tab")
        focused.append(page.evaluate(f"({name})(document.activeElement)").strip())
    at = focused.index("Requête")
    assert focused[at + 1 : at + 3] == ["Lancer la requête", "Copier le lien"]
    assert page.get_by_role("textbox", name="Requête").count() == 1
    assert page.get_by_role("status").count() == 1


def test_without_scripts_the_form_works(site: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-CA")
    context.set_default_timeout(BROWSER_MS)
    try:
        page = context.new_page()
        page.goto(f"{site}sparql")
        page.get_by_label("Query").fill(COUNT)
        page.get_by_role("button", name="Run the query").click()
        assert page.locator("tbody td").inner_text() == "63"
        page.locator(".examples").get_by_role("link", name="How many rows").click()
        assert "# How many rows does each" in page.get_by_label("Query").input_value()
        assert page.get_by_label("Answer as").is_visible()
        page.get_by_label("Query").fill("ASK {")
        page.get_by_role("button", name="Run the query").click()
        assert page.get_by_label("Query").input_value() == "ASK {"
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_in_the_editor_is_enough(site: str, page: Any, scheme: str) -> None:
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1, for each colour of the syntax."""
    page.emulate_media(color_scheme=scheme)
    open_page(page, f"{site}sparql")
    write(page, "# note\nPREFIX a: <b>\nSELECT ?x { ?x a 'é'@fr, é:a FILTER(STR(?x) = 1) }")
    page.keyboard.press("Control+Enter")
    page.locator(".said.wrong").wait_for()
    inside = CONTRAST.replace(
        "document.querySelectorAll('body *')",
        "document.querySelector('.editor').shadowRoot.querySelectorAll('.cm-line, .cm-line *')",
    ).replace("e = e.parentElement", "e = e.parentElement ?? e.getRootNode().host")
    assert page.evaluate(inside) == []
    assert page.evaluate(CONTRAST) == []


def test_what_is_chosen_is_replaced_without_a_complaint(
    site: str, page: Any, noticed: list[str]
) -> None:
    open_page(page, f"{site}sparql")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("ASK {")
    assert page.locator(".cm-content").inner_text() == "ASK {}"
    assert complaints(noticed, site) == []


QUERIES = "Vos requêtes, gardées dans ce navigateur"


def ask(page: Any, text: str) -> None:
    """Run a query by keyboard, and wait for its answer."""
    write(page, text)
    page.keyboard.press("Control+Enter")
    page.locator("#dit", has_text=re.compile("Réponse reçue|ne peut pas être lue")).wait_for()


def test_own_queries_are_kept_in_the_browser_and_can_be_cleared(
    site: str, page: Any, noticed: list[str]
) -> None:
    open_page(page, f"{site}sparql")
    past = page.locator(".past")
    for number in range(22):
        ask(page, f"# numéro {number}\nASK {{ FILTER(1 = {number}) }}")
        page.locator(".truth", has_text="Oui" if number == 1 else "Non").wait_for()
    ask(page, "# numéro 5\nASK { FILTER(1 = 5) }")
    page.reload()
    page.locator(".cm-content").wait_for()
    summary = page.get_by_text(QUERIES)
    assert summary.inner_text() == f"{QUERIES} (20)"
    summary.focus()
    page.keyboard.press("Enter")
    listed = past.locator("li")
    shown = listed.all_inner_texts()
    assert shown[:2] == ["numéro 5", "numéro 21"]
    assert len(shown) == len(set(shown)) == 20
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".cm-content").inner_text() == "# numéro 21\nASK { FILTER(1 = 21) }"
    page.get_by_role("button", name="Effacer ces requêtes").press("Enter")
    assert listed.count() == 0
    page.reload()
    page.locator(".cm-content").wait_for()
    assert page.get_by_text(QUERIES).inner_text() == f"{QUERIES} (0)"
    assert complaints(noticed, site) == []


def test_own_queries_last_as_long_as_the_page_where_nothing_can_be_kept(
    site: str, page: Any
) -> None:
    refuse = "() => { throw new DOMException('refused', 'SecurityError') }"
    page.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ get: {refuse} }})")
    open_page(page, f"{site}sparql")
    ask(page, "ASK { FILTER(1 = 1) }")
    ask(page, "ASK { FILTER(1 = 2) }")
    assert page.get_by_text(QUERIES).inner_text() == f"{QUERIES} (2)"
    page.reload()
    page.locator(".cm-content").wait_for()
    assert page.get_by_text(QUERIES).inner_text() == f"{QUERIES} (0)"


def test_what_another_page_keeps_there_is_taken_as_text(site: str, page: Any) -> None:
    page.goto(f"{site}sparql")
    for stored in ("{", '{"a": 1}', '[1, null, "", "ASK {} <img src=x onerror=alert(1)>"]'):
        page.evaluate("stored => localStorage.setItem('portrait-ia queries', stored)", stored)
        open_page(page, f"{site}sparql")
        page.get_by_text(QUERIES).click()
        assert page.locator(".past img").count() == 0
    assert page.locator(".past li").all_inner_texts() == ["ASK {} <img src=x onerror=alert(1)>"]


def test_an_answer_of_two_columns_is_drawn_as_bars(
    site: str, page: Any, noticed: list[str]
) -> None:
    open_page(page, f"{site}sparql")
    rows = '("été <b>" 10) ("zone" -5) ("eau" 2.5)'
    ask(page, f"SELECT ?nom ?n {{ VALUES (?nom ?n) {{ {rows} }} }}")
    button = page.get_by_role("button", name="Montrer en barres")
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    figure = page.get_by_role("img", name="n · nom")
    assert figure.locator("desc").text_content() == "été <b> : 10 ; zone : -5 ; eau : 2.5"
    widths = [float(each.get_attribute("width")) for each in figure.locator("rect").all()]
    assert [round(width / widths[0], 3) for width in widths] == [1, 0.5, 0.25]
    first, second = (float(figure.locator("rect").nth(n).get_attribute("x")) for n in (0, 1))
    assert (second, first) == (0, widths[1])
    assert page.locator("tbody tr").count() == 3
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function("w => document.documentElement.scrollWidth === w", arg=width)
    button.press("Enter")
    assert not page.locator(".bars").is_visible()
    for query in (
        "SELECT ?a ?b { VALUES (?a ?b) { ('x' 'y') ('z' 'w') } }",
        "SELECT ?a ?b { VALUES (?a ?b) { ('x' 1) ('z' UNDEF) } }",
        "SELECT ?a ?b ?c { VALUES (?a ?b ?c) { ('x' 1 2) ('z' 1 2) } }",
    ):
        ask(page, query)
        assert page.get_by_role("button", name="Montrer en barres").count() == 0
    assert complaints(noticed, site) == []


def test_the_answer_to_a_question_is_drawn_too(site: str, page: Any, noticed: list[str]) -> None:
    page.goto(f"{site}requetes/lignes?lang=en")
    figure = page.get_by_role("img", name="Entries · Portrait")
    assert figure.locator("rect").count() == page.locator("tbody tr").count() == 2
    assert complaints(noticed, site) == []


def test_a_query_as_a_program_asks_it(site: str, page: Any) -> None:
    open_page(page, f"{site}sparql")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("En curl, Python ou R").press("Enter")
    quotes = """SELECT ?x { VALUES ?x { "l'été" 'a"b' "c\\\\d" } } # $HOME `x` \"\"\" """
    for query, line in (
        (COUNT, "63"),
        (quotes, "l'été"),
        ("CONSTRUCT { <a:b> <a:c> ?x } { BIND(1 AS ?x) }", "a:c"),
    ):
        write(page, query)
        for name, command in (("curl", ["bash", "-c"]), ("Python", [sys.executable, "-c"])):
            page.get_by_role("button", name=f"Copier pour {name}").click()
            page.get_by_text(f"Copié pour {name}.").wait_for()
            text = page.evaluate("navigator.clipboard.readText()")
            done = subprocess.run([*command, text], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            assert line in done.stdout.replace("\\\\'", "'")
        page.get_by_role("button", name="Copier pour R").click()
        assert "read" in page.locator("pre[aria-label=R]").inner_text()
