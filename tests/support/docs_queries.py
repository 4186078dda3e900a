"""Read the queries that a page of the docs shows, and answer them over a release."""

import re
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from tests.conftest import PROJECT

SITE = "http://localhost:8000/"
PREFIXES = {
    "http://data.europa.eu/eli/ontology#": "eli:",
    "http://purl.org/dc/terms/": "dcterms:",
    f"{SITE}def#": "pia:",
    SITE: "",
}


class ShownQuery(NamedTuple):
    """A query of a page, and what stands below it."""

    query: str
    sentence: str
    columns: list[str]
    rows: list[list[str]]


def read_page(page: str) -> list[ShownQuery]:
    """Return each query of a page with the table below it, and the sentence between them if any."""
    text = (PROJECT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(
        r"```sparql\n(.*?)```\n\n(?:([^|`#\n][^\n]*)\n\n)?((?:\|[^\n]*\n)+)", text, re.DOTALL
    )
    shown = []
    for query, sentence, table in blocks:
        columns, _, *rows = (
            [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()
        )
        shown.append(ShownQuery(query, sentence, columns, rows))
    return shown


def load_release(release: Path) -> ox.Store:
    """Return a store with all that the endpoint answers from."""
    store = ox.Store()
    for file in ("dumps/portraits.nq", "catalogue.nq"):
        store.bulk_load(path=release / file, format=ox.RdfFormat.N_QUADS)
    return store


def answers(store: ox.Store, query: str, columns: list[str]) -> list[list[str]]:
    """Return the rows of an answer, some of its columns, with short IRIs."""
    solutions = store.query(query, base_iri=SITE, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    return [["" if row[c] is None else shorten(row[c].value) for c in columns] for row in solutions]


def shorten(value: str) -> str:
    for namespace, prefix in PREFIXES.items():
        value = value.replace(namespace, prefix)
    return value
