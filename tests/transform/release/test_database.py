"""The SQLite file says what the dumps say, and its index finds what a reader writes otherwise."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyoxigraph as ox
import pytest

from tests.conftest import PROJECT
from transform.text.search_words import Stems, words

BASE = "http://localhost:8000/"
FILE = "current/dumps/portraits.sqlite"
PAGES = ["docs/tables.md", "docs/tables.en.md"]


def connect(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)


@pytest.fixture(scope="module")
def tables(example: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(example / FILE)) as connection:
        yield connection


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=example / "current/dumps/portraits.nq", format=ox.RdfFormat.N_QUADS)
    return store


def rows(connection: sqlite3.Connection, query: str, *values: object) -> list[tuple[object, ...]]:
    return connection.execute(query, values).fetchall()


def test_file_is_sound_and_every_reference_leads_to_a_row(tables: sqlite3.Connection) -> None:
    assert rows(tables, "PRAGMA integrity_check") == [("ok",)]
    assert rows(tables, "PRAGMA foreign_key_check") == []
    referring = ("organismes", "portefeuilles", "initiatives", "inscriptions")
    assert all(rows(tables, f"PRAGMA foreign_key_list({name})") for name in referring)


# What a table says, and what the statements say: the same rows.
SAME = {
    """SELECT uri, annee, organisme, portefeuille, categorie, statut, nom, ligne
       FROM inscriptions""": """
        SELECT ?e ?y ?o ?p ?c ?s ?n ?r {
          ?e pia:annee ?y ; pia:organisme ?body ; pia:portefeuille ?portfolio ;
            pia:categorie ?category ; pia:statut ?status ; rdfs:label ?n ; a pia:Inscription ;
            prov:hadPrimarySource ?row
          BIND(REPLACE(STR(?body), "^.*/", "") AS ?o)
          BIND(REPLACE(STR(?portfolio), "^.*/", "") AS ?p)
          BIND(REPLACE(STR(?category), "^.*/", "") AS ?c)
          BIND(REPLACE(STR(?status), "^.*/", "") AS ?s)
          BIND(REPLACE(STR(?row), "^.*=", "") AS ?r) }""",
    "SELECT uri, nom, premiere_annee, derniere_annee FROM initiatives": """
        SELECT ?i ?n ?first ?last {
          ?i a pia:Initiative ; rdfs:label ?n ; pia:premiereAnnee ?first ;
            pia:derniereAnnee ?last }""",
    "SELECT uri, nom, initiatives, premiere_annee, derniere_annee FROM organismes": """
        SELECT ?o ?n (COUNT(DISTINCT ?i) AS ?initiatives) (MIN(?y) AS ?first) (MAX(?y) AS ?last) {
          ?e pia:organisme ?o ; pia:inscriptionDe ?i ; pia:annee ?y . ?o skos:prefLabel ?n
          FILTER(LANG(?n) = "fr") } GROUP BY ?o ?n""",
    "SELECT cle, annee, initiatives, organismes FROM nombres WHERE sorte = 'portefeuille'": """
        SELECT ?key ?y (COUNT(DISTINCT ?i) AS ?initiatives) (COUNT(DISTINCT ?o) AS ?bodies) {
          ?e pia:portefeuille/skos:broader? ?p ; pia:inscriptionDe ?i ; pia:organisme ?o ;
            pia:annee ?y BIND(REPLACE(STR(?p), "^.*/", "") AS ?key) } GROUP BY ?key ?y""",
    "SELECT uri, initiatives FROM portefeuilles WHERE initiatives": """
        SELECT ?p (COUNT(DISTINCT ?i) AS ?initiatives) {
          ?e pia:portefeuille/skos:broader? ?p ; pia:inscriptionDe ?i } GROUP BY ?p""",
    "SELECT initiative, annee, derniere, presence FROM inscriptions": """
        SELECT ?key ?y ?is_last ?presence {
          ?i pia:premiereAnnee ?first ; pia:derniereAnnee ?last . ?e pia:inscriptionDe ?i ;
            pia:annee ?y
          BIND(REPLACE(STR(?i), "^.*/", "") AS ?key)
          BIND(IF(?y = ?last, "1", "0") AS ?is_last)
          BIND(IF(?last < 2025, "absente", IF(?first = 2025, "nouvelle", "poursuivie"))
            AS ?presence) }""",
    "SELECT uri, nom FROM portefeuilles": """
        SELECT ?c ?n { ?c a pia:Portefeuille ; skos:prefLabel ?n FILTER(LANG(?n) = "fr") }""",
    "SELECT uri, nom FROM categories": """
        SELECT ?c ?n { ?c a pia:Categorie ; skos:prefLabel ?n FILTER(LANG(?n) = "fr") }""",
    "SELECT uri, nom FROM statuts": """
        SELECT ?c ?n { ?c a pia:Statut ; skos:prefLabel ?n FILTER(LANG(?n) = "fr") }""",
    """SELECT annee, organisme, portefeuille, categorie, statut, sum(inscriptions) FROM groupes
       GROUP BY 1, 2, 3, 4, 5""": """
        SELECT ?y ?o ?p ?c ?s (COUNT(?e) AS ?n) {
          ?e pia:annee ?y ; pia:organisme ?body ; pia:portefeuille ?portfolio ;
            pia:categorie ?category ; pia:statut ?status
          BIND(REPLACE(STR(?body), "^.*/", "") AS ?o)
          BIND(REPLACE(STR(?portfolio), "^.*/", "") AS ?p)
          BIND(REPLACE(STR(?category), "^.*/", "") AS ?c)
          BIND(REPLACE(STR(?status), "^.*/", "") AS ?s) } GROUP BY ?y ?o ?p ?c ?s""",
    "SELECT uri, inscriptions FROM portraits": """
        SELECT ?p ?n { ?p a pia:Portrait ; pia:nombreInscriptions ?n }""",
    "SELECT uri, sujet, objet, date, confiance FROM decisions": """
        SELECT ?d ?s ?o ?date ?c { ?d a pia:DecisionIdentite ; pia:sujet ?s ; pia:objet ?o ;
          dcterms:date ?date ; pia:confiance ?c }""",
}
PREFIXES = f"""
PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX pia: <{BASE}def#>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"""


