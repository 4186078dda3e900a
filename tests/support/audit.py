"""Run pip-audit over a file of locked versions, and npm audit over package-lock.json: `make audit`.

A vulnerability ends it with 1. A database that cannot be reached is said and is no failure; for
pip-audit itself a database that knows none of the packages is one without vulnerabilities.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

NPM_LOCK = "package-lock.json"
NPM_DATABASE = "https://registry.npmjs.org/-/npm/v1/security/advisories/bulk, with npm"
_SECONDS = 180  # for all packages; they are asked for one after the other
_UNREACHABLE = re.compile(r"Could not connect|requests\.exceptions\.\w*(?:Connect|Proxy|SSL|Time)")


def judge(output: str, errors: str, file: str) -> tuple[int, list[str]]:
    """Return the status and the lines to print, from what pip-audit wrote."""
    try:
        packages = json.loads(output)["dependencies"]
    except ValueError:
        if _UNREACHABLE.search(errors):
            return 0, [_not_audited(file, errors.strip().splitlines()[-1])]
        return 1, [
            f"{file}: pip-audit failed; mend what it reports here, then run make audit again."
        ]
    unknown = [package for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return 0, [_not_audited(file, "it knows none of the packages")]
    lines = [f"{file}, {package['name']}: {package['skip_reason']}" for package in unknown]
    found = [
        f"{file}, {package['name']} {package['version']}: {flaw['id']}. {_next_step(package, flaw)}"
        for package in packages
        for flaw in package.get("vulns", ())
    ]
    audited = f"{file}: {len(packages) - len(unknown)} packages, {len(found)} vulnerabilities"
    return bool(found), [*lines, *found, audited]


def judge_npm(output: str, weighed: Collection[str]) -> tuple[int, list[str]]:
    """Return the status and the lines to print, from what npm audit wrote."""
    try:
        report: dict[str, Any] = json.loads(output)
    except ValueError:
        return 1, [f"{NPM_LOCK}: npm audit failed; mend what it reports here, then run it again."]
    if "vulnerabilities" not in report:
        why = report.get("message") or report["error"]["summary"]
        return 0, [_not_audited(NPM_LOCK, why, NPM_DATABASE)]
    flaws = {
        (package["name"], flaw["url"].rpartition("/")[2], flaw["url"], flaw["range"])
        for package in report["vulnerabilities"].values()
        for flaw in package["via"]
        if isinstance(flaw, dict)  # and not the name of a package that has one
    }
    found = [
        f"{NPM_LOCK}, {name} {versions}: {flaw}. Run npm install {name}@latest where package.json"
        f" names it, else npm update {name}, then make test; where no version mends it and it does"
        f" not concern us ({url}), add it with the reason to WEIGHED in the Makefile."
        for name, flaw, url, versions in sorted(flaws)
        if flaw not in weighed
    ]
    number = report["metadata"]["dependencies"]["total"]
    return bool(found), [*found, f"{NPM_LOCK}: {number} packages, {len(found)} vulnerabilities"]


def _not_audited(file: str, why: str, database: str = "https://pypi.org/pypi/pip/json") -> str:
    return (
        f"{file}: NOT AUDITED, the database of vulnerabilities cannot be reached ({why}). Run make"
        f" audit on a machine that reaches {database}."
    )


def _next_step(package: dict[str, str], flaw: dict[str, list[str]]) -> str:
    if flaw["fix_versions"]:
        return (
            f"Mended in {', '.join(flaw['fix_versions'])}: run make lock"
            f" UPGRADE='--upgrade-package {package['name']}', then make test."
        )
    return (
        f"No version mends it yet: read https://osv.dev/vulnerability/{flaw['id']}; where it does"
        " not concern us, add it with the reason to WEIGHED in the Makefile."
    )


def main(file: str, *weighed: str) -> int:
    """Audit both files, but for the vulnerabilities that were weighed; return the status."""
    return max(audit(file, *weighed), audit_npm(*weighed))


def audit_npm(*weighed: str) -> int:
    """Audit package-lock.json; return the status."""
    npm = shutil.which("npm")
    if npm is None:
        print(_not_audited(NPM_LOCK, "no npm on the PATH", NPM_DATABASE))
        return 0
    command = [npm, "audit", "--package-lock-only", "--json", "--loglevel=silent"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        print(_not_audited(NPM_LOCK, f"no answer in {_SECONDS} s", NPM_DATABASE))
        return 0
    status, lines = judge_npm(done.stdout, weighed)
    if status:
        print(done.stderr, file=sys.stderr)
    print("\n".join(lines))
    return status


def audit(file: str, *weighed: str) -> int:
    """Audit a file of versions from PyPI; return the status."""
    command = [str(Path(sys.executable).with_name("pip-audit")), "--requirement", file]
    command += ["--require-hashes", "--disable-pip", "--timeout", "10", "--format", "json"]
    command += ["--progress-spinner", "off", *(f"--ignore-vuln={each}" for each in weighed)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        print(_not_audited(file, f"no answer in {_SECONDS} s"))
        return 0
    status, lines = judge(done.stdout, done.stderr, file)
    if status and not done.stdout:
        print(done.stderr, file=sys.stderr)
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
