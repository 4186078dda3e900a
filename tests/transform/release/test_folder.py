"""A release is whole or not there: named by content, moved in one step, never changed."""

import csv
import errno
import json
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from tests.conftest import HEADER, ROW, Run, common_folder
from tests.support.preloaded_command import preload
from transform.errors import MisusedCommand, UnreadableRelease
from transform.release import folder as release_folder


def command(*arguments: object) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def small(releases_folder: Path, *more: str, benefits: str = ROW[4]) -> list[str]:
    """Write two portraits of one row beside the releases, and return the command to build them."""
    files = []
    for year in (2024, 2025):
        file = releases_folder.parent / f"{year}.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([HEADER, (*ROW[:4], benefits, ROW[5])])
        files.append(f"{year}={file}")
    return ["build", *files, "--to", str(releases_folder), *more]


@pytest.fixture(scope="module")
def built(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases, published one after the other; nobody changes them."""
    folder = tmp_path_factory.mktemp("built") / "releases"
    for port in (11, 12, 13):
        done = portrait_ia(*small(folder, "--base-uri", f"http://localhost:{port}/"))
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def three(built: Path, releases_folder: Path) -> list[str]:
    """Copy the three releases to where a test may change them; return their names in order."""
    shutil.copytree(built, releases_folder, symlinks=True)
    return published(releases_folder)


def published(releases_folder: Path) -> list[str]:
    return [line.split()[0] for line in (releases_folder / "history").read_text().splitlines()]


@pytest.fixture
def build_another(portrait_ia: Run, releases_folder: Path) -> Callable[..., str]:
    """Build for a base URI, and return the name of what is then current."""

    def build(base: str = "http://localhost:9/", *more: str) -> str:
        done = portrait_ia(*small(releases_folder, "--base-uri", base, *more))
        assert done.returncode == 0, done.stderr
        return (releases_folder / "current").readlink().name

    return build


def releases_in(releases_folder: Path) -> list[Path]:
    return [path for path in releases_folder.iterdir() if len(path.name) == 16]


@pytest.fixture
def releases_folder(tmp_path: Path) -> Path:
    return tmp_path / "releases"


def test_name_is_made_from_content(
    build_another: Callable[..., str], releases_folder: Path
) -> None:
    first = build_another()
    assert build_another() == first
    assert build_another("http://localhost:10/") != first
    assert len(releases_in(releases_folder)) == 2


# As another zlib would: the same content in other bytes.
OTHER_ZLIB = """
import zlib
compressobj = zlib.compressobj
zlib.compressobj = lambda level, *rest: compressobj(1, *rest)
"""


# As a later version of this software may: its tables are not in the name, but their form is.
OTHER_TABLES = """
from transform.release import thing_tables
thing_tables.VERSION += 1
"""


def test_tables_in_another_form_are_another_release(portrait_ia: Run, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(OTHER_TABLES)
    path = os.pathsep.join((str(tmp_path), os.environ["PYTHONPATH"]))
    for more in ({}, {"env": {"PYTHONPATH": path}}):
        assert portrait_ia(*small(tmp_path / "releases"), **more).returncode == 0
    assert len(releases_in(tmp_path / "releases")) == 2


def test_name_does_not_depend_on_zlib(portrait_ia: Run, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(OTHER_ZLIB)
    path = os.pathsep.join((str(tmp_path), os.environ["PYTHONPATH"]))
    built = []
    for releases_folder, zlib in (("one", {}), ("other", {"env": {"PYTHONPATH": path}})):
        done = portrait_ia(*small(tmp_path / releases_folder), **zlib)
        assert done.returncode == 0, done.stderr
        built.append((tmp_path / releases_folder / "current").resolve())
    one, other = built
    assert one.name == other.name
    differ = {
        file.relative_to(one).as_posix()
        for file in one.rglob("*")
        if file.is_file() and file.read_bytes() != (other / file.relative_to(one)).read_bytes()
    }
    packed = {name for name in differ if name.endswith(".gz")}
    assert len(packed) == 20
    # The files that describe them differ too, and are right.
    descriptions = {"manifest.json", "dumps/SHA256SUMS"}
    descriptions |= {f"catalogue.{suffix}" for suffix in ("ttl", "jsonld", "rdf", "nt", "nq")}
    assert differ - packed == descriptions
    for release_ in built:
        catalogue = (release_ / "catalogue.nt").read_text(encoding="utf-8")
        for name in packed:
            assert f'"{sha256((release_ / name).read_bytes()).hexdigest()}"' in catalogue


def test_files_of_a_release_cannot_be_written(built: Path) -> None:
    for path in (built / "current").resolve().rglob("*"):
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o444, path


def test_no_publish_leaves_current_where_it_is(
    build_another: Callable[..., str], three: list[str], releases_folder: Path
) -> None:
    assert build_another("http://localhost:10/", "--no-publish") == three[-1]
    assert len(releases_in(releases_folder)) == 4


def test_rollback_goes_back_step_by_step_and_by_name(
    three: list[str], releases_folder: Path
) -> None:
    names = three
    command("rollback", releases_folder)
    assert (releases_folder / "current").readlink().name == names[1]
    command("rollback", releases_folder)
    assert (releases_folder / "current").readlink().name == names[0]
    nothing = CliRunner().invoke(main, ["rollback", str(releases_folder)])
    assert nothing.exit_code == 2
    assert "no release before the current one" in nothing.output
    command("rollback", releases_folder, names[2])
    listed = command("releases", releases_folder).splitlines()
    assert listed[0].startswith(f"* {names[2]}  http://localhost:13/  2024: 1 + 2025: 1")
    assert [line[2:18] for line in listed] == names[::-1]


def test_rollback_to_an_unknown_release_names_those_there_are(built: Path) -> None:
    result = CliRunner().invoke(main, ["rollback", str(built), "0123456789abcdef"])
    assert result.exit_code == 2
    assert all(name in result.output for name in published(built))


def test_folder_without_releases_is_one_line(tmp_path: Path) -> None:
    for arguments in (["releases", str(tmp_path / "absent")], ["serve", str(tmp_path)]):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 2
        assert len(result.output.splitlines()) == 1


def test_second_build_at_once_is_refused(releases_folder: Path) -> None:
    with (
        release_folder.building(releases_folder),
        pytest.raises(MisusedCommand, match="another build"),
        release_folder.building(releases_folder),
    ):
        pass


def test_fault_while_writing_leaves_nothing(releases_folder: Path) -> None:
    def stop_half_way() -> None:
        with release_folder.building(releases_folder) as folder:
            (folder / "manifest.json").write_text("{}")
            raise UnreadableRelease("stopped")

    with pytest.raises(UnreadableRelease):
        stop_half_way()
    assert [path.name for path in releases_folder.iterdir()] == [".lock"]


def whole(path: Path) -> bool:
    """Every file that the manifest names is there with its digest's length; nothing more."""
    manifest = json.loads((path / "manifest.json").read_bytes())
    sizes = {name: about["bytes"] for name, about in manifest["files"].items()}
    return all((path / name).stat().st_size == size for name, size in sizes.items())


def test_a_damaged_release_is_refused_and_mended_by_a_build(
    build_another: Callable[..., str], three: list[str], releases_folder: Path
) -> None:
    _, first, second = three
    quads = releases_folder / first / "dumps/portraits.nq"
    before = quads.read_bytes()
    quads.chmod(0o644)
    quads.write_bytes(b"".join(before.splitlines(keepends=True)[:-5]))

    def refuse(*arguments: object) -> None:
        result = CliRunner().invoke(main, [*map(str, arguments)])
        assert result.exit_code == 2
        assert f"{first}/dumps/portraits.nq: has " in result.output
        assert len(result.output.splitlines()) == 1

    refuse("rollback", releases_folder)
    assert (releases_folder / "current").readlink().name == second
    (releases_folder / "current").unlink()
    (releases_folder / "current").symlink_to(first)
    refuse("query", releases_folder, "ASK {}")
    refuse("diff", releases_folder, 2024, 2025)
    # A build compares with the release that is whole, and replaces the damaged one.
    assert build_another("http://localhost:12/") == first
    assert quads.read_bytes() == before
    assert list(releases_folder.glob(".building-*")) == []
    # Where none is whole, the message says how to build all the same.
    for name in three:
        (releases_folder / name / "dumps/portraits.nq").unlink()
    result = CliRunner().invoke(main, small(releases_folder, "--base-uri", "http://localhost:12/"))
    assert result.exit_code == 2
    assert f"or remove {releases_folder / 'current'} to build" in result.output
    (releases_folder / "current").unlink()
    assert build_another("http://localhost:12/") == first
    assert quads.read_bytes() == before


# Counts what a build opens, makes, moves and removes among releases; kills it at some number.
KILLED = """
import os, signal, sys
from server import cli
from tests.support.preloaded_command import wait
main, named = cli.main, []
events = ("open", "os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "os.chmod")
def look(event, arguments):
    global left
    if event in events and str(arguments[0]).startswith(releases_folder):
        left -= 1
        if event in ("os.rename", "os.symlink"):
            named.append(-left)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
def count():
    global releases_folder, left
    releases_folder, left, named[:] = sys.argv[1], int(sys.argv[2]), []
    del sys.argv[1:3]
    sys.addaudithook(look)
    try:
        main()
    finally:
        print(-left, *named)
cli.main = count
wait({!r})
"""


@pytest.fixture
def build_until(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., "subprocess.CompletedProcess[str]"]]:
    """Build until the process has touched the releases `moment` times; to its end for 0.

    At each moment another release.
    """
    base = ("--base-uri", "http://localhost:9/")
    kept = common_folder(tmp_path_factory) / "validated"
    with preload(tmp_path, kept, KILLED) as preloaded_command:
        yield lambda releases_folder, moment: preloaded_command.run(
            [
                *(str(releases_folder), str(moment)),
                *small(releases_folder, *base, benefits=f"Moment {moment}"),
            ]
        )


