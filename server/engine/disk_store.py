"""Build the store of each release on disk, once, from its N-Quads.

`DIR/.stores/<release>-<engine's version>-checked/` is a RocksDB store, of N-Quads that were checked
before and did not change under the loader. Another folder may stand in the place of `DIR/.stores`.
A store is written under another name and renamed once it is whole, so a half-built one is never
opened. A build that is killed leaves a folder, which the next build removes together with the
stores of releases that are gone. One process builds at a time: others wait for it and use its
store.
"""

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyoxigraph as ox

from server.engine import disk_loader
from server.engine.faults import unloadable
from server.engine.process import seccomp
from transform.errors import MisusedCommand, Said, UnreadableRelease
from transform.files import exclusive_lock, reason_message
from transform.release.integrity import state_of
from transform.text.message import message

STORES = ".stores"
_BUILDING = ".building-"
_LOCK = ".lock"
# What else stands in a folder that was named for stores is left alone.
_OURS = re.compile(r"[0-9a-f]{16}-.+|\.building-.+")
MEMORY = 6 << 30  # bytes of address space of a build; measured: 1.9 GB in use at 18,000,000 quads
_SHARE = 1.2  # times the size of the N-Quads: the most that a store takes on disk while it is built
CHECK_SECONDS = 0.5
LOADER = [sys.executable, "-P", disk_loader.__file__]

Step = Callable[[str, int, int], None]


def find_store(release_file: Path, stores: Path | None = None) -> Path:
    """Return the path of a release's store, which need not exist."""
    release = release_file.resolve().parents[1]
    folder = stores or release.parent / STORES
    return folder / f"{release.name}-{ox.__version__}-checked"


def ensure_store(
    release_file: Path, step: Step = lambda *_: None, stores: Path | None = None
) -> Path:
    """Return the path of a release's store, building it first where it does not exist.

    `stores` is the folder of the stores of these releases, by default `.stores` beside them.
    `step` receives a label, the megabytes written and about how many there will be. Raises
    UnreadableRelease for N-Quads that cannot be read, MisusedCommand where a store can be neither
    written nor used.
    """
    if not seccomp.is_known():
        raise MisusedCommand(message("server.disk_only_linux"))
    store = find_store(release_file, stores)
    if store.is_dir():
        return store
    with _locked(store.parent, release_file.resolve().parents[2]):
        if not store.is_dir():
            _build(release_file, store, step)
    return store


@contextmanager
def _locked(stores: Path, releases: Path) -> Iterator[None]:
    """Lock the stores, and remove unfinished stores and those of missing releases."""
    with ExitStack() as lock:
        try:
            stores.mkdir(parents=True, exist_ok=True)
            lock.enter_context(exclusive_lock(stores / _LOCK))
        except OSError as error:
            raise _unwritable(stores, reason_message(error)) from error
        for entry in stores.iterdir():
            release = entry.name.partition("-")[0]
            unused = entry.name.startswith(_BUILDING) or not (releases / release).is_dir()
            if unused and _OURS.fullmatch(entry.name) and entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
        yield


def _build(release_file: Path, store: Path, step: Step) -> None:
    try:
        size = release_file.stat().st_size
        free = shutil.disk_usage(store.parent).free
    except OSError as error:
        raise unloadable(release_file, reason_message(error)) from error
    if free < size * _SHARE:
        needed, left = round(size * _SHARE / 1e6), round(free / 1e6)
        raise _unwritable(store.parent, message("server.store_room", needed=needed, free=left))
    try:
        building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=store.parent))
    except OSError as error:
        raise _unwritable(store.parent, reason_message(error)) from error
    try:
        before = _states(release_file)
        load_store(release_file, building, step)
        if _states(release_file) != before:
            raise UnreadableRelease(message("server.store_changed", file=release_file))
        building.rename(store)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _states(release_file: Path) -> list[object]:
    return [state_of(file) for file in disk_loader.files_of(release_file)]


def load_store(release_file: Path, folder: Path, step: Step) -> None:
    """Load a release into a store in a process of its own.

    Raises the fault of a release that cannot be loaded, MisusedCommand for a full or closed disk.
    """
    total = int(release_file.stat().st_size * 0.8 / 1e6)
    command = [*LOADER, str(release_file), str(folder), str(MEMORY)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            while _runs(child):
                step(str(message("server.store_step")), min(_megabytes(folder), total), total)
        except BaseException:
            child.kill()
            raise
        output = child.stdout.read().strip() if child.stdout else ""
    if child.returncode == 2:
        raise unloadable(release_file, output)
    if child.returncode:
        reason = output or message("server.loader_ended", status=child.returncode)
        raise _unwritable(folder.parent, reason)


def _runs(child: "subprocess.Popen[str]") -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(CHECK_SECONDS)
    return child.returncode is None


def _megabytes(folder: Path) -> int:
    total = 0
    for file in folder.iterdir():
        try:
            total += file.stat().st_size
        except FileNotFoundError:  # the store has just deleted it
            continue
    return total // 1_000_000


def _unwritable(stores: Path, reason: Said) -> MisusedCommand:
    return MisusedCommand(message("server.store_unwritable", folder=stores, reason=reason))
