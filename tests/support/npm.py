"""Install a package from npm, once for this checkout: under build/npm/, by its version."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.support.build_once import make_once

FLAGS = (
    *("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--no-progress"),
    *("--prefer-offline", "--omit=dev", "--omit=optional"),
)


def install(package: str) -> Path:
    """Return the folder that has the package in its `node_modules`; skips where npm cannot."""
    npm = shutil.which("npm")
    if not (npm and shutil.which("node")):
        pytest.skip("no node and npm on this machine")

    def make(folder: Path) -> None:
        (folder / "package.json").write_text("{}")
        done = subprocess.run(
            [npm, "install", *FLAGS, package], cwd=folder, capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"npm cannot install {package}: {done.stderr[-200:]}")

    name = re.sub(r"[^a-z0-9.]+", "-", package).strip("-")
    return make_once(PROJECT / "build" / "npm" / name, make)
