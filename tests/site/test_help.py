"""The pages of help: the same in both languages, and every query of theirs answers."""

import json
import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest

from server.help.views import PAGES, STEPS
from tests.conftest import PROJECT

HTML = {"Accept": "text/html"}
TEMPLATES = PROJECT / "server/templates/help"
HEADING = re.compile(r"<(h[1-6]|pre|ul|blockquote)\b|\bstep\((\d)\)")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_the_same_parts_in_both_languages(name: str) -> None:
    parts = [
        HEADING.findall((TEMPLATES / f"{name}.{language}.html").read_text("utf-8"))
        for language in ("fr", "en")
    ]
    assert parts[0] == parts[1]
    assert parts[0]


def test_each_page_is_listed_and_answers(examples: str, fetch: Any) -> None:
    for language in ("fr", "en"):
        listed = fetch(f"{examples}aide?lang={language}", headers=HTML).text
        for name in PAGES:
            assert f"aide/{name}?lang={language}" in listed
            page = fetch(f"{examples}aide/{name}?lang={language}", headers=HTML)
            assert page.status == 200
            assert f'<html lang="{language}">' in page.text
    unknown = fetch(f"{examples}aide/rien", headers=HTML)
    assert unknown.status == 404
    assert "/aide" in unknown.text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_step_of_the_tutorial_answers(examples: str, fetch: Any, language: str) -> None:
    page = fetch(f"{examples}aide/requetes?lang={language}", headers=HTML).text
    queries = re.findall(r'href="[^"]*sparql\?[^"]*query=([^"&]+)', page)
    assert len(queries) == len(STEPS)
    for query in queries:
        reply = fetch(f"{examples}sparql?query={query.replace('+', '%20')}")
        assert reply.status == 200, reply.text
        rows = json.loads(reply.body)["results"]["bindings"] if "json" in reply.kind else reply.text
        assert rows, query


@pytest.mark.parametrize(
    ("language", "begins", "goes_on", "dates", "cited"),
    [
        ("fr", "Le portrait de 2025 compte 258 initiatives", "On y trouve ",
         "mise en ligne ici le ", "données inventées), {}. "),
        ("en", "The 2025 portrait holds 258 initiatives", "It holds ",
         "put online here on ", "made-up data), {}. "),
    ],
)  # fmt: skip
def test_the_home_page_says_what_it_speaks_of(
    examples: str, fetch: Any, language: str, begins: str, goes_on: str, dates: str, cited: str
) -> None:
    page = fetch(f"{examples}?lang={language}", headers=HTML).text
    text = " ".join(unescape(re.sub("<[^>]+>", "", page)).split())
    (first, *others) = re.findall(r"<li>(.*?)</li>", page[page.index('class="news"') :], re.DOTALL)
    sentence = re.sub("<[^>]+>", "", first)
    assert sentence.startswith(begins)
    assert goes_on in sentence
    assert not any(goes_on in other for other in others)
    # Both days have their word: that of this release, and that of the files that it was made from.
    issued = {"fr": "22 novembre 2026", "en": "November 22, 2026"}
    assert dates in text
    assert issued[language] in text
    assert '"datePublished": "2026-11-22"' in page
    # Shown, for machines and in files, the year is that in which the release was published.
    (year,) = re.findall(r"year = \{(\d{4})\}", fetch(f"{examples}citation.bib").text)
    assert text.count(cited.format(year)) == 2
    assert re.search(rf'"citation": "[^"]*\), {year}\. ', page)


def test_the_figures_of_the_home_page_are_those_of_sparql(examples: str, fetch: Any) -> None:
    page = fetch(f"{examples}?lang=en", headers=HTML).text
    links = re.findall(
        r'<dd class="value"><a href="[^"]*changements/(\d+-\d+)/([\w-]+)[^"]*">([^<]+)</a>', page
    )
    assert len(links) == 4
    prefix = "PREFIX pia: <http://localhost:8000/def#>"
    for years, name, number in links:
        node = f"<http://localhost:8000/id/comparaison/{years}/{name}>"
        query = (
            f"{prefix} SELECT ?least ?most"
            f" {{ {node} pia:effectifMinimal ?least ; pia:effectifMaximal ?most }}"
        )
        reply = fetch(f"{examples}sparql?query={quote(query)}&format=json")
        (row,) = json.loads(reply.body)["results"]["bindings"]
        ends = list(dict.fromkeys((row["least"]["value"], row["most"]["value"])))
        assert number == " to ".join(ends)
