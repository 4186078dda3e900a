"""Refuse in the kernel what no query process on disk needs: sockets, writing, programs.

RocksDB opens the files of a store when a query first needs them, so such a process cannot give up
opening altogether, as one in memory does (`sandbox.close_for_good`). A filter of system calls
(seccomp(2), mode filter) refuses the rest. It applies to every thread that is started after it,
and cannot be removed.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
# linux/filter.h and linux/seccomp.h
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000  # x86-64: calls of another interface, with numbers of its own
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# linux/audit.h; arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h:
# socket, connect, socketpair, creat, execve, execveat, io_uring_setup, openat2; truncate, rename,
# mkdir, rmdir, link, unlink, symlink, chmod, chown, lchown, mknod and their variants with «at», the
# only ones of ARM64; kill, ptrace, process_vm_writev; open and openat by their flags.
_MACHINES = {
    "x86_64": (
        0xC000003E,
        (41, 42, 53, 85, 59, 322, 425, 437, 76, 82, 83, 84, 86, 87, 88, 90, 92, 94, 133,
         258, 259, 260, 263, 264, 265, 266, 268, 316, 452, 62, 101, 311),
        {2: 1, 257: 2},
    ),
    "aarch64": (
        0xC00000B7,
        (198, 203, 199, 221, 281, 425, 437, 45, 33, 34, 35, 36, 37, 38, 53, 54, 276, 452,
         129, 117, 271),
        {56: 2},
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def is_known() -> bool:
    """Return whether the filter is written for this kind of machine."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def install_filter() -> None:
    """Refuse sockets, programs, and changing files or other processes; raises OSError.

    The process must have set «no new privileges» (`sandbox.seal`). A refused call fails with
    EMFILE, as where no descriptor is left, so that the engine reports both in the same words.
    """
    steps = b"".join(_steps(*_MACHINES[platform.machine()]))
    program = _Program(len(steps) // 8, steps)
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls (seccomp)")


def _steps(architecture: int, refused: tuple[int, ...], opening: dict[int, int]) -> list[bytes]:
    """Return the filter; `opening` has, by call, the place of the flags among its arguments."""
    refuse, allow = _step(_RETURN, _REFUSE | errno.EMFILE), _step(_RETURN, _ALLOW)
    steps = [_step(_LOAD, _ARCHITECTURE), _step(_EQUAL, architecture, 1), refuse]
    steps += [_step(_LOAD, _NUMBER), _step(_AT_LEAST, _X32, 0, 1), refuse]
    for number in refused:
        steps += [_step(_EQUAL, number, 0, 1), refuse]
    for number, place in opening.items():
        steps += [_step(_EQUAL, number, 0, 4), _step(_LOAD, _ARGUMENTS + 8 * place)]
        steps += [_step(_ANY_BIT, _WRITING, 0, 1), refuse, allow]
    return [*steps, allow]


def _step(code: int, value: int, jump_if: int = 0, jump_if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, jump_if, jump_if_not, value)
