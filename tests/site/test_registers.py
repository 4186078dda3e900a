"""Sites of other registers: in English, and in Dutch without categories and portfolios."""

import csv
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin

import pytest

from tests.conftest import Run

HTML = {"Accept": "text/html"}
Rows = dict[int, list[tuple[str, ...]]]
YEARS = (2024, 2025)
PAGES = (
    "", "requetes", "sparql", "sparql/limites", "changements/", "changements/2024-2025",
    "changements/2024-2025/initiatives-apres", "dumps/", "no/such/page",
)  # fmt: skip
# What Québec calls things, and who is who there.
QUEBEC = re.compile(
    r"(?i)qu[ée]b[ée]c|portefeuille|portfolio|\bminist|\bMCN\b|\bportraits?\b(?![-./])"
)
LAYOUT = """
layout = 1
name = "{name}"
languages = ["{language}"]
series.title.{language} = "{title}"
series.description.{language} = "{description}"
series.licence = "https://creativecommons.org/licenses/by/4.0/"
publisher.slug = "publisher"
publisher.name.{language} = "{publisher}"
publisher.homepage = "https://publisher.example/"
{fields}
"""
ENGLISH = {
    "nom": "Name", "categorie": "Type", "organisme": "Department", "portefeuille": "Group",
    "benefices": "Purpose", "statut": "Phase",
}  # fmt: skip
ENGLISH_ROWS: Rows = {
    2024: [
        ("Sorting of requests", "Text", "Parks Office", "Outdoors", "Faster service", "Pilot"),
        ("Counting of trees", "Images", "Parks Office", "Outdoors", "Know the trees", "In use"),
    ],
    2025: [
        ("Sorting of requests", "Text", "Parks Office", "Outdoors", "Faster service", "In use"),
        ("Planning of routes", "Maps", "Roads Office", "Traffic", "Fewer trips", "Pilot"),
        ("Counting of cars", "Images", "Roads Office", "Traffic", "Better service", "Pilot"),
    ],
}
DUTCH = {"nom": "Naam", "organisme": "Organisatie", "benefices": "Doel", "statut": "Fase"}
DUTCH_ROWS: Rows = {
    2024: [("Hulp bij vragen", "Gemeentewerken", "Sneller antwoord", "Proef")],
    2025: [
        ("Hulp bij vragen", "Gemeentewerken", "Sneller antwoord", "In gebruik"),
        ("Tellen van bomen", "Bosbeheer", "Weten wat er staat", "Proef"),
    ],
}


class Site(NamedTuple):
    """A running site of a register: its address, and the rows of its files by year."""

    address: str
    rows: Rows


def build(
    portrait_ia: Run, folder: Path, columns: dict[str, str], rows: Rows, **words: str
) -> Path:
    """Write a layout and the files of a register, and build its release."""
    fields = "".join(f'fields.{name}.columns = ["{title}"]\n' for name, title in columns.items())
    absent = ENGLISH.keys() - columns.keys()
    fields += "".join(f"fields.{name}.absent = true\n" for name in sorted(absent))
    lists = (name for name in ("categorie", "statut", "portefeuille") if name in columns)
    fields += "".join(f"lists.{name}.open = true\n" for name in lists)
    layout = folder / "register.toml"
    layout.write_text(LAYOUT.format(fields=fields, **words), "utf-8")
    for year in YEARS:
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([tuple(columns.values()), *rows[year]])
    files = [f"{year}={folder / f'{year}.csv'}" for year in YEARS]
    done = portrait_ia("build", *files, "--layout", layout, "--to", folder / "releases")
    assert done.returncode == 0, done.stderr
    return folder / "releases"


