"""Each shipped layout of a foreign register reads its columns: rows of our own making."""

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.transform.commands.test_build import load, select

CANADA = {
    "ai_register_id": "2526-XX-001",
    "name_ai_system_en": "Sorter",
    "name_ai_system_fr": "Trieur",
    "government_organization": "Example Canada / Exemple Canada",
    "description_ai_system_en": "Sorts.",
    "description_ai_system_fr": "Trie.",
    "ai_system_primary_users_en": "GC employees",
    "ai_system_primary_users_fr": "Employés du GC",
    "developed_by_en": "Other ",
    "developed_by_fr": "Autre",
    "vendor_information": "",
    "ai_system_status_en": "in production",
    "ai_system_status_fr": "En production",
    "status_date": "2025",
    "ai_system_capabilities_en": "Sorting",
    "ai_system_capabilities_fr": "Tri",
    "data_sources_en": "Forms",
    "data_sources_fr": "Formulaires",
    "involves_personal_information": "N",
    "personal_information_banks_en": "",
    "personal_information_banks_fr": "",
    "notification_ai": "Y",
    "ai_system_results_en": "Faster",
    "ai_system_results_fr": "Plus vite",
}
KINGDOM = {
    "publishing_body": "Example Office",
    "tool_name": "Sorter",
    "published": "2025-06-26T07:39:09Z",
    "url": "https://a.example/records/sorter",
}
# For each layout: a row, what changes it into another one, and what the first row states.
REGISTERS = {
    "canada": (
        CANADA,
        {"ai_register_id": "2526-XX-002", "ai_system_status_en": "", "status_date": ""},
        {
            *(("identifiant", "2526-XX-001"), ("label", "Trieur"), ("descriptif", "Trie.")),
            *(("dateStatut", "2025"), ("notification", "true"), ("results", "Plus vite")),
            ("involvesPersonalInformation", "false"),
            ("statut", "http://localhost:8000/id/statut/in-production"),
            ("organisme", "http://localhost:8000/id/organisme/example-canada"),
            ("primaryUsers", "http://localhost:8000/id/liste/primaryUsers/gc-employees"),
            ("developedBy", "http://localhost:8000/id/liste/developedBy/other"),
        },
    ),
    "uk-atrs": (
        KINGDOM,
        {"url": "https://a.example/records/other", "tool_name": "Other"},
        {
            ("pageWeb", "https://a.example/records/sorter"),
            ("identifiant", "https://a.example/records/sorter"),
            ("dateDeclaration", "2025-06-26T07:39:09Z"),
            ("organisme", "http://localhost:8000/id/organisme/example-office"),
        },
    ),
}


def test_a_record_without_a_body_is_told_and_kept_back(portrait_ia: Run, tmp_path: Path) -> None:
    """As six records of the United Kingdom are; what the message advises works."""
    file = tmp_path / "register.csv"
    nobody = KINGDOM | {"publishing_body": "", "url": "https://a.example/records/nobody"}
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([KINGDOM, KINGDOM.values(), nobody.values()])
    build = ("build", f"2025={file}", "--layout", "uk-atrs", "--to", tmp_path / "releases")
    refused = portrait_ia(*build)
    assert refused.returncode == 1
    assert "publish the others with build --quarantine" in refused.stderr
    done = portrait_ia(*build, "--quarantine")
    assert done.returncode == 0, done.stderr
    assert "2 rows read = 1 published + 1 rejected" in done.stdout
    report = json.loads((tmp_path / "releases/current/report/validation.json").read_bytes())
    told = {(f["row"], f["column"], f["next_en"]) for f in report["results"]}
    assert told == {(3, "publishing_body", 'Fill in "publishing_body" in row 3.')}


@pytest.mark.parametrize("layout", REGISTERS)
def test_a_shipped_layout_reads_the_columns_of_its_register(
    portrait_ia: Run, tmp_path: Path, layout: str
) -> None:
    row, changes, stated = REGISTERS[layout]
    file = tmp_path / "register.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([row, row.values(), (row | changes).values()])
    base = ["--base-uri", "http://localhost:8000/", "--to", tmp_path]
    done = portrait_ia("build", f"2025={file}", "--layout", layout, *base)
    assert done.returncode == 0, done.stdout + done.stderr
    (portrait,) = json.loads((tmp_path / "current/manifest.json").read_bytes())["portraits"]
    assert (portrait["published"], portrait["rejected"], portrait["bodies"]) == (2, 0, 1)
    assert set(portrait["other_columns"]) <= {"ai_system_status_fr"}
    query = """SELECT ?p ?o WHERE {
        ?entry prov:hadPrimarySource ?row ; ?property ?value . FILTER (STRENDS(STR(?row), "row=2"))
        BIND (REPLACE(STR(?property), ".*[/#]", "") AS ?p) BIND (STR(?value) AS ?o) }"""
    assert stated <= set(select(load(tmp_path), query))
    assert json.loads((tmp_path / "current/report/validation.json").read_bytes())["results"] == []
