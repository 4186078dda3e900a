"""Keep the store of each release on disk: built once from its N-Quads, beside the releases.

`DIR/.stores/<release>-<engine's version>/` is a RocksDB store. It is written under another name
and gets its own once it is whole, so a half-built one is never opened; whoever is killed in
between leaves a folder that the next build clears away, as it does the stores of releases that
are gone. One build at a time: others wait for it, and find it done.
"""

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyoxigraph as ox

from server.engine import disk_loader
from server.engine.process import seccomp
from transform.errors import MisusedCommand, UnreadableRelease
from transform.files import exclusive_lock

STORES = ".stores"
_BUILDING = ".building-"
_LOCK = ".lock"
_MEMORY = 6 << 30  # bytes of address space of a build; measured: 1.9 GB in use at 18,000,000 quads
_SHARE = 1.2  # of the size of the N-Quads, that a store takes at most while it is built
_LOOK = 0.5
_LOADER = [sys.executable, "-P", disk_loader.__file__]
_WAY_OUT = "or serve with --engine memory"

Step = Callable[[str, int, int], None]


def find_store(release_file: Path) -> Path:
    """Give the place of a release's store, whether it is there or not."""
    release = release_file.resolve().parents[1]
    return release.parent / STORES / f"{release.name}-{ox.__version__}"


def ensure_store(release_file: Path, step: Step = lambda *_: None) -> Path:
    """Give the store of a release, built first if it is not there.

    Raises UnreadableRelease for N-Quads that cannot be read, MisusedCommand where a store can be
    neither written nor used. `step` is told the megabytes written, and about how many will be.
    """
    if not seccomp.is_known():
        raise MisusedCommand(
            "--engine disk: only on Linux on x86-64 or ARM64. Serve with --engine memory."
        )
    store = find_store(release_file)
    if store.is_dir():
        return store
    with _alone(store.parent):
        if not store.is_dir():
            _build(release_file, store, step)
    return store


@contextmanager
def _alone(stores: Path) -> Iterator[None]:
    """Hold the lock of the stores, and clear away what nothing uses any more."""
    with ExitStack() as lock:
        try:
            stores.mkdir(exist_ok=True)
            lock.enter_context(exclusive_lock(stores / _LOCK))
        except OSError as error:
            raise _unwritable(stores, str(error.strerror)) from error
        for found in stores.iterdir():
            release = found.name.partition("-")[0]
            gone = found.name.startswith(_BUILDING) or not (stores.parent / release).is_dir()
            if found.is_dir() and gone:
                shutil.rmtree(found, ignore_errors=True)
        yield


def _build(release_file: Path, store: Path, step: Step) -> None:
    try:
        size = release_file.stat().st_size
        free = shutil.disk_usage(store.parent).free
    except OSError as error:
        raise UnreadableRelease(f"{release_file} cannot be loaded: {error.strerror}") from error
    if free < size * _SHARE:
        told = f"{size * _SHARE / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free"
        raise _unwritable(store.parent, told)
    try:
        building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=store.parent))
    except OSError as error:
        raise _unwritable(store.parent, str(error.strerror)) from error
    try:
        _load(release_file, building, step)
        building.rename(store)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _load(release_file: Path, folder: Path, step: Step) -> None:
    total = int(release_file.stat().st_size * 0.8 / 1e6)
    command = [*_LOADER, str(release_file), str(folder), str(_MEMORY)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            while _runs(child):
                step("store (MB)", min(_megabytes(folder), total), total)
        except BaseException:
            child.kill()
            raise
        told = child.stdout.read().strip() if child.stdout else ""
    if child.returncode == 2:
        raise UnreadableRelease(f"{release_file} cannot be loaded: {told}")
    if child.returncode:
        told = told or f"the loader ended with status {child.returncode}"
        raise _unwritable(folder.parent, told)


def _runs(child: "subprocess.Popen[str]") -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(_LOOK)
    return child.returncode is None


def _megabytes(folder: Path) -> int:
    total = 0
    for file in folder.iterdir():
        try:
            total += file.stat().st_size
        except FileNotFoundError:  # the store has just done with it
            continue
    return total // 1_000_000


def _unwritable(stores: Path, why: str) -> MisusedCommand:
    return MisusedCommand(
        f"{stores}: the store of the release cannot be written there: {why}. Make room for it"
        f" and let this account write there, {_WAY_OUT}."
    )
