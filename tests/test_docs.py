"""The docs say what the code does: routes, commands, options, settings, mapping."""

import re
from pathlib import Path

import click
import pytest

from server import faults as site
from server.app import create_app
from server.cli import main
from server.engine import faults as engine
from server.settings import PREFIX, Settings
from tests.conftest import PROJECT
from transform.graphs.mapping import MAPPING
from transform.layouts.model import FIELDS

READMES = ["README.md", "README.en.md"]


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def mapping_table() -> str:
    """Write the mapping as the table that docs/mapping.md shows."""
    lines = ["| field | property | datatype | rule | example |", "|---|---|---|---|---|"]
    for entry in MAPPING:
        rule = (entry.rule.__doc__ or "").replace("\n", " ").strip()
        cells = (entry.field or "(the row)", f"`{entry.property}`", entry.datatype, rule)
        lines.append(f"| {' | '.join(cells)} | `{entry.example}` |")
    return "\n".join(lines)


def test_mapping_page_shows_the_table_of_the_code() -> None:
    assert mapping_table() in read("docs/mapping.md")


def test_every_field_stands_in_the_mapping() -> None:
    assert {entry.field for entry in MAPPING} - {""} == set(FIELDS)


def commands() -> list[click.Command]:
    return list(main.commands.values())


@pytest.mark.parametrize("readme", READMES)
def test_readme_names_every_command_and_option(readme: str) -> None:
    text = read(readme)
    for command in commands():
        assert f"portrait-ia {command.name}" in text, command.name
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.is_eager:
                assert f"`{parameter.opts[0]}" in text, (command.name, parameter.opts)


@pytest.mark.parametrize("readme", READMES)
def test_readme_names_every_setting(readme: str) -> None:
    for name in Settings.__dataclass_fields__:
        assert f"`{PREFIX}{name.upper()}`" in read(readme)


@pytest.fixture(scope="module")
def paths(example: Path) -> set[str]:
    """Give the first segments of all paths that the site answers."""
    app = create_app(example, Settings())
    try:
        rules = [str(rule) for rule in app.url_map.iter_rules()]
    finally:
        app.extensions["shelf"].close()
    return {f"/{re.split('[/.<]', rule[1:])[0]}" for rule in rules} - {"/"}


@pytest.mark.parametrize("readme", READMES)
def test_readme_names_every_path(readme: str, paths: set[str]) -> None:
    assert {path for path in paths if f"`{path}" not in read(readme)} == set()


@pytest.mark.parametrize("readme", READMES)
def test_readme_names_every_top_folder(readme: str) -> None:
    text = read(readme)
    for folder in ("ontology", "shapes", "transform", "server", "tests", "docs"):
        assert (PROJECT / folder).is_dir()
        assert f"`{folder}/`" in text


@pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_nothing_is_left_to_be_filled_in(page: str) -> None:
    assert re.findall(r"^[A-Z]+$|TODO|TBD|FIXME", read(page), re.MULTILINE) == []


def test_endpoint_page_has_every_kind_of_refusal() -> None:
    told = set(re.findall(r"^\| (\d{3}) \| `([a-z-]+)`", read("docs/endpoint.md"), re.MULTILINE))
    kinds = {
        (str(fault.status), fault.kind)
        for family in (engine.EngineFault, site.Fault)
        for fault in family.__subclasses__()
        if fault not in (engine.Abandoned, engine.AnswerBroken, engine.EngineDefect)
    }
    front = "".join(file.read_text("utf-8") for file in PROJECT.glob("server/http/**/*.py"))
    kinds |= set(re.findall(r'(?:refuse|Refused)\(\s*(\d{3}), "([a-z-]+)"', front))
    assert len(kinds) > 20
    assert kinds <= told


def test_every_option_has_help() -> None:
    for command in commands():
        assert command.help, command.name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (command.name, parameter.name)


def test_both_readmes_have_the_same_headings() -> None:
    levels = [re.findall(r"^(#+) ", read(name), re.MULTILINE) for name in READMES]
    assert levels[0] == levels[1]


def test_no_doc_names_a_path_that_is_not_there() -> None:
    pages = ["CONTRIBUTING.md", "docs/mapping.md", "docs/endpoint.md", "docs/identite.md"]
    for page in [*READMES, *pages]:
        for target in re.findall(r"\]\(([^)#:]+)\)", read(page)):
            assert (Path(PROJECT / page).parent / target).exists(), (page, target)
