"""Run a command under the sandbox of a systemd unit, where systemd itself does not run.

`unshare` gives it mounts of its own, `setpriv` takes user and rights from it, and libseccomp
(ctypes) filters system calls by the sets that the unit names. `TRIED` says which directives are
applied so; the others need systemd as init. Wants root, and Linux.
"""

import ctypes
import errno
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

USER = 61_184  # the first of those that DynamicUser= gives
TRIED = {
    *("CacheDirectory", "CapabilityBoundingSet", "DynamicUser", "Environment", "ExecStart"),
    *("MemoryDenyWriteExecute", "NoNewPrivileges", "PrivateTmp", "ProtectHome"),
    *("ProtectKernelTunables", "ProtectSystem", "RestrictAddressFamilies"),
    *("SystemCallArchitectures", "SystemCallErrorNumber", "SystemCallFilter", "UMask"),
}
RELEASES, CACHE = "/srv/portrait-ia/releases", "/var/cache/portrait-ia"
_PROGRAMS = ("unshare", "setpriv", "systemd-analyze")
_HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp", "/srv", "/var/cache")
_TEMPORARY = ("/tmp", "/var/tmp")
# linux/mount.h
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE = 1, 32, 4096, 16384
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
_MOST_FAMILIES = 46  # AF_MAX of linux/socket.h
# seccomp.h of libseccomp; sys/mman.h, sys/shm.h
_ALLOW, _ERRNO, _EQUAL, _MASKED_EQUAL = 0x7FFF0000, 0x00050000, 4, 7
_WRITE, _EXECUTE, _SHARED_EXECUTE = 2, 4, 0o100000


def read_service(unit: Path) -> dict[str, list[str]]:
    """Return the directives of the section [Service], each with its values in their order."""
    values: dict[str, list[str]] = {}
    section = ""
    for line in unit.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            values.setdefault(name, []).append(value)
    return values


