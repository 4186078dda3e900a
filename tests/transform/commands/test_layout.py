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
        "identifiant": ("id",),
        "page": ("url",),
        "date_statut": ("status_date",),
    }
    assert list(layout.portraits) == [2025]
    statuses = {value.concept: value.spellings for value in layout.lists["statut"].values}
    assert statuses == {"live": ("Live",), "pilot": ("Pilot",)}
    assert layout.fields["categorie"].absent
    assert layout.lists["portefeuille"].blank == "not-stated"
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


BILINGUAL = [
    {
        "No": f"A-{n}",
        "Name_en": f"Sorting of the letters {n}",
        "Name_fr": f"Tri des lettres {n}",
        "Institution": "Office of the Mail / Bureau du courrier",
        "Ministry": ["Transport", "Finance"][n % 2],
        "Description_en": f"It is for the sorting of letters that come in by post {n}",
        "Description_fr": f"Le système est pour le tri des lettres qui arrivent par la poste {n}",
        "Status_en": ["Live", "Ended"][n % 2],
        "Status_fr": ["En service", "Terminé"][n % 2],
        "Published": f"{n + 1}/4/2024",
        "Date retired": f"{n % 9 + 1}/{n % 9 + 1}/2024",
        "In service": ["3 July 2024", "not yet"][n % 9 == 8],
        "Source code": ["https://example.org/code", "n/a"][n % 2],
        "Contact": "ai@example.org",
        "Users": ["Staff; Public", "Staff", "Public"][n % 3],
        "Users fr": ["Personnel; Public", "Personnel", "Public"][n % 3],
        "Cost": str(n),
        "def": "x",
        "Statut": ["Yes", "No"][n % 2],
        "Note": "",
    }
    for n in range(20)
]


def uncommented(proposal: str) -> str:
    """Return a proposal in which the fields of the register's own are no comments."""
    begin = proposal.index("# [own.")
    lines = (line.removeprefix("# ") for line in proposal[begin:].splitlines())
    return proposal[:begin] + "\n".join(lines)


def test_all_fields_are_proposed_with_what_is_unsure_marked(
    propose: Callable[..., Layout], portrait_ia: Run, tmp_path: Path
) -> None:
    file = write(tmp_path / "register-2025.csv", BILINGUAL)
    layout = propose(file)
    assert layout.languages == ("en", "fr")
    assert {name: names for name, names in columns(layout).items() if names} == {
        "nom": ("Name_en",),
        "organisme": ("Institution",),
        "portefeuille": ("Ministry",),
        "statut": ("Status_en",),
        "identifiant": ("No",),
        "description": ("Description_en",),
        "date_declaration": ("Published",),
        "date_mise_en_service": ("In service",),
        "date_retrait": ("Date retired",),
        "code": ("Source code",),
        "contact": ("Contact",),
    }
    fields = layout.fields
    assert fields["nom"].translations == {"fr": ("Name_fr",)}
    assert (fields["organisme"].split, fields["organisme"].languages) == (" / ", ("en", "fr"))
    assert fields["organisme"].within == "portefeuille"
    assert fields["date_declaration"].dates == ("D/M/YYYY",)
    assert (fields["date_mise_en_service"].dates, fields["date_mise_en_service"].leave) == (
        ("D MMMM YYYY",),
        True,
    )
    assert not fields["date_retrait"].dates
    assert (fields["code"].leave, fields["identifiant"].identity) == (True, False)
    labels = {value.concept: value.label for value in layout.lists["statut"].values}
    assert labels["live"] == {"en": "Live", "fr": "En service"}
    assert layout.ignored_columns == ("Status_fr",)
    proposal = Path(layout.source).read_text(encoding="utf-8")
    for unsure in (
        "each cell has two parts, en then fr",
        "1 text stands under several values of portefeuille, such as",
        '"Date retired" of register-2025.csv can be read by D/M/YYYY as well as by M/D/YYYY',
        '"Source code" of register-2025.csv: 10 cells cannot be read, such as "n/a"',
        "these addresses are published as they are",
        "which one file alone cannot show\n# identity = true\n",
        '  # "Note",\n',
    ):
        assert unsure in proposal
    own = tmp_path / "own.toml"
    own.write_text(uncommented(proposal), encoding="utf-8")
    checked = portrait_ia("layout", "check", own, f"2025={file}")
    assert (checked.returncode, checked.stderr) == (0, "")
    proposed = {name: field for name, field in load_layout(str(own)).fields.items() if "." in name}
    assert {name: field.kind for name, field in proposed.items()} == {
        "own.users": "list",
        "own.cost": "number",
        "own.def": "list",
        "own.statut2": "yes-no",
    }
    assert (proposed["own.users"].split, proposed["own.users"].translations) == (
        ";",
        {"fr": ("Users fr",)},
    )


