"""Stores on disk: built once, whole or not at all, and gone with their release."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

from server.engine import disk_store, memory_check
from server.engine.faults import EngineDown, EngineFault, QueryTooDeep
from server.engine.interface import (
    JSON,
    Engine,
    Limits,
    Question,
)
from server.engine.opening import open_disk
from tests.conftest import PROJECT
from tests.support.processes import lives
from tests.support.waiting import wait_until
from transform.errors import MisusedCommand, UnreadableRelease

BASE = "http://localhost:8000/"
ROOT = PROJECT


def write(releases_folder: Path, name: str = "0123456789abcdef", rows: int = 10) -> Path:
    """Write the N-Quads of a release; return the file."""
    quads = releases_folder / name / "dumps" / "portraits.nq"
    quads.parent.mkdir(parents=True)
    quads.write_text("".join(f"<a:{n}> <a:p> <a:o> <a:g> .\n" for n in range(rows)))
    return quads


def count(quads: Path) -> bytes:
    """Ask how many statements the store of a release holds."""
    question = Question("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", BASE, "text/csv")
    with open_disk(quads, BASE) as engine, engine.ask(question) as answer:
        return b"".join(answer.body)


def stores(releases_folder: Path) -> set[str]:
    """Return the names of the folders next to the releases that hold stores."""
    return {path.name for path in (releases_folder / disk_store.STORES).iterdir() if path.is_dir()}


def test_a_store_is_built_once_beside_the_releases(tmp_path: Path) -> None:
    quads = write(tmp_path)
    before = sorted(quads.parents[1].rglob("*"))
    assert count(quads) == b"n\r\n10\r\n"
    (store,) = (tmp_path / disk_store.STORES).glob("0123456789abcdef-*")
    assert store == disk_store.find_store(quads)
    built = (store / "CURRENT").stat().st_mtime_ns
    assert count(quads) == b"n\r\n10\r\n"
    assert (store / "CURRENT").stat().st_mtime_ns == built
    assert sorted(quads.parents[1].rglob("*")) == before


def test_a_release_that_is_reached_by_a_link_has_one_store(tmp_path: Path) -> None:
    quads = write(tmp_path)
    (tmp_path / "current").symlink_to(quads.parents[1].name)
    assert disk_store.find_store(
        tmp_path / "current" / "dumps" / quads.name
    ) == disk_store.find_store(quads)


def test_a_half_built_store_is_never_used_and_cleared_away(tmp_path: Path) -> None:
    quads = write(tmp_path)
    half = tmp_path / disk_store.STORES / ".building-x"
    half.mkdir(parents=True)
    ox.Store(str(half)).update("INSERT DATA { GRAPH <a:g> { <a:a> <a:p> <a:o> } }")
    assert count(quads) == b"n\r\n10\r\n"
    assert stores(tmp_path) == {disk_store.find_store(quads).name}


def test_the_store_of_a_release_that_is_gone_goes_with_the_next_build(tmp_path: Path) -> None:
    old, new = write(tmp_path, "a" * 16), write(tmp_path, "b" * 16)
    kept = write(tmp_path, "c" * 16)
    for quads in (old, kept):
        disk_store.ensure_store(quads)
    shutil.rmtree(old.parents[1])
    disk_store.ensure_store(new)
    assert stores(tmp_path) == {disk_store.find_store(kept).name, disk_store.find_store(new).name}


def test_stores_in_another_folder_leave_the_releases_and_what_else_is_there_alone(
    tmp_path: Path,
) -> None:
    releases, folder = tmp_path / "releases", tmp_path / "mine/stores"
    old, new = write(releases, "a" * 16), write(releases, "b" * 16)
    before = sorted(releases.rglob("*"))
    store = disk_store.ensure_store(old, stores=folder)
    assert store == disk_store.find_store(old, folder)
    assert store.parent == folder
    assert sorted(releases.rglob("*")) == before
    others = [folder / name for name in ("letters", ".config", "a1-2")]
    for other in others:
        other.mkdir()
    shutil.rmtree(old.parents[1])
    store = disk_store.ensure_store(new, stores=folder)
    assert {path for path in folder.iterdir() if path.is_dir()} == {store, *others}
    with open_disk(new, BASE, stores=folder) as engine:
        question = Question("ASK { ?s ?p ?o }", BASE, JSON)
        with engine.ask(question) as answer:
            assert b"true" in b"".join(answer.body)


def test_two_that_build_at_once_build_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quads, loaded = write(tmp_path), []
    load = disk_store.load_store

    def slowly(file: Path, folder: Path, step: disk_store.Step) -> None:
        loaded.append(folder)
        time.sleep(0.3)
        load(file, folder, step)

    monkeypatch.setattr(disk_store, "load_store", slowly)
    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(disk_store.ensure_store, [quads] * 3))) == 1
    assert len(loaded) == 1


def test_a_builder_that_is_killed_leaves_nothing_that_runs_or_serves(
    tmp_path: Path,
) -> None:
    quads = write(tmp_path)
    lines = quads.read_bytes()
    quads.unlink()
    os.mkfifo(quads)  # of which the end never comes: the loader is killed at work
    writer = os.open(quads, os.O_RDWR)
    os.write(writer, lines)
    code = "import sys; from pathlib import Path; from server.engine import disk_store;"
    builder = subprocess.Popen(
        [sys.executable, "-c", code + "disk_store.ensure_store(Path(sys.argv[1]))", str(quads)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with builder:
        wait_until(lambda: list(tmp_path.glob(f"{disk_store.STORES}/.building-*/CURRENT")))
        assert builder.poll() is None
        (loader,) = _children(builder.pid)
        builder.send_signal(signal.SIGKILL)
    wait_until(lambda: not lives(loader))
    os.close(writer)
    assert not disk_store.find_store(quads).exists()
    quads.unlink()
    quads.write_bytes(lines)
    assert count(quads) == b"n\r\n10\r\n"
    assert stores(tmp_path) == {disk_store.find_store(quads).name}


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def test_quads_that_change_under_the_loader_make_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quads = write(tmp_path)
    load = disk_store.load_store

    def load_and_change(file: Path, folder: Path, step: disk_store.Step) -> None:
        load(file, folder, step)
        quads.write_bytes(quads.read_bytes() + b"<a:a> <a:p> <a:o> <a:g> .\n")

    monkeypatch.setattr(disk_store, "load_store", load_and_change)
    with pytest.raises(UnreadableRelease, match=r"portraits\.nq changed while"):
        disk_store.ensure_store(quads)
    assert stores(tmp_path) == set()


def test_no_room_is_said_before_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quads = write(tmp_path)
    room = shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    with pytest.raises(MisusedCommand, match=r"are free.*--engine memory") as refused:
        disk_store.ensure_store(quads)
    assert str(tmp_path / disk_store.STORES) in str(refused.value)
    assert stores(tmp_path) == set()


def test_a_disk_that_fills_up_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quads = write(tmp_path, rows=50_000)
    monkeypatch.setattr(disk_store, "LOADER", ["prlimit", "--fsize=100000", *disk_store.LOADER])
    with pytest.raises(MisusedCommand, match=r"cannot be written there: .*--engine memory"):
        disk_store.ensure_store(quads)
    assert stores(tmp_path) == set()


def test_a_build_beyond_its_memory_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quads = write(tmp_path, rows=50_000)
    monkeypatch.setattr(disk_store, "MEMORY", 100 << 20)
    with pytest.raises(MisusedCommand, match=r"cannot be written there: .*--engine memory"):
        disk_store.ensure_store(quads)
    assert stores(tmp_path) == set()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    quads = write(tmp_path)
    (tmp_path / disk_store.STORES).write_text("a file in its place")
    with pytest.raises(MisusedCommand, match=r"let this account write there.*--engine memory"):
        disk_store.ensure_store(quads)


def test_progress_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_store, "CHECK_SECONDS", 0.05)
    steps: list[tuple[str, int, int]] = []
    disk_store.ensure_store(write(tmp_path, rows=20_000), lambda *step: steps.append(step))
    assert steps
    assert all(what == "store (MB)" and done <= total for what, done, total in steps)


def test_other_machines_are_referred_to_the_memory_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(MisusedCommand, match=r"x86-64 or ARM64.*--engine memory"):
        disk_store.ensure_store(write(tmp_path))


def test_a_release_beyond_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quads = write(tmp_path, rows=1000)
    size = quads.stat().st_size
    monkeypatch.setattr(memory_check, "free_memory", lambda: size * 4)
    memory_check.refuse_what_does_not_fit(quads, 2)
    with pytest.raises(MisusedCommand, match=r"memory of 3 workers.*--engine disk"):
        memory_check.refuse_what_does_not_fit(quads, 3)


def test_free_memory_is_that_of_this_machine() -> None:
    free = memory_check.free_memory()
    assert free is not None
    assert 1 << 20 < free < 1 << 50


WALLED = """
import ctypes, errno, os, socket, sys
from server.engine.process import seccomp
ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
seccomp.install_filter()
os.close(os.open(sys.argv[1], os.O_RDONLY))
def refused(act, *arguments):
    try:
        act(*arguments)
    except OSError as error:
        return error.errno == errno.EMFILE
