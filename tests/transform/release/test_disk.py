"""A disk that is full, cuts files short or cannot be written to: what is in place stays, in a line.

Where this user may mount file systems, real ones of 40 MB are full and read-only.
"""

import csv
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import HEADER, ROW, Run
from transform.errors import MisusedCommand
from transform.release import folder as release_folder
from transform.release import history
from transform.release.database import new_database
from transform.release.integrity import check_release

NAMES = [letter * 16 for letter in "abc"]


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of its own, or the reason why there is none."""
    folder = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or os.geteuid():
        pytest.skip("only root may mount file systems")
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture(scope="module")
def releases(disk: Path, portrait_ia: Run) -> Path:
    """A folder on it with a release."""
    with (disk / "portrait.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, ROW])
    done = portrait_ia("build", f"2025={disk}/portrait.csv", "--to", disk / "releases")
    assert done.returncode == 0, done.stderr
    return disk / "releases"


def build(portrait_ia: Run, releases: Path, port: int) -> "subprocess.CompletedProcess[str]":
    """Build another release, which has another base URI."""
    source = releases.parent / "portrait.csv"
    base = ("--base-uri", f"http://localhost:{port}/")
    return portrait_ia("--lang", "en", "build", f"2025={source}", "--to", releases, *base)


def names_in(releases: Path) -> set[str]:
    return {path.name for path in releases.iterdir()} - {"current", "history", ".lock"}


@pytest.mark.parametrize("kilobytes", [0, 600, 5500])
def test_a_full_disk_is_one_line_and_leaves_what_was_there(
    portrait_ia: Run, releases: Path, kilobytes: int
) -> None:
    before, now = names_in(releases), release_folder.current(releases)
    filling = releases.parent / "filling"
    state = os.statvfs(releases)
    filling.write_bytes(b"x" * (state.f_bavail * state.f_frsize - (kilobytes << 10)))
    try:
        done = build(portrait_ia, releases, 9000 + kilobytes)
    finally:
        filling.unlink()
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "cannot be written there (No space left on device" in line
    assert "Make room" in line
    assert "what was current still is." in line
    assert (names_in(releases), release_folder.current(releases)) == (before, now)
    check_release(releases / "current")


def test_a_disk_that_cannot_be_written_to_is_one_line(portrait_ia: Run, releases: Path) -> None:
    before = names_in(releases)
    options = ["mount", "-o", "remount,ro", str(releases.parent)]
    subprocess.run(options, check=True)
    try:
        for done in (
            build(portrait_ia, releases, 9000),
            portrait_ia("--lang", "en", "prune", releases, "--keep", "1"),
            portrait_ia("--lang", "en", "rollback", releases, *before),
        ):
            assert done.returncode == 2
            (line,) = done.stderr.splitlines()
            assert "(Read-only file system" in line
            assert "see to its permissions" in line.casefold()
            assert "current still is." in line
        assert portrait_ia("releases", releases).returncode == 0
    finally:
        subprocess.run([*options[:2], "remount,rw", options[3]], check=True)
    assert names_in(releases) == before
    check_release(releases / "current")


def test_after_it_the_next_build_works(portrait_ia: Run, releases: Path) -> None:
    assert build(portrait_ia, releases, 9001).returncode == 0
    assert len(names_in(releases)) == 2


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder of two releases that were published, and one that was only built."""
    for name in NAMES:
        (tmp_path / name).mkdir()
    for name in NAMES[:2]:
        release_folder.publish(tmp_path / name)
    return tmp_path


def test_a_history_that_cannot_be_written_to_its_end_stays_as_it_was(published: Path) -> None:
    before = (published / "history").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
    try:
        with pytest.raises(MisusedCommand, match="File too large"):
            release_folder.publish(published / NAMES[2])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (published / "history").read_bytes() == before
    assert release_folder.current(published) == NAMES[1]
    release_folder.publish(published / NAMES[2])
    assert history.names(published) == NAMES


def test_a_line_that_was_cut_loses_one_time_and_no_release(published: Path) -> None:
    with (published / "history").open("a") as lines:
        lines.write(f"{NAMES[0]} 2026-01-0")
    release_folder.publish(published / NAMES[2])
    assert history.names(published) == [NAMES[1], NAMES[0], NAMES[2]]
    assert history.times(published).keys() == {*NAMES}


def test_a_clock_that_was_set_back_changes_no_order(published: Path) -> None:
    lines = [f"{NAMES[0]} 2099-01-01T00:00:00Z", f"{NAMES[1]} 2099-01-02T00:00:00Z"]
    (published / "history").write_text("\n".join(lines) + "\n")
    release_folder.publish(published / NAMES[2])
    assert history.names(published) == history.names_at_first(published) == NAMES
    assert [each.name for each in release_folder.releases(published)] == NAMES[::-1]
    assert release_folder.list_instead(published)[0].name == NAMES[1]


def test_two_that_publish_at_once_both_count(published: Path) -> None:
    processes = []
    for name in (NAMES[0], NAMES[2]):
        process = os.fork()
        if process == 0:
            try:
                for _ in range(50):
                    release_folder.publish(published / name)
            finally:
                os._exit(int(release_folder.current(published) not in NAMES))
        processes.append(process)
    assert [os.waitpid(process, 0)[1] for process in processes] == [0, 0]
    lines = (published / "history").read_text().splitlines()
    assert [sum(line.startswith(name) for line in lines) for name in NAMES] == [51, 1, 50]
    assert release_folder.current(published) == lines[-1][:16]


def test_a_database_for_which_there_is_no_room_is_a_fault_of_the_disk() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with pytest.raises(OSError, match="No space left"), new_database(Path("/dev/full")) as made:
        made.executescript("PRAGMA journal_mode = OFF; CREATE TABLE t (a); COMMIT")
