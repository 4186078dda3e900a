"""`portrait-ia prune`: old releases go, the current one, the newest and what is served stay."""

import hashlib
import json
import threading
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.waiting import wait_until
from transform.errors import MisusedCommand, UnreadableRelease
from transform.files import LOCK, exclusive_lock
from transform.release import folder
from transform.release.use import Use

NAMES = [digit * 16 for digit in "abcde"]


@pytest.fixture
def releases_folder(tmp_path: Path) -> Path:
    """Four published releases, the second one current again, and one that was only built."""
    for name in NAMES:
        write_release(tmp_path / name)
    history = "".join(f"{name} 2026-01-0{day}T00:00:00Z\n" for day, name in enumerate(NAMES[:4], 1))
    (tmp_path / "history").write_text(history)
    (tmp_path / "current").symlink_to(NAMES[1])
    return tmp_path


def write_release(release: Path) -> None:
    """Write the least that is whole: the one file that there must be, listed."""
    quads = release / "dumps" / "portraits.nq"
    quads.parent.mkdir(parents=True)
    quads.write_text("")
    quads.chmod(0o444)
    digest = hashlib.sha256(b"").hexdigest()
    (release / "dumps" / "SHA256SUMS").write_text(f"{digest}  portraits.nq\n")
    keys = ("software", "series", "publisher", "portraits", "graphs", "quads", "classes")
    manifest = {
        **dict.fromkeys((*keys, "properties")),
        "base_uri": "http://localhost:8000/",
        "files": {"dumps/portraits.nq": {"bytes": 0, "sha256": digest}},
    }
    (release / "manifest.json").write_text(json.dumps(manifest))


def names_in(releases_folder: Path) -> list[str]:
    return sorted(path.name for path in releases_folder.iterdir() if path.name in NAMES)


@pytest.mark.parametrize(
    ("keep", "left"), [(1, "bd"), (2, "bcd"), (3, "bcd"), (4, "abcd"), (5, "abcde"), (9, "abcde")]
)
def test_the_current_one_and_the_newest_stay(
    portrait_ia: Run, releases_folder: Path, keep: int, left: str
) -> None:
    done = portrait_ia("--lang", "en", "prune", releases_folder, "--keep", str(keep))
    assert done.returncode == 0, done.stderr
    assert names_in(releases_folder) == [letter * 16 for letter in left]
    removed = [name for name in NAMES if name[0] not in left]
    assert done.stdout.splitlines()[:-1] == [f"{name} is removed" for name in reversed_(removed)]
    assert (releases_folder / "current").resolve().name == NAMES[1]
    assert not [*releases_folder.glob(".building-*")]


def reversed_(removed: list[str]) -> list[str]:
    """Return names as they are listed: those published last first, those never published last."""
    published = [name for name in removed if name != NAMES[4]]
    return [*reversed(published), *(name for name in removed if name == NAMES[4])]


def test_none_is_kept_is_misuse(portrait_ia: Run, releases_folder: Path) -> None:
    for more in ([], ["--keep", "0"], ["--keep", "all"]):
        assert portrait_ia("prune", releases_folder, *more).returncode == 2
    assert names_in(releases_folder) == NAMES
    assert portrait_ia("prune", releases_folder / "none", "--keep", "1").returncode == 2


def test_nothing_goes_while_a_build_is_under_way(releases_folder: Path) -> None:
    with exclusive_lock(releases_folder / LOCK), pytest.raises(MisusedCommand):
        folder.prune(releases_folder, 1)
    assert names_in(releases_folder) == NAMES


def test_nothing_goes_where_the_current_one_is_damaged(
    portrait_ia: Run, releases_folder: Path
) -> None:
    """An older one may be served in its place, or be the only one that is whole."""
    (releases_folder / NAMES[1] / "dumps" / "SHA256SUMS").unlink()
    done = portrait_ia("--lang", "en", "prune", releases_folder, "--keep", "1")
    assert done.returncode == 2
    assert f"go back with `portrait-ia rollback {releases_folder}`" in done.stderr
    assert names_in(releases_folder) == NAMES
    (releases_folder / "current").unlink()
    (releases_folder / "current").symlink_to("f" * 16)
    with pytest.raises(UnreadableRelease):
        folder.prune(releases_folder, 1)
    assert names_in(releases_folder) == NAMES


def test_one_that_is_served_stays(portrait_ia: Run, releases_folder: Path) -> None:
    use = Use(releases_folder / NAMES[0])
    done = portrait_ia("--lang", "en", "prune", releases_folder, "--keep", "1")
    assert done.returncode == 0, done.stderr
    assert f"{NAMES[0]} stays: a server still serves it." in done.stdout
    assert names_in(releases_folder) == [NAMES[0], NAMES[1], NAMES[3]]
    use.end()
    assert portrait_ia("prune", releases_folder, "--keep", "1").returncode == 0
    assert names_in(releases_folder) == [NAMES[1], NAMES[3]]


def test_one_that_becomes_current_meanwhile_stays(releases_folder: Path) -> None:
    pruning = threading.Thread(target=folder.prune, args=(releases_folder, 1))
    with exclusive_lock(releases_folder):  # as a rollback holds it
        pruning.start()
        wait_until(lambda: waits_for(releases_folder))
        (releases_folder / "current").unlink()
        (releases_folder / "current").symlink_to(NAMES[0])
    pruning.join()
    assert names_in(releases_folder) == [NAMES[0], NAMES[3]]


def test_one_that_goes_while_it_is_asked_for_is_not_published(releases_folder: Path) -> None:
    for begin in (
        lambda: folder.roll_back(releases_folder, NAMES[0]),
        lambda: folder.publish(releases_folder / NAMES[0]),
    ):
        faults: list[MisusedCommand] = []

        def run(begin=begin, faults=faults) -> None:  # type: ignore[no-untyped-def]
            with pytest.raises(MisusedCommand) as caught:
                begin()
            faults.append(caught.value)

        publishing = threading.Thread(target=run)
        with exclusive_lock(releases_folder):
            publishing.start()
            wait_until(lambda: waits_for(releases_folder))
            (releases_folder / NAMES[0]).rename(releases_folder / ".building-away")
        publishing.join()
        (releases_folder / ".building-away").rename(releases_folder / NAMES[0])
        assert "was removed just now" in str(faults[0])
        assert (releases_folder / "current").readlink().name == NAMES[1]


def waits_for(folder_: Path) -> bool:
    """Whether anyone waits for the lock of a folder (proc_locks(5))."""
    inode = f":{folder_.stat().st_ino} "
    lines = Path("/proc/locks").read_text().splitlines()
    return any("-> " in line and inode in line for line in lines)


def test_one_that_is_half_removed_is_no_release(
    releases_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "remove_folder", end)
    with pytest.raises(KeyboardInterrupt):
        folder.prune(releases_folder, 1)
    assert len(names_in(releases_folder)) == 2
    assert len(folder.releases(releases_folder)) == 2
    monkeypatch.undo()
    with folder.building(releases_folder):
        pass
    assert not [*releases_folder.glob(".building-*")]
