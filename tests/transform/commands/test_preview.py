"""`portrait-ia build` ends with what its publication would change, and asks on a terminal."""

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import ontology
from tests.conftest import COMMAND, HEADER, ROW, Run
from tests.support.terminal import Terminal
from transform.errors import UnreadableRelease
from transform.release.preview import preview_release

MOVED = ("Suivi des dossiers", ROW[1], "Santé Québec", *ROW[3:])
GONE = ("Autre", ROW[1], "Hydro-Québec", *ROW[3:])
NEW = ("Nouvelle", ROW[1], "Hydro-Québec", *ROW[3:])
# Edits of the registry: another name, and another URI, which is said to replace the one of before.
EDITS = {
    'skos:prefLabel "Héma-Québec"@fr': (
        'skos:prefLabel "Héma-Québec et associés"@fr ;\n    skos:altLabel "Héma-Québec"@fr'
    ),
    "<id/organisme/sante-quebec>": "<id/organisme/sante>",
}

# Of initiatives: one whose body has another URI, and one that was the first one all along.
REPLACED = {"qd376gad3nlida72": "kacqqcglgqrsrbxl", "ygsc43my7da3uxff": "62r4f5rotr62aksc"}


def write_rows(file: Path, rows: Sequence[Sequence[str]], *more: str) -> None:
    """Write a portrait; `more` are columns that no field takes."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*HEADER, *more])
        writer.writerows([*row, *("x" for _ in more)] for row in rows)


def arguments(folder: Path, *more: object) -> list[object]:
    given = ("--layout", folder / "essai.toml", "--to", folder / "releases")
    return ["build", f"2025={folder / 'portrait.csv'}", *given, *more]


def copy(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to, symlinks=True))


def current(folder: Path) -> str:
    return (folder / "releases" / "current").readlink().name


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, portrait_ia: Run) -> Path:
    """A folder with a registry, a layout, a portrait, and a release of them."""
    folder = tmp_path_factory.mktemp("folder")
    (folder / "organismes.ttl").write_bytes(ontology.read("organismes"))
    (folder / "essai.toml").write_text(
        'layout = 1\nname = "essai"\nextends = "quebec"\nregistry = "organismes.ttl"\n'
        '[columns]\nother = "list"\n'
    )
    write_rows(folder / "portrait.csv", [ROW, MOVED, GONE])
    done = portrait_ia("--lang", "en", *arguments(folder))
    assert done.returncode == 0, done.stderr
    (folder / "said").write_text(done.stdout)
    return folder


@pytest.fixture(scope="module")
def edited(first: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it whose registry and portrait were edited, a release of which is to be built."""
    folder = copy(first, tmp_path_factory.mktemp("edited") / "folder")
    registry = folder / "organismes.ttl"
    text = registry.read_text()
    for old, new in EDITS.items():
        assert old in text
        text = text.replace(old, new)
    lines = (
        f"<id/initiative/{old}> dcterms:isReplacedBy <id/initiative/{new}> .\n"
        for old, new in REPLACED.items()
    )
    registry.write_text(text + "".join(lines))
    corrected = (*ROW[:4], "- Réduire les coûts", ROW[5])
    write_rows(folder / "portrait.csv", [corrected, MOVED, NEW], "Numéro interne")
    return folder


@pytest.fixture
def folder(edited: Path, tmp_path: Path) -> Path:
    """A copy of the edited folder, whose releases a test may change."""
    return copy(edited, tmp_path / "folder")


PREVIEW = """\
Preview of {new}, beside {old}, which is in place:
  2025: 3 rows, 3 before: 1 new, 1 gone, 2 changed
  3 public bodies, 3 before: 2 renamed
    Santé Québec (id/organisme/sante-quebec) → Santé Québec (id/organisme/sante)
    Héma-Québec (id/organisme/hema-quebec) → Héma-Québec et associés (id/organisme/hema-quebec)
  1 portfolio, as before
  3 initiatives, 3 before: 1 new, 1 renamed, 1 joined with another
    + Nouvelle (id/initiative/hcaxgjk6n57p3uw3)
    Suivi des dossiers (id/initiative/qd376gad3nlida72) → \
Suivi des dossiers (id/initiative/kacqqcglgqrsrbxl)
    Autre (id/initiative/ygsc43my7da3uxff) → \
Tri des demandes reçues (id/initiative/62r4f5rotr62aksc)
  shapes: 0 violations, 1 warning, 0 notes
  columns that no field takes, portrait.csv: "Numéro interne"
  to be decided: 0 pairs of initiatives, 1 body that nobody has reviewed, 0 bodies maybe renamed
"""


def test_the_first_release_has_a_preview_without_comparison(first: Path) -> None:
    said = (first / "said").read_text()
    assert said.count("Preview of ") == 1
    assert said.partition("Preview of ")[2].startswith(
        f"{current(first)}, the first release of this folder:\n"
        "  2025: 3 rows\n  3 public bodies\n  1 portfolio\n  3 initiatives\n"
        "  shapes: 0 violations, 1 warning, 0 notes\n  columns that no field takes: none\n"
        "  to be decided: 0 pairs of initiatives, 1 body that nobody has reviewed, 0 bodies maybe"
    )


