"""The search of the site, in both languages: combinations, misspellings, synonyms, suggestions."""

import html
import json
import re
from typing import Any
from urllib.parse import quote, urlencode, urljoin

import pytest

from tests.site.conftest import BROWSER_MS

REGIE = "regie-de-l-assurance-maladie-du-quebec"
HTML = {"Accept": "text/html"}


def search(address: str, fetch: Any, text: str, **parameters: str) -> dict[str, Any]:
    reply = fetch(f"{address}recherche.json?{urlencode({'q': text, **parameters})}")
    assert reply.status == 200, reply.text
    answer: dict[str, Any] = json.loads(reply.body)
    return answer


def keys(answer: dict[str, Any]) -> list[str]:
    return [result["uri"].rpartition("/")[2] for result in answer["results"]]


def numbers(address: str, fetch: Any, text: str) -> dict[str, int]:
    kinds: dict[str, int] = search(address, fetch, text)["kinds"]
    return kinds


def test_combinations_narrow_widen_and_leave_out(examples: str, fetch: Any) -> None:
    def count(text: str) -> int:
        return numbers(examples, fetch, text).get("initiative", 0)

    sorting, images, both = count("triage"), count("image"), count("triage image")
    assert sorting > 0 < images
    assert count("triage OR image") == sorting + images - both
    assert count("triage OU image") == sorting + images - both
    assert count("triage -image") == sorting - both
    assert count("triage -triage") == 0
    assert count('"réseaux les agent"') == 0 < count('"agent conversationnel"') <= count("agent")
    # Words that stand together hold each of them, and not the other way round.
    together = set(keys(search(examples, fetch, '"services sociaux"', kind="organisme")))
    assert together <= set(keys(search(examples, fetch, "sociaux services", kind="organisme")))


# What a reader writes, and what it is meant to find first: a kind and the key of a thing.
SAME = [
    ("Régie de l’assurance maladie", "organisme", REGIE),
    ("REGIE DE L'ASSURANCE-MALADIE", "organisme", REGIE),
    ("regies assurances maladies", "organisme", REGIE),
    ("l'assurance maladie du quebec", "organisme", REGIE),
    ("traitements d’images", "categorie", "traitement-d-image"),
    ("network health social services", "portefeuille", "sante-et-services-sociaux-reseau"),
    ("order information resources", "cadre", "arrete-2024-01"),
]
SYNONYMS = [
    ("RAMQ", "organisme", REGIE),
    ("ramq", "organisme", REGIE),
    ("chatbot", "categorie", "assistant-agent-conversationnel"),
    ("MSSS", "organisme", "ministere-de-la-sante-et-des-services-sociaux"),
    ("hopitaux", "organisme", "centre-hospitalier-universitaire-sainte-justine"),
    ("l'hopital", "organisme", "centre-hospitalier-universitaire-sainte-justine"),
]


@pytest.mark.parametrize(("text", "kind", "key"), [*SAME, *SYNONYMS])
def test_what_is_meant_is_found_however_it_is_written(
    examples: str, fetch: Any, text: str, kind: str, key: str
) -> None:
    assert key in keys(search(examples, fetch, text, kind=kind))[:3]


MISSPELT = [
    ("priorisatoin", "priorisation"),
    ("asurance maladie", "assurance maladie"),
    ("cegeps rosemon", "cegeps rosemont"),
    ("helth", "health"),
    ("santee quebecc", "sante quebec"),
    ("d'urgense", "urgences"),
    ("montrea l’hospitaliere", "montreal hospitalier"),
    ("hospi", "hospitalier"),
]


@pytest.mark.parametrize(("text", "meant"), MISSPELT)
def test_a_misspelt_search_offers_what_is_meant_and_the_nearest(
    examples: str, fetch: Any, text: str, meant: str
) -> None:
    answer = search(examples, fetch, text)
    assert (answer["total"], answer["did_you_mean"]) == (0, meant)
    assert numbers(examples, fetch, meant)
    assert answer["nearest"]
    for language, words in (("fr", "Vouliez-vous dire"), ("en", "Did you mean")):
        page = fetch(
            f"{examples}recherche?{urlencode({'q': text, 'lang': language})}", headers=HTML
        )
        assert words in page.text
        assert f">{meant}</a>" in page.text


# A search that finds nothing, and the words of it that alone would find something.
FRUITLESS = [
    ("zqxzqx", []),
    ("zqxzqx wvwvwv", []),
    ("triage zqxzqx", ["triage"]),
    ("triage -triage", ["triage"]),
    ("santé zqxzqx images", ["sante", "images"]),
]