def what_is_missing() -> str:
    """Return why no command can be run so here, or nothing."""
    if os.geteuid() != 0:
        return "only root can make the sandbox of the unit"
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"no {missing[0]} on this machine"
    try:
        ctypes.CDLL("libseccomp.so.2")
        subprocess.run(["unshare", "--mount", "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no sandbox can be made here: {error}"
    return ""


def sandboxed(
    unit: Path, releases: Path, cache: Path, command: list[str], kept: Iterable[Path]
) -> list[str]:
    """Return the command that runs another one as the unit would.

    There `releases` is `RELEASES`, read-only, and `cache` is `CACHE`; of the folders that are
    hidden, `kept` are shown: what Python is imported from.
    """
    filters = _list_calls(read_service(unit)["SystemCallFilter"])
    values: dict[str, object] = {"releases": str(releases), "cache": str(cache), "command": command}
    values |= {"kept": [str(path.resolve()) for path in kept], "calls": filters}
    values["service"] = read_service(unit)
    start = ["unshare", "--mount", "--propagation", "private", sys.executable, "-P", __file__]
    return [*start, "mount", json.dumps(values)]


def _list_calls(lines: list[str]) -> list[str]:
    """Return the names of the system calls that lines of SystemCallFilter= leave."""
    calls: set[str] = set()
    for line in ["@default", *lines]:
        named = _expand(line.removeprefix("~").split())
        calls = calls - named if line.startswith("~") else calls | named
    return sorted(calls)


def _expand(names: Iterable[str]) -> set[str]:
    calls = set()
    for name in names:
        if not name.startswith("@"):
            calls.add(name)
            continue
        done = subprocess.run(
            ["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True
        )
        listed = (line.strip() for line in done.stdout.splitlines()[1:])
        calls |= _expand(line for line in listed if line and not line.startswith("#"))
    return calls


def main() -> NoReturn:
    """Run one of the two steps: as root, then as the user that is left."""
    step, text = sys.argv[1:]
    values = json.loads(text)
    if step == "mount":
        _mount_all(values)
        drop = [f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--bounding-set=-all"]
        drop += ["--inh-caps=-all", "--no-new-privs"]
        again = [sys.executable, "-P", __file__, "filter", text]
        os.execvp("setpriv", ["setpriv", *drop, *again])
    os.umask(int(values["service"]["UMask"][0], 8))
    _filter_arguments(values["service"]["RestrictAddressFamilies"][0].split())
    _filter_calls(values["calls"])  # last: it leaves no call to load another one
    os.execv(values["command"][0], values["command"])


def _mount_all(values: dict[str, object]) -> None:
    kept = values["kept"]
    assert isinstance(kept, list)
    # One that is inside another is shown with it; mounted first, it would be hidden by it.
    outer = [path for path in kept if not any(path.startswith(f"{other}/") for other in kept)]
    shown = [(path, path) for path in outer if path.startswith(tuple(f"{at}/" for at in _HIDDEN))]
    shown += [(str(values["releases"]), RELEASES), (str(values["cache"]), CACHE)]
    held = [(os.open(source, os.O_PATH), target) for source, target in shown]
    for folder in filter(os.path.isdir, _HIDDEN):
        _mount("tmpfs", folder, "tmpfs", 0)
        Path(folder).chmod(0o1777 if folder in _TEMPORARY else 0o755)
    for descriptor, target in held:
        Path(target).mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}", target, None, _BIND | _RECURSIVE)
    os.chown(CACHE, USER, USER)
    _mount("/proc/sys", "/proc/sys", None, _BIND)
    _mount(None, "/proc/sys", None, _REMOUNT | _BIND | _READ_ONLY)
    # What is kept in /tmp is read-only too.
    writable = re.compile(rf"(/dev|/proc|{CACHE})(/.*)?|/tmp|/var/tmp")
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        at = line.split()[4].replace("\\040", " ")
        if not writable.fullmatch(at) and Path(at).exists():  # it may be hidden
            _mount(None, at, None, _REMOUNT | _BIND | _READ_ONLY)


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    texts = (text.encode() if text is not None else None for text in (source, target, kind))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(*texts, ctypes.c_ulong(flags), None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class _Filter:
    """A filter of system calls, by libseccomp."""

    def __init__(self, otherwise: int) -> None:
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, action: int, call: str, *comparisons: _Comparison) -> None:
        """Add a rule, unless this machine has no such call."""
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return
        given = (_Comparison * len(comparisons))(*comparisons)
        added = self._library.seccomp_rule_add_array(
            self._context, ctypes.c_uint32(action), number, len(comparisons), given
        )
        if added != 0:
            raise OSError(-added, f"no rule for {call}")

    def load(self) -> None:
        """Apply it to this process for good."""
        if (loaded := self._library.seccomp_load(self._context)) != 0:
            raise OSError(-loaded, "the filter cannot be loaded")


def _filter_calls(calls: list[str]) -> None:
    allowed = _Filter(_ERRNO | errno.EPERM)
    for call in calls:
        allowed.add(_ALLOW, call)
    allowed.load()


def _filter_arguments(families: list[str]) -> None:
    """Refuse other families of addresses, and memory that is written and run, as systemd does."""
    refused = _Filter(_ALLOW)
    for family in set(range(_MOST_FAMILIES)) - {_FAMILIES[name] for name in families}:
        refused.add(_ERRNO | errno.EAFNOSUPPORT, "socket", _Comparison(0, _EQUAL, family, 0))
    both = _WRITE | _EXECUTE
    for call, bits in (
        ("mmap", both),
        ("mprotect", _EXECUTE),
        ("pkey_mprotect", _EXECUTE),
        ("shmat", _SHARED_EXECUTE),
    ):
        refused.add(_ERRNO | errno.EPERM, call, _Comparison(2, _MASKED_EQUAL, bits, bits))
    refused.load()


if __name__ == "__main__":
    main()
