"""The libraries of the query editor are taken from a registry: whole, as pinned, or not at all."""

import base64
import hashlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT

SPEC = importlib.util.spec_from_file_location("hatch_build", PROJECT / "hatch_build.py")
assert SPEC is not None
assert SPEC.loader is not None
hatch_build: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hatch_build)
Files = dict[str, bytes]

CRELT = (
    b'/**\nA comment: "quoted".\n*/\nexport default function crelt() { return "// no comment" }\n'
)
VIEW = b'import elt from "crelt";\n    // a comment\nexport const view = elt("p");\n'


def pack(files: Files, links: dict[str, str] | None = None) -> bytes:
    """A tarball as npm packs one."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return body.getvalue()


LICENCE = {"package/LICENSE": "© Personne, MIT".encode()}
TARBALLS = {
    "/crelt/-/crelt-1.0.0.tgz": pack({"package/index.js": CRELT, **LICENCE}),
    "/@codemirror/view/-/view-6.0.0.tgz": pack({"package/dist/index.js": VIEW, **LICENCE}),
}


class Npm:
    """A registry on this machine: what it has, what it was asked, how often it fails first."""

    def __init__(self, address: str, tarballs: Files) -> None:
        self.address = address
        self.tarballs = tarballs
        self.asked: list[str] = []
        self.failures = 0


@pytest.fixture
def npm() -> Iterator[Npm]:
    registry = Npm("", dict(TARBALLS))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            registry.asked.append(self.path)
            registry.failures -= 1
            body = registry.tarballs.get(self.path.removeprefix("/mirror"))
            self.send_response(503 if registry.failures >= 0 else 200 if body else 404)
            self.end_headers()
            self.wfile.write(body or b"" if registry.failures < 0 else b"")

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        registry.address = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield registry
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def plain_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of npm or of a proxy but those of the test."""
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY", "npm_config_userconfig"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(hatch_build, "_PAUSE", 0.01)