@pytest.mark.parametrize(("text", "fewer"), FRUITLESS)
def test_a_search_that_finds_nothing_shows_the_ways_on(
    examples: str, fetch: Any, text: str, fewer: list[str]
) -> None:
    answer = search(examples, fetch, text)
    assert (answer["total"], answer["did_you_mean"], answer["fewer_words"]) == (0, None, fewer)
    if not fewer:
        assert answer["nearest"] == []
    for language, told in (("fr", "Écrivez moins de mots"), ("en", "Write fewer words")):
        address = f"{examples}recherche?{urlencode({'q': text, 'lang': language})}"
        page = fetch(address, headers=HTML).text
        ways = page[page.index('aria-labelledby="ways"') :].partition("</section>")[0]
        assert told in ways
        links = [html.unescape(link) for link in re.findall(r'href="([^"]*)"', ways)]
        paths = [urljoin(address, link) for link in links]
        named = "".join(path.removeprefix(examples).partition("?")[0] + " " for path in paths)
        assert named.startswith("recherche " * len(fewer) + "initiatives organismes portefeuilles ")
        assert "aide/recherche" in named
        for path in paths:
            assert f"lang={language}" in path
            assert fetch(path, headers=HTML).status == 200
        for word in fewer:
            assert search(examples, fetch, word)["total"]
    assert search(examples, fetch, "triage")["fewer_words"] == []


