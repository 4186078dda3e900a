"""A command speaks the language of its reader: help, tables, faults, and what Click itself says."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from tests.conftest import HEADER, PROJECT, ROW, Run
from transform.text.languages import set_language

FRENCH_LOCALE = {"LC_ALL": "fr_CA.UTF-8"}
BAD_STATUS = (*ROW[:5], "En pause")


@pytest.fixture
def say(portrait_ia: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run a command with variables of its own, and return its status and all that it prints."""

    def run(*arguments: object, **variables: str) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            done = portrait_ia(*arguments)
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.parametrize(
    ("arguments", "variables", "french"),
    [
        ([], {}, False),
        ([], FRENCH_LOCALE, True),
        ([], {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "fr_CA.UTF-8"}, True),
        ([], {"LC_ALL": "nl_NL.UTF-8"}, False),
        ([], {**FRENCH_LOCALE, "PORTRAIT_IA_LANG": "en"}, False),
        ([], {"PORTRAIT_IA_LANG": "fr"}, True),
        (["--lang", "fr"], {"PORTRAIT_IA_LANG": "en"}, True),
        (["--lang=en"], FRENCH_LOCALE, False),
    ],
)
def test_help_is_in_the_language_that_is_chosen(
    arguments: list[str],
    variables: dict[str, str],
    french: bool,
    say: Callable[..., tuple[int, str]],
) -> None:
    for line in (["build", *arguments, "--help"], [*arguments, "build", "--help"]):
        status, text = say(*line, **variables)
        assert status == 0
        assert (
            "Emploi\u00a0: portrait-ia build [OPTIONS] [ANNÉE=FICHIER | DIR]…" in text
        ) is french
        assert ("Dossier des versions\u202f; créé s'il n'existe pas." in text) is french
        assert ("Folder of the releases; made if it is not there." in text) is not french
        assert ("Options\u00a0:" in text, "required]" in text) == (french, not french)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (["chek"], "Erreur\u00a0: Aucune commande 'chek'. Voulait-on 'check'\u202f?"),
        (["check", "--x"], "Erreur\u00a0: Aucune option '--x'."),
        (["build"], "Erreur\u00a0: Il manque l'option '--to'"),
        (["serve"], "Erreur\u00a0: Il manque l'argument 'DIR'."),
        (["check", "--lang", "nl"], "'nl' n'est pas l'un de 'fr', 'en'."),
        (["serve", "x", "--port", "0"], "0 est hors de l'intervalle 1<=x<=65535."),
        (["check"], "portrait-ia\u00a0: check\u00a0: aucun fichier. Écrire ANNÉE=FICHIER"),
        (["check", "24=x"], "'24=x'\u00a0: '24' n'est pas une année."),
        (["releases", "rien"], "rien\u00a0: aucun dossier de ce nom."),
        (["query", "rien", "x.rq"], "rien/current\u00a0: aucune version ici (aucun fichier ou"),
    ],
)
def test_a_misused_command_is_told_in_french(
    line: list[str], fault: str, say: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    status, text = say(*line, **FRENCH_LOCALE)
    assert (status, fault in text) == (2, True), text


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            FRENCH_LOCALE,
            ["1\u00a0ligne lue = 0\u00a0en règle + 1\u00a0rejetée", "fichier", "Valeurs connues",
             "Faute", "Rien n'a été publié\u202f; fautes\u00a0: 2. Corriger les lignes (1)"],
        ),
        (
            {"PORTRAIT_IA_LANG": "en"},
            ["1 row read = 0 in order + 1 rejected", "next step", "Known:", "Violation",
             "Nothing was published, violations: 2. Correct the rows (1)"],
        ),
        (
            {"LC_ALL": "C"},
            ["1 row read = 0 in order + 1 rejected", "fichier", "Valeurs connues", "Faute",
             "Nothing was published, violations: 2. Correct the rows (1)"],
        ),
    ],
)  # fmt: skip
def test_a_fault_of_a_row_is_told_in_one_language(
    variables: dict[str, str],
    told: list[str],
    say: Callable[..., tuple[int, str]],
    portrait: Callable[..., Path],
) -> None:
    status, text = say("check", f"2025={portrait(BAD_STATUS)}", **variables)
    words = " ".join(text.replace("│", " ").split(" "))
    assert status == 1
    assert [each for each in told if each not in words] == [], text


