"""Compiled templates are kept, and used as long as they are those of the same source."""

import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from server.web.compiled_templates import CompiledTemplates, main
from tests.conftest import PROJECT


class Uncompiled(Environment):
    """Compiles nothing: what it renders was kept."""

    def _generate(self, *_args: object, **_named: object) -> str:
        raise AssertionError("compiled anew")


def render(folder: Path, environment: type[Environment] = Environment) -> str:
    loader = FileSystemLoader(folder)
    page = environment(loader=loader, bytecode_cache=CompiledTemplates(), autoescape=True)
    return page.get_template("page.html").render(name="Héma-Québec")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "page.html").write_text("<b>{{ name }}</b>", "utf-8")
    return tmp_path


def kept(folder: Path) -> Path:
    return Path(cache_from_source(str(folder / "page.html")))


def test_another_process_takes_what_was_kept(folder: Path) -> None:
    assert render(folder) == render(folder, Uncompiled) == "<b>Héma-Québec</b>"
    assert kept(folder).is_file()


def test_a_changed_template_is_compiled_anew(folder: Path) -> None:
    render(folder)
    (folder / "page.html").write_text("<i>{{ name }}</i>", "utf-8")
    with pytest.raises(AssertionError, match="compiled anew"):
        render(folder, Uncompiled)
    assert render(folder) == render(folder, Uncompiled) == "<i>Héma-Québec</i>"


def test_another_jinja_compiles_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render(folder)
    monkeypatch.setattr("server.web.compiled_templates.version", lambda _: "3.9")
    with pytest.raises(AssertionError, match="compiled anew"):
        render(folder, Uncompiled)


@pytest.mark.parametrize("length", [0, 10, 60, 200])
def test_what_was_cut_off_is_compiled_anew(folder: Path, length: int) -> None:
    whole = render(folder)
    kept(folder).write_bytes(kept(folder).read_bytes()[:length])
    assert render(folder) == whole
    assert render(folder, Uncompiled) == whole


def test_nothing_is_kept_where_python_keeps_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert render(folder) == "<b>Héma-Québec</b>"
    assert not kept(folder).exists()


def test_a_folder_that_cannot_be_written_to_is_no_fault(folder: Path) -> None:
    kept(folder).parent.write_text("a file where the folder should be")
    assert render(folder) == "<b>Héma-Québec</b>"


def test_the_command_keeps_all_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # as where the command is wanted
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    main()
    templates = list((PROJECT / "server/templates").rglob("*.html"))
    assert templates
    assert all(Path(cache_from_source(str(file))).is_file() for file in templates)