@pytest.mark.parametrize(
    ("begun", "key"),
    [
        ("régi", REGIE),
        ("assurance mal", REGIE),
        ("RAM", REGIE),
        ("traitement d", "traitement-d-image"),
        ("health so", "sante-et-services-sociaux"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_suggestions_hold_what_begins_so(
    examples: str, fetch: Any, begun: str, key: str, language: str
) -> None:
    reply = fetch(f"{examples}recherche/suggestions?{urlencode({'q': begun, 'lang': language})}")
    answer = json.loads(reply.body)
    suggested = answer["suggestions"]
    assert key in [one["path"].rpartition("/")[2] for one in suggested]
    assert len(suggested) <= 8
    assert answer["status"].split()[0] == str(len(suggested))
    for one in suggested:
        assert fetch(examples + one["path"]).status == 303


def test_suggestions_of_a_list_are_of_its_things(examples: str, fetch: Any) -> None:
    reply = fetch(f"{examples}recherche/suggestions?q=sant&kind=organisme")
    paths = [one["path"] for one in json.loads(reply.body)["suggestions"]]
    assert paths
    assert all(path.startswith("id/organisme/") for path in paths)


@pytest.mark.parametrize(
    "text", ["", "a", '"', "*", "-", "OR", "x" * 10_000, "é" * 3_000, "\x00", "a\u19b0b"]
)
def test_suggestions_of_nothing_are_none(examples: str, fetch: Any, text: str) -> None:
    reply = fetch(f"{examples}recherche/suggestions?q={quote(text)}")
    assert reply.status == 200
    assert json.loads(reply.body)["suggestions"] == []


def test_a_page_of_results_says_the_same_as_json_and_marks_the_words(
    examples: str, fetch: Any
) -> None:
    answer = search(examples, fetch, "RAMQ", lang="en")
    page = fetch(f"{examples}recherche?q=RAMQ&lang=en", headers=HTML)
    assert f"<strong>{answer['total']}</strong> results" in page.text
    assert "<mark>RAMQ</mark>" in page.text
    names = re.findall(r"<h3><a[^>]*>(.*?)</a>", page.text, re.DOTALL)
    plain = [html.unescape(re.sub("<[^>]+>", "", name)) for name in names]
    assert plain == [result["name"] for result in answer["results"]]
    assert page.headers["X-Robots-Tag"] == "noindex"
    links = re.findall(r'<h3><a href="([^"]+)"', page.text)
    assert all(fetch(urljoin(examples, link)).status == 303 for link in links)


def test_pages_of_a_kind_hold_each_thing_once(examples: str, fetch: Any) -> None:
    first = search(examples, fetch, "health", kind="initiative")
    assert first["pages"] > 1
    listed = [
        key
        for page in range(1, first["pages"] + 1)
        for key in keys(search(examples, fetch, "health", kind="initiative", page=str(page)))
    ]
    assert len(listed) == len(set(listed)) == first["kinds"]["initiative"]


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        'nom:"x" NEAR(a b, 3) ^b {x}',
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        '"',
        "- - -",
        "OR OR",
        "NOT AND",
        "a",
        "é",
        "a" * 10_000,
        '"a" ' * 2_500,
        "-a " * 3_000,
        "cegep OR " * 1_000,
        "\x00\ud83d\ude00é" * 9,
        "* % _ \\ ' \" ; --",
    ],
)
def test_any_text_is_answered_as_text(examples: str, fetch: Any, text: str) -> None:
    sent = quote(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    reply = fetch(f"{examples}recherche?q={sent}", headers=HTML)
    assert reply.status == 200
    assert len(reply.body) < 200_000
    assert "<script>alert" not in reply.text
    assert "<img src=x" not in reply.text


@pytest.mark.parametrize(
    "address",
    ["recherche?page=0", "recherche?page=x", "recherche?kind=x", "recherche?page=-1",
     "recherche/suggestions?x=1", "recherche/suggestions?q=a&kind=x"],
)  # fmt: skip
def test_nonsense_in_parameters_leads_back_to_the_search(
    examples: str, fetch: Any, address: str
) -> None:
    reply = fetch(examples + address, headers=HTML)
    assert reply.status == 400
    (way,) = re.findall(r'class="button" href="([^"]+)"', reply.text)
    assert fetch(urljoin(examples + address, way), headers=HTML).status == 200


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_unknown_resource_leads_to_what_may_be_meant(
    examples: str, fetch: Any, language: str
) -> None:
    address = f"{examples}doc/organisme/regie-assurance-maladi?lang={language}"
    reply = fetch(address, headers=HTML)
    assert reply.status == 404
    assert 'value="regie assurance maladi"' in reply.text
    assert f'href="../../id/organisme/{REGIE}?lang={language}"' in reply.text
    told = {"fr": "Rien n&#39;est dit de", "en": "Nothing is said of"}
    assert told[language] in reply.text
    for path in (
        "id",
        "doc/initiative/" + "a" * 10_000,
        "doc/organisme/" + "a-" * 5_000,
        "doc/%2e%2e",
        "doc/" + "-" * 5_000,
        "nulle/part",
        "doc/%00%ff",
    ):
        assert fetch(examples + path, headers=HTML).status == 404, path
    program = fetch(address, Accept="application/json")
    assert json.loads(program.body)["kind"] == "unknown-resource"


def nearest_of(examples: str, fetch: Any, path: str) -> list[str]:
    """Return what the page of a path that leads nowhere offers as nearest, by their paths."""
    address = f"{examples}{path}"
    page = fetch(address, headers=HTML)
    assert page.status == 404, path
    part = page.text[page.text.index("<main") :].partition('id="nearest"')[2]
    links = re.findall(r'<li><a href="([^"?]+)', part.partition("</section>")[0])
    return [urljoin(address, link).removeprefix(examples) for link in links]


def test_a_key_of_an_initiative_that_is_off_by_a_letter_leads_to_it(
    examples: str, fetch: Any
) -> None:
    (key, *_) = keys(search(examples, fetch, "triage", kind="initiative"))
    wrong = (key[:-1], f"{key}x", key[1:], f"{key[:9]}{key[10:]}", key.upper(), f"{key}/1999")
    for path in wrong:
        assert nearest_of(examples, fetch, f"doc/initiative/{path}")[0] == f"id/initiative/{key}"


NEAREST = [
    ("portraits/abc", ["portraits/2025", "portraits/2024"]),
    ("portraits/1999", ["portraits/2025", "portraits/2024"]),
    ("doc/portrait/2026", ["id/portrait/2025", "id/portrait/2024"]),
    ("doc/organisme/hema-quebe", ["id/organisme/hema-quebec"]),
    ("organismes/hema-quebec", ["id/organisme/hema-quebec"]),
    ("doc/statut/zzz.ttl", ["id/statut/"] * 3),
    ("doc/categorie/traitement-images", ["id/categorie/traitement-d-image"]),
]


@pytest.mark.parametrize(("path", "first"), NEAREST)
def test_what_is_nearest_to_a_path_is_of_its_collection_first(
    examples: str, fetch: Any, path: str, first: list[str]
) -> None:
    offered = nearest_of(examples, fetch, path)
    assert len(offered) == len(set(offered)) <= 8
    assert [one[: len(own)] for one, own in zip(offered, first, strict=False)] == first


def test_suggestions_are_reached_by_keyboard(examples: str, page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{examples}recherche?lang=fr")
    box = page.get_by_role("combobox", name="Chercher dans tout le site")
    box.press_sequentially("assurance mal")
    options = page.locator("main").get_by_role("option")
    options.first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert "suggestion" in page.locator("main [role=status].unseen").inner_text()
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "assurance mal"
    box.press("ArrowDown")
    options.first.wait_for()
    box.press("ArrowUp")
    last = options.last
    assert box.get_attribute("aria-activedescendant") == last.get_attribute("id")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    assert options.first.get_attribute("aria-selected") == "true"
    name = options.first.locator("span").first.inner_text()
    with page.expect_navigation():
        box.press("Enter")
    assert name in page.locator("h1").inner_text()


def test_without_scripts_a_search_is_a_form(examples: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-CA")
    context.set_default_timeout(BROWSER_MS)
    page = context.new_page()
    page.goto(examples)
    page.get_by_role("searchbox", name="Chercher dans le site").fill("ramq")
    page.get_by_role("searchbox", name="Chercher dans le site").press("Enter")
    assert page.locator("h3 a").first.inner_text() == "Régie de l'assurance maladie du Québec"
    page.get_by_role("link", name=re.compile("^Initiatives 6")).click()
    assert page.locator("h3 a").count() == 6
    context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_saved_questions_are_found(examples: str, fetch: Any, language: str) -> None:
    address = f"{examples}recherche?{urlencode({'q': 'wikidata', 'lang': language})}"
    page = fetch(address, headers={"Accept": "text/html"})
    assert page.status == 200
    assert "requetes/wikidata" in page.text[page.text.index("<main") :]
