"""Write files: whole or not at all, and one process at a time."""

import fcntl
import os
import stat
import threading
from pathlib import Path

import pytest

from transform.errors import MisusedCommand
from transform.files import (
    exclusive_lock,
    new_file,
    put_in_place,
    reason_and_file,
    write_whole,
)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError(28, "No space left on device", "a.csv"), "No space left on device: a.csv"),
        (OSError("the file has gone"), "the file has gone"),
        (OSError(), "OSError"),
    ],
)
def test_a_reason_never_names_nothing(error: OSError, reason: str) -> None:
    assert str(reason_and_file(error)) == reason


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    write_whole(file, b"one")
    file.chmod(0o640)
    write_whole(file, b"two")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"two", 0o640)
    assert list(tmp_path.iterdir()) == [file]


def test_what_was_there_stays_when_the_last_step_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "fetched.json"
    write_whole(file, b"one")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, b"two")
    assert file.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [file]


def test_what_a_killed_writer_left_is_replaced_and_no_link_is_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"kept")
    (tmp_path / ".file.new").symlink_to(elsewhere)
    write_whole(tmp_path / "file", b"new")
    assert elsewhere.read_bytes() == b"kept"
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_file_gets_its_name_in_one_step(tmp_path: Path) -> None:
    with new_file(tmp_path / "2025.part") as out:
        out.write(b"new")
        assert not (tmp_path / "2025.csv").exists()
    put_in_place(tmp_path / "2025.part", tmp_path / "2025.csv")
    assert (tmp_path / "2025.csv").read_bytes() == b"new"


@pytest.mark.parametrize("name", [".", ".lock"])
def test_a_lock_that_is_taken_is_waited_for_or_said(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    entered = threading.Event()

    def enter() -> None:
        with exclusive_lock(path):
            entered.set()

    waiting = threading.Thread(target=enter)
    with exclusive_lock(path):
        with (
            pytest.raises(MisusedCommand, match="taken"),
            exclusive_lock(path, MisusedCommand("taken")),
        ):
            pytest.fail("two hold one lock")
        waiting.start()
        assert not entered.wait(0.2)
    waiting.join(30)
    assert entered.is_set()


def test_a_lock_is_let_go_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive_lock(tmp_path / ".lock"):
        _ = 1 // 0
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