def test_an_identifier_that_two_years_share_is_the_identity(
    propose: Callable[..., Layout], tmp_path: Path
) -> None:
    older = write(tmp_path / "r-2024.csv", BILINGUAL[:10])
    newer = write(tmp_path / "r-2025.csv", BILINGUAL[5:])
    assert propose(older, newer).fields["identifiant"].identity
    renumbered = [{**row, "No": f"A-{n}"} for n, row in enumerate(BILINGUAL[5:])]
    layout = propose(older, write(tmp_path / "s-2025.csv", renumbered))
    assert not layout.fields["identifiant"].identity
    assert "10 identifiers are in two files, 0 with the same name" in Path(layout.source).read_text(
        "utf-8"
    )


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
        "registry (organismes.ttl): 95 bodies",
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


SPANISH = [
    {
        "Identificador": f"ES-{year}-{n}",
        "Nombre del sistema": f"Asistente para los trámites {n}",
        "Organismo responsable": "Oficina de Atención",
        "Ministerio": ["Ministerio de Trabajo", "Ministerio de Justicia"][n % 2],
        "Finalidad": f"Responder a las preguntas sobre el trámite {n} con más rapidez",
        "Estado": ["Piloto", "En producción"][n % 2],
        "Clase de técnica": ["Predicción", "Conversación"][n % 2],
        "Fecha de puesta en servicio": ["3 de mayo de 2022", "15/01/2024"][n % 2],
        "Coste anual (euros)": ["12.500,50", "8.000,00"][n % 2],
    }
    for year in (2024, 2025)
    for n in range(6)
]


def test_a_spanish_register_is_proposed_and_its_advice_holds(
    propose: Callable[..., Layout], portrait_ia: Run, tmp_path: Path
) -> None:
    files = [
        write(tmp_path / f"registro-{year}.csv", rows, delimiter=";")
        for year, rows in ((2024, SPANISH[:6]), (2025, SPANISH[6:]))
    ]
    layout = propose(*files)
    assert layout.languages == ("es",)
    assert layout.fields["organisme"].within == "portefeuille"
    found = {name: names[0] for name, names in columns(layout).items() if names}
    assert found == {
        "nom": "Nombre del sistema",
        "organisme": "Organismo responsable",
        "portefeuille": "Ministerio",
        "benefices": "Finalidad",
        "statut": "Estado",
        "identifiant": "Identificador",
        "date_mise_en_service": "Fecha de puesta en servicio",
    }
    # Each column that no field takes is there once; the advice for a list that none fills holds.
    text = Path(layout.source).read_text("utf-8")
    assert text.count('# "Clase de técnica",') == 1
    advice = (
        "# to confirm: no column holds it; if one does, write columns = […] instead, and further"
        " down [lists.categorie] with open = true\nabsent = true\n"
    )
    assert text.count(advice) == 1
    text = text.replace(advice, 'columns = ["Clase de técnica"]\n')
    start = text.index("# [own.costeAnualEuros]")
    own = "".join(line.removeprefix("# ") for line in text[start:].splitlines(keepends=True))
    own_layout = tmp_path / "own.toml"
    own_layout.write_text(f"{text[:start]}{own}\n[lists.categorie]\nopen = true\n", "utf-8")
    pairs = [f"{2024 + n}={file}" for n, file in enumerate(files)]
    done = portrait_ia(
        *("build", *pairs, "--layout", own_layout, "--base-uri", "https://ia.example/"),
        *("--to", tmp_path / "releases"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # Both bodies stand below a ministry, so that no line alone would say who they are.
    assert "write its line into" not in done.stdout
    dump = (tmp_path / "releases/current/dumps/portraits.nt").read_text("utf-8")
    assert dump.count('costeAnualEuros> "12500.50"^^') == 6
    assert dump.count('> "2022-05-03"^^') == 6
    assert "organisme/ministerio-de-trabajo-oficina-de-atencion>" in dump
