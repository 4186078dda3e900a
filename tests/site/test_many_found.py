"""A list of more things than a query may name is downloaded whole; its SPARQL is without words."""

import csv
import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from server.lists.sparql import MOST_VALUES
from tests.conftest import Run
from tests.site.test_lists import OWN_HEADER, OWN_LAYOUT, ask, initiatives_of, open_list, total

ROWS = MOST_VALUES + 100
OFFICES = ("Parks", "Roads", "Water")


@pytest.fixture(scope="module")
def large(portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site of two years and many initiatives, which sends no answer of a query over 1 MB."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "layout.toml").write_text(OWN_LAYOUT, "utf-8")
    for year, rows in ((2024, 1), (2025, ROWS)):
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(OWN_HEADER)
            for number in range(rows):
                office = OFFICES[number % len(OFFICES)]
                row = (f"Sorting of data {number}", office, "Pilot", "Fast", f"A{number}")
                writer.writerow((*row, "", "Town", "no", "Trees Ltd"))
    files = [f"{year}={folder / f'{year}.csv'}" for year in (2024, 2025)]
    done = portrait_ia(
        "build", *files, "--layout", folder / "layout.toml", "--to", folder / "releases"
    )
    assert done.returncode == 0, done.stderr
    with boot(folder / "releases", workers=1, result_mb="1") as address:
        yield address


@pytest.mark.parametrize(
    "search", ["q=data", "q=data&organisme=parks", "annee=2025&own.maker=town", ""]
)
def test_turtle_holds_all_that_csv_and_json_hold(large: str, fetch: Any, search: str) -> None:
    records = json.loads(fetch(f"{large}initiatives.json?{search}").body)
    turtle = fetch(f"{large}initiatives.ttl?{search}")
    assert (turtle.status, turtle.kind) == (200, "text/turtle")
    assert "initiatives.ttl" in turtle.headers["Content-Disposition"]
    uris = {record["initiative_uri"] for record in records}
    assert initiatives_of(turtle.body) == uris
    assert len(uris) == (ROWS if "organisme" not in search else -(-ROWS // len(OFFICES)))
    # Entries, too: with what their cells say.
    assert turtle.text.count('nomTelQuEcrit "Sorting of data') >= len(uris)
    assert f"initiatives.ttl{'?' if search else ''}" in open_list(
        large, fetch, **{name: value for name, (value,) in parse_qs(search).items()}
    )


def test_words_that_find_too_much_for_sparql_leave_that_of_the_facets(
    large: str, fetch: Any
) -> None:
    told = {"en": "SPARQL without the words", "fr": "SPARQL sans les mots cherchés"}
    for language, words in told.items():
        page = open_list(large, fetch, lang=language, q="data", annee="2025")
        assert total(page.replace("\u202f", ",").replace("\u00a0", ",")) == ROWS
        (behind,) = re.findall(rf'href="([^"]*sparql\?[^"]+)">{words}<', page)
        query = parse_qs(urlsplit(html.unescape(behind)).query)["query"][0]
        assert "VALUES ?annee { 2025 }" in query
        assert len(ask(large, fetch, query)) == ROWS
        assert "1,000" in page or "1\u00a0000" in page or "1\u202f000" in page
    few = open_list(large, fetch, q="data", annee="2024")
    assert "SPARQL of this list" in few
    assert "SPARQL without the words" not in few
