"""A command speaks the language of its reader: help, tables, faults, and what Click itself says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROW, Run

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
