"""Each shipped layout of a foreign register reads its columns: rows of our own making."""

import csv
import json
import re
from pathlib import Path

import pytest

from tests.conftest import HEADER, PROJECT, ROW, Run
from tests.transform.commands.test_build import load, select
from transform.layouts.model import load_layout, shipped

FRENCH_STATUS = "ai_system_status_fr"
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
    FRENCH_STATUS: "En production",
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
US_2023 = {
    "Use_Case_ID": "XX-0001-2023",
    "Department_Code": "XX",
    "Agency": "Example Office",
    "Office": "OCIO",
    "Title": "Sorter",
    "Summary": "Sorts.",
    "Development_Stage": "In production: less than 6 months",
    "Techniques": "Neural Networks, Other",
    "Source_Code": "https://a.example/code<br>https://a.example/more",
    "Department": "Department of Interior",
}
US_2024 = {
    "Use Case Name": "Sorter",
    "Agency": "Department of the Interior",
    "Bureau": "Example Office",
    "Use Case Topic Area": "Mission-Enabling (internal agency support)",
    "What is the intended purpose and expected benefits of the AI?": "Faster sorting.",
    "Stage of Development": "In production",
    "Date Retired": "7/1/2024",
    "If the code is open-source, provide the link for the publicly available source code.": (
        "HTTPS://a.example/code"
    ),
}
US_2025 = {
    "agency_name": "Department of the Interior",
    "id": "XX-1",
    "use_case_name": "Sorter",
    "agency_bureau": "Example Office",
    "contact_email": "somebody@a.example",
    "development_stage": "Deployed",
    "is_high_impact": "Not High-impact",
    "topic_area": "Admin Functions",
    "problem_solved": "Sorting takes long.",
    "benefits": "Faster sorting.",
}
INTERIOR = (
    ("portefeuille", "http://localhost:8000/id/portefeuille/department-of-the-interior"),
    ("organisme", "http://localhost:8000/id/organisme/department-of-the-interior-example-office"),
)
QUEBEC = dict(zip(HEADER, ROW, strict=True))
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
    "us-2023": (
        US_2023,
        # What is no stage is not made one, and what is missing is not made up.
        {"Title": "Other", "Development_Stage": "This is a pilot initiative", "Office": ""},
        {
            *(*INTERIOR, ("identifiant", "XX-0001-2023"), ("descriptif", "Sorts.")),
            *(("office", "OCIO"), ("techniques", "Neural Networks, Other")),
            *(("codeSource", f"https://a.example/{name}") for name in ("code", "more")),
            ("statut", "http://localhost:8000/id/statut/in-production"),
            ("statutTelQuEcrit", "In production: less than 6 months"),
        },
    ),
    "us-2024": (
        US_2024,
        {"Use Case Name": "Other"},
        {
            *(*INTERIOR, ("dateRetrait", "2024-07-01")),
            ("categorie", "http://localhost:8000/id/categorie/mission-enabling"),
            ("statut", "http://localhost:8000/id/statut/in-production"),
            # A scheme is in lower case, however it was written.
            ("codeSource", "https://a.example/code"),
        },
    ),
    "us-2025": (
        US_2025,
        {"use_case_name": "Other", "id": "XX-2"},
        {
            *(*INTERIOR, ("identifiant", "XX-1"), ("descriptif", "Sorting takes long.")),
            ("categorie", "http://localhost:8000/id/categorie/administrative-functions"),
            ("statut", "http://localhost:8000/id/statut/deployed"),
            ("highImpact", "http://localhost:8000/id/liste/highImpact/not-high-impact"),
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
    year = layout[-4:] if layout.startswith("us-") else "2025"
    done = portrait_ia("build", f"{year}={file}", "--layout", layout, *base)
    assert done.returncode == 0, done.stdout + done.stderr
    (portrait,) = json.loads((tmp_path / "current/manifest.json").read_bytes())["portraits"]
    assert (portrait["published"], portrait["rejected"], portrait["bodies"]) == (2, 0, 1)
    others = {"us-2023": ["Department_Code"], "us-2025": ["contact_email"]}
    assert set(portrait["other_columns"]) == {*others.get(layout, ()), *({*row} & {FRENCH_STATUS})}
    query = """SELECT ?p ?o WHERE {
        ?entry prov:hadPrimarySource ?row ; ?property ?value . FILTER (STRENDS(STR(?row), "row=2"))
        BIND (REPLACE(STR(?property), ".*[/#]", "") AS ?p) BIND (STR(?value) AS ?o) }"""
    assert stated <= set(select(load(tmp_path), query))
    findings = json.loads((tmp_path / "current/report/validation.json").read_bytes())["results"]
    # The publisher announced how many rows the whole file of 2025 has.
    assert [f["shape"] for f in findings if "published total is 3611" not in f["en"]] == []


# What each text of a stage is in the inventory of 2023; None for a text that is of no stage.
STAGES = {
    "Operation and Maintenance": "OperationStage",
    "Operation and Management": "OperationStage",
    "In-use": "OperationStage",
    "In mission": "OperationStage",
    "In production: more than 1 year": "OperationStage",
    "In production: less than one year": "OperationStage",
    "In production: less than six months": "OperationStage",
    "Implementation": "DeploymentStage",
    "Deployment": "DeploymentStage",
    "Development and Acquisition": "DevelopmentStage",
    "Development (not in production)": "DevelopmentStage",
    "Currently under development": "DevelopmentStage",
    "Initial development": "DevelopmentStage",
    "Initiation": "InceptionStage",
    "Planned (not in production)": "InceptionStage",
    "Completed": None,
    "Investigating/Proof of concept": None,
    "Proof-of-concept completed": None,
    "Refinments planned for future release": None,
    "Successfully tested but not in production.": None,
    "User Acceptance Testing to begin early spring '22": None,
    "": None,
}


def test_the_stages_of_2023_lead_to_those_that_registers_share(
    portrait_ia: Run, tmp_path: Path
) -> None:
    file = tmp_path / "register.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, US_2023)
        writer.writeheader()
        for text in STAGES:
            writer.writerow(US_2023 | {"Title": f"Stage {text}", "Development_Stage": text})
    done = portrait_ia("build", f"2023={file}", "--layout", "us-2023", "--to", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    query = """SELECT ?text ?stage WHERE { ?entry pia:statutTelQuEcrit ?text ; pia:statut ?status
        OPTIONAL { ?status skos:narrowMatch|skos:closeMatch ?match }
        BIND (STRAFTER(STR(?match), "#") AS ?stage) }"""
    found: dict[str, set[str]] = {}
    for text, stage in select(load(tmp_path), query):
        found.setdefault(text, set()).add(stage)
    assert found.keys() == STAGES.keys()
    for text, stages in found.items():
        assert (STAGES[text] or "") in stages, text
    counted = (
        "SELECT (COUNT(*) AS ?n) WHERE { ?entry pia:statut <http://localhost:8000/id/statut/%s> }"
    )
    store = load(tmp_path)
    assert list(select(store, counted % "other-wording")) == [("6",)]
    assert list(select(store, counted % "non-precise")) == [("1",)]
    manifest = json.loads((tmp_path / "current/manifest.json").read_bytes())
    assert not {"categorie", "benefices"} & {*manifest["fields"]}


def test_each_stage_of_the_american_layouts_has_one_meaning_in_all_of_them() -> None:
    """A series reads each year by its own layout: one value of all has one name and crosswalk."""
    values: dict[str, set[str]] = {}
    for name in ("us-2023", "us-2024", "us-2025"):
        for value in load_layout(name).lists["statut"].values:
            facts = json.dumps([{**value.label}, {k: [*v] for k, v in value.match.items()}])
            values.setdefault(value.concept, set()).add(facts)
    assert [concept for concept, facts in values.items() if len(facts) > 1] == []


@pytest.mark.parametrize("page", ["layout.md", "layout.en.md"])
def test_the_docs_have_an_example_of_each_shipped_layout(
    portrait_ia: Run, tmp_path: Path, page: str
) -> None:
    text = (PROJECT / "docs" / page).read_text(encoding="utf-8")
    rows = r"^\| `([\w-]+)` \| `portrait-ia (layout check .+)` \|"
    examples = re.findall(rows, text, re.MULTILINE)
    assert [name for name, _ in examples] == shipped()
    for name, example in examples:
        row = REGISTERS[name][0] if name in REGISTERS else QUEBEC
        *command, file = example.split()
        path = tmp_path / file.split("=")[1]
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([row, row.values()])
        done = portrait_ia(*command, f"{file.split('=')[0]}={path}")
        assert done.returncode == 0, (name, done.stderr)
        assert f"{name}.toml: sound" in done.stdout
