"""The docs say what the code does: routes, commands, options, settings, mapping."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from server import faults as site
from server.app import create_app
from server.cli import main
from server.engine import faults as engine
from server.settings import PREFIX, Settings
from tests.conftest import PROJECT
from transform.graphs.field_values import FIELD_RULES, FieldRule
from transform.graphs.mapping import MAPPING, MappingRule
from transform.layouts.fields import MORE_FIELDS
from transform.layouts.located import Faults, LayoutLine
from transform.layouts.model import FIELDS, LISTS
from transform.layouts.schema import FORMAT, MATCHES, read_value
from transform.layouts.words import NAMED

READMES = ["README.md", "README.en.md"]
# Where each is described, in French and in English.
COMMANDS = ["docs/commandes.md", "docs/commandes.en.md"]
PATHS = ["docs/chemins.md", "docs/chemins.en.md"]
SETTINGS = ["docs/exploitation.md", "docs/exploitation.en.md"]
STATUSES = ["docs/endpoint.fr.md", "docs/endpoint.md"]
LAYOUTS = ["docs/layout.md", "docs/layout.en.md"]
PAIRS = [
    READMES,
    COMMANDS,
    PATHS,
    SETTINGS,
    STATUSES,
    ["docs/cadre.md", "docs/cadre.en.md"],
    ["docs/catalogue.fr.md", "docs/catalogue.md"],
    ["docs/conformite.md", "docs/conformite.en.md"],
    ["docs/copie-statique.md", "docs/copie-statique.en.md"],
    ["docs/grandir.md", "docs/grandir.en.md"],
    ["docs/graphiques.md", "docs/graphiques.en.md"],
    ["docs/identite.md", "docs/identite.en.md"],
    LAYOUTS,
    ["docs/magasin.md", "docs/magasin.en.md"],
    ["docs/mapping.fr.md", "docs/mapping.md"],
    ["docs/performance.md", "docs/performance.en.md"],
    ["docs/publier.md", "docs/publier.en.md"],
    ["docs/questions.md", "docs/questions.en.md"],
    ["docs/reconciliation.fr.md", "docs/reconciliation.md"],
    ["docs/tables.md", "docs/tables.en.md"],
]
FOLDERS = ("ontology", "shapes", "transform", "server", "tests", "docs")
PAGES = sorted(
    path.relative_to(PROJECT).as_posix()
    for pattern in ("*.md", "docs/**/*.md")
    for path in PROJECT.glob(pattern)
)


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def mapping_table() -> str:
    """Write the mapping as the table that docs/mapping.md shows."""
    lines = ["| field | property | datatype | rule | example |", "|---|---|---|---|---|"]
    entries: tuple[MappingRule | FieldRule, ...] = (*MAPPING, *FIELD_RULES)
    for entry in entries:
        rule = entry.rule if isinstance(entry, FieldRule) else entry.rule.__doc__ or ""
        rule = " ".join(rule.split())
        cells = (entry.field or "(the row)", f"`{entry.property}`", entry.datatype, rule)
        lines.append(f"| {' | '.join(cells)} | `{entry.example}` |")
    return "\n".join(lines)


def test_mapping_page_shows_the_table_of_the_code() -> None:
    assert mapping_table() in read("docs/mapping.md")


def test_french_mapping_page_shows_the_table_too() -> None:
    rows = [line.split(" | ") for line in mapping_table().splitlines()[2:]]
    shown = [line.split(" | ") for line in read("docs/mapping.fr.md").splitlines()]
    french = [cells for cells in shown if len(cells) == 5][1:]
    for cells, english in zip(french, rows, strict=True):
        assert cells[0] == english[0].replace("the row", "la ligne")
        assert cells[1:3] + cells[4:] == english[1:3] + english[4:]


def test_every_field_stands_in_the_mapping() -> None:
    assert {entry.field for entry in MAPPING} - {""} == set(FIELDS)
    assert {entry.field for entry in FIELD_RULES} == set(MORE_FIELDS)


def keys_of_format(expected: Any = FORMAT, key: str = "") -> Iterator[str]:
    """Yield each key of a layout, with FIELD, LIST, LANG, NAME and YEAR in the place of any."""
    if isinstance(expected, list):
        yield from keys_of_format(expected[0], key) if isinstance(expected[0], dict) else [key]
    elif isinstance(expected, dict):
        fields = dict.fromkeys((*FIELDS, *MORE_FIELDS), "FIELD")
        any_of = {"fields": fields, "lists": dict.fromkeys(LISTS, "LIST")}
        any_of["words"] = dict.fromkeys(NAMED, "THING")
        any_of["lists.LIST.values.match"] = dict.fromkeys(MATCHES, "KIND")
        names = {"*language": "LANG", "*year": "YEAR", "*name": "NAME", **any_of.get(key, {})}
        for name, inner in expected.items():
            yield from keys_of_format(inner, f"{key}.{names.get(name, name)}".lstrip("."))
    else:
        yield key


# Fields that may have a key, where statut may not.
SOME_FIELDS = {
    "within": "organisme",
    "empty": "page",
    "unreadable": "page",
    "dates": "date_statut",
    "identity": "identifiant",
}


@pytest.mark.parametrize("page", LAYOUTS)
def test_every_key_of_a_layout_is_described_with_a_sound_example(page: str) -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| .+ \| `([^|]+)` \|$", read(page), re.MULTILINE)
    assert sorted(key for key, _ in rows) == sorted({*keys_of_format()})
    for key, example in rows:
        field = SOME_FIELDS.get(key.rpartition(".")[2], "statut")
        some = {"FIELD": field, "THING": "portrait", "LIST": "statut", "LANG": "fr", "YEAR": "2025"}
        some |= {"KIND": "narrow", "NAME": "fournisseur"}
        keys = [some.get(part, part) for part in key.split(".")]
        value = tomllib.loads(f"value = {example.removeprefix('languages = ')}")["value"]
        for part in reversed(keys):
            value = {part: [value] if part in ("values", "files") else value}
        faults = Faults()
        read_value(value, FORMAT, (), LayoutLine(page), {}, faults)
        # The key of old is described so that who has it finds the one of today.
        assert faults.told() == [] or key == "language", (key, faults.told())


def commands() -> list[click.Command]:
    return list(main.commands.values())


@pytest.mark.parametrize("page", COMMANDS)
def test_docs_name_every_command_and_option(page: str) -> None:
    text = read(page)
    for command in commands():
        assert f"`portrait-ia {command.name}" in text, command.name
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.is_eager:
                assert f"`{parameter.opts[0]}" in text, (command.name, parameter.opts)


@pytest.mark.parametrize("page", SETTINGS)
def test_docs_name_every_setting(page: str) -> None:
    text = read(page)
    for name in Settings.__dataclass_fields__:
        assert f"`{PREFIX}{name.upper()}`" in text


@pytest.fixture(scope="module")
def paths(example: Path) -> set[str]:
    """Return the first segments of all paths that the site answers."""
    app = create_app(example, Settings())
    try:
        rules = [str(rule) for rule in app.url_map.iter_rules()]
    finally:
        app.extensions["current_release"].close()
    return {f"/{re.split('[/.<]', rule[1:])[0]}" for rule in rules} - {"/"}


@pytest.mark.parametrize("page", PATHS)
def test_docs_name_every_path(page: str, paths: set[str]) -> None:
    assert {path for path in paths if f"`{path}" not in read(page)} == set()


@pytest.mark.parametrize("readme", READMES)
def test_readme_names_every_top_folder(readme: str) -> None:
    text = read(readme)
    for folder in FOLDERS:
        assert (PROJECT / folder).is_dir()
        assert f"`{folder}/`" in text


@pytest.mark.parametrize("readme", READMES)
def test_readme_is_short(readme: str) -> None:
    assert len(read(readme)) <= 8000


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_left_to_be_filled_in(page: str) -> None:
    assert re.findall(r"^[A-Z]+$|TODO|TBD|FIXME", read(page), re.MULTILINE) == []


@pytest.mark.parametrize("page", STATUSES)
def test_endpoint_page_has_every_kind_of_refusal(page: str) -> None:
    documented = set(re.findall(r"^\| (\d{3}) \| `([a-z-]+)`", read(page), re.MULTILINE))
    kinds = {
        (str(fault.status), fault.kind)
        for family in (engine.EngineFault, site.Fault)
        for fault in family.__subclasses__()
        if fault not in (engine.Abandoned, engine.AnswerBroken, engine.EngineDefect)
    }
    front = "".join(file.read_text("utf-8") for file in PROJECT.glob("server/http/**/*.py"))
    kinds |= set(re.findall(r'(?:refuse|Refused)\(\s*(\d{3}), "([a-z-]+)"', front))
    assert len(kinds) > 20
    assert kinds <= documented


def test_every_option_has_help() -> None:
    for command in commands():
        assert command.help, command.name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (command.name, parameter.name)


def headings(page: str) -> list[tuple[int, str]]:
    """Return level and text of each heading, without what stands in blocks of code."""
    prose = re.sub(r"^```.*?^```$", "", read(page), flags=re.MULTILINE | re.DOTALL)
    matches = re.findall(r"^(#+) (.+)$", prose, re.MULTILINE)
    return [(len(signs), text) for signs, text in matches]


def numbers_of_rows(page: str) -> list[str]:
    """Return the digits of each row of the tables; separators differ between the languages."""
    return [re.sub(r"\D", "", row) for row in read(page).splitlines() if row.startswith("|")]


@pytest.mark.parametrize(("french", "english"), PAIRS)
def test_both_languages_have_the_same_headings_and_numbers(french: str, english: str) -> None:
    assert [level for level, _ in headings(french)] == [level for level, _ in headings(english)]
    assert numbers_of_rows(french) == numbers_of_rows(english)


@pytest.mark.parametrize(("french", "english"), PAIRS)
def test_each_language_leads_to_the_other(french: str, english: str) -> None:
    assert f"[In English]({Path(english).name})" in read(french)
    assert f"[En français]({Path(french).name})" in read(english)


def test_every_translated_page_is_in_a_pair() -> None:
    translated = {page for page in PAGES if page.endswith((".en.md", ".fr.md"))}
    assert translated <= {page for pair in PAIRS for page in pair}


def test_the_lists_of_docs_are_complete() -> None:
    for folder in ("docs", "docs/decisions"):
        listed = set(re.findall(r"\]\(([^)#/]+\.md)\)", read(f"{folder}/README.md")))
        there = {path.name for path in (PROJECT / folder).glob("*.md")} - {"README.md"}
        assert listed == there


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/decisions/")])
def test_decisions_say_what_was_asked_measured_chosen_and_what_reopens_them(page: str) -> None:
    sections = [text for level, text in headings(page) if level == 2]
    if not page.endswith("README.md"):
        assert sections[0] == "The question"
        assert sections[-1] == "What would reopen it"
        assert any("measured" in section for section in sections)
        assert any("chosen" in section for section in sections)


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    plain = (re.sub(r"[^\w\- ]", "", text.lower()) for _, text in headings(page))
    return {text.replace(" ", "-") for text in plain}


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        if re.match("[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (PROJECT / page).parent / path if path else PROJECT / page
        assert target.exists(), (page, link)
        if anchor:
            name = target.resolve().relative_to(PROJECT).as_posix()
            assert anchor in anchors(name), (page, link)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page: str) -> None:
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[^`\s]*)`", read(page))
    for path in named:
        assert list(PROJECT.glob(re.sub("<[^>]*>", "*", path.rstrip("/")))), (page, path)
