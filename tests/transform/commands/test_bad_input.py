"""Bad input gets one line or a short table, the right exit code, and nothing is published."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from server.cli import main
from server.release.files import list_downloads
from tests.conftest import HEADER, ROW, Run
from transform.release.paths import SOURCES


class Result(NamedTuple):
    """How the command ended, and what it wrote."""

    exit_code: int
    output: str


@pytest.fixture
def build(
    portrait_ia: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Build for a wide terminal, and assert that no traceback and no release result."""
    monkeypatch.setenv("COLUMNS", "1500")

    def run(*arguments: object) -> Result:
        releases = tmp_path / "releases"
        done = portrait_ia("build", *arguments, "--to", releases, "--lang", "en")
        result = Result(done.returncode, done.stdout + done.stderr)
        assert "Traceback" not in result.output
        if result.exit_code:
            assert not (releases / "current").exists()
            assert [path for path in releases.glob("*") if path.name != ".lock"] == []
        return result

    return run


def changed(field: int, text: str) -> tuple[str, ...]:
    return (*ROW[:field], text, *ROW[field + 1 :])


REFUSED_ROWS = {
    "status outside the list": (changed(5, "En pause"), ["Statut", "En pause", "Known:"]),
    "status nearly right": (
        changed(5, "Solution en prod"),
        ["Statut", "Solution en prod", 'Was "Solution en production" meant?'],
    ),
    "category outside the list": (
        changed(1, "Robots"),
        [
            *("Catégorie", "Robots", "category"),
            'or add three lines to a layout of your own that begins with extends = "quebec"'
            ' (--layout FILE): [[lists.categorie.values]], concept = "robots",'
            ' spellings = ["Robots"].',
        ],
    ),
    "portfolio outside the list": (changed(3, "Loisir"), ["Portefeuille", "Loisir", "portfolio"]),
    "no name": (changed(0, " "), ["Nom de l'initiative", "name of the initiative is missing"]),
    "no body": (changed(2, "\u00a0"), ["Organisme", "public body is missing", "Fill in"]),
    "no portfolio": (changed(3, ""), ["Portefeuille", "portfolio is missing", "Fill in"]),
    "no status": (changed(5, ""), ["Statut", "status is missing", "Fill in"]),
    "control in the name": (changed(0, "Tri\x07"), ["Tri\\u0007", "Take the character U+0007"]),
    "control in the benefits": (changed(4, "a\x9fb"), ["Bénéfices", "a\\u009fb", "U+009F"]),
    "noncharacter in the name": (changed(0, "Tri\ufffe"), ["Nom", "Tri", "U+FFFE"]),
    "control in the body": (changed(2, "Héma\x02"), ["Organisme", "Héma\\u0002", "U+0002"]),
}


@pytest.mark.parametrize("case", REFUSED_ROWS)
def test_refused_row_names_file_row_column_text_and_next_step(
    build: Callable[..., Result], portrait: Callable[..., Path], case: str
) -> None:
    row, words = REFUSED_ROWS[case]
    result = build(f"2025={portrait(ROW, row)}")
    assert result.exit_code == 1, result.output
    [line] = [line for line in result.output.splitlines() if "Violation" in line and "│ 3" in line]
    for word in ["portrait.csv", *words]:
        assert word in line
    assert "Nothing was published" in result.output


