"""The pages of charts say what SPARQL says, and their files and frames may stand elsewhere."""

import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from server.app import create_app
from server.settings import Settings
from server.web import render
from server.web.release_scope import RELEASE

HTML = {"Accept": "text/html"}
PNG = b"\x89PNG\r\n\x1a\n"
LANGUAGES = ("fr", "en")


class Page(HTMLParser):
    """The links of a page, its pictures, the rows of its table and what its code samples hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.rows: list[list[str]] = []
        self.samples: list[str] = []
        self._in: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("a", "link") and values.get("href"):
            self.links.append(str(values["href"]))
        if tag == "img":
            assert values.get("alt")
            assert values.get("width")
            self.pictures.append(str(values["src"]))
        if tag == "source":
            self.pictures.append(str(values["srcset"]))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "code":
            self.samples.append("")
        if tag in ("td", "th", "code"):
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._in and self._in[-1] == tag:
            self._in.pop()

    def handle_data(self, data: str) -> None:
        if self._in and self._in[-1] == "code":
            self.samples[-1] += data
        elif self._in:
            self.rows[-1][-1] += data.strip()


def open_page(address: str, fetch: Any) -> Page:
    reply = fetch(address, headers=HTML)
    assert reply.status == 200, (address, reply.text[:500])
    return Page(reply.text)


def chart_pages(examples: str, fetch: Any, language: str) -> list[str]:
    """Return the address of each chart's page, as the list of all links to it."""
    here = f"{examples}graphiques?lang={language}"
    links = [urljoin(here, link) for link in open_page(here, fetch).links]
    found = [link for link in links if re.search(r"/graphiques/[^/]+$", link)]
    assert len(found) == 13
    return found


def test_every_number_of_every_page_is_what_its_query_answers(examples: str, fetch: Any) -> None:
    for address in chart_pages(examples, fetch, "en"):
        page = open_page(address, fetch)
        (query,) = {
            parse_qs(urlsplit(link).query)["query"][0] for link in page.links if "query=" in link
        }
        reply = fetch(f"{examples}sparql?query={quote(query)}&format=json")
        bindings = json.loads(reply.body)["results"]["bindings"]
        answers = [int(row["nombre"]["value"]) for row in bindings]
        numbers = [
            [int(cell.replace(",", "")) for cell in row if re.fullmatch(r"[\d,]+", cell)]
            for row in page.rows[1:]
        ]
        assert sum(map(sum, numbers)) == sum(answers) > 0
        names = {row.get("libelle", {}).get("value"): row for row in bindings}
        # A chart of one year: each row by its name; those of several are held by the table's test.
        if re.search(r"-20\d\d\?", address) and "passages" not in address:
            for row, cells in zip(page.rows[1:], numbers, strict=True):
                if not row[0].endswith("other values"):
                    assert [int(names[row[0]]["nombre"]["value"])] == cells
        else:
            shown = {number for cells in numbers for number in cells}
            assert shown <= {0, *answers} or "other values" in str(page.rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_the_pages_lead_to_is_there(examples: str, fetch: Any, language: str) -> None:
    for address in chart_pages(examples, fetch, language):
        page = open_page(address, fetch)
        files = {urljoin(address, link) for link in (*page.links, *page.pictures)}
        files = {link for link in files if re.search(r"/graphiques/[^/]+\.(svg|png|csv)", link)}
        assert len(files) in (3, 4)  # light, dark, table, and pixels for some
        for file in files:
            reply = fetch(file)
            assert reply.status == 200, file
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
            assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'; base")
            assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert reply.headers["Content-Language"] == language
            if reply.kind == "image/png":
                assert reply.body.startswith(PNG)
            elif reply.kind == "text/csv":
                assert len(list(csv.reader(io.StringIO(reply.text)))) > 1
            else:
                assert reply.kind == "image/svg+xml"
                dark = "theme=dark" in file
                assert ('fill="#12181f"' in reply.text) is dark
                assert f'lang="{language}"' in reply.text
        samples = [sample for sample in page.samples if sample.startswith("<")]
        assert len(samples) == 2
        for sample in samples:  # as a reader copies it, it is HTML too
            copied = Page(sample.replace("<iframe", '<img alt="-"'))
            assert [fetch(source).status for source in copied.pictures] == [200]
            assert "d'organisme" not in sample


def test_the_kind_that_is_unknown_leads_nowhere(examples: str, fetch: Any) -> None:
    text = fetch(f"{examples}graphiques/genres-2025", headers=HTML).text
    assert re.search('href="[^"]*id/genre/ministere"', text)
    assert not re.search('href="[^"]*id/genre/inconnu"', text)


def test_any_site_may_frame_a_chart_but_no_other_page(examples: str, fetch: Any) -> None:
    frame = fetch(f"{examples}graphiques/categories-2025/cadre?lang=en", headers=HTML)
    assert frame.status == 200
    policy = frame.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert Page(frame.text).pictures
    assert 'target="_blank" rel="noopener"' in frame.text
    page = fetch(f"{examples}graphiques/categories-2025", headers=HTML)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    picture = fetch(f"{examples}graphiques/categories-2025.svg").text
    assert "Source" in picture
    assert "/graphiques/categories-2025</text>" in picture


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("graphiques/categories-1999", 404),
        ("graphiques/..%2fmanifest", 404),
        ("graphiques/..%2F..%2Fmanifest.json", 404),
        ("graphiques/index.json", 404),
        ("graphiques/index.csv", 404),
        ("graphiques/%00.svg", 404),
        ("graphiques/%FF%FE.svg", 404),
        ("graphiques/" + "a" * 3000 + ".svg", 404),
        ("graphiques/%3Cscript%3E/cadre", 404),
        ("graphiques/categories-2025.fr.light.svg", 404),
        ("graphiques/categories-2024.png", 404),
        ("graphiques/categories-2025.svg?theme=%2e%2e", 400),
        ("graphiques/categories-2025.svg?theme=dark&theme=light", 400),
        ("graphiques/categories-2025.svg?size=9", 400),
        ("graphiques/categories-2025?page=2", 400),
        ("graphiques?tri=nom", 400),
        ("graphiques/categories-2025/cadre?theme=dark", 400),
    ],
)
def test_what_there_is_not_is_refused_with_a_way_on(
    examples: str, fetch: Any, path: str, status: int
) -> None:
    reply = fetch(examples + path, headers=HTML)
    assert reply.status == status, reply.text[:300]
    assert "<script>" not in reply.text
    if "%FF" not in path:
        assert "graphiques" in reply.text


