"""Run pip-audit over a file of locked versions: `make audit`.

A vulnerability ends it with 1. A database that cannot be reached is said and is no failure; for
pip-audit itself a database that knows none of the packages is one without vulnerabilities.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

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


def _not_audited(file: str, why: str) -> str:
    return (
        f"{file}: NOT AUDITED, the database of vulnerabilities cannot be reached ({why}). Run make"
        " audit on a machine that reaches https://pypi.org/pypi/pip/json."
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
    """Audit a file, but for the vulnerabilities that were weighed; return the status."""
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
