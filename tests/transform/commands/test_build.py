"""Build from outside: what goes in comes out, counted, the same bytes every time."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conftest import ROW, Run, shared

PREFIXES = """
PREFIX pia: <http://localhost:8000/def#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX schema: <https://schema.org/>
"""

# What the ministry published, by category and status: 2024, 2025.
PUBLISHED = {
    "categorie": {
        "Aide à la décision, planification et/ou prédiction": (62, 81),
        "Analyse des comportements/sentiments": (3, 6),
        "Assistant/agent conversationnel": (37, 68),
        "Automatisation": (21, 36),
        "Expérience utilisateur - Personnalisation": (4, 7),
        "Formation et apprentissage assisté par l'IA": (4, 6),
        "Gestion géomatique et géospatiale": (21, 22),
        "Laboratoire et équipement": (2, 1),
        "Système électronique connecté et intelligence ambiante": (3, 4),
        "Traitement d'image": (11, 27),
    },
    "statut": {
        "Développement de la solution": (81, 115),
        "Solution en production": (82, 132),
        "Information indisponible": (5, 11),
    },
}


def load(releases: Path) -> ox.Store:
    store = ox.Store()
    for name in ("dumps/portraits.nq", "catalogue.nq"):
        store.bulk_load(path=releases / "current" / name, format=ox.RdfFormat.N_QUADS)
    return store


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    return load(example)


def select(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    solutions = store.query(PREFIXES + query, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    names = solutions.variables
    return [tuple(s[name].value if s[name] else "" for name in names) for s in solutions]


def manifest(releases: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((releases / "current" / "manifest.json").read_bytes())
    return content


@pytest.mark.parametrize(("year", "rows", "strings"), [(2024, 168, 65), (2025, 258, 82)])
def test_example_counts_rows_and_strings_of_bodies(
    store: ox.Store, year: int, rows: int, strings: int
) -> None:
    query = f"""SELECT (COUNT(?i) AS ?rows) (COUNT(DISTINCT ?raw) AS ?strings)
        WHERE {{ ?i dcterms:isPartOf <http://localhost:8000/id/portrait/{year}> ;
                    pia:organismeTelQuEcrit ?raw }}"""
    assert select(store, query) == [(str(rows), str(strings))]


@pytest.mark.parametrize("year", [2024, 2025])
@pytest.mark.parametrize("kind", ["categorie", "statut"])
def test_example_gives_each_published_count(store: ox.Store, year: int, kind: str) -> None:
    published = {label: numbers[year - 2024] for label, numbers in PUBLISHED[kind].items()}
    query = f"""SELECT ?label (COUNT(?i) AS ?n) WHERE {{
        ?i dcterms:isPartOf <http://localhost:8000/id/portrait/{year}> ; pia:{kind} ?c .
        ?c skos:prefLabel ?label FILTER(lang(?label) = "fr") }} GROUP BY ?label"""
    assert {label: int(n) for label, n in select(store, query)} == published


def test_published_counts_are_those_of_the_facts() -> None:
    with shared("facts", "categories_statuts.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            numbers = (int(row["n_2024"]), int(row["n_2025"]))
            assert PUBLISHED[row["type"]][row["libelle_dictionnaire"]] == numbers


@pytest.mark.parametrize("year", [2024, 2025])
def test_example_gives_each_published_count_by_portfolio(store: ox.Store, year: int) -> None:
    with shared("facts", "portefeuilles.csv").open(encoding="utf-8", newline="") as lines:
        published = {r["libelle"]: int(r[f"n_{year}"]) for r in csv.DictReader(lines)}
    query = f"""SELECT ?raw (COUNT(?i) AS ?n) WHERE {{
        ?i dcterms:isPartOf <http://localhost:8000/id/portrait/{year}> ;
           pia:portefeuilleTelQuEcrit ?raw }} GROUP BY ?raw"""
    counts = {label: int(n) for label, n in select(store, query)}
    assert counts == {label: n for label, n in published.items() if n}


def test_one_string_has_two_extents_by_year(store: ox.Store) -> None:
    query = """SELECT DISTINCT ?year ?p WHERE {
        ?i pia:portefeuilleTelQuEcrit "Santé et Services sociaux" ; pia:portefeuille ?p ;
           dcterms:isPartOf/pia:annee ?year } ORDER BY ?year"""
    base = "http://localhost:8000/id/portefeuille/sante-et-services-sociaux"
    assert select(store, query) == [("2024", base), ("2025", f"{base}-hors-reseau")]


def test_each_row_says_everything_once(store: ox.Store) -> None:
    said_once = [
        *(
            "dcterms:isPartOf",
            "pia:annee",
            "pia:inscriptionDe",
            "pia:organisme",
            "pia:portefeuille",
        ),
        *("pia:categorie", "pia:statut", "rdfs:label", "pia:nomTelQuEcrit"),
        *("pia:organismeTelQuEcrit", "pia:portefeuilleTelQuEcrit"),
        *("pia:categorieTelleQuEcrite", "pia:statutTelQuEcrit", "prov:hadPrimarySource"),
    ]
    for name in said_once:
        query = f"""SELECT ?n (COUNT(?i) AS ?rows) WHERE {{
            {{ SELECT ?i (COUNT(?o) AS ?n) WHERE {{ ?i a pia:Inscription . ?i {name} ?o }}
               GROUP BY ?i }} }} GROUP BY ?n"""
        assert select(store, query) == [("1", "426")], name


def test_an_initiative_says_its_years_and_its_last_entry(store: ox.Store) -> None:
    counted = """SELECT ?i (MIN(?year) AS ?first) (MAX(?year) AS ?last) WHERE {
        ?i dcterms:hasVersion/dcterms:isPartOf/pia:annee ?year } GROUP BY ?i ORDER BY ?i"""
    stated = """SELECT ?i ?first ?last WHERE {
        ?i pia:premiereAnnee ?first ; pia:derniereAnnee ?last ;
            pia:derniereInscription/pia:annee ?last } ORDER BY ?i"""
    assert len(select(store, stated)) == 350
    assert select(store, stated) == select(store, counted)


# What a client that knows no class and no property of ours asks, and how ours would be asked for.
GENERIC = [
    ("?x a org:Organization , org:FormalOrganization ; schema:name ?name", "?x a pia:Organisme"),
    ("?x a qb:Observation", "?x a ?of VALUES ?of { pia:Mouvement pia:Evolution pia:Decompte }"),
    ("?x skos:narrower ?y", "?y skos:broader ?x"),
    ("?x skos:hasTopConcept ?y", "?y skos:topConceptOf ?x"),
    ("?x rdfs:label ?name FILTER(STRSTARTS(STR(?x), 'http://localhost:8000/id/'))", "?x a ?any"),
]


@pytest.mark.parametrize(("generic", "ours"), GENERIC, ids=[generic for generic, _ in GENERIC])
def test_generic_clients_find_all_without_a_reasoner(
    store: ox.Store, generic: str, ours: str
) -> None:
    below = "FILTER(STRSTARTS(STR(?x), 'http://localhost:8000/id/'))"
    found_by = [
        {iri for (iri,) in select(store, f"SELECT DISTINCT ?x WHERE {{ {pattern} {below} }}")}
        for pattern in (generic, ours)
    ]
    assert found_by[0]
    assert found_by[1] <= found_by[0]


def test_nothing_published_is_a_blank_node(store: ox.Store) -> None:
    for quad in store:
        assert not isinstance(quad.subject, ox.BlankNode)
        assert not isinstance(quad.object, ox.BlankNode)


def test_source_row_holds_what_the_inscription_says(store: ox.Store, example: Path) -> None:
    query = """SELECT ?source ?name WHERE {
        ?i prov:hadPrimarySource ?source ; pia:nomTelQuEcrit ?name }"""
    rows: dict[str, list[list[str]]] = {}
    for source, name in select(store, query):
        file, _, row = source.removeprefix("http://localhost:8000/").partition("#row=")
        if file not in rows:
            text = (example / "current" / file).read_text(encoding="utf-8-sig")
            separator = ";" if "2025" in file else ","
            rows[file] = list(csv.reader(text.splitlines(keepends=True), delimiter=separator))
        assert name in rows[file][int(row) - 1]


def test_rows_of_two_years_with_one_body_and_name_are_one_initiative(store: ox.Store) -> None:
    query = """SELECT (COUNT(DISTINCT ?a) AS ?n) WHERE {
        ?x pia:inscriptionDe ?a ; dcterms:isPartOf <http://localhost:8000/id/portrait/2024> .
        ?y pia:inscriptionDe ?a ; dcterms:isPartOf <http://localhost:8000/id/portrait/2025> }"""
    [(joined,)] = select(store, query)
    assert int(joined) > 0


def test_made_up_data_does_not_claim_the_page_of_the_real_portraits(example: Path) -> None:
    series = manifest(example)["series"]
    assert isinstance(series, dict)
    assert series["landing"] is None
    assert "landingPage" not in (example / "current" / "catalogue.ttl").read_text()


def test_everything_from_the_examples_says_that_it_is_made_up(example: Path) -> None:
    notice = manifest(example)["notice"]
    assert isinstance(notice, dict)
    assert "inventées" in notice["fr"]
    assert "made up" in notice["en"]
    for file in sorted((example / "current" / "dumps").glob("portrait*")):
        if file.suffix == ".csv":  # which has no place for it but its metadata
            assert file.with_name(f"{file.name}-metadata.json").exists()
        elif file.suffix == ".sqlite":  # which has texts in the register's own language
            assert "les initiatives sont inventées".encode() in file.read_bytes()
        elif file.suffix != ".gz":
            text = file.read_text(encoding="utf-8")
            assert "les initiatives sont inventées" in text, file
            assert "the initiatives are made up" in text, file


@pytest.mark.parametrize(
    "graph", ["2024", "2025", "organismes", "rapprochements", "anciens-noms", "catalogue"]
)
def test_each_graph_of_made_up_things_says_so(store: ox.Store, graph: str) -> None:
    iri = ox.NamedNode(f"http://localhost:8000/graph/{graph}")
    texts = [str(quad.object) for quad in store.quads_for_pattern(None, None, None, iri)]
    assert any("les initiatives sont inventées" in text for text in texts)
    assert any("the initiatives are made up" in text for text in texts)


def files_of(releases: Path) -> dict[str, bytes]:
    release = (releases / "current").resolve()
    return {
        str(path.relative_to(release)): path.read_bytes()
        for path in sorted(release.rglob("*"))
        if path.is_file()
    }


def test_same_input_gives_the_same_bytes(portrait_ia: Run, example: Path, tmp_path: Path) -> None:
    env = {"PYTHONHASHSEED": "42", "LC_ALL": "C", "TZ": "Pacific/Kiritimati", "LANG": "tr_TR"}
    done = portrait_ia("build", "--to", tmp_path / "elsewhere", env=env, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert files_of(tmp_path / "elsewhere") == files_of(example)
    assert (tmp_path / "elsewhere" / "current").readlink() == (example / "current").readlink()


def test_dumps_of_all_syntaxes_are_one_graph(example: Path) -> None:
    dumps = example / "current" / "dumps"

    def triples(name: str, syntax: ox.RdfFormat) -> set[ox.Triple]:
        return {quad.triple for quad in ox.parse(path=dumps / name, format=syntax)}

    for stem in ("portraits", "portrait-2024", "portrait-2025"):
        expected = triples(f"{stem}.nt", ox.RdfFormat.N_TRIPLES)
        assert triples(f"{stem}.ttl", ox.RdfFormat.TURTLE) == expected
        assert triples(f"{stem}.rdf", ox.RdfFormat.RDF_XML) == expected
        assert triples(f"{stem}.jsonld", ox.RdfFormat.JSON_LD) == expected
    quads = set(ox.parse(path=dumps / "portraits.nq", format=ox.RdfFormat.N_QUADS))
    assert set(ox.parse(path=dumps / "portraits.trig", format=ox.RdfFormat.TRIG)) == quads


def test_sums_of_dumps_are_true(example: Path) -> None:
    import hashlib

    release = example / "current"
    lines = (release / "dumps/SHA256SUMS").read_text().splitlines()
    # Charts, which stand beside the dumps, are downloaded among them.
    charts = {f"charts/{file.name}" for file in (release / "charts").iterdir()}
    charts.remove("charts/index.json")
    assert {line.split("  ")[1] for line in lines} >= charts
    assert len(lines) == 44 + len(charts)
    for line in lines:
        digest, name = line.split("  ")
        file = release / name if name in charts else release / "dumps" / name
        assert hashlib.sha256(file.read_bytes()).hexdigest() == digest


def test_quarantine_publishes_the_rest_and_lists_what_it_kept_back(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path
) -> None:
    broken = ("Suivi", "Automatisation", "Héma-Québec", "Justice", "", "En pause")
    file = portrait(ROW, broken, ("Résumé", *ROW[1:]))
    releases = tmp_path / "releases"
    done = portrait_ia("build", f"2025={file}", "--to", releases, "--quarantine")
    assert done.returncode == 0, done.stderr
    assert "portrait.csv (2025): 3 rows read = 2 published + 1 rejected + 0 listed" in done.stdout
    assert len(select(load(releases), "SELECT ?i WHERE { ?i a pia:Inscription }")) == 2
    rejected = (releases / "current" / "report" / "rejets.csv").read_text(encoding="utf-8")
    [line] = list(csv.DictReader(rejected.splitlines()))
    assert (line["file"], line["row"], line["column"]) == ("portrait.csv", "3", "Statut")
    assert (line["raw"], line["nom"]) == ("En pause", "Suivi")
    assert "liste" in line["message_fr"]
    assert "list" in line["message_en"]


def test_published_total_that_differs_is_a_warning_that_names_both(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path
) -> None:
    done = portrait_ia("build", f"2025={portrait(ROW)}", "--to", tmp_path / "out", "--lang", "en")
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.replace("│", " ").split())
    assert "portrait.csv" in words.partition("Warning")[2]
    report = (tmp_path / "out" / "current" / "report" / "validation.json").read_text()
    assert "The published total is 258, the file gives 1 entries." in report
    assert "Le total publié est 258, le fichier donne 1 inscriptions." in report


HOSTILE_CELLS = (
    "<script>alert(1)</script>",  # script
    'x</script><img src=x onerror="alert(1)">',  # end of script
    '=HYPERLINK("http://exemple.invalid/","cliquez")',  # formula
    "«l'“IA”» dit \"non\" \\ 'oui'",  # quotes
    "\u202eaxe\u202c \u200f\u2067abc\u2069",  # right to left
    "un\r\ndeux\rtrois\nquatre\tcinq",  # line ends
    "𝒳 😀 \U0010fffd",  # astral
    '" . <http://x> <http://y> "z',  # turtle
)


def test_hostile_cells_come_out_as_the_texts_they_are(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path
) -> None:
    texts = {f"{text} (essai)": text for text in HOSTILE_CELLS}
    file = portrait(*((name, *ROW[1:4], text, ROW[5]) for name, text in texts.items()))
    done = portrait_ia("build", f"2025={file}", "--to", tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    dumps = tmp_path / "out" / "current" / "dumps"
    for suffix, syntax in (
        ("ttl", ox.RdfFormat.TURTLE),
        ("rdf", ox.RdfFormat.RDF_XML),
        ("jsonld", ox.RdfFormat.JSON_LD),
        ("nt", ox.RdfFormat.N_TRIPLES),
    ):
        cells: dict[str, dict[str, str]] = {"nomTelQuEcrit": {}, "benefices": {}}
        for quad in ox.parse(path=dumps / f"portrait-2025.{suffix}", format=syntax):
            column = quad.predicate.value.rpartition("#")[2]
            if column in cells and isinstance(quad.object, ox.Literal):
                cells[column][str(quad.subject)] = quad.object.value
        benefits_of = {
            name: cells["benefices"][row] for row, name in cells["nomTelQuEcrit"].items()
        }
        assert benefits_of == texts, suffix


def test_every_row_of_the_foreign_registers_is_published_or_listed(
    portrait_ia: Run, tmp_path: Path
) -> None:
    """The second as a workbook, whose rows are those of its CSV file: `test_us_registers`."""
    rows = {2024: 2133, 2025: 3611}
    names = {
        2024: "2024_consolidated_ai_inventory_raw_v2.csv",
        2025: "2025_individually_reported_AI_use_cases.xlsx",
    }
    arguments: list[object] = []
    for year in rows:
        file = shared("data", "us", names[year])
        arguments += [f"{year}={file}", "--layout", f"{year}=us-{year}"]
    done = portrait_ia("build", *arguments, "--to", tmp_path, "--quarantine", "--lang", "en")
    assert done.returncode == 0, done.stderr
    portraits = manifest(tmp_path)["portraits"]
    assert isinstance(portraits, list)
    for about in portraits:
        listed = len(about["listed"])
        assert about["read"] == about["published"] + about["rejected"] + listed
        assert about["published"] + about["rejected"] == rows[about["year"]]
    query = """SELECT ?raw (COUNT(?i) AS ?n) WHERE {
        ?i pia:portefeuilleTelQuEcrit ?raw ;
           dcterms:isPartOf <http://localhost:8000/id/portrait/2025> } GROUP BY ?raw"""
    counts = {raw: int(n) for raw, n in select(load(tmp_path), query)}
    assert counts["Department of Energy"] == 340
    assert counts["National Aeronautics and Space Administration"] == 425
    # One of 367 is set aside: its description holds a control character.
    assert counts["Department of Veterans Affairs"] == 366
    rejected = (tmp_path / "current" / "report" / "rejets.csv").read_text().splitlines()
    assert len(rejected) - 1 == sum(about["rejected"] for about in portraits)
