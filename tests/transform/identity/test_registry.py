"""The registry of bodies: who it knows, what it refuses, what it makes of the example portraits."""

import csv
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

import ontology
from tests.conftest import ROW, Run, shared
from transform.graphs.vocabulary import vocabulary_graph
from transform.identity.concepts import read_vocabulary
from transform.identity.registry import EMPTY, Registry, read_registry
from transform.layouts.model import LISTS, Languages, languages_of, load_layout
from transform.validation.registry import validate_registry

BASE = "https://exemple.gouv.qc.ca/ia/"
QUEBEC = load_layout("quebec")
IN_FRENCH = languages_of([QUEBEC])
HEMA = "<id/organisme/hema-quebec>\n    a pia:Organisme ;\n"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return read_registry(["organismes"], BASE)


# Facts about the two years, section 10: which pairs must merge and which only look alike.
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Musée de la Civilisation", "Musée de la civilisation"),
        ("CIUSSS du Saguenay-Lac-Saint-Jean", "CIUSSS du Saguenay–Lac-Saint-Jean"),
        ("CIUSSS du Saguenay—Lac-Saint-Jean", "CIUSSS du Saguenay–Lac-Saint-Jean"),
        ("HEC Montréal", "École des hautes études commerciales de Montréal "),
        ("Héma-Québec ", "Héma-Québec"),
        ("Centre de services scolaire de Laval  ", "Centre de services scolaire de Laval"),
        (
            "Centre de services scolaire des Premières Seigneuries  ",
            "Centre de services scolaire des Premières-Seigneuries",
        ),
        ("CHUM", "Centre hospitalier de l’Université de Montréal"),
        ("CHU de Québec - UL", "CHU de Québec-Université Laval"),
        ("IUCPQ - UL", "IUCPQ-UL"),
        ("Télé-université ", "Université TÉLUQ"),
        ("Corporation d'urgences-santé", "Urgences-santé"),
        ("Curateur public", "Curateur public du Québec"),
        ("SOQUIJ", "Société québécoise d'information juridique"),
        (
            "CISSS de la Gaspésie",
            "Centre intégré de santé et de services sociaux de la Gaspésie",
        ),
    ],
)
def test_spellings_of_one_body(registry: Registry, one: str, other: str) -> None:
    assert registry.find(one) == registry.find(other) is not None


@pytest.mark.parametrize(
    "bodies",
    [
        ("CISSS de Laval", "Centre de services scolaire de Laval", "Université Laval"),
        ("Université du Québec", "Université du Québec à Trois-Rivières", "UQAM"),
        ("Ministère de la Santé et des Services sociaux", "Santé Québec"),
        ("CHU de Québec - UL", "Université Laval", "IUCPQ - UL"),
        ("Commission scolaire de Laval", "Centre de services scolaire de Laval"),
        ("MERN", "MFFP", "MRNF"),
        ("Musée de la civilisation", "Ministère de la Culture et des Communications"),
        (
            "Centre régional de santé et de services sociaux de la Baie-James",
            "Conseil cri de la santé et des services sociaux de la Baie James",
            "Centre de services scolaire de la Baie-James",
        ),
    ],
)
def test_bodies_that_only_look_alike(registry: Registry, bodies: tuple[str, ...]) -> None:
    matches = [registry.find(body) for body in bodies]
    known = [body.slug for body in matches if body]
    assert known
    assert len(set(known)) == len(known)


def test_what_nobody_attested_is_not_in_the_registry(registry: Registry) -> None:
    for text in ("MTESS", "CCSMTL", "CSTJ", "CNESST", "Société de télédiffusion du Québec", ""):
        assert registry.find(text) is None


def test_identifiers_are_those_that_were_verified(registry: Registry) -> None:
    text = ontology.read("organismes").decode()
    assert "Q30282741" not in text  # from a field of ROR that is not preferred
    assert "05ekmpa79>" not in text  # the second record of one ministry
    assert "owl:sameAs" not in text
    rows = csv.DictReader(shared("facts", "organismes.csv").read_text("utf-8").splitlines())
    attested = [row for row in rows if registry.find(row["nom_officiel_fr"])]
    assert len(attested) == 85
    assert text.count("sameAs <https://ror.org/") == sum(bool(row["ror"]) for row in attested)
    wikidata = {row["wikidata"] for row in attested} - {"", "Q30282741"}
    assert set(re.findall(r"wikidata.org/entity/(Q\d+)>", text)) == wikidata
    sites = {row["site_web"] for row in attested} - {""}
    assert set(re.findall(r"foaf:homepage <(.*)>", text)) == sites


