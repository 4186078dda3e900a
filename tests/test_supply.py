"""What is installed is what was locked, and what is known of it is said."""

import importlib.metadata
import json
import re
import tomllib
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.support.audit import judge
from tests.support.bill_of_materials import add_libraries

PIN = re.compile(
    r"^([a-z0-9.-]+)==([^ ]+)(?: ; .*)? \\$((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)$",
    re.MULTILINE,
)
NO_PART = {"pip", "setuptools", "portrait-ia"}  # of the lock: the environment's own, and ours


def lock(name: str) -> dict[str, str]:
    """Read a file of locked versions; nothing may stand in it but pins with hashes."""
    text = (PROJECT / name).read_text("utf-8")
    rest = PIN.sub("", text)
    assert [line for line in rest.splitlines() if line and not line.startswith("#")] == []
    assert "://" not in text  # whichever registry a machine uses
    return {pin[1]: pin[2] for pin in PIN.finditer(text)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_installed_is_locked() -> None:
    locked = lock("requirements-dev.txt")
    installed = {normal(each.name): each.version for each in importlib.metadata.distributions()}
    others = {name: at for name, at in installed.items() if name not in NO_PART}
    assert {name: locked.get(name) for name in others} == others


def test_what_serves_is_what_was_tested() -> None:
    assert lock("requirements.txt").items() <= lock("requirements-dev.txt").items()


def test_what_builds_the_package_is_pinned_as_it_is_locked() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    locked = lock("requirements.txt")
    names = project["project"]["optional-dependencies"]["build"]
    assert project["build-system"]["requires"] == [f"{name}=={locked[name]}" for name in names]


def package(name: str, **rest: Any) -> dict[str, Any]:
    return {"name": name, **({"version": "1.0", "vulns": []} | rest)}


FLAW = {"id": "CVE-2026-1", "fix_versions": ["1.1"]}
UNKNOWN = {"name": "b", "skip_reason": "Dependency not found on PyPI"}
REFUSED = "requests.exceptions.ProxyError: HTTPSConnectionPool(host='pypi.org', port=443)"


@pytest.mark.parametrize(
    ("packages", "errors", "status", "words"),
    [
        ([package("a"), UNKNOWN], "", 0, "1 packages, 0 vulnerabilities"),
        (
            [package("a"), package("b", vulns=[FLAW])],
            "",
            1,
            "make lock UPGRADE='--upgrade-package b'",
        ),
        ([package("b", vulns=[FLAW | {"fix_versions": []}])], "", 1, "WEIGHED in the Makefile"),
        ([UNKNOWN], "No known vulnerabilities found", 0, "NOT AUDITED"),
        (None, f"Traceback\n{REFUSED}", 0, "NOT AUDITED"),
        (None, "ERROR:pip_audit._cli:requirement package is not hashed", 1, "pip-audit failed"),
    ],
)
def test_an_audit_fails_by_what_it_finds_and_says_what_it_could_not_look_up(
    packages: Any, errors: str, status: int, words: str
) -> None:
    output = json.dumps({"dependencies": packages}) if packages else ""
    judged, lines = judge(output, errors, "requirements.txt")
    assert judged == status
    assert words in "\n".join(lines)


def test_a_bill_of_materials_holds_the_libraries_of_the_editor() -> None:
    libraries = tomllib.loads((PROJECT / "server" / "libraries.toml").read_text("utf-8"))[
        "libraries"
    ]
    bill: dict[str, Any] = {"components": [{"bom-ref": "a"}], "dependencies": [{"ref": "a"}]}
    bill["metadata"] = {"component": {"bom-ref": "root"}}
    add_libraries(bill, libraries)
    view = next(each for each in libraries if each["name"] == "@codemirror/view")
    assert f"pkg:npm/%40codemirror/view@{view['version']}" in bill["dependencies"][-1]["dependsOn"]
    assert len(bill["dependencies"][-1]["dependsOn"]) == 1 + len(libraries)
    assert all(len(each["hashes"][0]["content"]) == 128 for each in bill["components"][1:])
