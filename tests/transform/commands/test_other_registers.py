"""A register in another language, or with fewer fields, is published by its layout alone."""

import csv
import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conftest import PROJECT, Run

DUTCH = PROJECT / "tests/layouts/nederlands.toml"
DUTCH_HEADER = ("Naam", "Categorie", "Organisatie", "Departement", "Doel", "Status")
CHATBOT = ("Chatbot", "Hulp", "UWV", "Sociale Zaken", "Sneller antwoorden", "In gebruik")
SEARCH = ("Zoekhulp", "Taal", "UWV", "Sociale Zaken", "", "In ontwikkeling")


def write(path: Path, *rows: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def triples(releases: Path, name: str) -> list[ox.Triple]:
    quads = ox.parse(path=releases / "current" / name, format=ox.RdfFormat.N_TRIPLES)
    return [quad.triple for quad in quads]


@pytest.fixture(scope="module")
def dutch(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register in Dutch alone, of two years."""
    folder = tmp_path_factory.mktemp("dutch")
    changed = (*CHATBOT[:5], "In ontwikkeling")
    older = write(folder / "2024.csv", DUTCH_HEADER, CHATBOT)
    newer = write(folder / "2025.csv", DUTCH_HEADER, changed, SEARCH)
    files = (f"2024={older}", f"2025={newer}")
    done = portrait_ia("build", *files, "--layout", DUTCH, "--to", folder / "releases")
    assert done.returncode == 0, done.stderr
    return folder / "releases"


def test_what_the_register_says_is_in_its_language_alone(dutch: Path) -> None:
    kinds = ("initiative", "organisme", "portrait", "categorie", "statut", "portefeuille")
    own = tuple(f"<http://localhost:8000/id/{kind}/" for kind in kinds)
    languages = {
        getattr(triple.object, "language", None)
        for triple in triples(dutch, "dumps/portraits.nt")
        if str(triple.subject).startswith(own)
    }
    assert languages == {None, "nl"}


def test_manifest_catalogue_table_and_shapes_follow_the_register(dutch: Path) -> None:
    current = dutch / "current"
    manifest = json.loads((current / "manifest.json").read_bytes())
    assert manifest["languages"] == ["nl"]
    assert manifest["series"]["title"] == {"nl": "Algoritmeregister"}
    # The layout names one thing in its language; the rest is neutral.
    words = manifest["words"]
    assert words["nl"] == {"portrait": ["momentopname", "momentopnamen"]}
    assert words["en"]["portefeuille"] == ["sector", "sectors"]
    assert "abandoned" not in words["en"]["left_out"]
    about = "http://localhost:8000/id/portrait/2025"
    spoken = [
        str(triple.object)
        for triple in triples(dutch, "catalogue.nt")
        if str(triple.subject) == f"<{about}>" and triple.predicate.value.endswith("/language")
    ]
    assert [iri.rpartition("/")[2] for iri in spoken] == ["NLD>"]
    table = json.loads((current / "dumps/portrait-2025.csv-metadata.json").read_bytes())
    columns = {column["name"]: column.get("lang") for column in table["tableSchema"]["columns"]}
    assert table["dc:title"]["nl"] == "Momentopname 2025"
    assert table["@context"][1] == {"@language": "nl"}
    assert {name: lang for name, lang in columns.items() if lang} == dict.fromkeys(
        ("organisme", "portefeuille", "categorie", "statut"), "nl"
    )
    assert '<shapes#langues>\n  rdf:first "nl" ;\n  rdf:rest ( ) ;' in (
        current / "shapes.ttl"
    ).read_text("utf-8")


def test_each_message_is_true_of_its_row(portrait_ia: Run, tmp_path: Path) -> None:
    without_sector = (*SEARCH[:3], "", *SEARCH[4:])
    rows = (CHATBOT, ("", *SEARCH[1:]), (*SEARCH[:4], "Sneller\x01", SEARCH[5]), without_sector)
    file = write(tmp_path / "2025.csv", DUTCH_HEADER, *rows)
    report = tmp_path / "report"
    done = portrait_ia("check", f"2025={file}", "--layout", DUTCH, "--report", report)
    assert done.returncode == 1
    findings = json.loads((report / "validation.json").read_bytes())["results"]
    refused = [f for f in findings if f["severity"] == "Violation"]
    assert {(f["row"], f["column"], f["en"]) for f in refused if f["row"]} == {
        (3, "Naam", "The name of the initiative is missing."),
        (4, "Doel", "The text of the benefits holds a control character."),
        (5, "Departement", "The sector is missing or not in the list."),
    }


WITHOUT = """extends = "{DUTCH}"
name = "zonder"
fields.categorie.absent = true
fields.portefeuille.absent = true
fields.statut.absent = true
"""


@pytest.fixture(scope="module")
def partly(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register whose first year has neither category, portfolio nor status."""
    folder = tmp_path_factory.mktemp("partly")
    layout = folder / "zonder.toml"
    layout.write_text(WITHOUT.format(DUTCH=DUTCH), "utf-8")
    moved = (*CHATBOT[:2], "SVB", *CHATBOT[3:])
    older = write(folder / "2024.csv", *(take(row) for row in (DUTCH_HEADER, CHATBOT, SEARCH)))
    newer = write(folder / "2025.csv", DUTCH_HEADER, CHATBOT, moved)
    files = (f"2024={older}", f"2025={newer}")
    layouts = ("--layout", f"2024={layout}", "--layout", f"2025={DUTCH}")
    done = portrait_ia("build", *files, *layouts, "--to", folder / "releases")
    assert done.returncode == 0, done.stderr
    assert "no column for categorie, portefeuille, statut: this year is without" in done.stdout
    return folder / "releases"


def take(row: tuple[str, ...]) -> tuple[str, ...]:
    """Return the cells of a row that the first year has: name, body and benefits."""
    return row[0], row[2], row[4]


def test_of_an_absent_field_nothing_is_said_or_counted(partly: Path) -> None:
    current = partly / "current"
    graph = triples(partly, "dumps/portrait-2024.nt")
    absent = {
        str(t.object).rpartition("#")[2][:-1] for t in graph if "champAbsent" in t.predicate.value
    }
    assert absent == {"categorie", "portefeuille", "statut"}
    said = {t.predicate.value.rpartition("#")[2] for t in graph}
    written = {"categorieTelleQuEcrite", "portefeuilleTelQuEcrit", "statutTelQuEcrit"}
    assert said.isdisjoint(absent | written)
    older, newer = json.loads((current / "manifest.json").read_bytes())["portraits"]
    assert older["fields"] == ["nom", "organisme", "benefices"]
    assert (older["counts"], newer["counts"]["statut"]) == ({}, {"in-gebruik": 2})
    header = (current / "dumps/portrait-2024.csv").read_text("utf-8").partition("\n")[0]
    assert header == "inscription,initiative,portrait,nom,organisme_uri,organisme,benefices,source"


def test_two_years_are_compared_by_what_both_have(partly: Path, portrait_ia: Run) -> None:
    about = "<http://localhost:8000/id/comparaison/2024-2025/"
    kinds = {
        str(t.subject).removeprefix(about).rpartition("/")[0].partition("/")[0] or "movement"
        for t in triples(partly, "dumps/portraits.nt")
        if str(t.subject).startswith(about)
    }
    assert kinds == {"movement"}
    done = portrait_ia("diff", partly, "2024", "2025", "--lang", "en")
    assert "Of the initiatives in both registers, 0 changed their body." in done.stdout
    assert "ategor" not in done.stdout + done.stderr
    listed = portrait_ia("diff", partly, "2024", "2025", "--format", "csv").stdout
    rows = list(csv.DictReader(listed.splitlines()))
    assert {row["kind"] for row in rows} == {
        *("organismes-nouveaux", "initiatives-nouvelles", "initiatives-absentes"),
    }


def test_a_field_without_column_is_told_once_with_what_to_write(
    portrait_ia: Run, tmp_path: Path
) -> None:
    header, *rows = (row[:5] for row in (DUTCH_HEADER, CHATBOT, SEARCH))
    file = write(tmp_path / "2025.csv", header, *rows * 300)
    done = portrait_ia("check", f"2025={file}", "--layout", DUTCH)
    assert (done.returncode, done.stderr) == (
        2,
        'portrait-ia: 2025.csv, row 1: No column for statut (known: "Status"). Add its name to'
        f" columns under [fields.statut] of {DUTCH}, write absent = true there if the register has"
        " no such field, or correct the file.\n",
    )