def test_kill_at_any_moment_leaves_the_release_before(
    build_another: Callable[..., str],
    three: list[str],
    releases_folder: Path,
    build_until: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    first = three[-1]
    before = {p: p.read_bytes() for p in (releases_folder / first).rglob("*") if p.is_file()}
    last_line = build_until(releases_folder, 0).stdout.splitlines()[-1]
    moments, *named = map(int, last_line.split())
    assert moments > 2 * len(before)
    # While it is written, and before and after each of the steps that give it its name, write the
    # history and move `current`.
    assert len(named) == 3
    for moment in (moments // 2, *sorted({at + n for at in named for n in (0, 1)})):
        killed = build_until(releases_folder, moment)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        for path in releases_in(releases_folder):
            assert whole(path), path
        assert whole(releases_folder / "current")
    assert {
        p: p.read_bytes() for p in (releases_folder / first).rglob("*") if p.is_file()
    } == before
    build_another()
    assert list(releases_folder.glob(".building-*")) == []


def test_a_full_disk_is_one_line_and_leaves_what_was_current(
    three: list[str], releases_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = three[-1]

    def full(*_: object) -> None:  # without a file, as where an open one is written to
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for step in ("mkdir", "fsync", "symlink"):
        with monkeypatch.context() as patch:
            patch.setattr(os, step, full)
            given = small(releases_folder, "--base-uri", f"http://localhost/{step}/")
            result = CliRunner().invoke(main, given)
        assert result.exit_code == 2
        assert "(No space left on device)" in result.output.splitlines()[-1]
        assert (releases_folder / "current").readlink().name == first
        assert not list(releases_folder.glob(".building-*"))
