"""Tests that measure are kept apart from those that may share the machine."""

import struct
import subprocess
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.build_once import make_once
from tests.support.delay_probe import NAP, WORK, DelayProbe
from tests.support.preloaded_command import preload


def is_alone(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("alone") is not None


def test_reading_a_clock_is_alone(request: pytest.FixtureRequest) -> None:
    assert time.monotonic() > 0
    assert is_alone(request)


def test_reading_a_clock_in_an_inner_function_is_alone(request: pytest.FixtureRequest) -> None:
    assert list(map(lambda _: time.perf_counter() > 0, "a"))  # noqa: C417
    assert is_alone(request)


def test_taking_a_fixture_that_measures_is_alone(
    request: pytest.FixtureRequest, delay_probe: DelayProbe
) -> None:
    assert is_alone(request)


@pytest.mark.parametrize("seconds", [0.0])
def test_only_sleeping_is_not_alone(request: pytest.FixtureRequest, seconds: float) -> None:
    time.sleep(seconds)
    assert not is_alone(request)


def written_rounds(folder: Path, *lengths: float) -> DelayProbe:
    """Write rounds of these lengths, the last of which ends now."""
    file, end = folder / "rounds", time.monotonic()
    begins = [end - sum(lengths[place:]) for place in range(len(lengths) + 1)]
    rounds = pairwise(begins)
    file.write_bytes(b"".join(struct.pack("dd", *pair) for pair in rounds))
    return DelayProbe(file)


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands still, so that this process cannot be late itself."""
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)


@pytest.mark.usefixtures("stopped")
def test_a_machine_that_is_half_as_fast_allows_twice_the_time(tmp_path: Path) -> None:
    quiet = NAP + WORK
    slow = written_rounds(tmp_path, *[2 * quiet] * 50)
    allowed = slow.allow(1, time.monotonic() - 1)
    assert 1.9 < allowed < 2.5
    assert slow.allow(3, time.monotonic() - 1) > 2.8 * (allowed - quiet)


@pytest.mark.usefixtures("stopped")
def test_a_stall_is_allowed_once(tmp_path: Path) -> None:
    quiet = NAP + WORK
    stalled = written_rounds(tmp_path, *[quiet] * 400, 1.0)
    assert 1.9 < stalled.allow(0.9, time.monotonic() - 9) < 2.5


def test_a_process_that_writes_nothing_is_late(tmp_path: Path) -> None:
    silent = written_rounds(tmp_path, NAP + WORK)
    time.sleep(0.5)
    assert silent.allow(0, time.monotonic() - 0.5) > 0.4


def test_waiting_ends_for_what_never_comes_about(delay_probe: DelayProbe) -> None:
    begun = time.monotonic()
    assert not delay_probe.until(lambda: False, 0.2)
    assert time.monotonic() - begun > 0.2
    assert delay_probe.until(lambda: True, 0)


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
