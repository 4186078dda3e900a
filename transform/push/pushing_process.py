"""Say which process pushes, so that another one can know whether it still runs."""

import os
import re
import socket
from pathlib import Path
from typing import NamedTuple, Self

_TEXT = re.compile(r"(\S{1,255}) ([0-9]{1,10}) ([0-9]{0,20}) ([0-9a-f-]{0,36}/[0-9]{0,20})")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")


class PushingProcess(NamedTuple):
    """A process: the machine's name, its number, and what tells it from all others.

    `started`: when, in ticks since the machine was started (proc(5), /proc/PID/stat, field 22);
    `within`: that start of the machine and the process numbers' namespace. Both are empty where
    the system has no /proc.
    """

    host: str
    number: int
    started: str
    within: str

    @classmethod
    def this(cls) -> Self:
        """Return the process that asks."""
        host = re.sub(r"[^!-~]", "-", socket.gethostname())[:255] or "-"
        return cls(host, os.getpid(), _started(os.getpid()), _within())

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `str` wrote; None for any other text."""
        found = _TEXT.fullmatch(text)
        return cls(found[1], int(found[2]), found[3], found[4]) if found else None

    def __str__(self) -> str:
        return f"{self.host} {self.number} {self.started} {self.within}"

    def has_ended(self) -> bool:
        """Check whether it surely has; of a process of another machine nobody knows here.

        The process that asks counts as ended: it pushes one release after the other.
        """
        if not self.started or self.within != _within():
            return False
        if self.number == os.getpid():
            return True
        try:
            os.kill(self.number, 0)
        except ProcessLookupError:
            return True
        except (PermissionError, OverflowError):
            pass
        return _started(self.number) not in ("", self.started)


def _within() -> str:
    try:
        boot = _BOOT.read_text("ascii").strip()
        return f"{boot}/{re.sub('[^0-9]', '', str(_NAMESPACE.readlink()))}"
    except OSError:
        return "/"


def _started(number: int) -> str:
    try:
        # The second field, a name in brackets, may hold blanks and brackets.
        after = Path(f"/proc/{number}/stat").read_bytes().rpartition(b")")[2]
    except OSError:
        return ""
    return after.split()[19].decode("ascii")