def test_a_report_is_the_same_whoever_reads_it(
    say: Callable[..., tuple[int, str]], portrait: Callable[..., Path], tmp_path: Path
) -> None:
    file = portrait(BAD_STATUS, ROW)
    for language in ("fr", "en"):
        arguments = (f"2025={file}", "--report", tmp_path / language)
        assert say("check", *arguments, PORTRAIT_IA_LANG=language)[0] == 1
    french, english = (
        {path.name: path.read_bytes() for path in (tmp_path / language).iterdir()}
        for language in ("fr", "en")
    )
    assert len(french) > 3
    assert french == english
    assert b"Corriger la ligne" in french["rejets.csv"]
    assert b"Correct the row" in french["rejets.csv"]


# What is wrong with a layout, as lines over one that is sound, or with a file, as its text.
WRONG_LAYOUTS = {
    "keys": 'nmae = 1\nfields.nom.column = ["N"]\nseries.title.x = "a"\nlayout = 2\n'
    "series.keywords = 3\nseries.coverage = []",
    "kinds": 'languages = ["français"]\nseries.licence = "x"\nportraits.2025.total = "a"\n'
    'columns.other = "x"\nlists.statut.scheme = "x"\npublisher.email = "x"\nregistry = "x"\n'
    'fields.date_statut = { columns = ["D"], dates = ["x"] }\npublisher.kind = "x"',
    "fields": '[fields.nom]\nsplit = ";"\ncolumns = ["Statut", "Nom", "NOM"]\n[own.statut]\n'
    'columns = ["É"]\nlabel = { fr = "É", en = "S" }\n[fields.statut.translations]\nde = ["S"]\n'
    '[operator]\nslug = "a"',
    "values": 'lists.statut.blank = "x"\n[[lists.statut.values]]\nspellings = ["x"]\n'
    '[[lists.statut.values]]\nconcept = "a"\nfrom = 2025\nuntil = 2024\n'
    "[portraits.2024]\nend = 2024-01-01\ncollected = 2024-01-01\n[series.coverage]\n"
    'iri = "http://a.ca/"',
    "toml": "fields.nom = =",
    "circle": 'extends = "mine.toml"',
    "afresh": 'afresh = ["x"]',
    "nowhere": 'extends = "absent.toml"',
}
WRONG_FILES = {
    "no header": "a,b\nc,d\n",
    "no rows": f"{','.join(HEADER)}\n",
    "columns": f"{','.join((*HEADER[:4], 'Nom', 'Coût', 'Satut'))}\n",
    "overflow": f"{','.join(HEADER)}\n{','.join((*ROW, 'de trop'))}\n",
    "no list": '{"a": {"b": [{"c": 1}]}}',
    "no JSON": '[{"a" 1}]',
    "NaN": '[{"a": NaN}]',
    "twice": '[{"a": 1, "a": 2}]',
    "within": '[{"a": [[1]]}]',
    "no object": "[{}, 3]",
    "surrogate": '[{"a": "\\ud800"}]',
}


@pytest.mark.parametrize("case", [*WRONG_LAYOUTS, *WRONG_FILES])
def test_no_fault_of_a_layout_or_a_file_is_told_in_english_to_who_reads_french(
    read: Callable[[str, Path, Path], list[str]], tmp_path: Path, case: str
) -> None:
    below = (PROJECT / "tests/layouts/petit.toml").read_text("utf-8")
    (tmp_path / "below.toml").write_text(below, encoding="utf-8")
    file = tmp_path / "file.csv"
    file.write_text(WRONG_FILES.get(case, "a\n"), encoding="utf-8")
    own = WRONG_LAYOUTS.get(case, "")
    extends = "" if own.startswith("extends") else 'extends = "below.toml"\n'
    layout = tmp_path / "mine.toml"
    layout.write_text(extends + own, encoding="utf-8")
    french, english = (read(language, file, layout) for language in ("fr", "en"))
    assert len(french) == len(english) > 0
    alike = {*sentences(french)} & {*sentences(english)}
    assert alike == set(), french


@pytest.fixture
def read() -> Iterator[Callable[[str, Path, Path], list[str]]]:
    """Check a file that cannot be read by a layout, and return the lines that say why."""

    def run(language: str, file: Path, layout: Path) -> list[str]:
        line = ["--lang", language, "check", f"2025={file}", "--layout", str(layout)]
        result = CliRunner().invoke(main, line)
        assert result.exit_code == 2, result.output
        return result.output.splitlines()

    yield run
    set_language(None)


def sentences(lines: list[str]) -> list[str]:
    """Return the parts of messages that have three words or more: names and keys have fewer."""
    text = "\n".join(lines)
    parts = re.split(r"[.:;]\s", re.sub(r"\([^()]*\)", "", text).replace("\u00a0", " "))
    return [
        part for part in parts if len(re.findall(r"[^\W\d_]{2,}", part)) >= 3 and "/" not in part
    ]
