"""One text below several parents: several bodies where the layout or the registry says so."""

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conftest import PROJECT, Run
from tests.transform.identity.test_rule import reading_of
from transform.identity.concepts import read_vocabulary
from transform.identity.parents import read_parents
from transform.identity.registry import Registry, read_registry
from transform.identity.rule import Identities, identify
from transform.layouts.model import LISTS, load_layout
from transform.tables.rows import Cells

BASE = "https://exemple.gouv.qc.ca/ia/"
HEADER = ("Nom", "Catégorie", "Organisme", "Ministère", "Portefeuille", "Bénéfices", "Statut")
LABOR, ENERGY = "Department of Labor", "Department of Energy"


def row(name: str, body: str, parent: str) -> tuple[str, ...]:
    return name, "Automatisation", body, "", parent, "", "En production"


ROWS = [
    row("Chat", "OCIO", LABOR),
    row("Search", "OCIO", ENERGY),
    row("Sorting", "OCIO ", ENERGY),
    row("Maps", "Bureau of Mines", ENERGY),
    row("Payroll", LABOR, LABOR),
]


def layout(tmp_path: Path, within: str, registry: str = "") -> Path:
    text = (PROJECT / "tests/layouts/petit.toml").read_text("utf-8")
    for head, key, value in (
        ("[fields.organisme]\n", "within", within),
        ("layout = 1\n", "registry", registry),
    ):
        text = text.replace(head, f'{head}{key} = "{value}"\n' if value else head)
    path = tmp_path / "petit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_layout_that_learns_of_parents_keeps_what_was_published(
    tmp_path: Path, portrait: Callable[..., Path], portrait_ia: Run
) -> None:
    file, releases_folder = portrait(*ROWS, header=HEADER), tmp_path / "releases"

    def build(settings: Path) -> tuple[str, list[tuple[str, str, str]]]:
        done = portrait_ia(
            *("build", f"2025={file}", "--layout", settings, "--base-uri", BASE),
            *("--to", releases_folder, "--lang", "en"),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        dump = releases_folder / "current/dumps/portraits.nq"
        return done.stdout, [
            (
                quad.subject.value.removeprefix(f"{BASE}id/"),
                quad.predicate.value.replace("/", "#").rpartition("#")[2],
                quad.object.value.removeprefix(f"{BASE}id/"),
            )
            for quad in ox.parse(path=dump, format=ox.RdfFormat.N_QUADS)
        ]

    printed, before = build(layout(tmp_path, ""))
    warning = (
        '"OCIO" stands in 2 portfolios and is one body (rows 2, 3, 4). If it is a body of each,'
        ' write within = "portefeuille" under [fields.organisme] of petit.toml'
    )
    assert printed.count("portfolios and is one body") == printed.count(warning) == 1
    # What split cannot lead on of itself: the build refuses, and names the line to add.
    (tmp_path / "old.ttl").write_text(
        "<id/organisme/ocio> <http://purl.org/dc/terms/isReplacedBy>"
        " <id/organisme/department-of-energy-ocio> .\n"
    )
    printed, after = build(layout(tmp_path, "portefeuille", "old.ttl"))
    assert "portfolios and is one body" not in printed
    assert {o for s, p, o in after if p == "prefLabel" and s.startswith("organisme/")} == {
        *(LABOR, f"OCIO ({LABOR})", f"OCIO ({ENERGY})", "Bureau of Mines"),
    }
    # The Department of Labor is a body of the portrait; that of Energy is only a portfolio.
    assert [(s, o) for s, p, o in after if p == "subOrganizationOf"] == [
        ("organisme/department-of-labor-ocio", "organisme/department-of-labor")
    ]
    leads = {s: o for s, p, o in after if p == "isReplacedBy"}
    assert leads["organisme/bureau-of-mines"] == "organisme/department-of-energy-bureau-of-mines"
    old, new = (
        {s for s, p, o in lines if p == "type" and o == f"{BASE}def#Initiative"}
        for lines in (before, after)
    )
    assert len(old) == len(new) == 5
    assert len(old & new) == 1
    assert {leads[initiative] for initiative in old - new} == new - old


@pytest.mark.parametrize("within", ["", "portefeuille"])
def test_a_registered_body_has_its_spellings_below_its_parent_only(
    tmp_path: Path, within: str
) -> None:
    turtle = tmp_path / "bodies.ttl"
    turtle.write_text(
        """
        @prefix org: <http://www.w3.org/ns/org#> .
        @prefix pia: <def#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <id/organisme/labor> a pia:Organisme ; skos:prefLabel "Department of Labor"@en .
        <id/organisme/osha> a pia:Organisme ; skos:prefLabel "OSHA"@en ;
          org:subOrganizationOf <id/organisme/labor> .
        <id/organisme/labor-ocio> a pia:Organisme ; skos:prefLabel "OCIO"@en ;
          org:subOrganizationOf <id/organisme/labor> .
        <id/organisme/osha-oit> a pia:Organisme ; skos:prefLabel "OIT"@en ;
          org:subOrganizationOf <id/organisme/osha> .
        """,
        encoding="utf-8",
    )
    registry = read_registry([str(turtle)], BASE)
    given = [
        Cells("a", "c", "ocio", "DEPARTMENT OF LABOR", "", "s"),
        Cells("b", "c", "OCIO", ENERGY, "", "s"),
        Cells("c", "c", "OIT", LABOR, "", "s"),
        Cells("d", "c", "OIT", ENERGY, "", "s"),
        Cells("e", "c", LABOR, LABOR, "", "s"),
    ]
    result = identified(given, layout(tmp_path, within), registry)
    slugs = [body.slug for row in reading_of(given).rows if (body := result.body_of(row, 2025))]
    above = "department-of-energy-" if within else ""
    assert slugs == ["labor-ocio", f"{above}ocio", "osha-oit", f"{above}oit", "labor"]


def identified(given: list[Cells], settings: Path, registry: Registry) -> Identities:
    pairs = [(reading_of(given), load_layout(str(settings)))]
    vocabularies = {name: read_vocabulary(name, pairs) for name in LISTS}
    parents = read_parents(pairs, vocabularies, registry)
    return identify([(pairs[0][0], "en")], registry, parents)


def test_a_parent_is_the_body_that_registry_or_rows_know_else_a_portfolio(
    tmp_path: Path, portrait: Callable[..., Path], portrait_ia: Run
) -> None:
    """Where a parent is a portfolio only, its bodies are attached to it and part of no body."""
    (tmp_path / "bodies.ttl").write_text(
        """
        @prefix org: <http://www.w3.org/ns/org#> .
        @prefix pia: <def#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <id/organisme/energy> a pia:Organisme ; skos:prefLabel "Department of Energy"@fr ;
          org:classification <id/genre/organisme> ; pia:revise true .
        """,
        encoding="utf-8",
    )
    rows = [
        row("Chat", "OCIO", LABOR),  # only a portfolio
        row("Search", "OCIO", ENERGY),  # a body of the registry that no row names
        row("Claims", "Benefits Office", "Veterans Affairs"),
        row("Forms", "VA", "Veterans Affairs"),  # the parent itself, written otherwise
    ]
    settings = layout(tmp_path, "portefeuille", "bodies.ttl")
    values = """
[[lists.portefeuille.values]]
concept = "veterans"
spellings = ["Veterans Affairs", "VA"]
"""
    settings.write_text(settings.read_text("utf-8") + values, "utf-8")
    file = portrait(*rows, header=HEADER)
    done = portrait_ia(
        *("build", f"2025={file}", "--layout", settings, "--base-uri", BASE),
        *("--to", tmp_path / "releases"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    dump = tmp_path / "releases/current/dumps/portraits.nq"
    found: dict[str, set[tuple[str, str]]] = {"subOrganizationOf": set(), "rattachement": set()}
    for quad in ox.parse(path=dump, format=ox.RdfFormat.N_QUADS):
        name = quad.predicate.value.replace("/", "#").rpartition("#")[2]
        if name in found:
            ends = (
                str(end)[1:-1].removeprefix(f"{BASE}id/") for end in (quad.subject, quad.object)
            )
            about, value = ends
            found[name].add((about.removeprefix("organisme/"), value))
    assert found["subOrganizationOf"] == {
        ("department-of-energy-ocio", "organisme/energy"),
        ("veterans-benefits-office", "organisme/va"),
    }
    assert found["rattachement"] == {
        ("department-of-labor-ocio", "portefeuille/department-of-labor/2025"),
        ("department-of-energy-ocio", "portefeuille/department-of-energy/2025"),
        ("veterans-benefits-office", "portefeuille/veterans/2025"),
        ("va", "portefeuille/veterans/2025"),
    }
