"""The counts of a release are data cubes: well formed, and equal to what the rows say."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conftest import PROJECT, ROW, Run
from tests.support.cube_constraints import NAMES, find_violations, normalise

BASE = "http://localhost:8000/"
PREFIXES = f"""
BASE <{BASE}>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX pia: <{BASE}def#>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
# Which property of an entry, or path from it, leads to what each cube counts by.
PATHS = {
    "categorie": ("pia:dimensionCategorie", "pia:categorie"),
    "statut": ("pia:dimensionStatut", "pia:statut"),
    "portefeuille": ("pia:dimensionPortefeuille", "pia:portefeuille"),
    "genre": ("pia:dimensionGenre", "pia:organisme/org:classification"),
}
# An update that breaks each constraint: what is seen to fail can be believed when it does not.
OBSERVATION = "<id/portrait/2025/decompte/genre/universite>"
SLICE = "<urn:slice> a qb:Slice ; qb:sliceStructure <urn:key> . <urn:key> a qb:SliceKey ; "
TYPED = "<id/structure/genre> qb:component <urn:type> . <urn:type> qb:dimension qb:measureType . "
LIST = """
    INSERT DATA { <id/genre> a qb:HierarchicalCodeList ; qb:hierarchyRoot <id/genre/ministere> ;
    qb:parentChildProperty %s . <urn:down> owl:inverseOf <urn:up> }
"""
BREAKING = {
    "IC-1": f"DELETE DATA {{ {OBSERVATION} qb:dataSet <id/cube/genre> }}",
    "IC-2": "DELETE DATA { <id/cube/genre> qb:structure <id/structure/genre> }",
    "IC-3": "DELETE DATA { <id/structure/genre> qb:component <id/composante/effectif> }",
    "IC-4": "DELETE WHERE { pia:dimensionGenre rdfs:range ?range }",
    "IC-5": "DELETE WHERE { pia:dimensionGenre qb:codeList ?list }",
    "IC-6": "INSERT DATA { <id/composante/effectif> qb:componentRequired false }",
    "IC-7": "INSERT DATA { <urn:key> a qb:SliceKey }",
    "IC-8": f"""INSERT DATA {{ <id/structure/genre> qb:sliceKey <urn:key> . {SLICE}
        qb:componentProperty pia:dimensionStatut }}""",
    "IC-9": "INSERT DATA { <urn:slice> a qb:Slice }",
    "IC-10": f"INSERT DATA {{ {SLICE} qb:componentProperty pia:dimensionAnnee }}",
    "IC-11": f"DELETE WHERE {{ {OBSERVATION} pia:dimensionGenre ?kind }}",
    "IC-12": f"""INSERT {{ <urn:twin> ?property ?value }}
        WHERE {{ {OBSERVATION} ?property ?value }}""",
    "IC-13": f"DELETE WHERE {{ {OBSERVATION} pia:decompteDe ?portrait }}",
    "IC-14": f"DELETE WHERE {{ {OBSERVATION} pia:effectif ?number }}",
    "IC-15": f"""INSERT DATA {{ {TYPED}
        {OBSERVATION} qb:measureType pia:effectifMinimal }}""",
    "IC-16": f"""INSERT DATA {{ {TYPED} <id/structure/genre> qb:component
        <id/composante/effectifMinimal> . {OBSERVATION} qb:measureType pia:effectifMinimal }}""",
    "IC-17": f"""INSERT DATA {{ {TYPED} <id/structure/genre> qb:component
        <id/composante/effectifMinimal> . {OBSERVATION} qb:measureType pia:effectif }}""",
    "IC-18": f"""INSERT DATA {{ <id/cube/statut> qb:slice <urn:slice> .
        <urn:slice> qb:observation {OBSERVATION} }}""",
    "IC-19": f"INSERT DATA {{ {OBSERVATION} pia:dimensionGenre <id/statut> }}",
    "IC-20": LIST % "<urn:down>",
    "IC-21": LIST % "[ owl:inverseOf <urn:up> ]",
}


@pytest.fixture(scope="module")
def triples(example: Path) -> list[ox.Quad]:
    """The statements of the example, in one graph."""
    return list(
        ox.parse(path=example / "current/dumps/portraits.nt", format=ox.RdfFormat.N_TRIPLES)
    )


@pytest.fixture(scope="module")
def store(triples: list[ox.Quad]) -> ox.Store:
    store = ox.Store()
    store.bulk_extend(triples)
    return store