def test_ministries_hold_the_portfolios_that_the_facts_name(registry: Registry) -> None:
    held = {
        str(triple.subject)[1:-1].rpartition("/")[2]: str(triple.object)[1:-1].rpartition("/")[2]
        for triple in registry.triples
        if triple.predicate.value == f"{BASE}def#ministereTitulaire"
    }
    values = QUEBEC.lists["portefeuille"].values
    rows = csv.DictReader(shared("facts", "portefeuilles.csv").read_text("utf-8").splitlines())
    expected: dict[str, str] = {}
    for row in rows:
        ministry = registry.find(row["ministere"])
        assert ministry, row["ministere"]
        concepts = {value.concept for value in values if row["libelle"] in value.spellings}
        expected |= dict.fromkeys(concepts, ministry.slug)
    assert held == expected
    assert held.keys() == {value.concept for value in values}


def test_former_ministries_have_their_full_names(registry: Registry) -> None:
    assert registry.bodies["mern"].names["fr"].startswith("Ministère de l'Énergie")
    assert registry.find("MFFP") == registry.find("Ministère des Forêts, de la Faune et des Parcs")


def vocabulary_of(registry: Registry) -> list[str]:
    vocabularies = {name: read_vocabulary(name, []) for name in LISTS}
    return vocabulary_graph(BASE, [QUEBEC], vocabularies, registry)


def findings(registry: Registry, languages: Languages = IN_FRENCH) -> list[str]:
    return [
        f"{f.focus.removeprefix(BASE)}: {f.en}"
        for f in validate_registry(registry, vocabulary_of(registry), BASE, languages)
    ]


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = ontology.read("organismes").decode()
    assert text.count(old) == 1
    path = tmp_path / "organismes.ttl"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_registry_passes_its_shapes(registry: Registry) -> None:
    assert findings(registry) == []
    assert len(registry.bodies) == 95


ENGLISH = """
@prefix org: <http://www.w3.org/ns/org#> .
@prefix pia: <def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/genre/bureau> a skos:Concept ; skos:prefLabel "Bureau"@en ; skos:inScheme <id/genre> .
<id/organisme/cbp> a pia:Organisme ; skos:prefLabel "Customs and Border Protection"@en ;
  org:classification <id/genre/bureau> .
<id/organisme/dhs> a pia:Organisme ; skos:prefLabel "Department of Homeland Security"@en ;
  org:classification <id/genre/musee> .
<id/changement/cbp> a org:ChangeEvent ; rdfs:label "The Customs Service becomes CBP"@en ;
  org:resultingOrganization <id/organisme/cbp> .
"""


def test_an_english_registry_has_english_names_and_kinds_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "bodies.ttl"
    path.write_text(ENGLISH)
    registry = read_registry([str(path)], BASE)
    assert findings(registry, languages_of([load_layout("us-2025")])) == []
    assert sorted({each.partition(": ")[2] for each in findings(registry)}) == [
        "The body has no official name in the register's own language.",
        "The change does not have one label in each language of the register and in no other.",
    ]
    lines = vocabulary_of(registry)
    kinds = {line.split()[0] for line in lines if f"inScheme> <{BASE}id/genre>" in line}
    # A museum is of a broader kind; nobody there is a CEGEP.
    assert {kind[1:-1].removeprefix(f"{BASE}id/genre/") for kind in kinds} == {
        *("bureau", "inconnu", "musee", "societe-d-etat")
    }


def test_no_registry_has_nothing_to_say() -> None:
    assert findings(EMPTY) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            HEMA,
            f'{HEMA}    skos:altLabel "HEC  Montréal"@fr ;\n',
            f"id/organisme: «hec montréal» is a spelling of two bodies: {BASE}id/organisme/"
            f"ecole-des-hautes-etudes-commerciales-de-montreal and {BASE}id/organisme/hema-quebec.",
        ),
        (
            HEMA,
            f"{HEMA}    pia:rattachement <id/portefeuille/sang/2024> ;\n",
            "id/portefeuille/sang/2024: The portfolio of one year is that of no known portfolio.",
        ),
        (
            HEMA,
            f"{HEMA}    org:classification <id/genre/banque-de-sang> ;\n",
            "id/organisme/hema-quebec: The body is not of exactly one known kind.",
        ),
    ],
)
def test_registry_that_contradicts_itself(tmp_path: Path, old: str, new: str, message: str) -> None:
    registry = read_registry([str(edited(tmp_path, old, new))], BASE)
    assert message in findings(registry)


