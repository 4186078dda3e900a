"""Compare the releases that two revisions of the code build from the same inputs.

Run from the root of a checkout: `python -m tests.support.same_bytes REVISION`. The example and,
where `../shared/data/us` is there, both American registers are built with REVISION and with the
working tree; each release must have the same name and each of its files the same bytes. Ends
with 1 where something differs.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
US = PROJECT.parent / "shared" / "data" / "us"
US_2024 = US / "2024_consolidated_ai_inventory_raw_v2.csv"
US_2025 = US / "2025_individually_reported_AI_use_cases.csv"
BUILDS = {
    "example": [],
    "us-2024": [f"2024={US_2024}", "--layout", "us-2024"],
    "us-2025": [f"2025={US_2025}", "--layout", "us-2025", "--quarantine"],
}


def main(revision: str) -> int:
    """Build with both, print a line for each register, and return how many differ."""
    differing = 0
    with tempfile.TemporaryDirectory() as scratch:
        old = Path(scratch, "old")
        run = ["git", "-C", str(PROJECT), "worktree"]
        subprocess.run([*run, "add", "--quiet", "--detach", str(old), revision], check=True)
        try:
            for name, arguments in BUILDS.items():
                if arguments and not US.is_dir():
                    print(f"{name}: not compared, {US.name} is not there")
                    continue
                releases = [
                    build(code, Path(scratch, f"{name}-{number}"), arguments)
                    for number, code in enumerate((old, PROJECT))
                ]
                differing += report(name, *releases)
        finally:
            subprocess.run([*run, "remove", "--force", str(old)], check=True)
    return differing


def build(code: Path, target: Path, arguments: list[str]) -> dict[str, str]:
    """Build a release with the code of a checkout; return the SHA-256 of each file by its path."""
    command = [sys.executable, "-c", "from server.cli import main; main()", "build"]
    environment = {**os.environ, "PYTHONPATH": str(code)}
    base_uri = ["--base-uri", "https://exemple.gouv.qc.example/ia/"] if arguments else []
    subprocess.run(
        [*command, *arguments, *base_uri, "--to", str(target)],
        check=True,
        cwd=code,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    release = (target / "current").resolve()
    files = sorted(file for file in release.rglob("*") if file.is_file())
    return {
        f"{release.name}/{file.relative_to(release)}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def report(name: str, old: dict[str, str], new: dict[str, str]) -> int:
    """Print the differences between two releases; return 1 where there are any."""
    different = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    release = next(iter(new)).split("/")[0]
    print(f"{name}: release {release}, {len(new)} files, {len(different)} differ")
    for path in different[:20]:
        print(f"  {path}")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