@pytest.fixture(scope="module")
def english(
    portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site of a register in English."""
    words = {"name": "town", "language": "en", "title": "Algorithms of a town"}
    words |= {"description": "What its offices use.", "publisher": "Town"}
    folder = tmp_path_factory.mktemp("english")
    releases = build(portrait_ia, folder, ENGLISH, ENGLISH_ROWS, **words)
    with boot(releases, security_contacts="mailto:security@town.example") as address:
        yield Site(address, ENGLISH_ROWS)


@pytest.fixture(scope="module")
def dutch(portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of a register in Dutch, without categories and portfolios."""
    words = {"name": "gemeente", "language": "nl", "title": "Algoritmen van een gemeente"}
    words |= {"description": "Wat de gemeente gebruikt.", "publisher": "Gemeente"}
    folder = tmp_path_factory.mktemp("dutch")
    releases = build(portrait_ia, folder, DUTCH, DUTCH_ROWS, **words)
    with boot(releases, security_contacts="mailto:security@gemeente.example") as address:
        yield Site(address, DUTCH_ROWS)


@pytest.fixture(params=["english", "dutch"])
def register(request: pytest.FixtureRequest) -> Site:
    """Each of the sites in turn."""
    site: Site = request.getfixturevalue(request.param)
    return site


def visible(page: str) -> str:
    """Return what a reader sees of a page, without queries, which hold our own terms."""
    shown = re.sub(r"(?s)<(script|pre|code|textarea)\b.*?</\1>", " ", page)
    return html.unescape(re.sub(r"<[^>]+>", " ", shown))


def list_questions(page: str) -> list[str]:
    """Return the names of the saved questions that a page leads to."""
    return re.findall(r'href="[./]*requetes/([a-z-]+)(?:\?[^"]*)?"', page)


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_in_english_without_a_word_of_quebec(
    register: Site, fetch: Any, path: str
) -> None:
    reply = fetch(register.address + path, headers=HTML)
    assert reply.status == (404 if path == "no/such/page" else 200)
    assert not QUEBEC.findall(visible(reply.text))
    assert '<html lang="en">' in reply.text
    for french in (
        fetch(register.address + path, headers={**HTML, "Accept-Language": "fr"}),
        fetch(f"{register.address}{path}?lang=fr", headers=HTML),
    ):
        assert '<html lang="fr">' in french.text
        assert not QUEBEC.findall(visible(french.text))


def test_feed_refusals_and_contact_are_in_the_languages_of_the_site(
    register: Site, fetch: Any
) -> None:
    own = "en" if register.rows is ENGLISH_ROWS else "nl"
    feed = fetch(f"{register.address}atom.xml").text
    assert 'xml:lang="en">\n<id>' in feed
    assert f'<title xml:lang="{own}">' in feed
    contact = fetch(f"{register.address}.well-known/security.txt").text
    assert f"Preferred-Languages: {own}\n" in contact
    assert fetch(f"{register.address}reconciliation").headers["Content-Language"] == "en"
    refusal = fetch(register.address, headers={**HTML, "Transfer-Encoding": "gzip"})
    assert refusal.status >= 400
    assert '<html lang="en">' in refusal.text
    assert '<p lang="fr">' in refusal.text


# Where nothing changed, or nobody decided anything, a question has no answer.
MAY_BE_EMPTY = {"absentes", "categories-changees", "decision", "noms-changes", "paires-ouvertes"}
MAY_BE_EMPTY |= {"organismes-au-moins", "pourquoi"}


def test_questions_are_answered_and_count_every_row(register: Site, fetch: Any) -> None:
    rows = sum(map(len, register.rows.values()))
    for language in ("en", "fr"):
        names = list_questions(fetch(f"{register.address}requetes?lang={language}").text)
        assert len(names) == (33 if register.rows is ENGLISH_ROWS else 25)
        for name in names:
            page = fetch(f"{register.address}requetes/{name}?lang={language}", headers=HTML)
            assert page.status == 200, name
            if name != "graphes":  # the labels of graphs are of the release
                assert not QUEBEC.findall(visible(page.text)), name
            files = re.findall(r'href="([^"]+)" type="application/sparql-results', page.text)
            if not files:  # a graph
                continue
            address = urljoin(f"{register.address}requetes/{name}", html.unescape(files[0]))
            answer = json.loads(fetch(address).body)
            if "boolean" in answer:
                assert answer["boolean"], name
                continue
            found = answer["results"]["bindings"]
            assert found or name in MAY_BE_EMPTY, name
            naming = [column for column in answer["head"]["vars"] if column.startswith("nom")]
            assert all(column in row for row in found for column in naming), name
            if "lignes" in answer["head"]["vars"]:
                assert sum(int(row["lignes"]["value"]) for row in found) == rows, name


def test_data_in_dutch_is_marked(dutch: Site, fetch: Any) -> None:
    home = fetch(dutch.address, headers=HTML).text
    assert '<h1 lang="nl">Algoritmen van een gemeente</h1>' in home
    assert '<p class="lead" lang="nl">Wat de gemeente gebruikt.</p>' in home
    assert '<a rel="external" href="https://publisher.example/" lang="nl">Gemeente</a>' in home
    changes = fetch(f"{dutch.address}changements/2024-2025", headers=HTML).text
    assert '<bdi lang="nl">Bosbeheer</bdi>' in changes
    assert '<bdi lang="nl">In gebruik</bdi>' in changes
    body = fetch(f"{dutch.address}doc/organisme/bosbeheer", headers=HTML).text
    assert '<h1><bdi lang="nl">Bosbeheer</bdi></h1>' in body
    assert '<bdi lang="nl">Tellen van bomen</bdi>' in body
    embedded = home[home.index("application/ld+json") :]
    assert '"inLanguage": ["nl"]' in embedded


def test_a_field_that_a_register_does_not_have_stands_nowhere(dutch: Site, fetch: Any) -> None:
    home = fetch(dutch.address, headers=HTML).text
    assert "id/statut" in home
    assert not re.findall("id/categorie|id/portefeuille|sector", home)
    changes = visible(fetch(f"{dutch.address}changements/2024-2025", headers=HTML).text)
    assert "Statuses" in changes
    assert not re.findall("(?i)sector|portfolio|categor", changes)
    proposed = json.loads(fetch(f"{dutch.address}reconciliation/extend/propose").body)
    offered = {each["id"] for each in proposed["properties"]}
    assert "statut" in offered
    assert not offered & {"categorie", "portefeuille"}
    types = fetch(f"{dutch.address}reconciliation/suggest/type").text
    assert "Statut" in types
    assert not re.findall("Categorie|Portefeuille", types)
    query = urlencode({"query": json.dumps({"query": "Bos", "type": "Portefeuille"})})
    refused = fetch(f"{dutch.address}reconciliation?{query}")
    assert refused.status == 400
    assert "this service has Organisme, Initiative, Statut." in json.loads(refused.body)["detail"]
