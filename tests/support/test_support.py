"""What the tests stand on: waiting that ends, folders that are made once, a forked command."""

import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.support.build_once import make_once
from tests.support.preloaded_command import preload
from tests.support.waiting import ends, wait_until


def test_waiting_ends_for_what_never_comes_about() -> None:
    with pytest.raises(AssertionError, match=r"did not come about in 0\.1 s"):
        wait_until(lambda: False, 0.1)
    with pytest.raises(AssertionError, match=r"had not ended after 0\.1 s"), ends(0.1):
        time.sleep(600)
    with ends():
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)  # nothing interrupts what comes after


def test_a_folder_that_many_request_at_once_is_made_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.2)
        (folder / "whole").touch()

    def request() -> None:
        assert (make_once(tmp_path / "a" / "made", make) / "whole").exists()

    threads = [threading.Thread(target=request) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_a_folder_that_was_half_made_is_made_again(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        make_once(tmp_path / "made", fail)
    assert not (tmp_path / "made").exists()
    folder = make_once(tmp_path / "made", lambda folder: (folder / "whole").touch())
    assert [file.name for file in folder.iterdir()] == ["whole"]


def test_a_command_that_was_ended_leaves_the_next_one_alone(tmp_path: Path) -> None:
    with preload(tmp_path) as command:
        with pytest.raises(subprocess.TimeoutExpired):
            command.run(["--help"], 0.0)
        assert command.run(["--help"]).returncode == 0
