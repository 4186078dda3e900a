"""What a layout says of fields and cells is what the release states, from outside."""

import csv
import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from server.app import create_app
from server.settings import Settings
from tests.conftest import PROJECT, Run
from tests.transform.commands.test_build import load, select

SMALL = PROJECT / "tests/layouts/petit.toml"
LAYOUT = f"""
extends = "{SMALL}"
name = "bilingue"

[fields.nom.translations]
en = ["Name"]

[fields.organisme]
columns = ["Organisme"]
fallback = []
split = " / "
languages = ["fr", "en"]

[fields.portefeuille]
columns = ["Unité"]
split = " > "
part = 1

[fields.benefices]
join = ["Pour les citoyens", "Pour l'organisme"]
joiner = " ; "

[fields.identifiant]
columns = ["No"]

[fields.description]
columns = ["Descriptif"]
translations.en = ["Description"]

[fields.page]
columns = ["Page"]

[fields.date_statut]
columns = ["Depuis"]
dates = ["D/M/YYYY", "D MMMM YYYY"]
empty = ["s.o."]

[fields.date_mise_en_service]
columns = ["En service"]
unreadable = "leave"

[fields.contact]
columns = ["Contact"]
split = ";"

[own.fournisseur]
columns = ["Fournisseur"]
label = {{ fr = "Fournisseur", en = "Vendor" }}
definition = {{ fr = "Qui la fournit.", en = "Who supplies it." }}

[own.usagers]
columns = ["Usagers"]
translations.en = ["Users"]
split = ","
range = "list"
label = {{ fr = "Usagers", en = "Users" }}

[[own.usagers.values]]
concept = "personnel"
spellings = ["Employés"]
label = {{ fr = "Personnel", en = "Staff" }}

[own.cout]
columns = ["Coût"]
range = "number"
decimal = ","
label = {{ fr = "Coût", en = "Cost" }}

[own.renseignementsPersonnels]
columns = ["Personnels"]
range = "yes-no"
label = {{ fr = "Renseignements personnels", en = "Personal information" }}

[own.evaluation]
columns = ["Évaluation"]
range = "iri"
label = {{ fr = "Évaluation", en = "Assessment" }}
"""
HEADER = (
    *("No", "Nom", "Name", "Catégorie", "Organisme", "Unité", "Statut", "Pour les citoyens"),
    *("Pour l'organisme", "Descriptif", "Description", "Page", "Depuis", "En service", "Contact"),
    *("Fournisseur", "Usagers", "Users", "Coût", "Personnels", "Évaluation"),
)
ROW = (
    *("A-1", "Tri ", "Sorting", "Automatisation", "Musée / Museum", "Culture > Musées", "Actif"),
    *("Délais", "Coûts", "Trie.", "Sorts.", "https://a.example/1", "30 avril 2025", "2026-01"),
    "ia@a.example; https://a.example/c;Bureau",
    *("ACME ", "employés, Public", "Staff, Anyone", "1 234,5", "O", "https://a.example/e"),
)


def changed(row: tuple[str, ...], **cells: str) -> tuple[str, ...]:
    """Return a row with other texts in the columns of these names, blanks written as _."""
    named = {name.replace("_", " "): text for name, text in cells.items()}
    return tuple(named.get(name, text) for name, text in zip(HEADER, row, strict=True))


def written(folder: Path, layout: str, *rows: tuple[str, ...], year: int = 2025) -> list[str]:
    """Write a layout and a file, and return the arguments of `build` that name them."""
    (folder / "essai.toml").write_text(layout, encoding="utf-8")
    file = folder / f"registre-{year}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, *rows])
    return [f"{year}={file}", "--layout", str(folder / "essai.toml")]