def test_ctrl_c_is_not_said_to_be_a_fault_of_the_data(
    portrait: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("transform.pipeline.prepare.prepare", interrupt)
    result = CliRunner().invoke(main, ["check", f"2025={portrait(ROW)}"])
    assert (result.exit_code, result.output) == (130, "portrait-ia: interrupted.\n")


def test_check_names_the_command_that_keeps_rows_back(portrait: Callable[..., Path]) -> None:
    file = portrait(ROW, changed(5, "En pause"))
    result = CliRunner().invoke(main, ["check", f"2025={file}"])
    assert result.exit_code == 1
    assert "publish the others with build --quarantine." in result.output


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (HEADER[:5], ["No column for statut"]),
        ((*HEADER[:5], "Satut"), ["Satut", "Statut"]),
        ((*HEADER[:5], "Statut", "Coût"), ["Coût"]),
        ((*HEADER, "Statut"), ["Statut"]),
    ],
    ids=["missing", "misspelt", "unknown", "doubled"],
)
def test_refused_columns_are_named(
    build: Callable[..., Result],
    portrait: Callable[..., Path],
    header: tuple[str, ...],
    words: list[str],
) -> None:
    width = len(header)
    result = build(f"2025={portrait((*ROW, '')[:width], header=header)}")
    assert result.exit_code == 2, result.output
    assert len(result.output.splitlines()) == 1
    for word in ["portrait.csv", *words]:
        assert word in result.output


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vide.csv", b""),
        ("entete.csv", ",".join(HEADER).encode()),
        ("page.csv", b"<!DOCTYPE html><html><body>404</body></html>"),
        ("portrait.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"),
        ("binaire.csv", bytes(range(256)) * 40),
        ("guillemet.csv", (",".join(HEADER) + '\n"Tri,Automatisation\n').encode()),
        (
            "octet.csv",
            (",".join(HEADER) + "\n" + ",".join(ROW)).encode() + b"\nTri\xe9,Automatis\xc3\xa9\n",
        ),
    ],
)
def test_refused_file_is_one_line(
    build: Callable[..., Result], tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    result = build(f"2025={tmp_path / name}")
    assert result.exit_code == 2, result.output
    assert len(result.output.splitlines()) == 1
    assert result.output.startswith(f"portrait-ia: {name}")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2025"], ["'2025'", "YEAR=FILE"]),
        (["deux=portrait.csv"], ["'deux'", "is no year"]),
        (["25=portrait.csv"], ["'25'", "is no year"]),
        (["२०२५=portrait.csv"], ["is no year"]),
        (["2025="], ["no file"]),
        (["a" * 300], ["is no year"]),
        (["2025=a.csv", "2025=b.csv"], ["2025 is named twice"]),
        (["2025=absent.csv"], ["absent.csv"]),
        (["2025=ab\nsent\x1b[31m.csv"], ["ab sent\\x1b[31m.csv"]),
        ([f"2025={'a' * 300}"], ["cannot be read"]),
        (["2025=a.csv", "--layout", "2024=us-2024"], ["no file of 2024"]),
        (["2025=a.csv", "--layout", "absent.toml"], ["absent.toml"]),
        (["--layout", "quebec"], ["no file"]),
        *(
            (["--vocabulary-uri", uri], [f"--vocabulary-uri {uri!r}", "ends in «#» or «/»"])
            for uri in (
                "def#",
                "ftp://a.ca/def#",
                "https://a.ca/def",
                "https://a.ca/d#e#",
                "https://a.ca/?d#",
            )
        ),
        (["--base-uri", "exemple.gouv.qc.ca"], ["absolute http(s) IRI"]),
        (["--base-uri", "https://exemple.gouv.qc.ca"], ["ends in «/»"]),
        (["--base-uri", "ftp://exemple.gouv.qc.ca/"], ["absolute http(s) IRI"]),
        (["--base-uri", "https:///ia/"], ["absolute http(s) IRI"]),
        (["--base-uri", "https://a.ca/?x=/"], ["absolute http(s) IRI"]),
        (["--base-uri", "https://a.ca/#/"], ["absolute http(s) IRI"]),
        (["--base-uri", "https://a b.ca/"], ["absolute http(s) IRI"]),
        (["--base-uri", "https://é.ca/"], ["absolute http(s) IRI"]),
        (["--base-uri", "https://moi:secret@a.ca/"], ["absolute http(s) IRI"]),
        (["--base-uri", "https://a.ca:99999/"], ["absolute http(s) IRI"]),
        (["--base-uri", "https://a.ca/../"], ["absolute http(s) IRI"]),
        (["--base-uri", "https://a.ca/[/"], ["absolute http(s) IRI"]),
    ],
)
def test_misused_command_is_one_line(
    build: Callable[..., Result], arguments: list[str], words: list[str]
) -> None:
    result = build(*arguments)
    assert result.exit_code == 2, result.output
    assert len(result.output.splitlines()) == 1, result.output
    for word in words:
        assert word in result.output


def test_folder_instead_of_a_file_is_one_line(build: Callable[..., Result], tmp_path: Path) -> None:
    result = build(f"2025={tmp_path}")
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1


def test_same_row_twice_is_kept_and_said_aloud(
    build: Callable[..., Result], portrait: Callable[..., Path]
) -> None:
    result = build(f"2025={portrait(ROW, ROW)}")
    assert result.exit_code == 0, result.output
    assert "2 rows read = 2 published + 0 rejected + 0 listed" in result.output
    assert "rows 2, 3 are the same row: kept as 2 initiatives" in result.output