@pytest.fixture(scope="module")
def cubes(store: ox.Store) -> list[ox.Quad]:
    """What a constraint reads, normalised."""
    constructed = store.query(
        PREFIXES
        + """CONSTRUCT { ?s ?p ?o } WHERE {
          { ?s a qb:Observation } UNION { ?s a qb:DataSet } UNION { ?s a skos:Concept }
          UNION { ?s a qb:DataStructureDefinition } UNION { ?s a qb:ComponentSpecification }
          UNION { ?s a skos:ConceptScheme } UNION { ?s rdfs:isDefinedBy ?ontology }
          ?s ?p ?o
        }"""
    )
    assert isinstance(constructed, ox.QueryTriples)
    normal = ox.Store()
    normal.bulk_extend(ox.Quad(*triple) for triple in constructed)
    normalise(normal)
    return list(normal)


def select(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    solutions = store.query(PREFIXES + query)
    assert isinstance(solutions, ox.QuerySolutions)
    return [tuple(value.value if value else "" for value in row) for row in solutions]


@pytest.mark.parametrize("name", NAMES)
def test_a_release_keeps_every_integrity_constraint(cubes: list[ox.Quad], name: str) -> None:
    kept = ox.Store()
    kept.bulk_extend(cubes)
    assert find_violations(kept, name) == []
    kept.update(PREFIXES + BREAKING[name])
    normalise(kept)
    assert find_violations(kept, name) != []


@pytest.mark.parametrize("name", PATHS)
def test_a_cube_counts_what_the_rows_say(store: ox.Store, name: str) -> None:
    dimension, path = PATHS[name]
    in_cube = select(
        store,
        f"""SELECT ?year ?value ?number {{
          ?count qb:dataSet <id/cube/{name}> ; pia:dimensionAnnee ?year ;
            {dimension} ?value ; pia:effectif ?number }}""",
    )
    in_rows = Counter(
        select(
            store,
            f"""SELECT ?year ?value {{
              ?row pia:inscriptionDe ?initiative ; pia:annee ?year .
              OPTIONAL {{ ?row {path} ?known }}
              BIND (COALESCE(?known, <id/genre/inconnu>) AS ?value) }}""",
        )
    )
    assert len(in_cube) == len(in_rows)
    assert {(year, value): int(number) for year, value, number in in_cube} == in_rows
    for year, total in (("2024", 168), ("2025", 258)):
        assert sum(int(row[2]) for row in in_cube if row[0] == year) == total


def test_every_number_is_of_one_cube_that_has_a_name(store: ox.Store) -> None:
    named = select(
        store,
        """SELECT ?cube (COUNT(DISTINCT ?observation) AS ?number) {
          ?cube a qb:DataSet ; rdfs:label ?fr, ?en .
          ?observation qb:dataSet ?cube .
          FILTER (LANG(?fr) = "fr" && LANG(?en) = "en")
        } GROUP BY ?cube""",
    )
    observed = select(
        store,
        """SELECT DISTINCT ?observation {
          VALUES ?class { pia:Decompte pia:Evolution pia:Mouvement qb:Observation }
          ?observation a ?class }""",
    )
    lists = ("categorie", "statut", "portefeuille")
    assert {cube.removeprefix(f"{BASE}id/cube/") for cube, _ in named} == {
        *lists,
        "genre",
        *(f"evolution-{name}" for name in lists),
        *(f"libelle-{name}" for name in lists),
        "mouvements",
        "passages",
    }
    assert sum(int(number) for _, number in named) == len(observed)


@pytest.mark.parametrize("page", ["mapping.md", "mapping.fr.md"])
def test_the_query_of_the_docs_adds_up_to_the_published_total(store: ox.Store, page: str) -> None:
    text = (PROJECT / "docs" / page).read_text("utf-8")
    (query,) = (part for part in text.split("```") if "qb:dataSet" in part and "SELECT" in part)
    rows = select(store, query.removeprefix("sparql"))
    assert sum(int(number) for _, number in rows) == 258
    assert [name for name, _ in rows].count("Université") == 1


def test_a_register_without_a_registry_or_a_second_portrait_has_no_such_cubes(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path
) -> None:
    file = portrait(ROW, (ROW[0], "Autre", *ROW[2:]))
    layout = PROJECT / "tests/layouts/petit.toml"
    done = portrait_ia("build", f"2025={file}", "--layout", layout, "--to", tmp_path / "releases")
    assert done.returncode == 0, done.stderr
    store = ox.Store()
    path = tmp_path / "releases/current/dumps/portraits.nt"
    store.bulk_load(path=path, format=ox.RdfFormat.N_TRIPLES)
    cubes = select(store, "SELECT ?cube { ?cube a qb:DataSet }")
    assert {cube.removeprefix(f"{BASE}id/cube/") for (cube,) in cubes} == {
        "categorie",
        "statut",
        "portefeuille",
    }
    normalise(store)
    assert {name: found for name in NAMES if (found := find_violations(store, name))} == {}