Project = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path, npm: Npm, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that pins two libraries, on a machine that uses our registry."""
    root = tmp_path / "project"
    (root / "server").mkdir(parents=True)
    pin(root, npm)
    monkeypatch.setenv("npm_config_registry", npm.address)
    return root


def pin(root: Path, npm: Npm) -> None:
    """Pin what the registry has now."""
    parts = []
    for path, file in (
        ("/crelt/-/crelt-1.0.0.tgz", "index.js"),
        ("/@codemirror/view/-/view-6.0.0.tgz", "dist/index.js"),
    ):
        digest = base64.b64encode(hashlib.sha512(npm.tarballs[path]).digest()).decode()
        name, version = path[1:].split("/-/")[0], path.rpartition("-")[2].removesuffix(".tgz")
        parts.append(
            f'[[libraries]]\nname = "{name}"\nversion = "{version}"\nlicence = "MIT"\n'
            f'file = "{file}"\nintegrity = "sha512-{digest}"\n'
        )
    (root / "server/libraries.toml").write_text("\n".join(parts))


def built(root: Path) -> dict[str, str]:
    folder = root / "server/static/editor"
    return {file.name: file.read_text("utf-8") for file in folder.glob("*")}


def test_modules_find_each_other_without_a_bundler(project: Path) -> None:
    assert hatch_build.provide(project)
    files = built(project)
    assert set(files) == {"crelt.js", "codemirror-view.js", "LICENCES.txt", "built.json"}
    assert files["codemirror-view.js"] == (
        'import elt from "./crelt.js";\nexport const view = elt("p");\n'
    )
    assert files["crelt.js"] == 'export default function crelt() { return "// no comment" }\n'
    assert files["LICENCES.txt"].count("© Personne, MIT") == 2
    assert "@codemirror/view 6.0.0 (MIT)" in files["LICENCES.txt"]


def test_what_is_there_is_not_taken_again(project: Path, npm: Npm) -> None:
    assert hatch_build.provide(project)
    assert len(npm.asked) == 2
    assert not hatch_build.provide(project)
    assert len(npm.asked) == 2
    (project / "server/static/editor/crelt.js").write_text("export default alert;\n")
    assert hatch_build.provide(project)
    assert "alert" not in built(project)["crelt.js"]
    assert len(npm.asked) == 4


def test_a_tarball_of_another_integrity_is_refused(project: Path, npm: Npm) -> None:
    npm.tarballs["/crelt/-/crelt-1.0.0.tgz"] = pack({"package/index.js": b"evil()", **LICENCE})
    with pytest.raises(hatch_build.Unbuildable, match="its integrity is sha512-") as refused:
        hatch_build.provide(project)
    assert "\n" not in str(refused.value)
    assert built(project) == {}


@pytest.mark.parametrize(
    ("files", "links"),
    [
        ({"package/../../../../evil.js": b"evil()", "/evil.js": b"evil()"}, {}),
        ({"../package/index.js": b"evil()"}, {}),
        ({}, {"package/index.js": "/etc/passwd"}),
        ({}, {"package/index.js": "../../secret.js"}),
    ],
)
def test_no_name_in_a_tarball_becomes_a_path(
    project: Path, npm: Npm, tmp_path: Path, files: Files, links: dict[str, str]
) -> None:
    (tmp_path / "secret.js").write_text("secret")
    npm.tarballs["/crelt/-/crelt-1.0.0.tgz"] = pack({**files, **LICENCE}, links)
    pin(project, npm)
    with pytest.raises(hatch_build.Unbuildable, match=r"crelt 1\.0\.0: holds no plain file"):
        hatch_build.provide(project)
    assert built(project) == {}
    assert not list(tmp_path.rglob("evil.js"))


def test_an_import_that_is_not_pinned_is_refused(project: Path, npm: Npm) -> None:
    npm.tarballs["/crelt/-/crelt-1.0.0.tgz"] = pack(
        {"package/index.js": b'import {\n  a\n} from "left-pad";\n', **LICENCE}
    )
    pin(project, npm)
    with pytest.raises(hatch_build.Unbuildable, match=r"crelt: imports left-pad; add it"):
        hatch_build.provide(project)


def test_offline_is_one_line_with_the_next_step(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    with pytest.raises(hatch_build.Unbuildable) as refused:
        hatch_build.provide(project)
    message = str(refused.value)
    assert message.startswith("http://127.0.0.1:9/")
    assert "npm_config_registry" in message
    assert "PORTRAIT_IA_EDITOR=no" in message
    assert "\n" not in message


def test_a_registry_that_stumbles_is_asked_again(project: Path, npm: Npm) -> None:
    npm.failures = 2
    assert hatch_build.provide(project)
    assert len(npm.asked) == 4


def test_a_registry_that_lacks_a_version_is_asked_once(project: Path, npm: Npm) -> None:
    del npm.tarballs["/crelt/-/crelt-1.0.0.tgz"]
    with pytest.raises(hatch_build.Unbuildable, match="404"):
        hatch_build.provide(project)
    assert npm.asked.count("/crelt/-/crelt-1.0.0.tgz") == 1


def test_the_registry_of_npmrc_is_used(
    project: Path, npm: Npm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("npm_config_registry")
    monkeypatch.setenv("MIRROR", f"{npm.address}mirror")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.npmrc").write_text('; a comment\nregistry = "${MIRROR}/"\n')
    assert hatch_build.provide(project)
    assert all(path.startswith("/mirror/") for path in npm.asked)


def test_the_strongest_setting_wins(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("npm_config_registry")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.npmrc").write_text("registry=https://user.example/\n@a:registry=https://a/")

    def registry() -> str:
        return str(hatch_build.Registry(project).address)

    assert registry() == "https://user.example/"
    (project / ".npmrc").write_text("registry=https://project.example")
    assert registry() == "https://project.example/"
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "https://environment.example")
    assert registry() == "https://environment.example/"


def test_a_scope_has_a_registry_of_its_own(project: Path, npm: Npm, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.npmrc").write_text(f"@codemirror:registry={npm.address}mirror/")
    assert hatch_build.provide(project)
    assert set(npm.asked) == {
        "/crelt/-/crelt-1.0.0.tgz",
        "/mirror/@codemirror/view/-/view-6.0.0.tgz",
    }


def test_a_certificate_file_that_is_missing_is_named(project: Path, tmp_path: Path) -> None:
    (project / ".npmrc").write_text(f"cafile={tmp_path / 'missing.pem'}")
    with pytest.raises(hatch_build.Unbuildable, match=r"missing\.pem: no certificates"):
        hatch_build.Registry(project)


def build_wheel(root: Path, to: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(to)]
    environment = {**os.environ, **settings}
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=600
    )


def copy_project(to: Path) -> Path:
    """Our project as it is built, without what was taken from npm before."""
    for name in (".gitignore", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        to.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, to / name)
    skipped = shutil.ignore_patterns("editor", "__pycache__")
    for name in ("ontology", "shapes", "transform", "server"):
        shutil.copytree(PROJECT / name, to / name, ignore=skipped)
    return to


def test_a_wheel_holds_the_editor(npm: Npm, tmp_path: Path) -> None:
    root = copy_project(tmp_path / "copy")
    pin(root, npm)
    done = build_wheel(root, tmp_path / "dist", npm_config_registry=npm.address)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"server/static/editor/codemirror-view.js", "server/static/editor/LICENCES.txt"} <= set(
        names
    )


def test_a_build_without_npm_says_so_in_one_line_or_goes_without(npm: Npm, tmp_path: Path) -> None:
    root = copy_project(tmp_path / "copy")
    pin(root, npm)
    offline = {"npm_config_registry": "http://127.0.0.1:9/"}
    refused = build_wheel(root, tmp_path / "dist", **offline)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
    assert refused.stderr.strip().count("\n") == 0, refused.stderr
    done = build_wheel(root, tmp_path / "dist", **offline, PORTRAIT_IA_EDITOR="no")
    assert done.returncode == 0, done.stderr
    assert "a plain form" in done.stderr + done.stdout
