"""A body that goes on under a new name is proposed, with lines that work when they are written."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import ontology
from tests.conftest import PROJECT, Run
from transform.identity.bodies import Body
from transform.identity.parents import Parent
from transform.review.renamings import registry_lines

LABOR, ENERGY = "Department of Labor", "Department of Energy"
MINISTRY = "Ministère de la Cybersécurité et du Numérique"
NAMES = ("Tri des demandes", "Prévision des délais")


def rows(body: str, portfolio: str, *names: str) -> list[tuple[str, ...]]:
    return [
        (name, "Automatisation", body, portfolio, "", "Solution en production") for name in names
    ]


def pairs(printed: str) -> int:
    """Return how many pairs of initiatives wait for a person."""
    number = re.search(r"that may be one, for a person to decide: (\d+)", printed)
    return int(number[1]) if number else 0


@pytest.mark.parametrize(
    ("settings", "registry", "older", "newer", "waiting"),
    [
        pytest.param(
            'layout = 1\nname = "essai"\nextends = "quebec"\n',
            "organismes.ttl",
            rows(MINISTRY, "Cybersécurité et Numérique", *NAMES, "Guide")
            + rows("Héma-Québec", "Santé et Services sociaux", "Copilote"),
            rows("Ministère de l'Innovation", "Cybersécurité et Numérique", *NAMES)
            + rows("Sang Québec", "Santé et Services sociaux", "Copilote"),
            (3, 1),
            id="registered",
        ),
        pytest.param(
            (PROJECT / "tests/layouts/petit.toml")
            .read_text("utf-8")
            .replace("[fields.organisme]\n", '[fields.organisme]\nwithin = "portefeuille"\n'),
            "bodies.ttl",
            rows("OCIO", LABOR, *NAMES) + rows("OCIO", ENERGY, "Cartes"),
            rows("Office of the CIO", LABOR, *NAMES) + rows("OCIO", ENERGY, "Cartes"),
            (2, 0),
            id="within a department, without a registry",
        ),
    ],
)
def test_the_lines_of_a_renaming_make_one_body_when_they_are_written(
    tmp_path: Path,
    portrait: Callable[..., Path],
    portrait_ia: Run,
    settings: str,
    registry: str,
    older: list[tuple[str, ...]],
    newer: list[tuple[str, ...]],
    waiting: tuple[int, int],
) -> None:
    layout = tmp_path / "essai.toml"
    layout.write_text(settings, encoding="utf-8")
    files = [portrait(*given, name=f"{year}.csv") for year, given in ((1, older), (2, newer))]

    def check() -> subprocess.CompletedProcess[str]:
        return portrait_ia(
            *("check", f"2024={files[0]}", f"2025={files[1]}", "--layout", layout),
            *("--report", tmp_path / "report"),
        )

    done = check()
    assert done.returncode == 0, done.stdout + done.stderr
    # One initiative of a name that many have makes no renaming of a body of another name.
    head = "Bodies that may have been renamed, for a person to decide: 1."
    after = done.stdout.partition(head)[2]
    assert "2 of " in after
    assert f'registry = "{registry}".' in after
    lines = [line.strip() for line in after.splitlines() if line.startswith("    ")]
    written = (tmp_path / "report/renommages.ttl").read_text("utf-8").splitlines()
    assert [line.strip() for line in written if not line.startswith("#")] == lines
    shipped = ontology.read("organismes").decode() if registry == "organismes.ttl" else ""
    text = "\n".join([shipped, *lines, ""])
    (tmp_path / registry).write_text(text, encoding="utf-8")
    layout.write_text(
        settings.replace("layout = 1\n", f'layout = 1\nregistry = "{registry}"\n'), encoding="utf-8"
    )
    done = check()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "renamed" not in done.stdout
    # The two initiatives are one now: no pair of them waits for a person any longer.
    assert (pairs(after), pairs(done.stdout)) == waiting
    assert "1 body that nobody has reviewed" in done.stdout


def test_an_agency_is_no_part_of_itself_under_its_new_name() -> None:
    agency = Body("ferc", "Federal Energy Regulatory Commission", "en")
    within = Parent(agency.label, "Parent:ferc")
    office = Body("ferc-ferc", "FERC", "en", within=within, parent="ferc")
    assert "subOrganizationOf" not in registry_lines(agency, office)
    assert "subOrganizationOf <id/organisme/ferc>" in registry_lines(office, office)
