"""A published URI stays, or says what replaced it: a build that would drop one is refused."""

import csv
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import ontology
from tests.conftest import HEADER, ROW, Run

BASE = "http://localhost:8000/"
HEMA = "<id/organisme/hema-quebec>\n    a pia:Organisme ;\n"


class Builder:
    """A folder with a registry, a layout beside it, a portrait, and the releases made of them."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.registry, self.file = folder / "organismes.ttl", folder / "portrait.csv"
        self.releases_folder, self.layout = folder / "releases", folder / "essai.toml"
        self._run = run

    def edit(self, old: str, new: str) -> None:
        text = self.registry.read_text()
        assert old in text
        self.registry.write_text(text.replace(old, new))

    def build(self, *more: str) -> "subprocess.CompletedProcess[str]":
        given = ("--layout", self.layout, "--to", self.releases_folder, *more)
        return self._run("build", f"2025={self.file}", *given)

    def current(self) -> str:
        return (self.releases_folder / "current").readlink().name

    def published(self) -> str:
        return (self.releases_folder / "current/dumps/portraits.nt").read_text()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, portrait_ia: Run) -> Path:
    """A builder whose first release is the current one."""
    folder = tmp_path_factory.mktemp("builder")
    builder = Builder(folder, portrait_ia)
    builder.registry.write_bytes(ontology.read("organismes"))
    settings = {
        "name": "essai",
        "extends": "quebec",
        "registry": "organismes.ttl",
    }
    lines = [f'{key} = "{value}"' for key, value in settings.items()]
    builder.layout.write_text("\n".join(["layout = 1", *lines]))
    with builder.file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, ROW, ("Autre", ROW[1], "HQ", *ROW[3:])])
    builder.edit(HEMA, f'{HEMA}    skos:altLabel "HQ"@fr ;\n')
    assert builder.build().returncode == 0
    return folder


@pytest.fixture
def builder(first: Path, tmp_path: Path, portrait_ia: Run) -> Builder:
    """A copy of it, to be changed."""
    shutil.copytree(first, tmp_path / "builder", symlinks=True)
    return Builder(tmp_path / "builder", portrait_ia)


def test_a_body_that_would_go_is_refused_until_it_is_replaced(builder: Builder) -> None:
    before = builder.current()
    builder.edit("<id/organisme/sante-quebec>", "<id/organisme/sante>")
    refused = builder.build()
    assert refused.returncode == 1
    assert f"{BASE}id/organisme/sante-quebec (graph/organismes) would be gone." in refused.stdout
    assert "<id/organisme/sante-quebec> dcterms:isReplacedBy <…> ." in refused.stdout
    assert f"1 URI of the current release ({before}) would be gone" in refused.stderr
    assert builder.current() == before
    assert {path.name for path in builder.releases_folder.iterdir() if path.is_dir()} == {
        before,
        "current",
    }

    with builder.registry.open("a") as registry:
        registry.write(
            "\n<id/organisme/sante-quebec> dcterms:isReplacedBy <id/organisme/sante> .\n"
        )
    assert builder.build().returncode == 0
    beginning = f"<{BASE}id/organisme/sante-quebec> <http://purl.org/dc/terms/isReplacedBy>"
    assert f"{beginning} <{BASE}id/organisme/sante> ." in builder.published()


def test_a_spelling_taken_out_names_what_became_of_its_initiatives(builder: Builder) -> None:
    builder.edit('    skos:altLabel "HQ"@fr ;\n', "")
    refused = builder.build()
    assert refused.returncode == 1
    pattern = r"^  (<id/initiative/\w+> dcterms:isReplacedBy <\S+> \.)$"
    lines = re.findall(pattern, refused.stdout, re.MULTILINE)
    assert len(lines) == 1

    with builder.registry.open("a") as registry:
        registry.write(f"\n{lines[0]}\n")
    assert builder.build().returncode == 0
    old, new = re.findall(r"<(id/initiative/\w+)>", lines[0])
    assert f"inscriptionDe> <{BASE}{new}> ." in builder.published()
    assert f"<{BASE}{old}> <http://purl.org/dc/terms/isReplacedBy> <{BASE}{new}> ." in (
        builder.published()
    )


def test_a_spelling_that_is_added_drops_nothing(builder: Builder) -> None:
    builder.edit('    skos:altLabel "HQ"@fr ;\n', "")
    builder.releases_folder = builder.releases_folder.with_name("others")
    assert builder.build().returncode == 0
    keys = set(re.findall(rf"inscriptionDe> <({BASE}id/initiative/\w+)>", builder.published()))
    builder.edit(HEMA, f'{HEMA}    skos:altLabel "HQ"@fr ;\n')
    assert builder.build().returncode == 0
    text = builder.published()
    after = set(re.findall(rf"inscriptionDe> <({BASE}id/initiative/\w+)>", text))
    replaced = set(re.findall(rf"<({BASE}id/initiative/\w+)> <\S+isReplacedBy>", text))
    assert len(keys - after) == 1
    assert keys <= after | replaced
    assert f"<{BASE}id/organisme/hq> <http://purl.org/dc/terms/isReplacedBy>" in text


def test_what_goes_with_a_row_that_changed_is_noted(builder: Builder) -> None:
    builder.file.write_bytes(builder.file.read_bytes().replace(b"Autre", b"Corrig"))
    done = builder.build()
    assert done.returncode == 0
    # The initiative, and what it would be called if the registry did not know its body.
    assert "2 URIs of the current release went with rows that changed or are gone:" in done.stdout
    assert len(re.findall(rf"^  {BASE}id/initiative/\w+$", done.stdout, re.MULTILINE)) == 2


def test_a_year_that_is_not_given_again_is_named(builder: Builder) -> None:
    assert "this one has not" not in builder.build(f"2024={builder.file}").stdout
    done = builder.build()
    assert done.returncode == 0
    message = "The current release has 2024, this one has not. Add 2024=FILE to keep it."
    assert message in done.stdout


def test_a_reviewed_body_goes_with_no_row(builder: Builder) -> None:
    builder.file.write_bytes(builder.file.read_bytes().replace(b"Autre", b"Corrig"))
    builder.edit("<id/organisme/sante-quebec>", "<id/organisme/sante>")
    assert builder.build().returncode == 1


def test_another_base_is_not_compared_and_says_so(builder: Builder) -> None:
    builder.edit("<id/organisme/sante-quebec>", "<id/organisme/sante>")
    done = builder.build("--base-uri", "https://ailleurs.exemple/")
    assert done.returncode == 0
    assert (
        "publishes elsewhere than https://ailleurs.exemple/: URIs are not compared" in done.stdout
    )


def test_the_same_again_is_the_same_release(builder: Builder) -> None:
    before = builder.current()
    done = builder.build()
    assert done.returncode == 0
    assert "would be gone" not in done.stdout + done.stderr
    assert "went with" not in done.stdout
    assert builder.current() == before
