"""Temporary files are removed by the command that made them, or by the next one of the user."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Run
from transform.errors import MisusedCommand
from transform.scratch import scratch_folder

_HOLDING = """
from transform.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "2025.nt").touch()
    print(folder, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A TMPDIR of the test's own."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def hold() -> "subprocess.Popen[str]":
    """Start a process that has a folder until it reads a line."""
    command = [sys.executable, "-c", _HOLDING]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=PROJECT, text=True, stdin=pipe, stdout=pipe)


def test_a_killed_command_s_folder_goes_and_a_running_one_s_stays(temporary: Path) -> None:
    with hold() as killed, hold() as running:
        assert killed.stdout
        assert running.stdout
        left, kept = Path(killed.stdout.readline().strip()), Path(running.stdout.readline().strip())
        killed.send_signal(signal.SIGKILL)
        killed.wait(60)
        assert left.is_dir()
        with scratch_folder() as mine:
            assert {*temporary.iterdir()} == {kept, mine}
            assert (kept / "2025.nt").exists()
        assert {*temporary.iterdir()} == {kept}
        running.communicate("\n", timeout=60)
        assert running.returncode == 0
    assert not [*temporary.iterdir()]


def test_what_others_have_there_is_left(temporary: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    (temporary / "portrait-ia-link").symlink_to(precious)
    (temporary / "portrait-ia-file").touch()
    (temporary / "portrait-io").mkdir()
    if os.geteuid() == 0:
        (temporary / "portrait-ia-foreign").mkdir()
        os.chown(temporary / "portrait-ia-foreign", 1000, 1000)
    before = {*temporary.iterdir()}
    with scratch_folder():
        pass
    assert {*temporary.iterdir()} == before
    assert (precious / "file").exists()


def test_no_room_is_one_line(temporary: Path) -> None:
    temporary.rmdir()
    tempfile.tempdir = str(temporary)
    with pytest.raises(MisusedCommand, match="set TMPDIR"), scratch_folder():
        pass


def test_a_build_removes_what_a_killed_one_left(
    temporary: Path, portrait_ia: Run, tmp_path: Path
) -> None:
    with hold() as killed:
        assert killed.stdout
        left = Path(killed.stdout.readline().strip())
        killed.send_signal(signal.SIGKILL)
        killed.wait(60)
    done = portrait_ia("check", f"2025={tmp_path}/none.csv", env={"TMPDIR": str(temporary)})
    assert done.returncode == 2
    assert not left.exists()
