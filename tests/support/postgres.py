"""Run a PostgreSQL for one test: its folder and its socket are deleted afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

DEBIAN = Path("/usr/lib/postgresql")
USER = "ckan"
# It listens on no port, and need not write to disk: nothing outlives the test.
_OPTIONS = "-F -c listen_addresses= -c unix_socket_directories='{folder}'"


@contextmanager
def cluster() -> Iterator[Path]:
    """Yield the folder of the socket of a running PostgreSQL; skips where Debian's is missing."""
    programs = _find_programs()
    # Not below the tests' folder, which only their user may enter: PostgreSQL refuses to be root.
    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = f"--pgdata={folder / 'data'}"
    control = [str(programs / "pg_ctl"), data, "--wait", "--silent"]
    try:
        _run([str(programs / "initdb"), data, f"--username={USER}", "--auth=trust", "--no-sync",
              "--locale=C", "--encoding=UTF8"], folder, user)  # fmt: skip
        options = f"--options={_OPTIONS.format(folder=folder)}"
        _run([*control, options, f"--log={folder / 'log'}", "start"], folder, user)
        try:
            yield folder
        finally:
            _run([*control, "--mode=immediate", "stop"], folder, user)
    finally:
        shutil.rmtree(folder)


def make_database(folder: Path, name: str) -> str:
    """Create an empty database; returns its URL for SQLAlchemy."""
    command = [str(_find_programs() / "createdb"), f"--host={folder}", f"--username={USER}", name]
    _run(command, folder, None)
    return f"postgresql://{USER}@/{name}?host={folder}"


def _find_programs() -> Path:
    versions = sorted(DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not versions:
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    return versions[-1]


def _run(command: Sequence[str], folder: Path, user: str | None) -> None:
    log = folder / "output"
    with log.open("w") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, cwd=folder, user=user, timeout=120
        )
    assert done.returncode == 0, f"{' '.join(command)}: {log.read_text()}"