def test_two_initiatives_of_one_body_with_one_name_stay_two(
    build: Callable[..., Result], portrait: Callable[..., Path]
) -> None:
    result = build(f"2025={portrait(ROW, changed(4, 'Autre chose'))}")
    assert result.exit_code == 0, result.output
    assert "rows 2, 3 have one body and one name: kept as 2 initiatives" in result.output


def test_lines_that_hold_no_row_are_listed(build: Callable[..., Result], tmp_path: Path) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([["Portrait 2025"], [], HEADER, ROW, ["Source : exemple"]])
    (tmp_path / "p.csv").write_text(out.getvalue(), encoding="utf-8")
    result = build(f"2025={tmp_path / 'p.csv'}")
    assert result.exit_code == 0, result.output
    assert "4 rows read = 1 published + 0 rejected + 3 listed" in result.output
    assert "row 1 holds no row (title): Portrait 2025" in result.output
    assert "row 5 holds no row (note): Source : exemple" in result.output


def test_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["build", "--to", str(tmp_path / "file" / "x")])
    assert result.exit_code == 2
    assert "cannot write there" in result.output


def test_name_of_the_file_that_says_another_year_is_said_aloud(
    build: Callable[..., Result], portrait: Callable[..., Path]
) -> None:
    file = portrait(ROW, name="portrait-2025.csv")
    result = build(f"2024={file}")
    assert result.exit_code == 0, result.output
    assert "the name of the file says 2025: is it that of 2024?" in result.output
    assert "the name of the file" not in build(f"2025={file}").output


def test_check_writes_nothing_but_the_report(portrait: Callable[..., Path], tmp_path: Path) -> None:
    file = portrait(ROW, changed(5, "En pause"))
    before = {path.name for path in tmp_path.iterdir()}
    arguments = ["check", f"2025={file}", "--report", str(tmp_path / "report")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert {path.name for path in tmp_path.iterdir()} - before == {"report"}
    names = {"validation.ttl", "validation.json", "rejets.csv", "candidats.csv"}
    assert {path.name for path in (tmp_path / "report").iterdir()} == names


@pytest.mark.parametrize(
    ("query", "name", "fitting"),
    [
        ("CONSTRUCT WHERE { ?s ?p ?o }", "csv", "ttl, jsonld, nt, rdf"),
        ("SELECT * { ?s ?p ?o }", "ttl", "json, xml, csv, tsv"),
        ("ASK {}", "nt", "json, xml"),
    ],
)
def test_query_names_the_formats_that_fit(
    example: Path, portrait_ia: Run, query: str, name: str, fitting: str
) -> None:
    done = portrait_ia("query", example, query, "--format", name)
    assert (done.returncode, done.stdout) == (2, "")
    start = f"portrait-ia: --format {name}: not what this query answers. Choose one of {fitting}"
    assert done.stderr.startswith(start)


@pytest.mark.parametrize("name", [b"a\nb.csv", b"a\x1b[31m.csv", b"a\xe9.csv", b"a\x7f.csv"])
def test_a_name_that_no_page_could_show_is_refused(
    build: Callable[..., Result], portrait: Callable[..., Path], tmp_path: Path, name: bytes
) -> None:
    file = portrait(ROW).rename(tmp_path / os.fsdecode(name))
    result = build(f"2025={file}")
    assert result.exit_code == 2, result.output
    assert len(result.output.splitlines()) == 1
    assert "Rename it" in result.output


@pytest.mark.parametrize("name", ["#a?b%41 é.csv", "a.csv.gz", "SHA256SUMS", "-a.csv", "a" * 253])
def test_any_other_name_is_published_under_a_sound_iri(
    build: Callable[..., Result], portrait: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    file = portrait(ROW).rename(tmp_path / name)
    assert build(f"2025={file}").exit_code == 0
    release = (tmp_path / "releases" / "current").resolve()
    manifest = json.loads((release / "manifest.json").read_bytes())
    assert f"dumps/sources/2025/{name}" in manifest["files"]
    assert f"{SOURCES}2025/{name}" in list_downloads(release, manifest)
    sources = {quad.object.value for quad in ox.parse(path=release / "dumps/portraits.nt")
            if quad.predicate.value.endswith("#hadPrimarySource")}  # fmt: skip
    assert sources == {f"http://localhost:8000/dumps/sources/2025/{quote(name)}#row=2"}