print([
    refused(socket.socket),
    refused(socket.socket, socket.AF_UNIX),
    refused(socket.socket, socket.AF_INET6, socket.SOCK_DGRAM),
    refused(socket.socketpair),
    refused(os.open, sys.argv[1], os.O_WRONLY),
    refused(os.open, sys.argv[1], os.O_RDWR | os.O_APPEND),
    refused(os.open, sys.argv[1] + ".new", os.O_CREAT),
    refused(os.execv, "/bin/true", ["true"]),
    refused(os.unlink, sys.argv[1]),
    refused(os.rename, sys.argv[1], sys.argv[1] + ".new"),
    refused(os.truncate, sys.argv[1], 0),
    refused(os.chmod, sys.argv[1], 0o777),
    refused(os.link, sys.argv[1], sys.argv[1] + ".new"),
    refused(os.symlink, sys.argv[1], sys.argv[1] + ".new"),
    refused(os.mkdir, sys.argv[1] + ".new"),
    refused(os.kill, os.getppid(), 0),
])
"""


def test_the_wall_refuses_sockets_writing_and_programs(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("read me")
    done = subprocess.run(
        [sys.executable, "-c", WALLED, str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str([True] * 16)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_text() == "read me"


def test_a_store_that_is_taken_away_is_no_defect(tmp_path: Path) -> None:
    quads = write(tmp_path)
    bomb = Question(f"ASK {{ {'{' * 20_000}{'}' * 20_000} }}", BASE, JSON)
    with open_disk(quads, BASE, Limits(idle=1)) as engine:
        shutil.rmtree(disk_store.find_store(quads))
        faults = [_fault_of(engine, bomb) for _ in range(5)]  # what stands ready goes on
    details = {type(fault): str(fault.detail) for fault in faults}
    assert set(details) <= {QueryTooDeep, EngineDown}
    assert details[EngineDown].endswith("the store of the release is gone; serve again to build it")
    assert str(tmp_path) not in details[EngineDown]


def test_a_store_of_which_a_part_is_taken_away_is_no_defect(tmp_path: Path) -> None:
    quads = write(tmp_path)
    bomb = Question(f"ASK {{ {'{' * 20_000}{'}' * 20_000} }}", BASE, JSON)
    with open_disk(quads, BASE, Limits(idle=1)) as engine:
        next(disk_store.find_store(quads).glob("*.sst")).unlink()
        faults = [_fault_of(engine, bomb) for _ in range(5)]
    assert {type(fault) for fault in faults} <= {QueryTooDeep, EngineDown}
    assert isinstance(faults[-1], EngineDown)


def _fault_of(engine: Engine, question: Question) -> EngineFault:
    with pytest.raises(EngineFault) as fault:
        engine.ask(question)
    return fault.value


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    quads = write(tmp_path)
    quads.write_text("not quads\n")
    with pytest.raises(UnreadableRelease, match="line 1"):
        disk_store.ensure_store(quads)
    assert stores(tmp_path) == set()
