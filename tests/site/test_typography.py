"""French on pages has no plain blank before a sign; cells and code are as they are written."""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from server.release.labels import RDFS_LABEL
from tests.support.crawl import walk_kinds

WITHOUT_END = {"br", "circle", "hr", "img", "input", "link", "meta", "path", "rect"}
CODE = {"code", "pre", "script", "style", "textarea"}
CELLS = re.compile("/initiative/|/initiatives-a-trancher/")  # whose names are cells
PLAIN = re.compile(r" [:;?!»%](?!\w)|« ")
# What no link leads to.
ALSO = (
    "recherche?q=arr%C3%AAt%C3%A9",
    "sparql?query=SELECT+*+WERE",
    "doc/rien-de-tel",
    "recherche?q=zqxzqx",
)


class French(HTMLParser):
    """The French texts of a page, outside code and what is marked to stay as it is."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._open = [("", "", False)]  # name, language, whether it stays as it is
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        attributes = dict(attrs)
        _, language, stays = self._open[-1]
        stays = stays or tag in CODE or "data-as-is" in attributes
        stays = stays or (tag == "a" and bool(CELLS.search(attributes.get("href") or "")))
        if tag not in WITHOUT_END:
            self._open.append((tag, attributes.get("lang") or language, stays))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        while len(self._open) > 1 and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Take a text."""
        _, language, stays = self._open[-1]
        if language.startswith("fr") and not stays:
            self.texts.append(data)


def find_plain(page: str) -> Iterator[str]:
    """Yield the texts of a page with a plain blank where no line may end."""
    for text in French(page).texts:
        if PLAIN.search(text):
            yield " ".join(text.split())


def test_no_line_of_a_page_ends_before_a_sign(examples: str, fetch: Any) -> None:
    kinds = 0
    for address, page in walk_kinds(fetch, examples, "fr", ALSO):
        assert [*find_plain(page)] == [], address
        kinds += 1
    assert kinds > 60
    for path in ("def", "catalogue", "doc/cadre"):  # French on pages in English
        page = fetch(f"{examples}{path}?lang=en", Accept="text/html").text
        assert [*find_plain(page)] == [], path


# Texts of the vocabulary, of the framework, of a layout, of help and of a saved question.
OURS = [
    ("def", "Une ligne d'un registre\u00a0: ce qu'un organisme"),
    ("doc/cadre", "Non contraignant\u202f; porte sur les outils externes."),
    ("", "Données d'exemple\u00a0: les initiatives sont inventées."),
    ("aide/uris", "Un suffixe fait de même\u00a0:"),
]


@pytest.mark.parametrize(("path", "text"), OURS)
def test_our_texts_have_their_blanks(examples: str, fetch: Any, path: str, text: str) -> None:
    page = fetch(f"{examples}{path}?lang=fr", Accept="text/html").text
    assert text in unescape(page)


def test_cells_stay_as_they_are(examples: str, fetch: Any) -> None:
    listed = fetch(f"{examples}initiatives?lang=fr", Accept="text/html").text
    link = re.compile(r'<a href="[^"]*id/(initiative/[^"?]*)[^"]*">(Exemple \d+ : [^<]*)<')
    path, name = link.findall(listed)[0]
    page = fetch(f"{examples}doc/{path}?lang=fr", Accept="text/html").text
    assert re.search(rf"<h1><bdi data-as-is>{re.escape(name)}</bdi></h1>", page)
    query = f"SELECT ?n {{ <http://localhost:8000/id/{path}> <{RDFS_LABEL}> ?n }}"
    answer = fetch(f"{examples}sparql?lang=fr&query={quote(query)}", Accept="text/html").text
    assert f">{name}</bdi>" in answer
