"""`portrait-ia prune`: old releases go, the current one and the newest stay."""

from pathlib import Path

import pytest

from tests.conftest import Run
from transform.errors import MisusedCommand
from transform.files import LOCK, exclusive_lock
from transform.release import folder

NAMES = [digit * 16 for digit in "abcde"]


@pytest.fixture
def releases_folder(tmp_path: Path) -> Path:
    """Four published releases, the second one current again, and one that was only built."""
    for name in NAMES:
        (tmp_path / name / "dumps").mkdir(parents=True)
        (tmp_path / name / "dumps" / "portraits.nq").write_text("")
        (tmp_path / name / "dumps" / "portraits.nq").chmod(0o444)
    history = "".join(f"{name} 2026-01-0{day}T00:00:00Z\n" for day, name in enumerate(NAMES[:4], 1))
    (tmp_path / "history").write_text(history)
    (tmp_path / "current").symlink_to(NAMES[1])
    return tmp_path


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


def test_one_that_is_half_removed_is_no_release(
    releases_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "_remove", end)
    with pytest.raises(KeyboardInterrupt):
        folder.prune(releases_folder, 1)
    assert len(names_in(releases_folder)) == 4
    assert len(folder.releases(releases_folder)) == 4
    monkeypatch.undo()
    with folder.building(releases_folder):
        pass
    assert not [*releases_folder.glob(".building-*")]