TOWNS = """
@prefix org: <http://www.w3.org/ns/org#> .
@prefix pia: <def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/organisme/ville-de-laval> a pia:Organisme ; org:classification <id/genre/organisme> ;
    pia:revise true ; skos:prefLabel "Ville de Laval"@fr .
<id/organisme/hema-quebec> skos:altLabel "HQ"@fr .
{more}
"""
AGAIN = """<id/organisme/hema-quebec>
    skos:prefLabel "Héma-Québec"@fr ;
    a pia:Organisme .
"""


def test_a_registry_of_several_files_is_one(tmp_path: Path) -> None:
    towns = tmp_path / "villes.ttl"
    towns.write_text(TOWNS.format(more=""), "utf-8")
    registry = read_registry(["organismes", str(towns)], BASE)
    assert len(registry.bodies) == 96
    assert [registry.find(text).slug for text in ("HQ", "ville de laval")] == [  # type: ignore[union-attr]
        *("hema-quebec", "ville-de-laval"),
    ]


def test_a_body_of_two_files_is_refused_with_both_places(
    tmp_path: Path, portrait: Callable[..., Path], portrait_ia: Run
) -> None:
    own = edited(tmp_path, HEMA, HEMA)
    line = own.read_text("utf-8").split(HEMA)[0].count("\n") + 2
    towns, layout = tmp_path / "villes.ttl", tmp_path / "essai.toml"
    towns.write_text(TOWNS.format(more=AGAIN), "utf-8")
    layout.write_text('extends = "quebec"\nregistry = ["organismes.ttl", "villes.ttl"]')
    for command in (("layout", "check", layout), ("check", f"2025={portrait(ROW)}")):
        more = () if command[0] == "layout" else ("--layout", layout)
        done = portrait_ia(*command, *more, "--lang", "en")
        assert (done.returncode, done.stderr) == (
            2,
            "portrait-ia: id/organisme/hema-quebec is in two files of the registry:"
            f" {own}, line {line} and {towns}, line 10. Keep one of the two; the other file may add"
            " spellings to it, without “a pia:Organisme”.\n",
        )
    towns.write_text(TOWNS.format(more=""), "utf-8")
    done = portrait_ia("layout", "check", layout, "--lang", "en")
    assert f"registry ({own}, {towns}): 96 bodies\n" in done.stdout
    done = portrait_ia(
        *("build", f"2025={portrait(ROW)}", "--layout", layout, "--to", tmp_path / "releases")
    )
    assert done.returncode == 0, done.stderr
    dump = (tmp_path / "releases/current/dumps/portraits.nt").read_text()
    assert "id/organisme/ville-de-laval>" in dump


def test_a_spelling_of_two_bodies_of_two_files_is_told_with_both_places(
    tmp_path: Path, portrait: Callable[..., Path], portrait_ia: Run
) -> None:
    towns, layout = tmp_path / "villes.ttl", tmp_path / "essai.toml"
    again = AGAIN.replace("hema-quebec", "sang")
    towns.write_text(TOWNS.format(more=again), "utf-8")
    layout.write_text('extends = "quebec"\nregistry = ["organismes", "villes.ttl"]')
    report = tmp_path / "report"
    done = portrait_ia(*("check", f"2025={portrait(ROW)}", "--layout", layout, "--report", report))
    assert done.returncode == 1
    line = ontology.read("organismes").decode().split(HEMA)[0].count("\n") + 2
    results = json.loads((report / "validation.json").read_bytes())["results"]
    [found] = [each for each in results if each["raw"] == "héma-québec"]
    assert found["next_en"] == (
        "Take the spelling out of one of the two in the registry of bodies; they are there:"
        f" organismes.ttl, line {line} and {towns}, line 10."
    )


