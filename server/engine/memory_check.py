"""Check that a release fits the free memory before workers load it."""

from pathlib import Path

from transform.errors import MisusedCommand
from transform.text.message import message

# Bytes in memory for each byte of a release's N-Quads; measured: see README.
_FOR_A_BYTE = 1.6
_CGROUP = Path("/sys/fs/cgroup")


def refuse_what_does_not_fit(release_file: Path, workers: int) -> None:
    """Raise MisusedCommand where the workers cannot each hold the release in memory."""
    free = free_memory()
    if free is None or not release_file.is_file():
        return
    needed = int(release_file.stat().st_size * _FOR_A_BYTE) * workers
    if needed > free:
        raise MisusedCommand(
            message(
                "server.memory",
                file=release_file,
                needed=round(needed / 1e9, 1),
                workers=workers,
                free=round(free / 1e9, 1),
            )
        )


def free_memory() -> int | None:
    """Return the bytes of memory free for new processes, None where the system does not show it."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    sizes = {line.partition(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    available = sizes["MemAvailable"]
    try:  # cgroup v2, in a container
        most = (_CGROUP / "memory.max").read_text().strip()
        used = int((_CGROUP / "memory.current").read_text())
    except (OSError, ValueError):
        return available
    return min(available, max(0, int(most) - used)) if most.isdigit() else available