@pytest.mark.parametrize("query", SAME)
def test_a_table_holds_what_the_statements_say(
    tables: sqlite3.Connection, store: ox.Store, query: str
) -> None:
    solutions = store.query(PREFIXES + SAME[query], use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    stated = {tuple(term.value for term in solution) for solution in solutions}
    listed = [tuple(map(str, row)) for row in rows(tables, query)]
    assert len(listed) == len(set(listed)) > 1
    assert set(listed) == stated


def test_things_of_a_kind_are_numbered_on_end(tables: sqlite3.Connection) -> None:
    query = """SELECT s.sorte, derniere - premiere + 1, count(*), sum(c.sorte = s.sorte)
               FROM sortes s JOIN choses c ON c.chose BETWEEN premiere AND derniere GROUP BY 1"""
    kinds = rows(tables, query)
    assert all(len(set(numbers)) == 1 for _, *numbers in kinds)
    assert rows(tables, "SELECT count(*) FROM choses") == [(sum(int(str(k[1])) for k in kinds),)]


def test_pandas_reads_it_without_a_word_of_rdf(example: Path) -> None:
    with closing(connect(example / FILE)) as connection:
        frame = pd.read_sql("SELECT * FROM inscriptions_lisibles", connection)
    assert frame.groupby("annee").size().to_dict() == {2024: 168, 2025: 258}
    assert frame["statut"].value_counts()["Solution en production"] > 200


def find(connection: sqlite3.Connection, text: str) -> list[tuple[object, ...]]:
    """Search as a site does: the stems of each word, in every language, must be in a thing."""
    stems = Stems(["fr", "en"])
    asked = " AND ".join(
        "(" + " OR ".join(f'"{stem}"' for stem in stems.of_word(word)) + ")" for word in words(text)
    )
    query = """SELECT sorte, choses.nom FROM recherche JOIN choses ON chose = recherche.rowid
        WHERE recherche MATCH ? ORDER BY bm25(recherche, 10, 3, 1), chose"""
    return rows(connection, query, asked)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("RAMQ", "Régie de l'assurance maladie du Québec"),
        ("régie de l’assurance maladie", "Régie de l'assurance maladie du Québec"),
        ("REGIES ASSURANCES MALADIES", "Régie de l'assurance maladie du Québec"),
        ("traitements d'images", "Traitement d'image"),
        ("health social services", "Santé et Services sociaux (ensemble)"),
    ],
)
def test_search_forgives_accents_case_plural_and_knows_abbreviations(
    tables: sqlite3.Connection, text: str, first: str
) -> None:
    found = [name for kind, name in find(tables, text) if kind != "initiative"]
    assert first in found[:3]


def test_an_initiative_is_found_by_the_abbreviation_of_its_body(
    tables: sqlite3.Connection,
) -> None:
    query = "SELECT DISTINCT initiative FROM inscriptions WHERE organisme = ?"
    own = rows(tables, query, "regie-de-l-assurance-maladie-du-quebec")
    assert [kind for kind, _ in find(tables, "ramq")].count("initiative") == len(own) > 0


def test_the_manifest_says_what_it_is(example: Path) -> None:
    """That two builds write the same bytes is tested of all files at once, in test_build."""
    manifest = json.loads((example / "current/manifest.json").read_bytes())
    about = manifest["files"]["dumps/portraits.sqlite"]
    assert about["media_type"] == "application/vnd.sqlite3"
    assert about["bytes"] == (example / FILE).stat().st_size


@pytest.mark.parametrize("page", PAGES)
def test_docs_name_every_table_and_column(tables: sqlite3.Connection, page: str) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    described = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE))
    query = """SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')
        AND name NOT LIKE 'sqlite%' AND name NOT GLOB 'recherche_*' AND name NOT GLOB 'amorces_*'"""
    names = [str(name) for (name,) in rows(tables, query)]
    assert sorted(described) == sorted(names)
    for name in names:
        columns = [str(row[1]) for row in rows(tables, f"PRAGMA table_info({name})")]
        assert re.findall("`(\\w+)`", described[name]) == columns