def test_without_a_terminal_it_is_printed_and_published(folder: Path, portrait_ia: Run) -> None:
    old = current(folder)
    done = portrait_ia("--lang", "en", *arguments(folder))
    assert done.returncode == 0, done.stderr
    new = current(folder)
    assert new != old
    assert PREVIEW.format(new=new, old=old) in done.stdout
    assert "Publish this release?" not in done.stdout
    assert f"/{new} (current), URIs begin at " in done.stdout

    again = portrait_ia("--lang", "fr", *arguments(folder))
    assert f"{new} est en place\u00a0: rien ne change.\n" in again.stdout
    assert "Aperçu" not in again.stdout


def test_a_row_more_changes_no_other(first: Path, tmp_path: Path, portrait_ia: Run) -> None:
    folder = copy(first, tmp_path / "folder")
    write_rows(folder / "portrait.csv", [NEW, ROW, MOVED, GONE])
    done = portrait_ia("--lang", "en", *arguments(folder, "--no-publish"))
    assert done.returncode == 0, done.stderr
    assert "  2025: 4 rows, 3 before: 1 new\n" in done.stdout


def test_not_published_it_is_printed_and_says_how_to_publish_it(
    folder: Path, portrait_ia: Run
) -> None:
    old, releases = current(folder), folder / "releases"
    done = portrait_ia("--lang", "en", *arguments(folder, "--no-publish"))
    assert done.returncode == 0, done.stderr
    (new,) = {path.name for path in releases.iterdir() if len(path.name) == 16} - {old}
    assert current(folder) == old
    assert PREVIEW.format(new=new, old=old) in done.stdout
    later = done.stdout.partition("To publish it: portrait-ia ")[2].splitlines()[0]
    assert later == f"rollback {releases} {new}"
    assert portrait_ia(*later.split()).returncode == 0
    assert current(folder) == new
    # It counts as published from then on: to go back is one word.
    assert portrait_ia("rollback", releases).returncode == 0
    assert current(folder) == old


def test_a_release_whose_tables_cannot_be_read_is_compared_in_numbers(folder: Path) -> None:
    old = folder / "releases" / current(folder)
    shutil.move(old / "dumps/portraits.sqlite", folder / "tables")
    new = copy(old, folder / "releases" / ("0" * 16))
    with pytest.raises(UnreadableRelease):
        preview_release(new, None)
    shutil.copyfile(folder / "tables", new / "dumps/portraits.sqlite")
    preview = preview_release(new, old)
    assert "portraits.sqlite" in str(preview.problem)
    assert (preview.changes, preview.things["organisme"]) == (None, 3)
    assert [(p.year, p.before, p.after, p.rows) for p in preview.portraits] == [(2025, 3, 3, None)]


def test_on_a_terminal_it_asks_and_no_keeps_what_is_in_place(folder: Path) -> None:
    old = current(folder)
    with Terminal([COMMAND, "--lang", "en", *arguments(folder)]) as terminal:
        terminal.wait_for("Publish this release? [y/N] ")
        assert current(folder) == old
        terminal.write("perhaps\n")
        terminal.wait_for("Answer «y» (yes) or «n» (no).")
        terminal.wait_for("Publish this release? [y/N] ")
        terminal.write("\n")
        assert terminal.end() == 0
    assert current(folder) == old
    later = terminal.text.partition("To publish it: portrait-ia ")[2].split()[:3]
    assert later[:2] == ["rollback", str(folder / "releases")]
    # Asked again, what was built is there already, and yes publishes it.
    with Terminal([COMMAND, "--lang", "fr", *arguments(folder)]) as terminal:
        terminal.wait_for("Publier cette version\u202f? [o/N] ")
        terminal.write("Oui\n")
        assert terminal.end() == 0
    assert "1 nouvelle, 1 renommée, 1 réunie à une autre" in terminal.text.replace("\u00a0", " ")
    assert current(folder) == later[2] != old


def test_interrupted_at_the_question_keeps_what_is_in_place(folder: Path) -> None:
    old = current(folder)
    with Terminal([COMMAND, "--lang", "en", *arguments(folder)]) as terminal:
        terminal.wait_for("Publish this release? [y/N] ")
        terminal.interrupt()
        assert terminal.end() == 130
    assert "To publish it: portrait-ia rollback" in terminal.text
    assert current(folder) == old


def test_what_became_current_while_it_asked_stays(folder: Path, portrait_ia: Run) -> None:
    with Terminal([COMMAND, "--lang", "en", *arguments(folder)]) as terminal:
        terminal.wait_for("Publish this release? [y/N] ")
        # Nothing is locked while a person thinks.
        other = portrait_ia(*arguments(folder, "--base-uri", "http://localhost:9/"))
        assert other.returncode == 0, other.stderr
        now = current(folder)
        terminal.write("y\n")
        assert terminal.end() == 2
    assert f"{now} became the current release meanwhile" in terminal.text
    assert current(folder) == now


def test_yes_is_an_option_and_a_variable(folder: Path) -> None:
    with Terminal([COMMAND, "--lang", "en", *arguments(folder, "--yes")]) as terminal:
        assert terminal.end() == 0
    assert "Preview of " in terminal.text
    assert "Publish this release?" not in terminal.text
    assert f"/{current(folder)} (current)" in terminal.text