@pytest.fixture
def build(
    tmp_path: Path, portrait: Callable[..., Path], portrait_ia: Run
) -> Callable[[], subprocess.CompletedProcess[str]]:
    """Build a small portrait with the registry that stands in tmp_path."""
    layout = tmp_path / "essai.toml"
    settings = {
        "name": "essai",
        "extends": "quebec",
        "registry": "organismes.ttl",
    }
    lines = [f'{key} = "{value}"' for key, value in settings.items()]
    layout.write_text("\n".join(["layout = 1", *lines]))
    file, releases_folder = portrait(ROW), tmp_path / "releases"
    return lambda: portrait_ia("build", f"2025={file}", "--layout", layout, "--to", releases_folder)


Build = Callable[[], "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("skos:note [] ;", "a blank node beside"),
        ('skos:note "\\u0001" ;', "the character U+0001 in a text of"),
        ("skos:note sans guillemets ;", "at line"),
    ],
)
def test_registry_that_cannot_be_published_is_one_line(
    tmp_path: Path, build: Build, new: str, message: str
) -> None:
    edited(tmp_path, HEMA, f"{HEMA}    {new}\n")
    done = build()
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "organismes.ttl: the registry of bodies cannot be read" in line
    assert message in line


def test_registry_that_is_not_there_is_one_line(build: Build) -> None:
    done = build()
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "organismes.ttl" in done.stderr


def test_what_is_replaced_may_not_be_there_all_the_same(tmp_path: Path, build: Build) -> None:
    new = "    dcterms:isReplacedBy <id/organisme/sante-quebec> ;\n"
    edited(tmp_path, HEMA, HEMA + new)
    done = build()
    assert done.returncode == 2
    assert "id/organisme/hema-quebec> is said to be replaced by <" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_registry_stands_beside_its_layout(tmp_path: Path, build: Build) -> None:
    edited(tmp_path, HEMA, f'{HEMA}    skos:altLabel "HQ"@fr ;\n')
    assert build().returncode == 0
    dump = (tmp_path / "releases/current/dumps/portraits.nt").read_text()
    assert 'hema-quebec> <http://www.w3.org/2004/02/skos/core#altLabel> "HQ"@fr' in dump


def test_a_spelling_of_two_bodies_publishes_nothing(tmp_path: Path, build: Build) -> None:
    edited(tmp_path, HEMA, f'{HEMA}    skos:altLabel "BAnQ"@fr ;\n')
    done = build()
    assert done.returncode == 1
    lines = [line.split("│") for line in done.stdout.splitlines() if line.startswith("│")]
    shown = "".join(cells[6].strip() for cells in lines)
    assert "hema-quebec" in shown
    assert "bibliotheque-et-archives" in shown
    assert not (tmp_path / "releases").exists()


COUNTS = """
PREFIX pia: <http://localhost:8000/def#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?in2024 ?in2025 (COUNT(?who) AS ?number) WHERE {
  { SELECT DISTINCT ?who WHERE { ?row %s ?who } }
  BIND (EXISTS { ?a %s ?who ; dcterms:isPartOf/pia:annee 2024 } AS ?in2024)
  BIND (EXISTS { ?b %s ?who ; dcterms:isPartOf/pia:annee 2025 } AS ?in2025)
} GROUP BY ?in2024 ?in2025
"""


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=example / "current/dumps/portraits.nq", format=ox.RdfFormat.N_QUADS)
    return store


@pytest.mark.parametrize(
    ("prop", "gone", "new", "continued"),
    [("pia:organismeTelQuEcrit", 41, 58, 24), ("pia:organisme", 5, 22, 60)],
)
def test_example_counts_bodies_and_not_texts(
    store: ox.Store, prop: str, gone: int, new: int, continued: int
) -> None:
    query = COUNTS % (prop, prop, prop)
    rows = {
        tuple(str(value) for value in row)
        for row in store.query(query, use_default_graph_as_union=True)  # type: ignore[union-attr]
    }
    yes, no = (
        f'"{value}"^^<http://www.w3.org/2001/XMLSchema#boolean>' for value in ("true", "false")
    )
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    assert rows == {
        (yes, no, f'"{gone}"{integer}'),
        (no, yes, f'"{new}"{integer}'),
        (yes, yes, f'"{continued}"{integer}'),
    }