@pytest.fixture(scope="module")
def release(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rows, of which the second does without what is optional."""
    folder = tmp_path_factory.mktemp("fields")
    bare = changed(
        ROW, No="", Nom="Carte", Name="", Pour_les_citoyens="", Descriptif="", Description="",
        Page="", Depuis="S.O.", En_service="un jour", Contact="", Fournisseur="", Coût="",
        Usagers="Public", Users="Everyone, anyone", Personnels="non", Évaluation="",
    )  # fmt: skip
    arguments = written(folder, LAYOUT, ROW, bare)
    done = portrait_ia("build", *arguments, "--base-uri", "http://localhost:8000/", "--to", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def statements(store: ox.Store, name: str) -> set[tuple[str, str]]:
    """Return what the entry of a name says, without what every entry says of years and files."""
    query = f"""SELECT ?p ?o WHERE {{
        ?entry a pia:Inscription ; rdfs:label "{name}"@fr ; ?p ?value .
        BIND (COALESCE(LANG(?value), "") AS ?tag)
        BIND (CONCAT(STR(?value), IF(?tag = "", "", CONCAT("@", ?tag))) AS ?o)
    }}"""
    return {(p.rpartition("#")[2].rpartition("/")[2], o) for p, o in select(store, query)}


def test_each_cell_is_stated_as_the_layout_says(release: Path) -> None:
    store = load(release)
    base = "http://localhost:8000/id"
    assert statements(store, "Tri") >= {
        ("label", "Tri@fr"), ("label", "Sorting@en"), ("nomTelQuEcrit", "Tri "),
        ("organisme", f"{base}/organisme/musee"), ("organismeTelQuEcrit", "Musée / Museum"),
        ("portefeuille", f"{base}/portefeuille/culture"),
        ("portefeuilleTelQuEcrit", "Culture > Musées"),
        ("benefices", "Délais ; Coûts@fr"), ("identifiant", "A-1"),
        ("descriptif", "Trie.@fr"), ("descriptif", "Sorts.@en"),
        ("pageWeb", "https://a.example/1"), ("dateStatut", "2025-04-30"),
        ("dateMiseEnService", "2026-01"), ("contact", "mailto:ia@a.example"),
        ("contact", "https://a.example/c"), ("contactEnTexte", "Bureau@fr"),
    }  # fmt: skip
    said = {name for name, _ in statements(store, "Carte")}
    assert not said & {"identifiant", "descriptif", "pageWeb", "dateStatut", "dateMiseEnService"}
    assert ("benefices", "Coûts@fr") in statements(store, "Carte")
    assert select(store, "SELECT ?d WHERE { [] pia:dateMiseEnService ?x BIND(DATATYPE(?x) AS ?d) }")
    names = "SELECT ?n WHERE { <http://localhost:8000/id/organisme/musee> skos:prefLabel ?n }"
    assert {name for (name,) in select(store, names)} == {"Musée", "Museum"}
    called = 'SELECT ?n WHERE { ?i a pia:Initiative ; rdfs:label "Tri"@fr, ?n }'
    assert {name for (name,) in select(store, called)} == {"Tri", "Sorting"}
    (left,) = findings(release / "current/report", "Warning")
    assert (left["row"], left["column"], left["raw"]) == (3, "En service", "un jour")


def test_the_register_has_properties_of_its_own(release: Path) -> None:
    store = load(release)
    base = "http://localhost:8000"
    assert statements(store, "Tri") >= {
        ("fournisseur", "ACME@fr"), ("cout", "1234.5"), ("renseignementsPersonnels", "true"),
        ("evaluation", "https://a.example/e"), ("usagers", f"{base}/id/liste/usagers/personnel"),
        ("usagers", f"{base}/id/liste/usagers/public"),
    }  # fmt: skip
    named = f"SELECT ?p ?n {{ ?p rdfs:isDefinedBy <{base}/catalogue#serie> ; rdfs:label ?n }}"
    assert (f"{base}/def#cout", "Cost") in select(store, named)
    labels = """SELECT ?slug ?l WHERE {
        ?v skos:inScheme <http://localhost:8000/id/liste/usagers> ; skos:prefLabel ?label
        BIND (REPLACE(STR(?v), ".*/", "") AS ?slug)
        BIND (CONCAT(?label, "@", LANG(?label)) AS ?l) }"""
    assert set(select(store, labels)) == {
        *(("personnel", "Personnel@fr"), ("personnel", "Staff@en")),
        *(("public", "Public@fr"), ("public", "Anyone@en")),
    }
    app = create_app(release, Settings())
    try:
        client = app.test_client()
        query = 'SELECT ?e { ?e a pia:Inscription ; rdfs:label "Tri"@fr }'
        ((entry,),) = select(store, query)
        page = client.get(entry.removeprefix(base).replace("/id/", "/doc/") + "?lang=en").text
        assert all(name in page for name in ("Vendor", "Personal information", "Staff", "1234.5"))
        assert "Who supplies it." in client.get("/def?lang=en").text
        assert client.get("/doc/liste/usagers/public").status_code == 200
        assert client.get("/doc/liste").status_code == 200
    finally:
        app.extensions["current_release"].close()


def test_the_table_has_a_column_for_each_field_and_language(release: Path) -> None:
    with (release / "current/dumps/portrait-2025.csv").open(encoding="utf-8", newline="") as lines:
        by_name = {row["nom"]: row for row in csv.DictReader(lines)}
    assert by_name["Tri"].items() >= {
        "nom_en": "Sorting", "organisme": "Musée", "organisme_en": "Museum",
        "benefices": "Délais ; Coûts", "identifiant": "A-1", "description": "Trie.",
        "description_en": "Sorts.", "page": "https://a.example/1", "date_statut": "2025-04-30",
        "date_mise_en_service": "2026-01", "contact_en_texte": "Bureau",
        "contact": "mailto:ia@a.example | https://a.example/c", "fournisseur": "ACME",
        "usagers": "Personnel | Public", "usagers_en": "Staff | Anyone", "cout": "1234.5",
    }.items()  # fmt: skip
    assert {name for name, text in by_name["Carte"].items() if not text} >= {"page", "nom_en"}


def findings(report: Path, severity: str) -> list[dict[str, Any]]:
    results = json.loads((report / "validation.json").read_bytes())["results"]
    return [result for result in results if result["severity"] == severity]


@pytest.mark.parametrize(
    ("cells", "severity", "next_step"),
    [
        (
            {"Depuis": "30 brumaire 2025"},
            "Violation",
            "Write a date of ISO 8601, such as 2025-04-30, or add under [fields.date_statut]"
            " of essai.toml its pattern to dates, the cell to empty if it says nothing,"
            ' or unreadable = "leave" to publish the row without it.',
        ),
        (
            {"Page": "www.a.example"},
            "Violation",
            "Write a whole http(s) address, or add under [fields.page] of essai.toml the cell to"
            ' empty if it says nothing, or unreadable = "leave" to publish the row without it.',
        ),
        (
            {"Organisme": "Musée / Museum / Ville"},
            "Warning",
            'Write the cell as "fr / en", or correct split and languages under [fields.organisme]'
            " of essai.toml.",
        ),
        (
            {"Depuis": "3/4/2025"},
            "Violation",
            "It is 2025-03-04 or 2025-04-03: write under [fields.date_statut] of essai.toml only"
            ' the source\'s pattern, such as dates = ["D/M/YYYY"].',
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row(
    portrait_ia: Run, tmp_path: Path, cells: dict[str, str], severity: str, next_step: str
) -> None:
    layout = (
        LAYOUT.replace('dates = ["D/M/YYYY", "D MMMM YYYY"]', "") if "/4/" in str(cells) else LAYOUT
    )
    arguments = written(tmp_path, layout, changed(ROW, **cells))
    done = portrait_ia("check", *arguments, "--report", tmp_path)
    assert done.returncode == (1 if severity == "Violation" else 0), done.stderr
    (column, raw), *_ = cells.items()
    expected = (2, column, raw, next_step)
    told = [(f["row"], f["column"], f["raw"], f["next_en"]) for f in findings(tmp_path, severity)]
    assert expected in told


def test_the_identifier_decides_where_the_layout_says_so(portrait_ia: Run, tmp_path: Path) -> None:
    """A renamed and moved row keeps its initiative, a reused name gets another one."""
    layout = LAYOUT.replace('columns = ["No"]', 'columns = ["No"]\nidentity = true')
    (tmp_path / "noms.toml").write_text(LAYOUT, encoding="utf-8")
    older = [
        ROW,
        changed(ROW, No="A-2", Nom="Carte"),
        changed(ROW, No="A-3", Nom="Plan"),
        changed(ROW, No=" ", Nom="Devis"),
    ]
    newer = [
        changed(ROW, No=" A-1", Nom="Classement", Organisme="Ville / City"),
        changed(ROW, No="A-9", Nom="Carte"),
        changed(ROW, No="", Nom="Devis"),
        changed(ROW, No="A-3", Nom="Plan"),
        changed(ROW, No="A-3", Nom="Plan bis"),
    ]
    files = [written(tmp_path, layout, *older, year=2024)[0]]
    files.append(written(tmp_path, layout, *newer)[0])
    build = ["build", *files, "--base-uri", "http://localhost:8000/", "--to", tmp_path]
    before = portrait_ia(*build, "--layout", tmp_path / "noms.toml")
    assert before.returncode == 0, before.stderr
    done = portrait_ia(*build, "--layout", tmp_path / "essai.toml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rows 5, 6 have the identifier A-3: kept as 2 initiatives" in done.stdout
    repeated = findings(tmp_path / "current/report", "Warning")
    told = [(f["row"], f["column"], f["raw"]) for f in repeated]
    assert told == [(5, "No", "A-3"), (6, "No", "A-3")]
    store = load(tmp_path)
    joined = """SELECT ?old ?new WHERE {
        ?a pia:annee 2024 ; pia:inscriptionDe ?initiative ; pia:nomTelQuEcrit ?old .
        ?b pia:annee 2025 ; pia:inscriptionDe ?initiative ; pia:nomTelQuEcrit ?new . }"""
    pairs = {("Tri ", "Classement"), ("Plan", "Plan"), ("Devis", "Devis")}
    assert set(select(store, joined)) == pairs
    rules = "SELECT ?rule WHERE { ?decision pia:etablit ?i ; pia:regle ?rule }"
    named = sorted(rule.rpartition("/")[2] for (rule,) in select(store, rules))
    assert named == ["accord-exact", "identifiant", "identifiant-repete"]
    # What was published by the names leads to what it is now.
    former = "SELECT ?old WHERE { GRAPH ?g { ?old dcterms:isReplacedBy ?now } }"
    assert len(select(store, former)) >= 3
