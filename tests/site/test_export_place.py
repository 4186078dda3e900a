"""Where a copy is put: what is refused, what a killed export leaves, what the next one removes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from server.export.place import RECORD, new_copy, read_record, write_record
from tests.conftest import PROJECT, Run
from transform.errors import MisusedCommand


def place(site: Path, text: str) -> None:
    """Put a copy of one page."""
    with new_copy(site) as folder:
        (folder / "index.html").write_text(text)
        write_record(folder, "0123456789abcdef")


def beside(site: Path) -> list[str]:
    """Return the folders of copies beside a site, but for that which it leads to."""
    kept = site.readlink().name if site.is_symlink() else ""
    folders = (path.name for path in site.parent.iterdir() if path.is_dir())
    return [name for name in folders if ".copy-" in name and name != kept]


def test_a_copy_is_put_and_replaced(tmp_path: Path) -> None:
    site = tmp_path / "www" / "site"
    for text in ("one", "two", "three"):
        place(site, text)
        assert (site / "index.html").read_text() == text
        assert beside(site) == []
    assert site.stat().st_mode & 0o777 == 0o755
    assert (site / "index.html").stat().st_mode & 0o777 == 0o644


def test_an_empty_folder_makes_way(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    place(tmp_path / "site", "one")
    assert (tmp_path / "site/index.html").read_text() == "one"


def hold_file(site: Path) -> None:
    site.mkdir()
    (site / "notes.txt").write_text("mine")


def hold_foreign_record(site: Path) -> None:
    site.mkdir()
    (site / RECORD).write_text('{"kind": "other"}')


def be_a_file(site: Path) -> None:
    site.write_text("mine")


def lead_elsewhere(site: Path) -> None:
    (site.parent / "docs").mkdir()
    (site.parent / "docs/notes.txt").write_text("mine")
    site.symlink_to("docs")


def be_a_moved_copy(site: Path) -> None:
    site.mkdir()
    write_record(site, "0123456789abcdef")


@pytest.mark.parametrize(
    ("fill", "told"),
    [
        (hold_file, "holds something else than an export (such as notes.txt)"),
        (hold_foreign_record, "holds something else than an export (such as export.json)"),
        (be_a_file, "is no folder"),
        (lead_elsewhere, "is a link to something else"),
        (be_a_moved_copy, "was copied or moved here"),
    ],
)
def test_a_place_that_holds_something_else_is_refused(
    tmp_path: Path, portrait_ia: Run, fill: object, told: str
) -> None:
    site = tmp_path / "site"
    fill(site)  # type: ignore[operator]
    before = sorted((path, path.lstat().st_mtime_ns) for path in tmp_path.rglob("*"))
    done = portrait_ia("export", tmp_path / "no-releases", "--to", site)
    assert done.returncode == 2
    assert told in done.stderr
    assert sorted((path, path.lstat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("place", ["site", "current/site", "current/dumps/site"])
def test_a_place_among_the_releases_is_refused(
    tmp_path: Path, portrait_ia: Run, place: str
) -> None:
    releases = tmp_path / "releases"
    (releases / "0123456789abcdef/dumps").mkdir(parents=True)
    (releases / "current").symlink_to("0123456789abcdef")
    before = sorted((path, path.lstat().st_mtime_ns) for path in tmp_path.rglob("*"))
    done = portrait_ia("export", releases, "--to", releases / place)
    assert done.returncode == 2
    assert f"lies in the folder of releases {releases}" in done.stderr
    assert sorted((path, path.lstat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


def test_two_exports_to_one_place_are_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    with new_copy(site) as folder:
        write_record(folder, "0123456789abcdef")
        with pytest.raises(MisusedCommand, match="another export is under way"):
            place(site, "two")
    assert read_record(site)


def test_a_fault_leaves_the_old_site(tmp_path: Path) -> None:
    site = tmp_path / "site"
    place(site, "old")

    def fail() -> None:
        with new_copy(site) as folder:
            (folder / "index.html").write_text("half")
            raise MisusedCommand("disk full")

    with pytest.raises(MisusedCommand, match="disk full"):
        fail()
    assert (site / "index.html").read_text() == "old"
    assert beside(site) == []


def test_a_folder_of_a_like_name_stays(tmp_path: Path) -> None:
    (tmp_path / ".site.d").mkdir()
    place(tmp_path / "site", "one")
    place(tmp_path / "site", "two")
    assert (tmp_path / ".site.d").is_dir()


# Runs an export of one page that dies by a signal at the n-th call that changes the file system.
KILLED = """
import os, signal, sys
from pathlib import Path
from server.export.place import new_copy, write_record
last = int(sys.argv[2])
count = 0
def watch(event, arguments):
    global count
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & 3
    changes = ("os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "os.chmod")
    if writes or event in changes:
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
with new_copy(Path(sys.argv[1])) as folder:
    (folder / "index.html").write_text("new")
    (folder / "doc").mkdir()
    (folder / "doc" / "a.html").write_text("new")
    write_record(folder, "0123456789abcdef")
"""


def test_a_kill_at_any_step_leaves_the_old_site_or_the_new_one(tmp_path: Path) -> None:
    states = []
    for last in range(1, 60):
        site = tmp_path / str(last) / "site"
        with new_copy(site) as folder:
            (folder / "index.html").write_text("old")
            (folder / "doc").mkdir()
            (folder / "doc/a.html").write_text("old")
            write_record(folder, "fedcba9876543210")
        command = [sys.executable, "-S", "-c", KILLED, str(site), str(last)]
        path = f"{PROJECT}:{':'.join(entry for entry in sys.path if entry)}"
        done = subprocess.run(command, env={"PYTHONPATH": path}, check=False)
        texts = {(site / name).read_text() for name in ("index.html", "doc/a.html")}
        assert texts in ({"old"}, {"new"}), last
        assert read_record(site)
        states.append(texts.pop())
        if done.returncode != -signal.SIGKILL:
            assert done.returncode == 0
            break
        place(site, "next")
        assert (site / "index.html").read_text() == "next"
        assert beside(site) == []
    else:
        raise AssertionError("the export never came to its end")
    # It dies before the site changes, and after.
    assert {"old", "new"} == set(states)
    assert len(states) > 12
