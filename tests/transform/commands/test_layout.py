"""A layout is proposed from files, shown, and checked with its files."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, Run
from transform.layouts.model import Layout, load_layout
from transform.layouts.reader import shipped
from transform.tables.rows import read_rows

BODIES = ["Ministry of Health", "Tax Office", "Ministry of Health", "City Archive"]
STAGES = ["Live", "Pilot", "Live", "Live"]
ENGLISH = [
    {
        "id": f"X-{n}",
        "toolName": f"Reading of the letters that come in by post {n}",
        "status_date": "2025-01-01",
        "Development stage": STAGES[n % 4],
        "publishing_body": BODIES[n % 4],
        "Parent organisation": "" if n % 4 == 1 else "Government and \"Co\"",
        "Expected benefits": f"Letters are answered in {n} days, and people wait less for them.",
        "url": f"https://example.org/{n}",
    }
    for n in range(24)
]  # fmt: skip
DUTCH = [
    {
        "Toepassing": f"Herkenning van kentekens {n}",
        "Organisatie": "Gemeente A" if n % 2 else "Gemeente B",
        "Fase": "In gebruik",
        "Omschrijving": f"Het systeem is voor het tellen van auto's met een camera aan de weg {n}",
    }
    for n in range(12)
]
FRENCH = [
    {
        "Nom de l'initiative en IA": f"Tri des demandes reçues par les citoyens {n}",
        "Catégorie": "Automatisation",
        "Organisme public": ["Régie", "Société", "Ministère"][n % 3],
        "Portefeuille": ["Santé", "Justice"][n % 2],
        "Statut": ["En cours", "Terminé"][n % 2],
        "Coût": str(n),
    }
    for n in range(20)
]


def write(path: Path, rows: list[dict[str, str]], **how: Any) -> Path:
    with path.open("w", encoding=how.pop("encoding", "utf-8"), newline="") as out:
        writer = csv.DictWriter(out, [*rows[0]], **how)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def propose(portrait_ia: Run, tmp_path: Path) -> Callable[..., Layout]:
    """Propose a layout for files, check it with them, and read it."""

    def run(*files: Path) -> Layout:
        done = portrait_ia("layout", "new", *files)
        assert (done.returncode, done.stderr) == (0, "")
        assert "# to confirm: title, description and licence" in done.stdout
        layout = tmp_path / "mine.toml"
        layout.write_text(done.stdout, encoding="utf-8")
        pairs = [f"{2000 + n}={file}" for n, file in enumerate(files)]
        checked = portrait_ia("layout", "check", layout, *pairs)
        assert (checked.returncode, checked.stderr) == (0, ""), done.stdout
        return load_layout(str(layout))

    return run


def columns(layout: Layout) -> dict[str, tuple[str, ...]]:
    return {name: field.columns for name, field in layout.fields.items()}


def test_an_english_register_is_proposed_and_built(
    propose: Callable[..., Layout], portrait_ia: Run, tmp_path: Path
) -> None:
    file = write(tmp_path / "tools-2025.csv", ENGLISH, delimiter=";", encoding="cp1252")
    layout = propose(file)
    assert layout.languages == ("en",)
    assert columns(layout) == {
        "nom": ("toolName",),
        "categorie": (),
        "organisme": ("publishing_body",),
        "portefeuille": ("Parent organisation",),
        "benefices": ("Expected benefits",),
        "statut": ("Development stage",),
    }
    assert list(layout.portraits) == [2025]
    statuses = {value.concept: value.spellings for value in layout.lists["statut"].values}
    assert statuses == {"live": ("Live",), "pilot": ("Pilot",)}
    assert layout.fields["categorie"].absent
    assert layout.lists["portefeuille"].blank == "not-stated"
    checked = portrait_ia("layout", "check", tmp_path / "mine.toml", f"2025={file}").stdout
    assert '3 of its columns: "id", "status_date", "url".' in checked
    done = portrait_ia(
        "build", f"2025={file}", "--layout", layout.source, "--to", tmp_path / "releases"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "24 rows read = 24 published" in done.stdout


def test_two_years_of_a_french_register_are_one_layout(
    propose: Callable[..., Layout], tmp_path: Path
) -> None:
    renamed = [{("État" if k == "Statut" else k): v for k, v in row.items()} for row in FRENCH]
    old = write(tmp_path / "registre 2024.csv", FRENCH, delimiter="\t")
    new = write(tmp_path / "registre_2025.csv", renamed)
    layout = propose(old, new)
    assert layout.languages == ("fr",)
    assert layout.fields["statut"].columns == ("État", "Statut")
    assert layout.fields["organisme"].columns == ("Organisme public",)
    assert sorted(layout.portraits) == [2024, 2025]
    assert [value.concept for value in layout.lists["statut"].values] == ["en-cours", "termine"]


def test_rows_within_json_are_found_with_their_language(
    propose: Callable[..., Layout], tmp_path: Path
) -> None:
    file = tmp_path / "register.json"
    file.write_text(json.dumps({"help": [1], "result": {"records": DUTCH}}), encoding="utf-8")
    layout = propose(file)
    assert (layout.records_path, layout.languages) == ("result.records", ("nl",))
    assert columns(layout)["nom"] == ("Toepassing",)
    assert "is chosen by its values alone" in Path(layout.source).read_text(encoding="utf-8")
    assert columns(layout)["organisme"] == ("Organisatie",)
    assert columns(layout)["statut"] == ("Fase",)
    assert len(read_rows(file, 2025, layout).rows) == 12


def test_texts_that_toml_must_escape_are_proposed(
    propose: Callable[..., Layout], tmp_path: Path
) -> None:
    odd = 'Nom "du\\ projet"\n# [x]'
    rows = [{odd: f'A\\u0041 "{n}"', "Organisme": "R", "Statut": "[[a]]\n'\"\\"} for n in range(9)]
    layout = propose(write(tmp_path / "x\x1b[31m'\"2025.csv".replace("\x1b", ""), rows))
    assert columns(layout)["nom"] == (odd,)
    assert layout.lists["statut"].values[0].spellings == ("[[a]] '\"\\",)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_layout_is_shown_with_its_comments(portrait_ia: Run, name: str) -> None:
    done = portrait_ia("layout", "show", name)
    assert done.returncode == 0
    assert done.stdout == (PROJECT / f"transform/layouts/{name}.toml").read_text(encoding="utf-8")


def test_check_tells_a_sound_layout_in_short(portrait_ia: Run) -> None:
    done = portrait_ia("layout", "check", "quebec-exemple")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "quebec-exemple.toml: sound",
        "name: quebec-exemple; languages: fr, en",
        "field nom: columns 12",
        "field categorie: columns 4",
        "field organisme: columns 7",
        "field portefeuille: columns 4",
        "field benefices: columns 5, optional",
        "field statut: columns 5",
        "list categorie: closed, values 10",
        "list statut: closed, values 3",
        "list portefeuille: closed, values 24",
        "years: 2024, 2025",
    ]


def test_check_tells_all_faults_and_which_file_cannot_be_read(
    portrait_ia: Run, tmp_path: Path
) -> None:
    layout = tmp_path / "l.toml"
    layout.write_text('extends = "quebec"\nnom = 1\n[file]\npaths = "x"\n', encoding="utf-8")
    done = portrait_ia("layout", "check", layout)
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.partition(";")[0] for line in done.stderr.splitlines()] == [
        f"portrait-ia: {layout}, line 2: nom is no key of a layout",
        f"portrait-ia: {layout}, line 4: file.paths is no key of a layout",
    ]
    build = portrait_ia("check", "2025=x.csv", "--layout", layout)
    assert (build.returncode, build.stderr) == (2, done.stderr)
    for arguments in (
        ["check", tmp_path / "no.toml"],
        ["show", "no"],
        ["new", tmp_path / "no.csv"],
    ):
        done = portrait_ia("layout", *arguments)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
