"""A list of very many things is read another way than a short one, and holds the same."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.lists import database, found, listed
from server.lists.initiatives import INITIATIVES
from server.lists.kind import ListKind, Shape
from server.lists.listed import ListedThings
from server.lists.query import ListQuery, read_query
from server.lists.things import BODIES

LANGUAGES = ["fr", "en"]
SHAPE = Shape((2025, 2024), frozenset(), (), "http://localhost:8000/")


@pytest.fixture
def tables(example: Path) -> Iterator[database.Tables]:
    file = example / "current/dumps/portraits.sqlite"
    address = f"file:{file}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        yield database.Tables(connection, database.QueryWatch(600, None))


def read(tables: database.Tables, kind: ListKind, search: str) -> tuple[object, ...]:
    """Return the number of things of a list, their keys in order, and the counts of all facets."""
    pairs = [tuple(pair.split("=")) for pair in search.split("&") if pair]
    query: ListQuery = read_query([(name, value) for name, value in pairs], kind)
    tables.run("DROP TABLE IF EXISTS temp.comptes")
    whole = ListedThings(tables, query, LANGUAGES, SHAPE)
    return whole.total, whole.keys(), {f.name: whole.facet(f) for f in query.kind.facets}


@pytest.mark.parametrize("kind", [INITIATIVES, INITIATIVES.of_year(2024), BODIES])
@pytest.mark.parametrize(
    "search",
    [
        "",
        "q=sante&tri=nom",
        "q=sante OR services -image&tri=nom",
        "q=--&tri=nom",
        "genre=ministere",
        "genre=ministere&q=sante&tri=nom",
        "presence=poursuivie&portefeuille=sante-et-services-sociaux",
    ],
)
def test_many_rows_give_what_few_give(
    tables: database.Tables, monkeypatch: pytest.MonkeyPatch, kind: ListKind, search: str
) -> None:
    few = read(tables, kind, search)
    monkeypatch.setattr(listed, "FEW", 0)
    assert read(tables, kind, search) == few
    assert few[0] == len(few[1])  # type: ignore[arg-type]
    assert few[0] or "--" in search


@pytest.mark.parametrize("search", ["annee=2024&annee=2025", "annee=2024&annee=2025&q=donnees"])
def test_an_initiative_of_several_chosen_years_stands_once_among_many(
    tables: database.Tables, monkeypatch: pytest.MonkeyPatch, search: str
) -> None:
    few = read(tables, INITIATIVES, search)
    monkeypatch.setattr(listed, "FEW", 0)
    total, keys, facets = read(tables, INITIATIVES, search)
    assert (total, keys, facets) == few
    assert isinstance(keys, list)
    assert total == len(set(keys)) == len(keys)


def test_of_very_many_things_those_with_the_words_in_their_names_stand_first(
    tables: database.Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    total, keys, facets = read(tables, INITIATIVES, "q=assistance")
    monkeypatch.setattr(found, "MOST_RANKED", 5)
    cut_total, cut_keys, cut_facets = read(tables, INITIATIVES, "q=assistance")
    assert (cut_total, cut_facets) == (total, facets)
    assert isinstance(keys, list)
    assert isinstance(cut_keys, list)
    assert sorted(cut_keys) == sorted(keys)
    query = """SELECT cle FROM choses WHERE sorte = 'initiative' AND chose IN (
               SELECT rowid FROM recherche WHERE recherche MATCH 'nom : assist') ORDER BY chose"""
    first = [row["cle"] for row in tables.rows(query)][:5]
    assert sorted(cut_keys[: len(first)]) == sorted(first)
    in_order = tables.rows("SELECT initiative FROM initiatives ORDER BY rowid")
    others = [row["initiative"] for row in in_order if row["initiative"] in keys]
    assert cut_keys[len(first) :] == [key for key in others if key not in first]
    assert others[: len(first)] != first
