"""The wheel carries all that a site needs, and runs where there is no checkout."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

import pytest

from tests.conftest import PROJECT
from tests.support.ports import take_port
from tests.support.waiting import wait_until

PACKAGES = ("ontology", "shapes", "transform", "server")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [built] = folder.glob("*.whl")
    return built


def test_a_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    files = (path for name in PACKAGES for path in (PROJECT / name).rglob("*") if path.is_file())
    expected = {path.relative_to(PROJECT).as_posix() for path in files if path.suffix != ".pyc"}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == expected
    assert any(name.startswith("server/static/built/editor-") for name in held)


@contextmanager
def start(command: list[str], home: Path) -> Iterator[str]:
    """Start an installed command as somebody would who has no checkout; yield its address."""
    port, reservation = take_port()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    with reservation:
        process = subprocess.Popen(
            [*command, "--port", str(port)], env=environment, cwd=home, stdout=subprocess.PIPE
        )
        try:
            assert process.stdout
            line = process.stdout.readline().decode()
            assert f"http://localhost:{port}/" in line
            site = f"http://127.0.0.1:{port}/"
            wait_until(lambda: is_ready(site))  # until its release is checked it answers 503
            yield site
        finally:
            process.terminate()
            process.communicate(timeout=60)


def look_around(site: str) -> None:
    """Ask for pages, with their style sheet and scripts, data and an answer."""
    query_page = read(f"{site}sparql", "text/html")
    loaded = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]*/built/[^"]+)"', query_page)
    assert {Path(name).suffix for name in loaded} == {".js", ".css"}
    assert any("editor-" in name for name in loaded)
    for name in loaded:
        assert read(urljoin(f"{site}sparql", name))
    for path in ("", "initiatives", "aide/requetes", "def", "requetes", "graphiques"):
        assert "<h1" in read(site + path, "text/html"), path
    for path in ("def.ttl", "shapes.ttl", "catalogue.ttl", "requetes/openapi.json"):
        assert read(site + path), path
    assert "true" in read(f"{site}sparql?query=ASK%7B?s%20?p%20?o%7D", "text/csv, */*")


def is_ready(site: str) -> bool:
    """Check whether a site has a release to serve."""
    try:
        return bool(read(f"{site}readyz"))
    except HTTPError:
        return False


def read(address: str, accept: str = "*/*") -> str:
    with urlopen(Request(address, headers={"Accept": accept}), timeout=90) as reply:
        body: bytes = reply.read()
        return body.decode()


def test_an_installed_wheel_serves_pages_with_the_editor(
    wheel: Path, example: Path, tmp_path: Path
) -> None:
    """With the libraries of this environment, and none of this checkout."""
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    [packages] = place.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--python", str(place), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    where = "import server, transform; print(server.__file__, transform.__file__)"
    python = [str(place / "bin/python"), "-P", "-c", where]
    found = subprocess.run(python, capture_output=True, text=True, env={}, cwd=tmp_path)
    assert found.stdout.count(str(packages)) == 2
    with start([str(place / "bin/portrait-ia"), "serve", str(example)], tmp_path) as site:
        look_around(site)


@pytest.mark.packaging
def test_uv_installs_the_wheel_with_the_locked_versions_and_the_demo_runs(
    wheel: Path, tmp_path: Path
) -> None:
    uv = shutil.which("uv", path=f"{PROJECT / 'build/supply/bin'}:{os.environ['PATH']}")
    if uv is None:
        pytest.skip("no uv: make build/supply/installed")
    folders = {name: str(tmp_path / name) for name in ("UV_TOOL_DIR", "UV_TOOL_BIN_DIR")}
    command = [uv, "tool", "install", "--constraints", str(PROJECT / "requirements.txt")]
    done = subprocess.run(
        [*command, str(wheel)], capture_output=True, text=True, env={**os.environ, **folders}
    )
    assert done.returncode == 0, done.stderr
    locked = (PROJECT / "requirements.txt").read_text("utf-8")
    installed = re.findall(r"^ \+ (\S+==\S+)$", done.stderr, re.MULTILINE)
    assert len(installed) > 20
    assert [name for name in installed if f"{name} " not in locked] == []
    command = [str(tmp_path / "UV_TOOL_BIN_DIR/portrait-ia"), "demo"]
    with start(command, tmp_path) as site:
        look_around(site)
        assert (tmp_path / ".cache/portrait-ia/demo/current").exists()