def show_figure(app: Flask, name: str, language: str) -> str:
    """Return what the macro for other pages writes of a chart."""
    text = '{% from "charts/figure.html" import figure with context %}{{ figure(name) }}'
    assert app.jinja_loader
    app.jinja_env.loader = ChoiceLoader([DictLoader({"figure": text}), app.jinja_loader])
    current = app.extensions["current_release"]
    with current.lend() as release, app.test_request_context(f"/a/b?lang={language}") as context:
        context.request.environ[RELEASE] = release
        return render.render("figure", name=name).strip()


def test_a_figure_stands_in_any_page_with_its_numbers(example: Path) -> None:
    app = create_app(example, Settings())
    try:
        for language, word in (("fr", "La même chose en tableau"), ("en", "The same as a table")):
            text = show_figure(app, "statuts-2025", language)
            page = Page(text)
            assert text.startswith('<figure class="chart">')
            assert word in text
            assert len(page.rows) == 4
            assert all(picture.startswith("../graphiques/") for picture in page.pictures)
        assert show_figure(app, "statuts-1999", "fr") == ""
    finally:
        app.extensions["current_release"].close()


def test_a_release_without_charts_is_served_without(app: Flask, site: str, fetch: Any) -> None:
    assert show_figure(app, "categories-2025", "fr") == ""
    reply = fetch(f"{site}graphiques")
    assert reply.status == 404
    assert "build it anew" in reply.text
    assert fetch(f"{site}graphiques/categories-2025.svg").status == 404
    assert fetch(site).status == 200
    assert "graphiques" not in fetch(f"{site}sitemap/1.xml").text


def test_the_checksums_of_downloads_are_those_of_charts_too(examples: str, fetch: Any) -> None:
    lines = fetch(f"{examples}dumps/SHA256SUMS").text.splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    charts = [name for name in sums if name.startswith("charts/")]
    assert {name.rpartition(".")[2] for name in charts} == {"svg", "png", "csv"}
    for language in ("fr", "en"):
        name = f"charts/statuts-2025.{language}.png"
        shown = fetch(f"{examples}graphiques/statuts-2025.png?lang={language}")
        file = fetch(f"{examples}dumps/{name}")
        assert (file.status, file.kind, file.body) == (200, "image/png", shown.body)
        assert hashlib.sha256(file.body).hexdigest() == sums[name]
    assert fetch(f"{examples}dumps/charts/index.json").status == 404
    assert "charts/" not in fetch(f"{examples}dumps/", Accept="text/html").text
