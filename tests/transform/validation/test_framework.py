"""A layout may name a framework of its own; what contradicts itself is refused, with its line."""

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import ontology
from tests.conftest import PROJECT, ROW, Run
from transform.errors import UnreadableFramework
from transform.graphs.framework import Framework, read_framework
from transform.layouts.model import Languages, Layout, load_layout
from transform.validation.framework import validate_framework
from transform.validation.locate import Located

BASE = "https://exemple.gouv.qc.ca/ia/"
BODY = f"{BASE}id/organisme/ministere-de-la-cybersecurite-et-du-numerique"
QUEBEC = ontology.read("cadre").decode()
LAYOUT = 'layout = 1\nname = "essai"\nlanguages = ["fr", "en"]\nextends = "quebec"\n[series]\n'
Command = Callable[[], CompletedProcess[str]]


def layout(folder: Path, framework: str = "cadre-essai.ttl", more: str = "") -> Layout:
    file = folder / "essai.toml"
    file.write_text(f'{LAYOUT}framework = "{framework}"\n{more}', encoding="utf-8")
    return load_layout(str(file))


def own(folder: Path, text: str) -> Framework:
    (folder / "cadre-essai.ttl").write_text(text, encoding="utf-8")
    framework = read_framework(layout(folder), BASE)
    assert framework
    return framework


def find(framework: Framework) -> list[Located]:
    return validate_framework(framework, [BODY], BASE, Languages(("fr", "en"), ("fr", "en")))


@pytest.mark.parametrize("name", ["us-2024", "us-2025"])
def test_another_register_has_no_framework_unless_it_names_one(name: str) -> None:
    assert read_framework(load_layout(name), BASE) is None


def test_an_extended_layout_can_have_none(tmp_path: Path) -> None:
    assert read_framework(layout(tmp_path, ""), BASE) is None


def test_the_framework_of_quebec_passes(tmp_path: Path) -> None:
    assert find(own(tmp_path, QUEBEC)) == []


@pytest.mark.parametrize(
    ("old", "new", "term", "message"),
    [
        (
            'eli:date_document "2024-06-27"',
            'eli:date_document "2024-08-27"',
            "eli:date_document",
            "eli:date_document is 2024-08-27, after eli:date_publication, 2024-08-07.",
        ),
        (
            "eli:repeals <id/cadre/ia-ri-2025-001-op>",
            "eli:suspends <id/cadre/ia-ri-2025-001-op>",
            "eli:suspends",
            "eli:suspends is no known relation or property of a text; relations: eli:amends,",
        ),
        (
            "eli:repeals <id/cadre/ia-ri-2025-001-op>",
            "eli:repeals <id/cadre/ia-ri-2025-003-op>",
            "eli:repeals",
            "From eli:repeals to eli:repeals, the text comes back to itself",
        ),
        (
            "    pia:emetteur <id/agent/assemblee-nationale> ;\n",
            "",
            "pia:emetteur",
            "The text does not say pia:emetteur. Add it, or pia:seulementCite true",
        ),
        (
            'eli:date_document "2024-06-27"',
            'eli:date_document "2024-06-31"',
            "eli:date_document",
            "eli:date_document is «2024-06-31», which is no date (xsd:date).",
        ),
    ],
    ids=["date out of order", "unknown relation", "repeals itself", "no issuer", "no date"],
)
def test_a_fault_is_found_with_its_term_and_line(
    tmp_path: Path, old: str, new: str, term: str, message: str
) -> None:
    assert QUEBEC.count(old) == 1
    text = QUEBEC.replace(old, new)
    [finding] = find(own(tmp_path, text))
    # Where a statement is missing, the line of its text stands for it.
    at = new or 'a eli:LegalResource , pia:TexteDuCadre ;\n    rdfs:label "Loi sur la gouvernance'
    line = text[: text.index(at)].count("\n") + 1
    assert (finding.severity, finding.file, finding.row) == ("Violation", "cadre-essai.ttl", line)
    assert finding.column == term
    assert finding.en.startswith(message)
    assert finding.next_en.startswith(f"Correct {term} <id/cadre/")
    assert finding.next_en.endswith(f"in cadre-essai.ttl, line {line}.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (QUEBEC.replace("eli:amends <", "eli:amends [] , <"), "a blank node beside"),
        (
            QUEBEC.replace("eli:amends <", "eli:amends sans <"),
            f"at line {QUEBEC[: QUEBEC.index('eli:amends <')].count(chr(10)) + 1}",
        ),
        ("<id/cadre> <def#x> <def#y> .", "describes no pia:TexteDuCadre"),
        (None, "no regular file"),
    ],
)
def test_a_file_that_is_no_framework_is_refused(
    tmp_path: Path, text: str | None, message: str
) -> None:
    named = layout(tmp_path)
    if text:
        (tmp_path / "cadre-essai.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFramework) as refused:
        read_framework(named, BASE)
    assert str(refused.value).startswith("cadre-essai.ttl: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.fixture
def build(tmp_path: Path, portrait: Callable[..., Path], portrait_ia: Run) -> Command:
    """Build a small portrait with the framework of docs/cadre.md, which stands in tmp_path."""
    page = (PROJECT / "docs/cadre.md").read_text(encoding="utf-8")
    [(keys, turtle)] = re.findall(r"```toml\n(.*?)```\n\n```turtle\n(.*?)```", page, re.DOTALL)
    (tmp_path / "cadre-exemple.ttl").write_text(turtle, encoding="utf-8")
    file = tmp_path / "essai.toml"
    file.write_text(LAYOUT.replace("[series]\n", keys), encoding="utf-8")
    rows = portrait(ROW)
    return lambda: portrait_ia(
        "build", f"2025={rows}", "--layout", file, "--to", tmp_path / "releases"
    )


def test_the_framework_of_the_docs_is_published_and_no_other(
    tmp_path: Path, build: Command
) -> None:
    done = build()
    assert done.returncode == 0, done.stdout + done.stderr
    dump = (tmp_path / "releases/current/dumps/portraits.nq").read_text(encoding="utf-8")
    assert set(re.findall(r"<http://localhost:8000/id/cadre/([^>]+)>", dump)) == {"loi-2026"}
    catalogue = (tmp_path / "releases/current/catalogue.nt").read_text(encoding="utf-8")
    assert "applicableLegislation> <http://localhost:8000/id/cadre/loi-2026>" in catalogue


def test_a_framework_that_contradicts_itself_publishes_nothing(
    tmp_path: Path, build: Command
) -> None:
    file = tmp_path / "cadre-exemple.ttl"
    text = file.read_text(encoding="utf-8").replace("2026-02-01", "2025-02-01")
    file.write_text(text, encoding="utf-8")
    line = text[: text.index("2026-01-15")].count("\n") + 1
    done = build()
    assert done.returncode == 1
    shown = "".join(done.stdout.split()).replace("│", "")
    assert "eli:date_document" in shown
    assert str(line) in shown
    assert not (tmp_path / "releases").exists()
