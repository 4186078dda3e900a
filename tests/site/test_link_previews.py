"""What other sites show beside a link to a page (Open Graph), and the address engines keep."""

import html
import re
from typing import Any

import pytest

HTML = {"Accept": "text/html"}
HOME = "http://localhost:8000/"  # the base URI of the examples
# A path, and the chart that stands for it.
PAGES = (
    ("", "categories-2025"),
    ("initiatives", "categories-2025"),
    ("initiatives?page=2", "categories-2025"),
    ("organismes", "genres-2025"),
    ("portefeuilles", "portefeuilles-2025"),
    ("categories", "categories-2025"),
    ("statuts", "statuts-2025"),
    ("portraits", "categories-2025"),
    ("portraits/2025", "categories-2025"),
    ("changements/", "categories-2025"),
    ("changements/2024-2025", "passages-2024-2025"),
    ("changements/2024-2025/initiatives-nouvelles", "passages-2024-2025"),
    ("graphiques", "categories-2025"),
    ("graphiques/genres", "genres"),
    ("graphiques/genres-2024", "categories-2025"),  # without a picture of its own
    ("requetes", "categories-2025"),
    ("requetes/organisme-en-production", "categories-2025"),
    ("aide", "categories-2025"),
    ("aide/identite", "categories-2025"),
)


def read_head(page: str) -> dict[str, str]:
    """Return what a page says of itself by name or property; its canonical link, its title."""
    head = page.partition("</head>")[0]
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', head)
    assert len({name for name, _ in found}) == len(found)
    (found_title,) = re.findall("<title>(.*)</title>", head)
    canonical = re.findall(r'<link rel="canonical" href="([^"]*)">', head)
    told = [*found, ("title", found_title), *(("canonical", link) for link in canonical)]
    return {name: html.unescape(text) for name, text in told}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_page_says_what_it_is_shows_and_where_it_is_at_home(
    examples: str, fetch: Any, language: str
) -> None:
    descriptions: dict[str, str] = {}
    for path, chart in PAGES:
        joint = "&" if "?" in path else "?"
        reply = fetch(f"{examples}{path}{joint}lang={language}", headers=HTML)
        head = read_head(reply.text)
        assert head["description"] == head["og:description"], path
        descriptions[path.partition("?")[0]] = head["description"]
        assert head["og:url"] == head["canonical"] == HOME + path
        assert head["og:image"] == f"{HOME}graphiques/{chart}.png?lang={language}", path
        if path:
            assert head["title"] == f"{head['og:title']} · {head['og:site_name']}"
        else:
            assert head["og:title"] == head["og:site_name"]
    assert all(descriptions.values())
    assert len({*descriptions.values()}) == len(descriptions)
    for chart in {chart for _, chart in PAGES}:
        picture = fetch(f"{examples}graphiques/{chart}.png?lang={language}")
        assert (picture.status, picture.kind) == (200, "image/png")


def test_a_state_of_a_list_is_at_home_in_the_list(examples: str, fetch: Any) -> None:
    page = fetch(
        f"{examples}initiatives?annee=2025&statut=solution-en-production", headers=HTML
    ).text
    assert read_head(page)["canonical"] == f"{HOME}initiatives"


@pytest.mark.parametrize("path", ["", "recherche"])
def test_each_box_for_a_search_suggests(examples: str, fetch: Any, path: str) -> None:
    page = fetch(f"{examples}{path}?lang=en", headers=HTML).text
    boxes = re.findall('<input [^>]*type="search"[^>]*>', page)
    assert len(boxes) == 2
    for box in boxes:
        assert 'data-suggestions="./recherche/suggestions?lang=en"' in box
        assert 'data-suggested="' in box


def test_a_fault_has_a_picture_and_no_home(examples: str, fetch: Any) -> None:
    reply = fetch(f"{examples}graphiques/%22%3E%3Cscript%3E", headers=HTML)
    head = read_head(reply.text)
    assert reply.status == 404
    assert "canonical" not in head
    assert head["og:image"] == f"{HOME}graphiques/categories-2025.png?lang=fr"
