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
    about = "http://localhost:8000/id/portrait/2025"
    spoken = [
        str(triple.object)
        for triple in triples(dutch, "catalogue.nt")
        if str(triple.subject) == f"<{about}>" and triple.predicate.value.endswith("/language")
    ]
    assert [iri.rpartition("/")[2] for iri in spoken] == ["NLD>"]
    table = json.loads((current / "dumps/portrait-2025.csv-metadata.json").read_bytes())
    columns = {column["name"]: column.get("lang") for column in table["tableSchema"]["columns"]}
    assert table["@context"][1] == {"@language": "nl"}
    assert {name: lang for name, lang in columns.items() if lang} == dict.fromkeys(
        ("organisme", "portefeuille", "categorie", "statut"), "nl"
    )
    assert '<shapes#langues>\n  rdf:first "nl" ;\n  rdf:rest ( ) ;' in (
        current / "shapes.ttl"
    ).read_text("utf-8")


def test_each_message_is_true_of_its_row(portrait_ia: Run, tmp_path: Path) -> None:
    rows = (CHATBOT, ("", *SEARCH[1:]), (*SEARCH[:4], "Sneller\x01", SEARCH[5]))
    file = write(tmp_path / "2025.csv", DUTCH_HEADER, *rows)
    report = tmp_path / "report"
    done = portrait_ia("check", f"2025={file}", "--layout", DUTCH, "--report", report)
    assert done.returncode == 1
    findings = json.loads((report / "validation.json").read_bytes())["results"]
    refused = [f for f in findings if f["severity"] == "Violation"]
    assert {(f["row"], f["column"], f["en"]) for f in refused if f["row"]} == {
        (3, "Naam", "The name of the initiative is missing."),
        (4, "Doel", "The text of the benefits holds a control character."),
    }
