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


class House:
    """A folder with a registry, a layout beside it, a portrait, and the releases made of them."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.registry, self.file = folder / "organismes.ttl", folder / "portrait.csv"
        self.shelf, self.layout = folder / "releases", folder / "essai.toml"
        self._run = run

    def edit(self, old: str, new: str) -> None:
        text = self.registry.read_text()
        assert old in text
        self.registry.write_text(text.replace(old, new))

    def build(self, *more: str) -> "subprocess.CompletedProcess[str]":
        given = ("--layout", self.layout, "--to", self.shelf, *more)
        return self._run("build", f"2025={self.file}", *given)

    def current(self) -> str:
        return (self.shelf / "current").readlink().name

    def published(self) -> str:
        return (self.shelf / "current/dumps/portraits.nt").read_text()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, portrait_ia: Run) -> Path:
    """A house whose first release is the current one."""
    folder = tmp_path_factory.mktemp("house")
    house = House(folder, portrait_ia)
    house.registry.write_bytes(ontology.read("organismes"))
    said = {"name": "essai", "language": "fr", "extends": "quebec", "registry": "organismes.ttl"}
    lines = [f'{key} = "{value}"' for key, value in said.items()]
    house.layout.write_text("\n".join(["layout = 1", *lines]))
    with house.file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, ROW, ("Autre", ROW[1], "HQ", *ROW[3:])])
    house.edit(HEMA, f'{HEMA}    skos:altLabel "HQ"@fr ;\n')
    assert house.build().returncode == 0
    return folder


@pytest.fixture
def house(first: Path, tmp_path: Path, portrait_ia: Run) -> House:
    """A copy of it, to be changed."""
    shutil.copytree(first, tmp_path / "house", symlinks=True)
    return House(tmp_path / "house", portrait_ia)


def test_a_body_that_would_go_is_refused_until_it_is_replaced(house: House) -> None:
    before = house.current()
    house.edit("<id/organisme/sante-quebec>", "<id/organisme/sante>")
    refused = house.build()
    assert refused.returncode == 1
    assert f"{BASE}id/organisme/sante-quebec (graph/organismes) would be gone." in refused.stdout
    assert "<id/organisme/sante-quebec> dcterms:isReplacedBy <…> ." in refused.stdout
    assert f"1 URIs of the current release ({before}) would be gone" in refused.stderr
    assert house.current() == before
    assert {path.name for path in house.shelf.iterdir() if path.is_dir()} == {before, "current"}

    with house.registry.open("a") as registry:
        registry.write(
            "\n<id/organisme/sante-quebec> dcterms:isReplacedBy <id/organisme/sante> .\n"
        )
    assert house.build().returncode == 0
    said = f"<{BASE}id/organisme/sante-quebec> <http://purl.org/dc/terms/isReplacedBy>"
    assert f"{said} <{BASE}id/organisme/sante> ." in house.published()


def test_a_spelling_taken_out_names_what_became_of_its_initiatives(house: House) -> None:
    house.edit('    skos:altLabel "HQ"@fr ;\n', "")
    refused = house.build()
    assert refused.returncode == 1
    said = r"^  (<id/initiative/\w+> dcterms:isReplacedBy <\S+> \.)$"
    lines = re.findall(said, refused.stdout, re.MULTILINE)
    assert len(lines) == 1

    with house.registry.open("a") as registry:
        registry.write(f"\n{lines[0]}\n")
    assert house.build().returncode == 0
    old, new = re.findall(r"<(id/initiative/\w+)>", lines[0])
    assert f"inscriptionDe> <{BASE}{new}> ." in house.published()
    assert f"<{BASE}{old}> <http://purl.org/dc/terms/isReplacedBy> <{BASE}{new}> ." in (
        house.published()
    )


def test_a_spelling_that_is_added_drops_nothing(house: House) -> None:
    house.edit('    skos:altLabel "HQ"@fr ;\n', "")
    house.shelf = house.shelf.with_name("others")
    assert house.build().returncode == 0
    keys = set(re.findall(rf"inscriptionDe> <({BASE}id/initiative/\w+)>", house.published()))
    house.edit(HEMA, f'{HEMA}    skos:altLabel "HQ"@fr ;\n')
    assert house.build().returncode == 0
    text = house.published()
    after = set(re.findall(rf"inscriptionDe> <({BASE}id/initiative/\w+)>", text))
    replaced = set(re.findall(rf"<({BASE}id/initiative/\w+)> <\S+isReplacedBy>", text))
    assert len(keys - after) == 1
    assert keys <= after | replaced
    assert f"<{BASE}id/organisme/hq> <http://purl.org/dc/terms/isReplacedBy>" in text


def test_what_goes_with_a_row_that_changed_is_noted(house: House) -> None:
    house.file.write_bytes(house.file.read_bytes().replace(b"Autre", b"Corrig"))
    done = house.build()
    assert done.returncode == 0
    # The initiative, and what it would be called if the registry did not know its body.
    assert "2 URIs of the current release went with rows that changed or are gone:" in done.stdout
    assert len(re.findall(rf"^  {BASE}id/initiative/\w+$", done.stdout, re.MULTILINE)) == 2


def test_a_year_that_is_not_given_again_is_named(house: House) -> None:
    assert "this one has not" not in house.build(f"2024={house.file}").stdout
    done = house.build()
    assert done.returncode == 0
    said = "The current release has 2024, this one has not. Add 2024=FILE to keep it."
    assert said in done.stdout


def test_a_reviewed_body_goes_with_no_row(house: House) -> None:
    house.file.write_bytes(house.file.read_bytes().replace(b"Autre", b"Corrig"))
    house.edit("<id/organisme/sante-quebec>", "<id/organisme/sante>")
    assert house.build().returncode == 1


def test_another_base_is_not_compared_and_says_so(house: House) -> None:
    house.edit("<id/organisme/sante-quebec>", "<id/organisme/sante>")
    done = house.build("--base-uri", "https://ailleurs.exemple/")
    assert done.returncode == 0
    assert (
        "publishes elsewhere than https://ailleurs.exemple/: URIs are not compared" in done.stdout
    )


def test_the_same_again_is_the_same_release(house: House) -> None:
    before = house.current()
    done = house.build()
    assert done.returncode == 0
    assert "would be gone" not in done.stdout + done.stderr
    assert "went with" not in done.stdout
    assert house.current() == before
