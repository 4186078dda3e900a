"""What is installed is what was locked, and what is known of it is said."""

import importlib.metadata
import json
import re
import tomllib
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.support.audit import judge, judge_npm
from tests.support.bill_of_materials import add_packages

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
    locked = lock("requirements-node.txt") | lock("requirements-dev.txt")
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
    pinned = [f"{name}=={version}" for name, version in lock("requirements-node.txt").items()]
    assert project["dependency-groups"]["node"] == pinned


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


ADVISORY = {"url": "https://github.com/advisories/GHSA-1", "range": "<7.0.0"}
AUDITED = {"metadata": {"dependencies": {"total": 41}}}


@pytest.mark.parametrize(
    ("report", "weighed", "status", "words"),
    [
        ({"vulnerabilities": {}, **AUDITED}, [], 0, "41 packages, 0 vulnerabilities"),
        (
            {
                "vulnerabilities": {
                    "a": {"name": "a", "via": ["b"]},
                    "b": {"name": "b", "via": [ADVISORY]},
                },
                **AUDITED,
            },
            [],
            1,
            "package-lock.json, b <7.0.0: GHSA-1. Run npm install b@latest",
        ),
        (
            {"vulnerabilities": {"b": {"name": "b", "via": [ADVISORY]}}, **AUDITED},
            ["GHSA-1"],
            0,
            "41 packages, 0 vulnerabilities",
        ),
        ({"message": "405 Method Not Allowed", "error": {}}, [], 0, "NOT AUDITED"),
        ({"error": {"code": "ENOTFOUND", "summary": "no such host"}}, [], 0, "(no such host)"),
        (None, [], 1, "npm audit failed"),
    ],
)
def test_an_audit_of_what_comes_from_npm_does_the_same(
    report: Any, weighed: list[str], status: int, words: str
) -> None:
    judged, lines = judge_npm(json.dumps(report) if report else "", weighed)
    assert judged == status
    assert words in "\n".join(lines)


def test_a_bill_of_materials_holds_the_libraries_of_the_editor() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text("utf-8"))["packages"]
    bill: dict[str, Any] = {"components": [{"bom-ref": "a"}], "dependencies": [{"ref": "a"}]}
    bill["metadata"] = {"component": {"bom-ref": "root"}}
    add_packages(bill, packages)
    libraries = {each["purl"]: each for each in bill["components"][1:]}
    view = f"pkg:npm/%40codemirror/view@{packages['node_modules/@codemirror/view']['version']}"
    esbuild = f"pkg:npm/esbuild@{packages['node_modules/esbuild']['version']}"
    assert set(bill["dependencies"][-1]["dependsOn"]) == {"a", *libraries}
    assert len(libraries) == len(packages) - 1  # but for our own
    assert (libraries[view]["group"], libraries[view]["name"]) == ("@codemirror", "view")
    assert [libraries[name]["scope"] for name in (view, esbuild)] == ["required", "excluded"]
    (oxigraph,) = (each for each in libraries.values() if each["name"] == "oxigraph")
    assert oxigraph["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert all(len(each["hashes"][0]["content"]) == 128 for each in libraries.values())


def test_what_npm_installs_is_locked_by_its_bytes_and_not_by_where_they_come_from() -> None:
    text = (PROJECT / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    own = packages.pop("")
    assert (
        own["dependencies"].items()
        <= {
            name.removeprefix("node_modules/"): each["version"] for name, each in packages.items()
        }.items()
    )
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert "://" not in text
    assert "registry=" not in (PROJECT / ".npmrc").read_text("utf-8")
